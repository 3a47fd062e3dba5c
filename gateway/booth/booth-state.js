/**
 * Where a voter is in the booth, as a pure function: `advance(state, event)` gives the next state. No page, no network,
 * no keys in here, so that every path can be tried without a browser.
 *
 * loading → code → choice (once for each question) → confirmation → cast → receipt, and back as far as nothing is sent, with `unavailable` for whatever
 * forbids voting and `alarm` for an acknowledgement that is not about our ballot. The ballot is made on the confirmation step,
 * before the voter says whether it is cast or opened (docs/adr/0037). A ballot that is cast is never made again: only sent again.
 * One that is `opened` to check the device leaves `ballot`, the only field that sending reads, and no event brings it back.
 */

/** @typedef {import("./belenios/choice.js").Choice} Choice */
/** @typedef {import("./belenios/election.js").Question} Question */
/** @typedef {import("./receipt/receipt.js").Receipt} Receipt */
/** @typedef {import("./receipt/receipt.js").ReceiptProblem} ReceiptProblem */
/** @typedef {import("./belenios/voting-code.js").Reason} CodeReason */

/** @typedef {"loading" | "unavailable" | "code" | "choice" | "confirmation" | "opened" | "cast" | "receipt" | "alarm"} Step */
/** @typedef {"nothing" | "too-few" | "too-many" | "blank-and-lists"} ChoiceProblem */
/** @typedef {"encrypting" | "committed" | "sending" | "interrupted"} Phase the first two on the confirmation step */

/**
 * @typedef {object} Opened a ballot that was opened, and is never sent
 * @property {string} ballot
 * @property {string} tracker
 * @property {readonly Choice[]} choices of each question
 * @property {string} seed "" until the worker has given it
 */

/**
 * @typedef {object} State
 * @property {Step} step
 * @property {string} reason why voting is not possible (step unavailable) or was interrupted (step cast); else ""
 * @property {string} message the server's sentence that goes with `reason`, or ""
 * @property {string} reference by which the support cell finds the refusal in the log, or ""
 * @property {boolean} doubtful whether the ballot was sent and nothing came back: it may be in the urn, or not
 * @property {boolean} replaces whether the voter has voted, and may vote again: the ballot in the urn counts until another is recorded
 * @property {boolean} accepted whether the voting code is known to be the voter's
 * @property {boolean} checking whether the code is being checked
 * @property {{reason: CodeReason | "not-yours" | "not-voted-with" | "retired" | "replaced", symbol?: string, count?: number, hour?: string} | null} codeProblem
 * @property {number} questions how many the ballot has
 * @property {number} question the one that is asked on the choice step, from 0
 * @property {boolean} editing whether that one alone is asked again, all being answered
 * @property {readonly Choice[]} choices of the questions that were answered so far, in order
 * @property {ChoiceProblem | null} choiceProblem
 * @property {Phase | null} phase
 * @property {{done: number, total: number}} progress
 * @property {number} attempt number of the ballot that is being made or was made last: answers about another one are late
 * @property {string} ballot the ballot made, to be sent as it is until acknowledged; else ""
 * @property {string} tracker
 * @property {Opened | null} opened on the step of that name
 * @property {Receipt | null} receipt
 * @property {ReceiptProblem | null} receiptProblem
 */

/**
 * @typedef {{type: "begin"}
 *   | {type: "loaded", voted: boolean, revoting?: boolean, electionState: string, questions?: number}
 *   | {type: "refused", code: string, message?: string, reference?: string}
 *   | {type: "code-slip", reason: CodeReason, symbol?: string, count?: number}
 *   | {type: "code-typed"}
 *   | {type: "code-derived", matches: boolean, retired?: string}
 *   | {type: "chosen", choice: Choice}
 *   | {type: "choice-problem", problem: ChoiceProblem}
 *   | {type: "went", step: string, question?: number, editing?: boolean}
 *   | {type: "edit", question: number}
 *   | {type: "cast"}
 *   | {type: "progress", attempt: number, done: number, total: number}
 *   | {type: "ballot-made", attempt: number, ballot: string, tracker: string}
 *   | {type: "open"}
 *   | {type: "seed", attempt: number, seed: string}
 *   | {type: "renewed"}
 *   | {type: "worker-failed"}
 *   | {type: "not-sent", code: string, status: number, message?: string, reference?: string}
 *   | {type: "code-replaced", hour: string}
 *   | {type: "retry"}
 *   | {type: "acknowledged", receipt: Receipt}
 *   | {type: "receipt-wrong", problem: ReceiptProblem}} Event
 */

/** @type {Readonly<State>} */
export const INITIAL = Object.freeze({
  step: "loading",
  reason: "",
  message: "",
  reference: "",
  doubtful: false,
  replaces: false,
  accepted: false,
  checking: false,
  codeProblem: null,
  questions: 1,
  question: 0,
  editing: false,
  choices: Object.freeze([]),
  choiceProblem: null,
  phase: null,
  progress: Object.freeze({ done: 0, total: 0 }),
  attempt: 0,
  ballot: "",
  tracker: "",
  opened: null,
  receipt: null,
  receiptProblem: null,
});

/** Refusals after which the same ballot may be sent again, once the cause is gone. */
const RETRYABLE = new Set(["network", "session_expired", "signed_out", "permit_expired", "permit_other_session", "receipt_unsigned", "csrf_refused", "service_unavailable", "incident"]);

/**
 * @param {string} code of the refusal, or "network"
 * @param {number} status HTTP status, 0 for none
 * @returns {boolean} whether sending the same ballot again may help
 */
export function isRetryable(code, status) {
  return RETRYABLE.has(code) || status === 0 || status === 408 || status === 429 || status >= 500;
}

/**
 * @param {Question} question
 * @param {boolean} blank whether the blank vote is marked
 * @param {readonly number[]} answers indices marked
 * @returns {{choice: Choice} | {problem: ChoiceProblem}}
 */
export function readChoice(question, blank, answers) {
  if (blank && answers.length > 0) return { problem: "blank-and-lists" };
  if (blank) return { choice: { blank: true } };
  if (answers.length === 0 && question.minimum > 0) return { problem: "nothing" };
  if (answers.length < question.minimum) return { problem: "too-few" };
  if (answers.length > question.maximum) return { problem: "too-many" };
  return { choice: { blank: false, answers: [...answers] } };
}

/**
 * @param {State} state
 * @returns {boolean} whether leaving the page would lose a vote begun and not yet acknowledged
 */
export function isUnfinished(state) {
  return state.step === "choice" || state.step === "confirmation" || state.step === "opened" || state.step === "cast";
}

/**
 * @param {Extract<Event, {type: "loaded"}>} event
 * @returns {State}
 */
function load({ voted, revoting = false, electionState, questions = 1 }) {
  const open = electionState === "open" || electionState === "closing";
  const suspended = electionState === "suspended";
  if (voted && !(revoting && (open || suspended))) return { ...INITIAL, step: "unavailable", reason: "already_voted" };
  if (open) return { ...INITIAL, step: "code", questions, replaces: voted };
  if (suspended) return { ...INITIAL, step: "unavailable", reason: "election_suspended", replaces: voted };
  const early = electionState === "draft" || electionState === "sealed";
  return { ...INITIAL, step: "unavailable", reason: early ? "election_not_open" : "election_closed" };
}

/**
 * @param {State} state
 * @param {Extract<Event, {type: "not-sent"}>} event
 * @returns {State}
 */
function notSent(state, { code, status, message = "", reference = "" }) {
  // Without an answer of the urn itself nobody knows whether the ballot has reached it.
  const doubtful = state.doubtful || status === 0 || status >= 500;
  if (isRetryable(code, status)) return { ...state, phase: "interrupted", reason: code, message, reference, doubtful };
  const { tracker, replaces } = state;
  return { ...INITIAL, step: "unavailable", reason: code, message, reference, doubtful, tracker, replaces };
}

/** The steps among which a voter may go back and forth, as long as nothing is sent. */
const OPEN_STEPS = new Set(["code", "choice", "confirmation", "opened"]);

/**
 * What is forgotten of a ballot that is neither cast nor opened any more.
 * @returns {Pick<State, "phase" | "ballot" | "tracker" | "opened">}
 */
function noBallot() {
  return { phase: null, ballot: "", tracker: "", opened: null };
}

/**
 * The confirmation step, where another ballot is made: never one that the voter has left or had opened.
 * @param {State} state
 * @param {readonly Choice[]} choices of all questions
 * @returns {State}
 */
function confirm(state, choices) {
  const progress = { done: 0, total: 0 };
  return { ...state, ...noBallot(), step: "confirmation", editing: false, choices, choiceProblem: null, phase: "encrypting", attempt: state.attempt + 1, progress };
}

/**
 * The choice of the question that is asked; then the next question, or the confirmation once all are answered or one of
 * them was asked again.
 * @param {State} state
 * @param {Choice} choice
 * @returns {State}
 */
function chosen(state, choice) {
  const choices = [...state.choices];
  choices[state.question] = choice;
  if (state.editing) return confirm(state, choices);
  const question = state.question + 1;
  return question < state.questions ? { ...state, choices, question, choiceProblem: null } : confirm(state, choices);
}

/**
 * Back or forward in the browser's history: to a step that has what it needs, with what was chosen.
 * @param {State} state
 * @param {string} step
 * @param {number} question on the choice step
 * @param {boolean} editing whether it was asked again from the confirmation
 * @returns {State}
 */
function went(state, step, question, editing) {
  if (!OPEN_STEPS.has(state.step) || state.checking) return state;
  if (step === state.step && (step !== "choice" || (question === state.question && editing === state.editing))) return state;
  const complete = state.choices.length === state.questions;
  if (step === "code") return { ...state, ...noBallot(), step, codeProblem: null };
  const asked = question < state.questions && question <= state.choices.length;
  if (step === "choice" && state.accepted && asked) {
    return { ...state, ...noBallot(), step, question, editing: editing && complete, choiceProblem: null };
  }
  if (step === "confirmation" && state.accepted && complete) return confirm(state, state.choices);
  return state;
}

/**
 * The next state. An event that has no place in the present state changes nothing: a late message of the worker or of
 * the network, or a second click, cannot move the voter.
 * @param {State} state
 * @param {Event} event
 * @returns {State}
 */
export function advance(state, event) {
  switch (event.type) {
    case "begin":
      return { ...INITIAL };
    case "loaded":
      return state.step === "loading" ? load(event) : state;
    case "refused":
      if (state.step !== "loading") return state;
      return {
        ...INITIAL,
        step: "unavailable",
        reason: event.code,
        message: event.message ?? "",
        reference: event.reference ?? "",
      };
    case "code-slip": {
      if (state.step !== "code" || state.checking) return state;
      const { type: _type, ...codeProblem } = event;
      return { ...state, codeProblem };
    }
    case "code-typed":
      if (state.step !== "code" || state.checking) return state;
      return { ...state, accepted: false, checking: true, codeProblem: null };
    case "code-derived":
      if (state.step !== "code" || !state.checking) return state;
      // Whoever votes again does so with the code of his vote, be it the last that he received or not.
      if (!event.matches && state.replaces) return { ...state, checking: false, codeProblem: { reason: "not-voted-with" } };
      if (!event.matches) {
        const codeProblem = event.retired ? { reason: /** @type {const} */ ("retired"), hour: event.retired } : { reason: /** @type {const} */ ("not-yours") };
        return { ...state, checking: false, codeProblem };
      }
      return { ...state, step: "choice", question: 0, editing: false, accepted: true, checking: false, codeProblem: null };
    case "chosen":
      if (state.step !== "choice") return state;
      return chosen(state, event.choice);
    case "choice-problem":
      if (state.step !== "choice") return state;
      return { ...state, choiceProblem: event.problem };
    case "went":
      return went(state, event.step, event.question ?? 0, event.editing ?? false);
    case "edit":
      return state.step === "confirmation" ? went(state, "choice", event.question, true) : state;
    case "progress":
      if (state.phase !== "encrypting" || event.attempt !== state.attempt) return state;
      return { ...state, progress: { done: event.done, total: event.total } };
    case "ballot-made":
      if (state.phase !== "encrypting" || event.attempt !== state.attempt) return state;
      return { ...state, phase: "committed", ballot: event.ballot, tracker: event.tracker };
    case "cast":
      if (state.phase !== "committed") return state;
      // The choice is forgotten as soon as the ballot goes.
      return { ...state, step: "cast", phase: "sending", choices: [] };
    case "open": {
      if (state.phase !== "committed") return state;
      const { ballot, tracker, choices } = state;
      return { ...state, ...noBallot(), step: "opened", opened: { ballot, tracker, choices, seed: "" } };
    }
    case "seed":
      if (!state.opened || state.opened.seed || event.attempt !== state.attempt) return state;
      return { ...state, opened: { ...state.opened, seed: event.seed } };
    case "renewed":
      return state.step === "opened" ? { ...state, ...noBallot(), step: "choice", question: 0, editing: false, choiceProblem: null } : state;
    case "worker-failed":
      // Once the ballot is made, or opened, the worker is no longer needed.
      if (!isUnfinished(state) && !state.checking) return state;
      if (state.ballot || state.opened?.seed) return state;
      return { ...INITIAL, step: "unavailable", reason: "worker" };
    case "not-sent":
      return state.phase === "sending" ? notSent(state, event) : state;
    case "code-replaced":
      // While the voter chose, another code was issued: nothing is recorded, and the marks stay in the page.
      if (state.phase !== "sending") return state;
      return { ...INITIAL, step: "code", questions: state.questions, replaces: state.replaces, codeProblem: { reason: "replaced", hour: event.hour } };
    case "retry":
      if (state.phase !== "interrupted") return state;
      return { ...state, phase: "sending", reason: "", message: "", reference: "" };
    case "acknowledged":
      if (state.phase !== "sending") return state;
      return { ...INITIAL, step: "receipt", tracker: state.tracker, receipt: event.receipt };
    case "receipt-wrong":
      if (state.phase !== "sending") return state;
      return { ...INITIAL, step: "alarm", tracker: state.tracker, receiptProblem: event.problem };
    default:
      return state;
  }
}
