/** Shows a state of the booth (booth-state.js). It shows, hides and fills with textContent; every sentence is in the template. */

import { LENGTH } from "./belenios/voting-code.js";
import { clone, fill, find, root, show, text } from "./dom.js";
import { groups } from "./receipt.js";

/** @typedef {import("./booth-state.js").State} State */
/** @typedef {import("./belenios/election.js").Election} Election */
/** @typedef {import("./presentation.js").Described} Described */
/** @typedef {{uuid: string, election: Election | null, answers: readonly Described[]}} Shown what is voted on */

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
const choices = find("[data-choices]", HTMLFieldSetElement, root);

/**
 * @param {State} state
 * @param {State} previous
 * @param {Shown} shown
 */
export function render(state, previous, shown) {
  const moved = previous.step !== state.step;
  for (const section of root.querySelectorAll("[data-step]")) {
    if (section instanceof HTMLElement) section.hidden = section.dataset.step !== state.step;
  }
  show("[data-sheet]", state.step !== "receipt");
  renderSteps(state);
  renderCode(state);
  renderChoiceError(state, shown);
  renderCast(state);
  if (!moved) {
    if (state.codeProblem && state.codeProblem !== previous.codeProblem) codeInput.focus();
    if (state.choiceProblem) choices.querySelector("input")?.focus();
    return;
  }
  if (state.step === "unavailable") renderUnavailable(state);
  if (state.step === "confirmation") {
    renderChosen(state, shown);
    holdCastButton();
  }
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
  fill("code-error", problem ? text(key, { symbol: problem.symbol, count: problem.count }) : "");
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
  const { minimum, maximum } = election?.questions[0] ?? { minimum: 0, maximum: 0 };
  fill("choice-error", state.choiceProblem ? text(`choice.${state.choiceProblem}`, { minimum, maximum }) : "");
}

/** @param {State} state */
function renderCast(state) {
  const { phase, progress, tracker, reason, doubtful } = state;
  const interrupted = phase === "interrupted";
  const signedOut = reason === "session_expired" || reason === "signed_out";
  fill("cast-status", phase ? text(`cast.${phase}`) : "");
  const bar = find("[data-progress]", HTMLProgressElement, root);
  bar.hidden = phase === null || interrupted;
  if (phase === "sending") bar.removeAttribute("value");
  else bar.value = progress.total > 0 ? (100 * progress.done) / progress.total : 0;
  show("[data-part=tracker]", tracker !== "");
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
  fill("unavailable", text(`unavailable.${reason}`, { missing: message }) || message || text("unavailable.other"));
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

/**
 * Fills a clone of a template with an answer.
 * @param {string} name of the template
 * @param {Described} answer
 * @returns {DocumentFragment}
 */
function card(name, answer) {
  const fragment = clone(name);
  const label = find(".bulletin-name", HTMLElement, fragment);
  label.textContent = answer.name;
  label.lang = answer.blank ? document.documentElement.lang : "fr";
  const union = find(".bulletin-union", HTMLElement, fragment);
  union.textContent = answer.union;
  union.hidden = answer.union === "";
  const logo = find(".bulletin-logo", HTMLImageElement, fragment);
  if (answer.logo) {
    logo.src = answer.logo;
    logo.hidden = false;
    find(".bulletin-body", HTMLElement, fragment).classList.add("with-logo");
  }
  return fragment;
}

/** @returns {Described} */
function blankAnswer() {
  return { name: text("blank"), union: "", logo: "", candidates: [], document: "", blank: true };
}

/**
 * What a list says of itself, folded, so that nobody must leave the booth to read it.
 * @param {DocumentFragment} fragment
 * @param {Described} answer
 */
function fillDetails(fragment, answer) {
  if (answer.candidates.length === 0 && answer.document === "") return;
  find("details", HTMLElement, fragment).hidden = false;
  find("[data-of]", HTMLElement, fragment).textContent = ` : ${answer.name}`;
  const list = find("[data-candidates]", HTMLElement, fragment);
  list.hidden = answer.candidates.length === 0;
  for (const candidate of answer.candidates) {
    const item = document.createElement("li");
    item.textContent = candidate;
    list.append(item);
  }
  const link = find("[data-document]", HTMLAnchorElement, fragment);
  if (answer.document) link.href = answer.document;
  else link.hidden = true;
}

/** @param {Shown} shown */
export function renderQuestion({ uuid, election, answers }) {
  const question = election?.questions[0];
  if (!question || !election) return;
  const { minimum, maximum } = question;
  const single = maximum === 1;
  fill("question", question.question);
  fill("choice-rule", text(single ? "rule.one" : "rule.some", { minimum, maximum }));
  for (const label of root.querySelectorAll("[data-election-name]")) {
    if (!(label instanceof HTMLElement)) continue;
    label.textContent = election.name;
    label.hidden = false;
  }
  for (const link of root.querySelectorAll("[data-urn]")) link.setAttribute("href", `/urne/${uuid}`);
  for (const row of choices.querySelectorAll(".bulletin-row")) row.remove();
  const offered = answers.map((answer, index) => ({ answer, value: String(index) }));
  if (question.blank) offered.push({ answer: blankAnswer(), value: "blank" });
  for (const { answer, value } of offered) {
    const fragment = card("choice", answer);
    const input = find("input", HTMLInputElement, fragment);
    input.type = single ? "radio" : "checkbox";
    input.value = value;
    fillDetails(fragment, answer);
    choices.append(fragment);
  }
}

/**
 * @param {State} state
 * @param {Shown} shown
 */
function renderChosen({ choice }, { answers }) {
  if (!choice) return;
  const chosen = choice.blank ? [blankAnswer()] : choice.answers.map((index) => answers[index] ?? blankAnswer());
  find("[data-chosen]", HTMLElement, root).replaceChildren(...chosen.map((answer) => card("chosen", answer)));
}

function holdCastButton() {
  const button = find("[data-button=cast]", HTMLButtonElement, root);
  button.disabled = true;
  setTimeout(() => (button.disabled = false), DOUBLE_CLICK);
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
  const title = step > 0 ? text("title", { step, steps: STEPS.length, heading: words }) : words;
  document.title = `${title} – ${pageTitle}`;
  heading.focus();
}
