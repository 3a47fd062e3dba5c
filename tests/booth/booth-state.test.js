import assert from "node:assert/strict";
import { test } from "node:test";

import { INITIAL, advance, isRetryable, isUnfinished, readChoice } from "../../gateway/booth/booth-state.js";

/** @typedef {import("../../gateway/booth/booth-state.js").State} State */
/** @typedef {import("../../gateway/booth/booth-state.js").Event} BoothEvent */

/** @type {import("../../gateway/booth/booth-state.js").State["receipt"] & {}} */
const RECEIPT = { election: "u", tracker: "T", head: "h", height: 3, signature: "s" };

/** @type {Record<string, BoothEvent>} */
const E = {
  loaded: { type: "loaded", voted: false, electionState: "open" },
  typed: { type: "code-typed" },
  right: { type: "code-derived", matches: true },
  wrong: { type: "code-derived", matches: false },
  slip: { type: "code-slip", reason: "bad-check" },
  chosen: { type: "chosen", choice: { blank: false, answers: [1] } },
  blank: { type: "chosen", choice: { blank: true } },
  nothing: { type: "choice-problem", problem: "nothing" },
  modify: { type: "went", step: "choice" },
  toCode: { type: "went", step: "code" },
  toConfirmation: { type: "went", step: "confirmation" },
  cast: { type: "cast" },
  progress: { type: "progress", done: 1, total: 3 },
  made: { type: "ballot-made", ballot: "B", tracker: "T" },
  madeAgain: { type: "ballot-made", ballot: "B2", tracker: "T2" },
  broken: { type: "worker-failed" },
  network: { type: "not-sent", code: "network", status: 0 },
  expired: { type: "not-sent", code: "session_expired", status: 401 },
  closed: { type: "not-sent", code: "election_closed", status: 409, message: "clos" },
  retry: { type: "retry" },
  acknowledged: { type: "acknowledged", receipt: RECEIPT },
  otherTracker: { type: "receipt-wrong", problem: "other-tracker" },
  refused: { type: "refused", code: "session_expired" },
};

/**
 * @param {...keyof typeof E} names
 * @returns {State}
 */
function after(...names) {
  return names.reduce((state, name) => advance(state, /** @type {BoothEvent} */ (E[name])), /** @type {State} */ (INITIAL));
}

test("the whole way, with the step that each event leads to", () => {
  assert.equal(after("loaded").step, "code");
  assert.equal(after("loaded", "typed").checking, true);
  assert.equal(after("loaded", "typed", "right").step, "choice");
  assert.equal(after("loaded", "typed", "right", "chosen").step, "confirmation");
  const casting = after("loaded", "typed", "right", "chosen", "cast", "progress");
  assert.deepEqual([casting.step, casting.phase, casting.progress], ["cast", "encrypting", { done: 1, total: 3 }]);
  const sending = after("loaded", "typed", "right", "chosen", "cast", "made");
  assert.deepEqual([sending.phase, sending.ballot, sending.tracker], ["sending", "B", "T"]);
  const done = after("loaded", "typed", "right", "chosen", "cast", "made", "acknowledged");
  assert.deepEqual([done.step, done.receipt, done.ballot], ["receipt", RECEIPT, ""]);
});

test("nothing is chosen before the voter chooses, and the choice is forgotten once encrypted", () => {
  assert.equal(after("loaded", "typed", "right").choice, null);
  assert.equal(after("loaded", "typed", "right", "chosen", "cast", "made").choice, null);
});

test("a slip and a wrong code stay at the code, as often as it takes", () => {
  let state = after("loaded");
  for (let round = 0; round < 50; round += 1) {
    state = advance(state, /** @type {BoothEvent} */ (E.slip));
    assert.deepEqual(state.codeProblem, { reason: "bad-check" });
    state = advance(advance(state, /** @type {BoothEvent} */ (E.typed)), /** @type {BoothEvent} */ (E.wrong));
    assert.deepEqual([state.step, state.checking, state.codeProblem], ["code", false, { reason: "not-yours" }]);
  }
  assert.equal(after("loaded", "slip", "typed").codeProblem, null);
});

test("the choice may be modified until it is cast, and not afterwards", () => {
  const again = after("loaded", "typed", "right", "chosen", "modify", "blank");
  assert.deepEqual([again.step, again.choice], ["confirmation", { blank: true }]);
  assert.equal(after("loaded", "typed", "right", "chosen", "cast", "modify").step, "cast");
  assert.equal(after("loaded", "typed", "right", "nothing").choiceProblem, "nothing");
  assert.equal(after("loaded", "typed", "right", "nothing", "chosen").choiceProblem, null);
});

test("back and forth in the history: only to steps that have what they need", () => {
  const code = after("loaded", "typed", "right", "chosen", "modify", "toCode");
  assert.equal(code.step, "code");
  const again = after("loaded", "typed", "right", "chosen", "modify", "toCode", "modify", "toConfirmation");
  assert.deepEqual([again.step, again.choice], ["confirmation", { blank: false, answers: [1] }]);
  assert.equal(after("loaded", "modify").step, "code", "no code was accepted");
  assert.equal(after("loaded", "typed", "right", "toConfirmation").step, "choice", "nothing is chosen");
  assert.equal(after("loaded", "typed", "right", "chosen", "cast", "toCode").step, "cast");
  assert.equal(after("loaded", "typed", "right", "toCode", "typed", "modify").step, "code", "another code is being checked");
});

test("whether the ballot may be in the urn is known", () => {
  const made = /** @type {const} */ (["loaded", "typed", "right", "chosen", "cast", "made"]);
  assert.equal(after(...made, "expired").doubtful, false, "refused before the urn");
  assert.equal(after(...made, "network").doubtful, true);
  assert.equal(after(...made, "network", "retry", "expired").doubtful, true, "the first sending is still without an answer");
  const closed = after(...made, "network", "retry", "closed");
  assert.deepEqual([closed.step, closed.doubtful, closed.tracker], ["unavailable", true, "T"]);
});

test("after a failure of the network the same ballot is kept, and never replaced", () => {
  const interrupted = after("loaded", "typed", "right", "chosen", "cast", "made", "network");
  assert.deepEqual([interrupted.step, interrupted.phase, interrupted.reason, interrupted.ballot], ["cast", "interrupted", "network", "B"]);
  const again = after("loaded", "typed", "right", "chosen", "cast", "made", "network", "madeAgain", "retry", "madeAgain");
  assert.deepEqual([again.phase, again.reason, again.ballot, again.tracker], ["sending", "", "B", "T"]);
  assert.equal(after("loaded", "typed", "right", "chosen", "cast", "made", "expired", "retry", "acknowledged").step, "receipt");
  assert.equal(after("loaded", "typed", "right", "chosen", "cast", "made", "network", "broken").phase, "interrupted");
});

test("a refusal that no retry can help ends the vote and keeps no ballot", () => {
  const state = after("loaded", "typed", "right", "chosen", "cast", "made", "closed");
  assert.deepEqual([state.step, state.reason, state.message, state.ballot], ["unavailable", "election_closed", "clos", ""]);
});

test("a receipt that is not ours is an alarm that keeps our tracker", () => {
  const state = after("loaded", "typed", "right", "chosen", "cast", "made", "otherTracker");
  assert.deepEqual([state.step, state.receiptProblem, state.tracker], ["alarm", "other-tracker", "T"]);
});

test("who cannot vote is told why at once", () => {
  /** @type {[boolean, string, string, string][]} */
  const cases = [
    [true, "open", "unavailable", "already_voted"], [true, "closed", "unavailable", "already_voted"],
    [false, "sealed", "unavailable", "election_not_open"], [false, "draft", "unavailable", "election_not_open"],
    [false, "closed", "unavailable", "election_closed"], [false, "tallied", "unavailable", "election_closed"],
    [false, "published", "unavailable", "election_closed"], [false, "open", "code", ""], [false, "closing", "code", ""],
  ];
  for (const [voted, electionState, step, reason] of cases) {
    const state = advance(INITIAL, { type: "loaded", voted, electionState });
    assert.deepEqual([state.step, state.reason], [step, reason]);
  }
  assert.equal(after("refused").reason, "session_expired");
});

test("a worker that fails before the ballot is made ends the vote", () => {
  for (const way of [["loaded", "typed"], ["loaded", "typed", "right", "chosen", "cast"]]) {
    assert.deepEqual([after(...way, "broken").step, after(...way, "broken").reason], ["unavailable", "worker"]);
  }
});

test("leaving is warned of from the choice until the acknowledgement", () => {
  assert.equal(isUnfinished(after("loaded")), false);
  assert.equal(isUnfinished(after("loaded", "typed", "right")), true);
  assert.equal(isUnfinished(after("loaded", "typed", "right", "chosen", "cast", "made", "network")), true);
  assert.equal(isUnfinished(after("loaded", "typed", "right", "chosen", "cast", "made", "acknowledged")), false);
  assert.equal(isUnfinished(after("loaded", "typed", "right", "chosen", "cast", "made", "closed")), false);
});

test("whatever happens in whatever order, no receipt without a ballot sent, and final steps stay", () => {
  const names = Object.keys(E);
  let seed = 1;
  const next = () => (seed = (seed * 48271) % 2147483647);
  for (let run = 0; run < 2000; run += 1) {
    /** @type {State} */
    let state = INITIAL;
    for (let length = 0; length < 25; length += 1) {
      const name = names[next() % names.length] ?? "loaded";
      const before = state;
      state = advance(state, /** @type {BoothEvent} */ (E[name]));
      if (state.step === "receipt" && before.step !== "receipt") assert.equal(before.phase, "sending");
      if (before.step === "receipt" || before.step === "alarm" || before.step === "unavailable") assert.equal(state, before, name);
      if (before.ballot && state.step === "cast") assert.equal(state.ballot, before.ballot);
      if (state.ballot) assert.equal(state.choice, null);
    }
  }
});

test("what may be sent again", () => {
  for (const [code, status] of /** @type {[string, number][]} */ ([["network", 0], ["x", 502], ["x", 429], ["permit_expired", 403], ["csrf_refused", 400]])) {
    assert.ok(isRetryable(code, status), code);
  }
  for (const [code, status] of /** @type {[string, number][]} */ ([["already_voted", 409], ["ballot_invalid", 422], ["credential_retired", 409], ["permit_invalid", 403]])) {
    assert.ok(!isRetryable(code, status), code);
  }
});

test("marks are read as a choice or a problem", () => {
  const one = { question: "?", answers: ["a", "b", "c"], blank: true, minimum: 1, maximum: 1 };
  assert.deepEqual(readChoice(one, false, []), { problem: "nothing" });
  assert.deepEqual(readChoice(one, true, []), { choice: { blank: true } });
  assert.deepEqual(readChoice(one, true, [1]), { problem: "blank-and-lists" });
  assert.deepEqual(readChoice(one, false, [0, 1]), { problem: "too-many" });
  assert.deepEqual(readChoice({ ...one, minimum: 2, maximum: 3 }, false, [1]), { problem: "too-few" });
  assert.deepEqual(readChoice({ ...one, minimum: 0 }, false, []), { choice: { blank: false, answers: [] } });
});
