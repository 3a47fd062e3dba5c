/**
 * The booth's page: joins the state (booth-state.js), what is shown of it (rendering.js), the worker (worker.js), the API
 * (api.js) and the browser's history.
 */

import { readMaterial, readOwnElections, readSession, sendBallot } from "./api.js";
import { InvalidVotingCode, normalize } from "./belenios/voting-code.js";
import { parseElection } from "./belenios/election.js";
import { INITIAL, advance, isUnfinished, readChoice } from "./booth-state.js";
import { find, fill, root, text } from "./dom.js";
import { missingFunctions } from "./functions.js";
import { remaining, renderOwnElections } from "./own-elections.js";
import { isSealed, readPermit } from "./permit.js";
import { describeAnswers } from "./presentation.js";
import { checkReceipt, receiptText } from "./receipt.js";
import { render, renderQuestion } from "./rendering.js";

/** @typedef {import("./booth-state.js").State} State */
/** @typedef {import("./booth-state.js").Event} BoothEvent */
/** @typedef {import("./api.js").Material} Material */

const codeInput = find("[data-input=code]", HTMLInputElement, root);
const choices = find("[data-choices]", HTMLFieldSetElement, root);
const keepDialog = root.querySelector("dialog[data-keep]");

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
/** Whether the receipt shown was downloaded, copied or printed. */
let receiptKept = false;
let leaving = false;

/* The state, and the history that follows it -------------------------------------------------------------------------- */

/** @param {BoothEvent} event */
function dispatch(event) {
  const previous = state;
  state = advance(state, event);
  if (state === previous) return;
  if (state.step === "receipt" || state.step === "alarm" || state.step === "unavailable") wipe();
  render(state, previous, shown);
  if (event.type === "went" || state.step === previous.step) return;
  // Each step is a place in the history, so that Back leads to the one before; loading and sending are none.
  const place = { step: state.step, uuid: shown.uuid };
  if (state.step === "choice" || state.step === "confirmation") history.pushState(place, "");
  else if (state.step !== "loading" && state.step !== "cast") history.replaceState(place, "");
}

/** @param {PopStateEvent} event */
function followHistory(event) {
  const step = event.state?.step ?? "code";
  if (state.step === "cast" || state.step === "receipt" || state.step === "alarm") {
    // What is sent cannot be taken back: the page stays, and a receipt that is not kept is asked about.
    history.pushState({ step: state.step, uuid: shown.uuid }, "");
    if (state.step === "receipt") leave("/voter");
    return;
  }
  const before = state.step;
  dispatch({ type: "went", step });
  if (state.step === before && step !== before) history.replaceState({ step: state.step, uuid: shown.uuid }, "");
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
      return dispatch({ type: "code-derived", matches: reply.matches });
    case "progress":
      return dispatch(reply);
    case "made":
      dispatch({ type: "ballot-made", ballot: reply.ballot, tracker: reply.tracker });
      // The keys have served; the ballot is sent again as it is if need be.
      worker?.terminate();
      worker = null;
      return void submit();
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
  const { voting_event: salt, iterations, credential } = material;
  ask({ type: "derive", code, salt, iterations, election: material.election, credential });
}

function choose() {
  const question = shown.election?.questions[0];
  if (!question) return;
  const values = [...choices.querySelectorAll("input:checked")].map((input) => /** @type {HTMLInputElement} */ (input).value);
  const marked = values.filter((value) => value !== "blank").map(Number);
  const read = readChoice(question, values.includes("blank"), marked);
  dispatch("choice" in read ? { type: "chosen", choice: read.choice } : { type: "choice-problem", problem: read.problem });
}

function cast() {
  const { choice } = state;
  if (state.step !== "confirmation" || !choice) return;
  dispatch({ type: "cast" });
  ask({ type: "make", choices: [choice] });
}

/**
 * Sends the ballot made, for the first time or again.
 * @param {string} [csrfToken] the page's own unless given
 */
async function submit(csrfToken = pageCsrfToken()) {
  if (state.phase !== "sending" || !material) return;
  const answer = await sendBallot(shown.uuid, material.permit, state.ballot, csrfToken);
  if (!answer.ok) {
    // A log-out in another tab takes the anti-forgery token along, and emptied cookies everything: what is missing is the session.
    const signedOut = FORGOTTEN.has(answer.code) && (await readSession())?.signedIn === false;
    return dispatch({ type: "not-sent", ...answer, code: signedOut ? "signed_out" : answer.code });
  }
  const checked = checkReceipt(answer.value, shown.uuid, state.tracker, readPermit(material.permit)?.receiptKey ?? "");
  // What the urn did not sign is no receipt: the same ballot is sent again, and perhaps the answer comes from the urn then.
  if (checked.problem === "unsigned") return dispatch({ type: "not-sent", code: "receipt_unsigned", status: 0 });
  if (!checked.receipt) return dispatch({ type: "receipt-wrong", problem: checked.problem });
  done.add(shown.uuid);
  receiptKept = false;
  renderOwnElections(ownElections, done);
  dispatch({ type: "acknowledged", receipt: checked.receipt });
  ownElections = await readOwnElections();
  renderOwnElections(ownElections, done);
}

/** @returns {string} the token of the session in which the page was opened */
function pageCsrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";
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
  await submit((await readSession())?.csrfToken || pageCsrfToken());
}

/* The receipt --------------------------------------------------------------------------------------------------------- */

function download() {
  const { receipt } = state;
  if (!receipt) return;
  /** @type {[string, string][]} */
  const lines = [
    [text("receipt.election"), shown.election?.name ?? ""],
    [text("receipt.tracker"), receipt.tracker],
  ];
  for (const value of root.querySelectorAll("[data-check] dd, [data-receipt] dd")) {
    if (value.textContent) lines.push([value.previousElementSibling?.textContent ?? "", value.textContent]);
  }
  const content = receiptText(text("receipt.title"), lines, receipt);
  const address = URL.createObjectURL(new Blob([content], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `preuve-de-vote-${shown.uuid}.txt`;
  link.click();
  URL.revokeObjectURL(address);
  receiptKept = true;
  fill("receipt-status", text("receipt.downloaded"));
}

async function copy() {
  try {
    await navigator.clipboard.writeText(state.receipt?.tracker ?? "");
    receiptKept = true;
    fill("receipt-status", text("receipt.copied"));
  } catch {
    fill("receipt-status", text("receipt.not-copied"));
  }
}

function print() {
  // What is folded unfolds on paper.
  for (const details of root.querySelectorAll("[data-step=receipt] details")) details.setAttribute("open", "");
  receiptKept = true;
  window.print();
}

/** @param {string | (() => void)} way an address, or what follows; a receipt that is not kept is asked about first */
function leave(way) {
  const go = () => {
    if (typeof way === "function") return way();
    leaving = true;
    location.assign(way);
  };
  if (state.step !== "receipt" || receiptKept || !(keepDialog instanceof HTMLDialogElement)) return go();
  keepDialog.returnValue = "";
  keepDialog.addEventListener(
    "close",
    () => {
      if (keepDialog.returnValue === "download") download();
      if (keepDialog.returnValue === "leave") {
        receiptKept = true;
        go();
      }
    },
    { once: true },
  );
  keepDialog.showModal();
}

function next() {
  const following = remaining(ownElections, done)[0];
  if (following) leave(() => void enter(following.uuid));
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
    if (election.uuid !== uuid || election.questions.length !== 1) throw new Error("another election");
    // By a second way, past the urn: nothing is chosen for an election that is not the one that was sealed.
    if (!isSealed(election, readPermit(material.permit))) return dispatch({ type: "refused", code: "not_sealed_so" });
    shown = { uuid, election, answers: describeAnswers(election.questions[0]?.answers ?? [], material.presentation) };
  } catch {
    return dispatch({ type: "refused", code: "material" });
  }
  renderQuestion(shown);
  dispatch({ type: "loaded", voted: material.voted, electionState: material.state });
  if (heldCode && state.step === "code") derive(heldCode);
}

async function start() {
  on("[data-form=code]", "submit", checkCode);
  on("[data-form=choice]", "submit", choose);
  on("[data-button=cast]", "click", cast);
  on("[data-button=back]", "click", () => history.back());
  on("[data-button=retry]", "click", retry);
  on("[data-button=print]", "click", print);
  on("[data-button=download]", "click", download);
  on("[data-button=copy]", "click", copy);
  on("[data-button=next]", "click", next);
  on("[data-leave]", "click", (event) => leave(/** @type {HTMLAnchorElement} */ (event.currentTarget).href));
  on("[data-reload]", "click", () => location.reload());
  addEventListener("popstate", followHistory);
  addEventListener("beforeunload", (event) => {
    if (!leaving && (isUnfinished(state) || (state.step === "receipt" && !receiptKept))) event.preventDefault();
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
