/**
 * The booth's page: joins the state (booth-state.js), what is shown of it (rendering.js), the worker (worker.js), the API
 * (api.js) and the browser's history.
 */

import { readMaterial, readOwnElections, readSession, sendBallot } from "./api.js";
import { InvalidVotingCode, normalize } from "./belenios/voting-code.js";
import { parseElection } from "./belenios/election.js";
import { INITIAL, advance, isUnfinished, readChoice } from "./booth-state.js";
import { find, root } from "./dom.js";
import { missingFunctions } from "./functions.js";
import { saveOpened, showOpened } from "./opened/asked.js";
import { remaining, renderOwnElections } from "./own-elections.js";
import { isSealed, readPermit } from "./permit.js";
import { describeAnswers } from "./presentation.js";
import { marked, renderQuestions } from "./questions.js";
import { receiptActs } from "./receipt/acts.js";
import { checkReceipt } from "./receipt/receipt.js";
import { render } from "./rendering.js";

/** @typedef {import("./booth-state.js").State} State */
/** @typedef {import("./booth-state.js").Event} BoothEvent */
/** @typedef {import("./api.js").Material} Material */

const codeInput = find("[data-input=code]", HTMLInputElement, root);
const choices = find("[data-choices]", HTMLFieldSetElement, root);

/** Refusals of a browser whose cookie is not, or no longer, that of the page. */
const FORGOTTEN = new Set(["csrf_refused", "cookies_refused"]);

/** Refusals after which another permit is asked for, with the session that is open then. */
const RENEWED = new Set(["session_expired", "signed_out", "permit_expired", "permit_other_session"]);

/** @type {State} */
let state = INITIAL;
/** @type {import("./rendering.js").Shown} */
let shown = { uuid: root.dataset.election ?? "", election: null, answers: [] };
/** @type {Material | null} */
let material = null;
/** @type {Worker | null} */
let worker = null;
/** The voting code once it is known to be the voter's: typed once for all scrutins, gone with the page. */
let heldCode = "";
/** The code that is being checked. */
let typedCode = "";
/** @type {import("./api.js").OwnElection[]} */
let ownElections = [];
/** @type {Set<string>} uuids of the elections voted in during this visit */
const done = new Set();
const acts = receiptActs(() => ({ receipt: state.receipt, name: shown.election?.name ?? "" }), csrfToken);

/* The state, and the history that follows it -------------------------------------------------------------------------- */

/** @param {BoothEvent} event */
function dispatch(event) {
  const previous = state;
  state = advance(state, event);
  if (state === previous) return;
  if (state.step === "receipt" || state.step === "alarm" || state.step === "unavailable") wipe();
  render(state, previous, shown);
  // The ballot is made at once: what is shown for confirmation is what is committed to.
  if (state.phase === "encrypting" && state.attempt !== previous.attempt) {
    ask({ type: "make", attempt: state.attempt, choices: [...state.choices] });
  }
  if (event.type === "went" || (state.step === previous.step && state.question === previous.question)) return;
  // Each step and each question is a place in the history, so that Back leads to the one before; loading and sending are none.
  if (["choice", "confirmation", "opened"].includes(state.step)) history.pushState(place(), "");
  else if (state.step !== "loading" && state.step !== "cast") history.replaceState(place(), "");
}

/** @returns {{step: string, question: number, editing: boolean, uuid: string}} what the history keeps of where the voter is */
function place() {
  return { step: state.step, question: state.question, editing: state.editing, uuid: shown.uuid };
}

/** @param {PopStateEvent} event */
function followHistory(event) {
  const step = event.state?.step ?? "code";
  const question = event.state?.question ?? 0;
  const editing = event.state?.editing ?? false;
  if (state.step === "cast" || state.step === "receipt" || state.step === "alarm") {
    // What is sent cannot be taken back: the page stays, and a receipt that is not kept is asked about.
    history.pushState({ step: state.step, uuid: shown.uuid }, "");
    if (state.step === "receipt") acts.leave("/voter");
    return;
  }
  dispatch({ type: "went", step, question, editing });
  const there = state.step === step && (step !== "choice" || state.question === question);
  if (!there) history.replaceState(place(), "");
}

/** Forgets keys and choice: the worker holds the keys, and ends with them. */
function wipe() {
  worker?.terminate();
  worker = null;
  typedCode = "";
  codeInput.value = "";
  find("[data-form=choice]", HTMLFormElement, root).reset();
  find("[data-chosen]", HTMLElement, root).replaceChildren();
  for (const input of choices.querySelectorAll("input")) input.checked = false;
  if (material) material = { ...material, permit: "" };
}

/* The worker -------------------------------------------------------------------------------------------------------- */

/** @returns {Worker} */
function startWorker() {
  const started = new Worker(root.dataset.worker ?? "");
  started.addEventListener("error", () => dispatch({ type: "worker-failed" }));
  started.addEventListener("message", (message) => hear(message.data));
  return started;
}

/** @param {import("./worker-core.js").Reply} reply */
function hear(reply) {
  switch (reply.type) {
    case "derived":
      codeInput.value = "";
      heldCode = reply.matches ? typedCode : "";
      typedCode = "";
      return dispatch({ type: "code-derived", matches: reply.matches, retired: reply.retired });
    case "progress":
      return dispatch(reply);
    case "made":
      return dispatch({ ...reply, type: "ballot-made" });
    case "opened":
      dispatch({ ...reply, type: "seed" });
      return void showOpened(() => state, shown.election);
    default:
      return dispatch({ type: "worker-failed" });
  }
}

/** @param {import("./worker-core.js").Request} request */
function ask(request) {
  try {
    worker ??= startWorker();
    worker.postMessage(request);
  } catch {
    dispatch({ type: "worker-failed" });
  }
}

/* Code, choice, ballot ------------------------------------------------------------------------------------------------ */

function checkCode() {
  if (state.step !== "code" || state.checking) return;
  // Come back from the lists: the code is known, and need not be typed again.
  if (state.accepted && codeInput.value.trim() === "") return history.forward();
  try {
    derive(normalize(codeInput.value));
  } catch (error) {
    if (!(error instanceof InvalidVotingCode)) throw error;
    dispatch({ type: "code-slip", reason: error.reason, ...error.details });
  }
}

/** @param {string} code */
function derive(code) {
  if (!material) return;
  typedCode = code;
  dispatch({ type: "code-typed" });
  const { voting_event: salt, iterations, credential, retired = [] } = material;
  ask({ type: "derive", code, salt, iterations, election: material.election, credential, retired });
}

function choose() {
  const question = shown.election?.questions[state.question];
  if (!question) return;
  const values = marked(state.question);
  const answers = values.filter((value) => value !== "blank").map(Number);
  const read = readChoice(question, values.includes("blank"), answers);
  dispatch("choice" in read ? { type: "chosen", choice: read.choice } : { type: "choice-problem", problem: read.problem });
}

function cast() {
  dispatch({ type: "cast" });
  if (state.step !== "cast") return;
  // The keys have served; the ballot is sent again as it is if need be.
  worker?.terminate();
  worker = null;
  void submit();
}

/* The ballot opened to check the device ----------------------------------------------------------------------------------- */

function open() {
  dispatch({ type: "open" });
  if (state.step === "opened") ask({ type: "open", attempt: state.attempt });
}

/**
 * Sends the ballot made, for the first time or again.
 * @param {string} [csrfToken] the page's own unless given
 */
async function submit(csrfToken = pageCsrfToken()) {
  if (state.phase !== "sending" || !material) return;
  const answer = await sendBallot(shown.uuid, material.permit, state.ballot, csrfToken);
  if (!answer.ok) {
    if (answer.code === "credential_retired" && (await askForNewCode())) return;
    // A log-out in another tab takes the anti-forgery token along, and emptied cookies everything: what is missing is the session.
    const signedOut = FORGOTTEN.has(answer.code) && (await readSession())?.signedIn === false;
    return dispatch({ type: "not-sent", ...answer, code: signedOut ? "signed_out" : answer.code });
  }
  const checked = checkReceipt(answer.value, shown.uuid, state.tracker, readPermit(material.permit)?.receiptKey ?? "");
  // What the urn did not sign is no receipt: the same ballot is sent again, and perhaps the answer comes from the urn then.
  if (checked.problem === "unsigned") return dispatch({ type: "not-sent", code: "receipt_unsigned", status: 0 });
  if (!checked.receipt) return dispatch({ type: "receipt-wrong", problem: checked.problem });
  done.add(shown.uuid);
  acts.renew();
  renderOwnElections(ownElections, done);
  dispatch({ type: "acknowledged", receipt: checked.receipt });
  ownElections = await readOwnElections();
  renderOwnElections(ownElections, done);
}

/**
 * A re-issue has replaced the code since it was typed: the new one is asked for, and what is marked stays marked.
 * @returns {Promise<boolean>} whether that is what has happened
 */
async function askForNewCode() {
  const answer = await readMaterial(shown.uuid);
  if (!material || !answer.ok || answer.value.election !== material.election) return false;
  const { credential } = material;
  const replaced = answer.value.retired?.find((one) => one.credential === credential);
  if (!replaced || !shown.election || !isSealed(shown.election, readPermit(answer.value.permit))) return false;
  material = answer.value;
  heldCode = "";
  dispatch({ type: "code-replaced", hour: replaced.hour });
  return true;
}

/** @returns {string} the token of the session in which the page was opened */
function pageCsrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";
}

/** @returns {Promise<string>} the token of the session that is open now */
async function csrfToken() {
  return (await readSession())?.csrfToken || pageCsrfToken();
}

/** Sends the same ballot again, with the permit and the token of a new session where the voter has signed in again. */
async function retry() {
  const { reason } = state;
  dispatch({ type: "retry" });
  if (RENEWED.has(reason) && material) {
    const answer = await readMaterial(shown.uuid);
    if (!answer.ok) return dispatch({ type: "not-sent", ...answer });
    // Another voter's session, or another election than the one that the ballot was made for: the ballot stays here.
    const same = answer.value.credential === material.credential && answer.value.election === material.election;
    if (!same || !shown.election || !isSealed(shown.election, readPermit(answer.value.permit))) {
      return dispatch({ type: "not-sent", code: "permit_other_session", status: 403 });
    }
    material = { ...material, permit: answer.value.permit };
  }
  await submit(await csrfToken());
}

/** On to the next election that is open, once the receipt is kept or was asked about. */
function next() {
  const following = remaining(ownElections, done)[0];
  if (following) acts.leave(() => void enter(following.uuid));
}

/* Starting ------------------------------------------------------------------------------------------------------------ */

/**
 * @param {string} selector
 * @param {string} type
 * @param {(event: Event) => unknown} action
 */
function on(selector, type, action) {
  for (const element of document.querySelectorAll(selector)) {
    element.addEventListener(type, (event) => {
      event.preventDefault();
      void action(event);
    });
  }
}

/**
 * Makes ready for one election; a code that is held is checked at once, and the voter finds the lists.
 * @param {string} uuid
 */
async function enter(uuid) {
  dispatch({ type: "begin" });
  shown = { uuid, election: null, answers: [] };
  const moved = location.pathname !== `/voter/${uuid}`;
  history.replaceState({ step: "code", uuid }, "", moved ? `/voter/${uuid}` : undefined);
  const answer = await readMaterial(uuid);
  if (!answer.ok) return dispatch({ type: "refused", ...answer });
  material = answer.value;
  try {
    const election = parseElection(material.election);
    if (election.uuid !== uuid) throw new Error("another election");
    // By a second way, past the urn: nothing is chosen for an election that is not the one that was sealed.
    if (!isSealed(election, readPermit(material.permit))) return dispatch({ type: "refused", code: "not_sealed_so" });
    const { presentation } = material;
    const answers = election.questions.map((question, place) => describeAnswers(question.answers, presentation[place]));
    shown = { uuid, election, answers };
  } catch {
    return dispatch({ type: "refused", code: "material" });
  }
  renderQuestions(shown);
  const { questions, revoting } = shown.election ?? { questions: [null], revoting: false };
  dispatch({ type: "loaded", voted: material.voted, revoting, electionState: material.state, questions: questions.length });
  if (heldCode && state.step === "code") derive(heldCode);
}

async function start() {
  on("[data-form=code]", "submit", checkCode);
  on("[data-form=choice]", "submit", choose);
  on("[data-button=cast]", "click", cast);
  on("[data-button=open]", "click", open);
  on("[data-button=renew]", "click", () => dispatch({ type: "renewed" }));
  on("[data-button=save-opened]", "click", () => saveOpened(state, shown.election));
  on("[data-button=back]", "click", () => history.back());
  on("[data-chosen]", "click", ({ target }) => {
    const question = target instanceof HTMLButtonElement && target.dataset.edit;
    if (question) dispatch({ type: "edit", question: Number(question) });
  });
  on("[data-button=retry]", "click", retry);
  on("[data-button=print]", "click", acts.print);
  on("[data-button=pdf]", "click", acts.savePdf);
  on("[data-button=download]", "click", acts.download);
  on("[data-button=mail]", "click", acts.mail);
  on("[data-button=copy]", "click", acts.copy);
  on("[data-button=next]", "click", next);
  on("[data-leave]", "click", (event) => acts.leave(/** @type {HTMLAnchorElement} */ (event.currentTarget).href));
  on("[data-reload]", "click", () => location.reload());
  addEventListener("popstate", followHistory);
  addEventListener("beforeunload", (event) => {
    if (!acts.isLeaving() && (isUnfinished(state) || acts.isUnkept())) event.preventDefault();
  });
  // A page kept for the "back" button would keep the choice; it starts afresh instead.
  addEventListener("pagehide", () => {
    heldCode = "";
    wipe();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  const missing = missingFunctions();
  if (missing.length > 0) return dispatch({ type: "refused", code: "browser", message: missing.join(", ") });
  await enter(shown.uuid);
}

void start();
