/** Shows a state of the booth (booth-state.js). It shows, hides and fills with textContent; every sentence is in the template. */

import { LENGTH } from "./belenios/voting-code.js";
import { fill, find, root, show, text } from "./dom.js";
import { shortForm } from "./permit.js";
import { renderAsked, renderChosen, rowsOf } from "./questions.js";
import { groups } from "./tracker-groups.js";

/** @typedef {import("./booth-state.js").State} State */
/** @typedef {import("./belenios/election.js").Election} Election */
/** @typedef {import("./presentation.js").Described} Described */
/** @typedef {{uuid: string, election: Election | null, answers: readonly (readonly Described[])[]}} Shown what is voted on, answers by question */

export const STEPS = ["code", "choice", "confirmation", "cast", "receipt"];
/** Refusals whose cause somebody must look for in the log. */
const REFERENCED = new Set(["incident", "service_unavailable", "ballot_invalid", "ballot_malformed"]);
/** While a double click on « Continuer » may still be under way, « Je vote », which may lie in the same place, takes none. */
const DOUBLE_CLICK = 800; // milliseconds
const RELOADABLE = new Set(["network", "worker", "credential_retired", "service_unavailable", "incident"]);
/** Refusals that themselves say whether the ballot is recorded, or that come before there is one. */
const SAYS_ITSELF = new Set(["already_voted", "network", "browser", "material", "not_sealed_so"]);

const pageTitle = document.title;
const codeInput = find("[data-input=code]", HTMLInputElement, root);

/**
 * @param {State} state
 * @param {State} previous
 * @param {Shown} shown
 */
export function render(state, previous, shown) {
  const moved = previous.step !== state.step || previous.question !== state.question || previous.editing !== state.editing;
  for (const section of root.querySelectorAll("[data-step]")) {
    if (section instanceof HTMLElement) section.hidden = section.dataset.step !== state.step;
  }
  show("[data-sheet]", state.step !== "receipt");
  // The election file itself says whether voters may vote again: its hash is what the ballot signs.
  const revoting = shown.election?.revoting ?? false;
  show("[data-final]", !revoting);
  show("[data-revoting]", revoting);
  show("[data-replaces]", state.replaces);
  renderSteps(state);
  renderCode(state);
  renderChoiceError(state, shown);
  renderCommitted(state);
  renderCast(state);
  if (!moved) {
    if (state.codeProblem && state.codeProblem !== previous.codeProblem) codeInput.focus();
    if (state.choiceProblem) rowsOf(state.question)?.querySelector("input")?.focus();
    return;
  }
  if (state.step === "choice") renderAsked(state, shown);
  if (state.step === "unavailable") renderUnavailable(state);
  if (state.step === "confirmation") {
    renderChosen(state, shown);
    holdCastButton();
  }
  if (state.step === "opened") {
    fill("opened-status", text("opened.preparing"));
    fill("opened-page", `${location.origin}${root.dataset.check ?? ""}`);
  }
  // The code holds the choice: it is gone with the step.
  if (previous.step === "opened") find("[data-code]", HTMLElement, root).replaceChildren();
  if (state.step === "receipt") renderReceipt(state, shown);
  if (state.step === "alarm") {
    fill("alarm", text(`alarm.${state.receiptProblem}`));
    fillTracker("alarm-tracker", state.tracker);
  }
  focusHeading(state);
}

/** @param {State} state */
function renderSteps(state) {
  // While the election is being fetched the first step stands there already, so that nothing moves when it comes.
  const current = state.step === "loading" ? 0 : STEPS.indexOf(state.step);
  show("[data-steps]", current >= 0);
  root.querySelectorAll("[data-step-mark]").forEach((mark, index) => {
    mark.classList.toggle("done", index < current);
    if (index === current) {
      mark.setAttribute("aria-current", "step");
      fill("step-number", text("step", { step: index + 1, steps: STEPS.length }));
      fill("step-name", mark.textContent?.trim() ?? "");
    } else mark.removeAttribute("aria-current");
  });
}

/** @param {State} state */
function renderCode({ codeProblem: problem, checking }) {
  let key = problem ? `code.${problem.reason}` : "";
  if (problem?.reason === "bad-length") key = (problem.count ?? 0) < LENGTH ? "code.too-short" : "code.too-long";
  fill("code-error", problem ? text(key, { symbol: problem.symbol, count: problem.count, hour: problem.hour }) : "");
  show("[data-part=code-error]", problem !== null);
  fill("code-status", checking ? text("code.checking") : "");
  if (problem) codeInput.setAttribute("aria-invalid", "true");
  else codeInput.removeAttribute("aria-invalid");
  codeInput.readOnly = checking;
  find("[data-button=code]", HTMLButtonElement, root).setAttribute("aria-busy", String(checking));
}

/**
 * @param {State} state
 * @param {Shown} shown
 */
function renderChoiceError(state, { election }) {
  const { minimum, maximum } = election?.questions[state.question] ?? { minimum: 0, maximum: 0 };
  show("[data-part=choice-error]", state.choiceProblem !== null);
  fill("choice-error", state.choiceProblem ? text(`choice.${state.choiceProblem}`, { minimum, maximum }) : "");
}

/**
 * What the booth has committed to, on the confirmation step. « Je vote » and the check of the device wait for it.
 * @param {State} state
 */
function renderCommitted({ phase, progress, tracker }) {
  const encrypting = phase === "encrypting";
  fill("committed-status", encrypting ? text("committed.encrypting") : phase === "committed" ? text("committed.ready") : "");
  const bar = find("[data-encrypting]", HTMLProgressElement, root);
  bar.hidden = !encrypting;
  bar.value = progress.total > 0 ? (100 * progress.done) / progress.total : 0;
  show("[data-part=committed]", phase === "committed");
  fillTracker("committed-tracker", phase === "committed" ? tracker : "");
  if (castButton().dataset.held === undefined) castButton().disabled = phase !== "committed";
}

/** @param {State} state */
function renderCast(state) {
  const { phase, tracker, reason, doubtful } = state;
  const interrupted = phase === "interrupted";
  const signedOut = reason === "session_expired" || reason === "signed_out";
  fill("cast-status", phase === "sending" || interrupted ? text(`cast.${phase}`) : "");
  show("[data-progress]", !interrupted);
  fillTracker("tracker", tracker);
  show("[data-part=interrupted], [data-part=retry]", interrupted);
  show("[data-part=sign-in]", interrupted && (signedOut || reason === "permit_other_session"));
  const key = signedOut ? "session_expired" : reason;
  fill("interruption", interrupted ? text(`interrupted.${key}`) || text("interrupted.other") : "");
  fill("interruption-recorded", interrupted && reason !== "network" ? text(doubtful ? "recorded.unknown" : "recorded.no") : "");
  fill("reference", REFERENCED.has(reason) ? state.reference : "");
  show("[data-part=reference]", interrupted && REFERENCED.has(reason) && state.reference !== "");
}

/** @param {State} state */
function renderUnavailable({ reason, message, reference, doubtful, tracker }) {
  fill("unavailable-reference", reference);
  show("[data-part=unavailable-reference]", REFERENCED.has(reason) && reference !== "");
  fill("unavailable-heading", text(`heading.${reason === "signed_out" ? "session_expired" : reason}`) || text("heading.other"));
  // Who has voted already is told of a success, in its own colour and sign, not of an obstacle.
  const done = reason === "already_voted";
  show("[data-part=unavailable-done]", done);
  show("[data-part=unavailable-why]", !done);
  fill("unavailable", done ? "" : text(`unavailable.${reason}`, { missing: message, message }) || message || text("unavailable.other"));
  const sent = tracker !== "" && !SAYS_ITSELF.has(reason);
  fill("unavailable-recorded", sent ? text(doubtful ? "recorded.unknown" : "recorded.no") : "");
  show("[data-part=unavailable-recorded]", sent);
  show("[data-part=unavailable-tracker]", sent && doubtful);
  fillTracker("unavailable-tracker", tracker);
  show("[data-reload]", RELOADABLE.has(reason));
  for (const element of root.querySelectorAll("[data-for-reason]")) {
    if (element instanceof HTMLElement) element.hidden = !element.dataset.forReason?.split(" ").includes(reason);
  }
}

/**
 * In groups of four, made with margins: what is copied has no blanks.
 * @param {string} name of a data-fill
 * @param {string} tracker
 */
function fillTracker(name, tracker) {
  const target = find(`[data-fill="${name}"]`, HTMLElement, root);
  if (target.textContent === tracker) return;
  target.replaceChildren(
    ...groups(tracker).map((group) => {
      const part = document.createElement("span");
      part.textContent = group;
      return part;
    }),
  );
}

/** @returns {HTMLButtonElement} « Je vote » */
function castButton() {
  return find("[data-button=cast]", HTMLButtonElement, root);
}

/** « Je vote » takes no click while a double click may be under way, nor while there is no ballot that was committed to. */
function holdCastButton() {
  const button = castButton();
  button.disabled = true;
  button.dataset.held = "";
  setTimeout(() => {
    delete button.dataset.held;
    button.disabled = root.querySelector("[data-part=committed]")?.hasAttribute("hidden") ?? true;
  }, DOUBLE_CLICK);
}

/**
 * @param {State} state
 * @param {Shown} shown
 */
function renderReceipt({ receipt }, { uuid, election }) {
  if (!receipt || !election) return;
  fill("receipt-election", election.name);
  fillTracker("receipt-tracker", receipt.tracker);
  fill("receipt-height", String(receipt.height));
  fill("receipt-head", receipt.head);
  fill("receipt-hash", election.hash);
  fill("receipt-hash-short", shortForm(election.hash));
  fill("receipt-signature", receipt.signature);
  fill("receipt-urn", `${location.origin}/urne/${uuid}`);
  fill("receipt-status", "");
  // In the fragment, which browsers keep to themselves: no log of any server has it.
  for (const link of root.querySelectorAll("[data-verify]")) {
    link.setAttribute("href", `/urne/${uuid}#${encodeURIComponent(receipt.tracker)}`);
  }
}

/** @param {State} state */
function focusHeading(state) {
  const heading = find(`[data-step="${state.step}"] h1`, HTMLElement, root);
  const step = STEPS.indexOf(state.step) + 1;
  const words = heading.textContent ?? "";
  const place = state.step === "choice" && state.questions > 1 ? `${words} (${text("question", { number: state.question + 1, count: state.questions })})` : words;
  const title = step > 0 ? text("title", { step, steps: STEPS.length, heading: place }) : words;
  document.title = `${title} – ${pageTitle}`;
  heading.focus();
}
