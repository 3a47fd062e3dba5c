/**
 * The booth's page: joins the state (booth-state.js), the worker (worker.js), the API (api.js) and the sections of the
 * template. It shows, hides and fills texts with textContent; every sentence is in the template.
 */

import { readCsrfToken, readMaterial, sendBallot } from "./api.js";
import { INITIAL, advance, isUnfinished, readChoice } from "./booth-state.js";
import { parseElection } from "./belenios/election.js";
import { describeAnswers } from "./presentation.js";
import { checkReceipt, receiptText } from "./receipt.js";
import { LENGTH, InvalidVotingCode, normalize } from "./belenios/voting-code.js";

/** @typedef {import("./booth-state.js").State} State */
/** @typedef {import("./booth-state.js").Event} BoothEvent */
/** @typedef {import("./api.js").Material} Material */
/** @typedef {import("./belenios/election.js").Election} Election */
/** @typedef {import("./presentation.js").Described} Described */

const MARKED_STEPS = ["code", "choice", "confirmation", "cast", "receipt"];
/** Refusals whose cause somebody must look for in the log. */
const REFERENCED = new Set(["incident", "service_unavailable", "ballot_invalid", "ballot_malformed"]);
/** While a double click on « Continuer » may still be under way, « Je vote », which may lie in the same place, takes none. */
const DOUBLE_CLICK = 800; // milliseconds
const RELOADABLE = new Set(["network", "worker", "credential_retired", "service_unavailable", "incident"]);

/**
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} type
 * @param {ParentNode} [within]
 * @returns {T}
 */
function find(selector, type, within = document) {
  const element = within.querySelector(selector);
  if (!(element instanceof type)) throw new Error(`the page lacks ${selector}`);
  return element;
}

const root = find("#booth", HTMLElement);
const electionUuid = root.dataset.election ?? "";
const pageTitle = document.title;
const texts = find("[data-texts]", HTMLTemplateElement, root).content;
const codeInput = find("[data-input=code]", HTMLInputElement, root);
const choices = find("[data-choices]", HTMLFieldSetElement, root);

/** @type {State} */
let state = INITIAL;
/** @type {Material | null} */
let material = null;
/** @type {Election | null} */
let election = null;
/** @type {readonly Described[]} */
let answers = [];
/** @type {Worker | null} */
let worker = null;

/* Texts ----------------------------------------------------------------------------------------------------------- */

/**
 * A sentence of the template.
 * @param {string} key
 * @param {Record<string, string | number | undefined>} [values] for the names in braces
 * @returns {string} "" when the template has no such sentence
 */
function text(key, values = {}) {
  const sentence = texts.querySelector(`[data-text="${CSS.escape(key)}"]`)?.textContent ?? "";
  return sentence.replace(/\{(\w+)\}/g, (_all, name) => String(values[name] ?? ""));
}

/**
 * @param {string} name of a data-fill
 * @param {string} content
 */
function fill(name, content) {
  const target = find(`[data-fill="${name}"]`, HTMLElement, root);
  // Writing the same text again would make screen readers say it again.
  if (target.textContent !== content) target.textContent = content;
}

/**
 * @param {string} selector
 * @param {boolean} visible
 */
function show(selector, visible) {
  for (const element of root.querySelectorAll(selector)) {
    if (element instanceof HTMLElement) element.hidden = !visible;
  }
}

/* Rendering ------------------------------------------------------------------------------------------------------- */

/** @param {State} previous */
function render(previous) {
  const moved = previous.step !== state.step;
  for (const section of root.querySelectorAll("[data-step]")) {
    if (section instanceof HTMLElement) section.hidden = section.dataset.step !== state.step;
  }
  renderSteps();
  renderCode();
  renderChoiceError();
  renderCast();
  if (!moved) {
    if (state.codeProblem && state.codeProblem !== previous.codeProblem) codeInput.focus();
    if (state.choiceProblem) choices.querySelector("input")?.focus();
    return;
  }
  if (state.step === "unavailable") renderUnavailable();
  if (state.step === "confirmation") {
    renderChosen();
    holdCastButton();
  }
  if (state.step === "receipt") renderReceipt();
  if (state.step === "alarm") {
    fill("alarm", text(`alarm.${state.receiptProblem}`));
    fill("alarm-tracker", state.tracker);
  }
  focusHeading();
}

function renderSteps() {
  const current = MARKED_STEPS.indexOf(state.step);
  show("[data-steps]", current >= 0);
  root.querySelectorAll("[data-step-mark]").forEach((mark, index) => {
    mark.classList.toggle("done", index < current);
    if (index === current) mark.setAttribute("aria-current", "step");
    else mark.removeAttribute("aria-current");
  });
}

function renderCode() {
  const problem = state.codeProblem;
  let key = problem ? `code.${problem.reason}` : "";
  if (problem?.reason === "bad-length") key = (problem.count ?? 0) < LENGTH ? "code.too-short" : "code.too-long";
  fill("code-error", problem ? text(key, { symbol: problem.symbol, count: problem.count }) : "");
  fill("code-status", state.checking ? text("code.checking") : "");
  // Never "false", which the style sheet shows as "checked and right".
  if (problem) codeInput.setAttribute("aria-invalid", "true");
  else codeInput.removeAttribute("aria-invalid");
  codeInput.readOnly = state.checking;
  find("[data-button=code]", HTMLButtonElement, root).setAttribute("aria-busy", String(state.checking));
}

function renderChoiceError() {
  const { minimum, maximum } = election?.questions[0] ?? { minimum: 0, maximum: 0 };
  fill("choice-error", state.choiceProblem ? text(`choice.${state.choiceProblem}`, { minimum, maximum }) : "");
}

function renderCast() {
  const { phase, progress, tracker, reason } = state;
  const interrupted = phase === "interrupted";
  fill("cast-status", phase ? text(`cast.${phase}`) : "");
  const bar = find("[data-progress]", HTMLProgressElement, root);
  bar.hidden = phase === null || interrupted;
  if (phase === "sending") bar.removeAttribute("value");
  else bar.value = progress.total > 0 ? (100 * progress.done) / progress.total : 0;
  show("[data-part=tracker]", tracker !== "");
  fill("tracker", tracker);
  show("[data-part=interrupted], [data-part=retry]", interrupted);
  show("[data-part=sign-in]", interrupted && reason === "session_expired");
  fill("interruption", interrupted ? text(`interrupted.${reason}`) || text("interrupted.other") : "");
  fill("reference", REFERENCED.has(reason) ? state.reference : "");
  show("[data-part=reference]", interrupted && REFERENCED.has(reason) && state.reference !== "");
}

function renderUnavailable() {
  const { reason, message, reference } = state;
  fill("unavailable-reference", reference);
  show("[data-part=unavailable-reference]", REFERENCED.has(reason) && reference !== "");
  const heading = text(`heading.${reason}`);
  if (heading) fill("unavailable-heading", heading);
  fill("unavailable", text(`unavailable.${reason}`) || message || text("unavailable.other"));
  show("[data-reload]", RELOADABLE.has(reason));
  for (const element of root.querySelectorAll("[data-for-reason]")) {
    if (element instanceof HTMLElement) element.hidden = !element.dataset.forReason?.split(" ").includes(reason);
  }
}

/**
 * Fills a clone of a template with an answer.
 * @param {string} name of the template
 * @param {Described} answer
 * @returns {DocumentFragment}
 */
function card(name, answer) {
  const fragment = find(`[data-template="${name}"]`, HTMLTemplateElement, root).content.cloneNode(true);
  if (!(fragment instanceof DocumentFragment)) throw new Error("a template is empty");
  find(".choice-name", HTMLElement, fragment).textContent = answer.name;
  const union = find(".choice-union", HTMLElement, fragment);
  union.textContent = answer.union;
  union.hidden = answer.union === "";
  const logo = find(".choice-logo", HTMLImageElement, fragment);
  if (answer.logo) {
    logo.src = answer.logo;
    logo.hidden = false;
  }
  return fragment;
}

/** @returns {Described} */
function blankAnswer() {
  return { name: text("blank"), union: "", logo: "" };
}

function renderQuestion() {
  const question = election?.questions[0];
  if (!question || !election) return;
  const { minimum, maximum } = question;
  const single = maximum === 1;
  fill("question", question.question);
  fill("choice-rule", text(single ? "rule.one" : "rule.some", { minimum, maximum }));
  const label = find("[data-election-name]", HTMLElement, root);
  label.textContent = election.name;
  label.hidden = false;
  const offered = answers.map((answer, index) => ({ answer, value: String(index) }));
  if (question.blank) offered.push({ answer: blankAnswer(), value: "blank" });
  for (const { answer, value } of offered) {
    const fragment = card("choice", answer);
    const input = find("input", HTMLInputElement, fragment);
    input.type = single ? "radio" : "checkbox";
    input.value = value;
    choices.append(fragment);
  }
}

function renderChosen() {
  const { choice } = state;
  if (!choice) return;
  const chosen = choice.blank ? [blankAnswer()] : choice.answers.map((index) => answers[index] ?? blankAnswer());
  find("[data-chosen]", HTMLElement, root).replaceChildren(...chosen.map((answer) => card("chosen", answer)));
}

function holdCastButton() {
  const button = find("[data-button=cast]", HTMLButtonElement, root);
  button.disabled = true;
  setTimeout(() => (button.disabled = false), DOUBLE_CLICK);
}

function renderReceipt() {
  const { receipt } = state;
  if (!receipt || !election) return;
  fill("receipt-election", election.name);
  fill("receipt-tracker", receipt.tracker);
  fill("receipt-height", String(receipt.height));
  fill("receipt-head", receipt.head);
  fill("receipt-hash", election.hash);
  fill("receipt-signature", receipt.signature);
}

function focusHeading() {
  const heading = find(`[data-step="${state.step}"] h1`, HTMLElement, root);
  const step = MARKED_STEPS.indexOf(state.step) + 1;
  const words = heading.textContent ?? "";
  const title = step > 0 ? text("title", { step, steps: MARKED_STEPS.length, heading: words }) : words;
  document.title = `${title} – ${pageTitle}`;
  heading.focus();
}

/* Acting ---------------------------------------------------------------------------------------------------------- */

/** @param {BoothEvent} event */
function dispatch(event) {
  const previous = state;
  state = advance(state, event);
  if (state === previous) return;
  if (state.step === "receipt" || state.step === "alarm" || state.step === "unavailable") wipe();
  render(previous);
}

/** Forgets keys and choice: the worker holds the keys, and ends with them. */
function wipe() {
  worker?.terminate();
  worker = null;
  codeInput.value = "";
  find("[data-form=choice]", HTMLFormElement, root).reset();
  find("[data-chosen]", HTMLElement, root).replaceChildren();
  for (const input of choices.querySelectorAll("input")) input.checked = false;
  if (material) material = { ...material, permit: "" };
}

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

function checkCode() {
  if (!material || state.step !== "code" || state.checking) return;
  let code;
  try {
    code = normalize(codeInput.value);
  } catch (error) {
    if (!(error instanceof InvalidVotingCode)) throw error;
    dispatch({ type: "code-slip", reason: error.reason, ...error.details });
    return;
  }
  dispatch({ type: "code-typed" });
  const { voting_event: salt, iterations, credential } = material;
  ask({ type: "derive", code, salt, iterations, election: material.election, credential });
}

function choose() {
  const question = election?.questions[0];
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
  const answer = await sendBallot(electionUuid, material.permit, state.ballot, csrfToken);
  if (!answer.ok) return dispatch({ type: "not-sent", ...answer });
  const checked = checkReceipt(answer.value, electionUuid, state.tracker);
  dispatch(checked.receipt ? { type: "acknowledged", receipt: checked.receipt } : { type: "receipt-wrong", problem: checked.problem });
}

/** @returns {string} the token of the session in which the page was opened */
function pageCsrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";
}

/** Sends the same ballot again, with the permit and the token of a new session where the voter has signed in again. */
async function retry() {
  const { reason } = state;
  dispatch({ type: "retry" });
  if (reason === "session_expired" || reason === "permit_expired") {
    const answer = await readMaterial(electionUuid);
    if (!answer.ok) return dispatch({ type: "not-sent", ...answer });
    if (material) material = { ...material, permit: answer.value.permit };
  }
  await submit((await readCsrfToken()) || pageCsrfToken());
}

function download() {
  const { receipt } = state;
  if (!receipt) return;
  /** @type {[string, string][]} */
  const lines = [];
  for (const value of root.querySelectorAll("[data-receipt] dd")) {
    const label = value.previousElementSibling?.textContent ?? "";
    if (value.textContent) lines.push([label, value.textContent]);
  }
  const title = find('[data-step="receipt"] h1', HTMLElement, root).textContent ?? "";
  const address = URL.createObjectURL(new Blob([receiptText(title, lines, receipt)], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `preuve-de-vote-${electionUuid}.txt`;
  link.click();
  URL.revokeObjectURL(address);
}

/* Starting -------------------------------------------------------------------------------------------------------- */

/**
 * @param {string} selector
 * @param {string} type
 * @param {() => unknown} action
 */
function on(selector, type, action) {
  for (const element of root.querySelectorAll(selector)) {
    element.addEventListener(type, (event) => {
      event.preventDefault();
      void action();
    });
  }
}

async function start() {
  on("[data-form=code]", "submit", checkCode);
  on("[data-form=choice]", "submit", choose);
  on("[data-button=cast]", "click", cast);
  on("[data-button=modify]", "click", () => dispatch({ type: "modify" }));
  on("[data-button=retry]", "click", retry);
  on("[data-button=print]", "click", () => window.print());
  on("[data-button=download]", "click", download);
  on("[data-reload]", "click", () => location.reload());
  addEventListener("beforeunload", (event) => {
    if (isUnfinished(state)) event.preventDefault();
  });
  // A page kept for the "back" button would keep the choice; it starts afresh instead.
  addEventListener("pagehide", wipe);
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });

  const answer = await readMaterial(electionUuid);
  if (!answer.ok) return dispatch({ type: "refused", ...answer });
  material = answer.value;
  try {
    election = parseElection(material.election);
    if (election.uuid !== electionUuid || election.questions.length !== 1) throw new Error("another election");
  } catch {
    return dispatch({ type: "refused", code: "material" });
  }
  answers = describeAnswers(election.questions[0]?.answers ?? [], material.presentation);
  renderQuestion();
  dispatch({ type: "loaded", voted: material.voted, electionState: material.state });
}

void start();
