/**
 * Where a voter is in the booth, as a pure function: `advance(state, event)` gives the next state. No page, no network,
 * no keys in here, so that every path can be tried without a browser.
 *
 * loading → code → choice → confirmation → cast → receipt, and back as far as nothing is sent, with `unavailable` for whatever forbids voting and `alarm`
 * for an acknowledgement that is not about our ballot. A ballot, once made, is never made again: only sent again.
 */

/** @typedef {import("./belenios/ballot.js").Choice} Choice */
/** @typedef {import("./belenios/election.js").Question} Question */
/** @typedef {import("./receipt.js").Receipt} Receipt */
/** @typedef {import("./receipt.js").ReceiptProblem} ReceiptProblem */
/** @typedef {import("./belenios/voting-code.js").Reason} CodeReason */

/** @typedef {"loading" | "unavailable" | "code" | "choice" | "confirmation" | "cast" | "receipt" | "alarm"} Step */
/** @typedef {"nothing" | "too-few" | "too-many" | "blank-and-lists"} ChoiceProblem */
/** @typedef {"encrypting" | "sending" | "interrupted"} CastPhase */

/**
 * @typedef {object} State
 * @property {Step} step
 * @property {string} reason why voting is not possible (step unavailable) or was interrupted (step cast); else ""
 * @property {string} message the server's sentence that goes with `reason`, or ""
 * @property {string} reference by which the support cell finds the refusal in the log, or ""
 * @property {boolean} doubtful whether the ballot was sent and nothing came back: it may be in the urn, or not
 * @property {boolean} accepted whether the voting code is known to be the voter's
 * @property {boolean} checking whether the code is being checked
 * @property {{reason: CodeReason | "not-yours", symbol?: string, count?: number} | null} codeProblem
 * @property {Choice | null} choice
 * @property {ChoiceProblem | null} choiceProblem
 * @property {CastPhase | null} phase
 * @property {{done: number, total: number}} progress
 * @property {string} ballot the ballot made, to be sent as it is until acknowledged; else ""
 * @property {string} tracker
 * @property {Receipt | null} receipt
 * @property {ReceiptProblem | null} receiptProblem
 */

/**
 * @typedef {{type: "begin"}
 *   | {type: "loaded", voted: boolean, electionState: string}
 *   | {type: "refused", code: string, message?: string, reference?: string}
 *   | {type: "code-slip", reason: CodeReason, symbol?: string, count?: number}
 *   | {type: "code-typed"}
 *   | {type: "code-derived", matches: boolean}
 *   | {type: "chosen", choice: Choice}
 *   | {type: "choice-problem", problem: ChoiceProblem}
 *   | {type: "went", step: string}
 *   | {type: "cast"}
 *   | {type: "progress", done: number, total: number}
 *   | {type: "ballot-made", ballot: string, tracker: string}
 *   | {type: "worker-failed"}
 *   | {type: "not-sent", code: string, status: number, message?: string, reference?: string}
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
  accepted: false,
  checking: false,
  codeProblem: null,
  choice: null,
  choiceProblem: null,
  phase: null,
  progress: Object.freeze({ done: 0, total: 0 }),
  ballot: "",
  tracker: "",
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
  return state.step === "choice" || state.step === "confirmation" || state.step === "cast";
}

/**
 * @param {Extract<Event, {type: "loaded"}>} event
 * @returns {State}
 */
function load({ voted, electionState }) {
  if (voted) return { ...INITIAL, step: "unavailable", reason: "already_voted" };
  if (electionState === "open" || electionState === "closing") return { ...INITIAL, step: "code" };
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
  const { tracker } = state;
  return { ...INITIAL, step: "unavailable", reason: code, message, reference, doubtful, tracker };
}

/** The steps among which a voter may go back and forth, as long as nothing is sent. */
const OPEN_STEPS = new Set(["code", "choice", "confirmation"]);

/**
 * Back or forward in the browser's history: to a step that has what it needs, with what was chosen.
 * @param {State} state
 * @param {string} step
 * @returns {State}
 */
function went(state, step) {
  if (!OPEN_STEPS.has(state.step) || state.checking || step === state.step) return state;
  if (step === "code") return { ...state, step, codeProblem: null };
  if (step === "choice" && state.accepted) return { ...state, step, choiceProblem: null };
  if (step === "confirmation" && state.accepted && state.choice) return { ...state, step };
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
      if (!event.matches) return { ...state, checking: false, codeProblem: { reason: "not-yours" } };
      return { ...state, step: "choice", accepted: true, checking: false, codeProblem: null };
    case "chosen":
      if (state.step !== "choice") return state;
      return { ...state, step: "confirmation", choice: event.choice, choiceProblem: null };
    case "choice-problem":
      if (state.step !== "choice") return state;
      return { ...state, choiceProblem: event.problem };
    case "went":
      return went(state, event.step);
    case "cast":
      if (state.step !== "confirmation" || !state.choice) return state;
      return { ...state, step: "cast", phase: "encrypting", progress: { done: 0, total: 0 } };
    case "progress":
      if (state.phase !== "encrypting") return state;
      return { ...state, progress: { done: event.done, total: event.total } };
    case "ballot-made":
      if (state.phase !== "encrypting") return state;
      // The choice is forgotten as soon as it is encrypted.
      return { ...state, phase: "sending", choice: null, ballot: event.ballot, tracker: event.tracker };
    case "worker-failed":
      // Once the ballot is made the worker is no longer needed.
      if (!isUnfinished(state) && !state.checking) return state;
      if (state.ballot) return state;
      return { ...INITIAL, step: "unavailable", reason: "worker" };
    case "not-sent":
      return state.phase === "sending" ? notSent(state, event) : state;
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
