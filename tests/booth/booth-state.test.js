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
  progress: { type: "progress", attempt: 1, done: 1, total: 3 },
  made: { type: "ballot-made", attempt: 1, ballot: "B", tracker: "T" },
  madeAgain: { type: "ballot-made", attempt: 2, ballot: "B2", tracker: "T2" },
  open: { type: "open" },
  seed: { type: "seed", attempt: 1, seed: "5e" },
  renewed: { type: "renewed" },
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
 * @param {State} state
 * @returns {BoothEvent} the worker's answer to the last request, whichever that was
 */
function fresh({ attempt }) {
  return { type: "ballot-made", attempt, ballot: `B${attempt}`, tracker: `T${attempt}` };
}

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
  const making = after("loaded", "typed", "right", "chosen", "progress");
  assert.deepEqual([making.step, making.phase, making.progress], ["confirmation", "encrypting", { done: 1, total: 3 }]);
  const committed = after("loaded", "typed", "right", "chosen", "progress", "made");
  assert.deepEqual([committed.step, committed.phase, committed.tracker], ["confirmation", "committed", "T"]);
  const sending = after("loaded", "typed", "right", "chosen", "made", "cast");
  assert.deepEqual([sending.phase, sending.ballot, sending.tracker], ["sending", "B", "T"]);
  const done = after("loaded", "typed", "right", "chosen", "made", "cast", "acknowledged");
  assert.deepEqual([done.step, done.receipt, done.ballot], ["receipt", RECEIPT, ""]);
});

test("nothing is chosen before the voter chooses, and the choice is forgotten once the ballot goes", () => {
  assert.deepEqual(after("loaded", "typed", "right").choices, []);
  assert.deepEqual(after("loaded", "typed", "right", "chosen", "made", "cast").choices, []);
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
  assert.deepEqual([again.step, again.choices], ["confirmation", [{ blank: true }]]);
  assert.equal(after("loaded", "typed", "right", "chosen", "made", "cast", "modify").step, "cast");
  assert.equal(after("loaded", "typed", "right", "nothing").choiceProblem, "nothing");
  assert.equal(after("loaded", "typed", "right", "nothing", "chosen").choiceProblem, null);
});

test("back and forth in the history: only to steps that have what they need", () => {
  const code = after("loaded", "typed", "right", "chosen", "modify", "toCode");
  assert.equal(code.step, "code");
  const again = after("loaded", "typed", "right", "chosen", "modify", "toCode", "modify", "toConfirmation");
  assert.deepEqual([again.step, again.choices], ["confirmation", [{ blank: false, answers: [1] }]]);
  assert.equal(after("loaded", "modify").step, "code", "no code was accepted");
  assert.equal(after("loaded", "typed", "right", "toConfirmation").step, "choice", "nothing is chosen");
  assert.equal(after("loaded", "typed", "right", "chosen", "made", "cast", "toCode").step, "cast");
  assert.equal(after("loaded", "typed", "right", "toCode", "typed", "modify").step, "code", "another code is being checked");
});

test("whether the ballot may be in the urn is known", () => {
  const made = /** @type {const} */ (["loaded", "typed", "right", "chosen", "made", "cast"]);
  assert.equal(after(...made, "expired").doubtful, false, "refused before the urn");
  assert.equal(after(...made, "network").doubtful, true);
  assert.equal(after(...made, "network", "retry", "expired").doubtful, true, "the first sending is still without an answer");
  const closed = after(...made, "network", "retry", "closed");
  assert.deepEqual([closed.step, closed.doubtful, closed.tracker], ["unavailable", true, "T"]);
});

test("after a failure of the network the same ballot is kept, and never replaced", () => {
  const interrupted = after("loaded", "typed", "right", "chosen", "made", "cast", "network");
  assert.deepEqual([interrupted.step, interrupted.phase, interrupted.reason, interrupted.ballot], ["cast", "interrupted", "network", "B"]);
  const again = after("loaded", "typed", "right", "chosen", "made", "cast", "network", "madeAgain", "retry", "madeAgain");
  assert.deepEqual([again.phase, again.reason, again.ballot, again.tracker], ["sending", "", "B", "T"]);
  assert.equal(after("loaded", "typed", "right", "chosen", "made", "cast", "expired", "retry", "acknowledged").step, "receipt");
  assert.equal(after("loaded", "typed", "right", "chosen", "made", "cast", "network", "broken").phase, "interrupted");
});

test("a refusal that no retry can help ends the vote and keeps no ballot", () => {
  const state = after("loaded", "typed", "right", "chosen", "made", "cast", "closed");
  assert.deepEqual([state.step, state.reason, state.message, state.ballot], ["unavailable", "election_closed", "clos", ""]);
});

test("a receipt that is not ours is an alarm that keeps our tracker", () => {
  const state = after("loaded", "typed", "right", "chosen", "made", "cast", "otherTracker");
  assert.deepEqual([state.step, state.receiptProblem, state.tracker], ["alarm", "other-tracker", "T"]);
});

const COMMITTED = /** @type {const} */ (["loaded", "typed", "right", "chosen", "made"]);

test("nothing is cast or opened before the ballot is committed to", () => {
  assert.equal(after("loaded", "typed", "right", "chosen", "cast").step, "confirmation");
  assert.equal(after("loaded", "typed", "right", "chosen", "open").step, "confirmation");
  assert.equal(after("loaded", "typed", "right", "chosen", "madeAgain").phase, "encrypting", "made for another attempt");
});

test("a ballot that was opened is no longer there to be sent, whatever comes", () => {
  const opened = after(...COMMITTED, "open", "seed");
  assert.deepEqual([opened.step, opened.ballot, opened.tracker, opened.phase], ["opened", "", "", null]);
  assert.deepEqual(opened.opened, { ballot: "B", tracker: "T", choices: [{ blank: false, answers: [1] }], seed: "5e" });
  assert.equal(isUnfinished(opened), true);
  for (const name of ["cast", "made", "retry", "seed", "open", "acknowledged", "broken"]) {
    assert.equal(advance(opened, /** @type {BoothEvent} */ (E[name])), opened, name);
  }
  const again = after(...COMMITTED, "open", "seed", "renewed");
  assert.deepEqual([again.step, again.opened, again.choices], ["choice", null, [{ blank: false, answers: [1] }]]);
  assert.equal(after(...COMMITTED, "open", "seed", "renewed", "made", "cast").step, "choice");
  const second = after(...COMMITTED, "open", "seed", "renewed", "chosen", "made");
  assert.deepEqual([second.phase, second.ballot], ["encrypting", ""], "a late answer about the opened ballot");
  assert.equal(after(...COMMITTED, "open", "seed", "renewed", "chosen", "madeAgain", "cast").ballot, "B2");
});

test("back from an opened ballot makes another one", () => {
  for (const way of [["toConfirmation"], ["renewed", "toConfirmation"], ["toCode", "modify", "toConfirmation"]]) {
    const state = after(...COMMITTED, "open", "seed", ...way);
    assert.deepEqual([state.step, state.phase, state.ballot, state.opened, state.attempt], ["confirmation", "encrypting", "", null, 2]);
  }
});

test("a ballot that the voter has left is never sent for another choice", () => {
  const other = after(...COMMITTED, "modify", "blank");
  assert.deepEqual([other.phase, other.ballot, other.attempt], ["encrypting", "", 2]);
  assert.equal(advance(other, /** @type {BoothEvent} */ (E.made)).phase, "encrypting");
});

test("who cannot vote is told why at once", () => {
  /** @type {[boolean, string, string, string][]} */
  const cases = [
    [true, "open", "unavailable", "already_voted"], [true, "closed", "unavailable", "already_voted"],
    [false, "sealed", "unavailable", "election_not_open"], [false, "draft", "unavailable", "election_not_open"],
    [false, "suspended", "unavailable", "election_suspended"],
    [false, "closed", "unavailable", "election_closed"], [false, "tallied", "unavailable", "election_closed"],
    [false, "published", "unavailable", "election_closed"], [false, "open", "code", ""], [false, "closing", "code", ""],
  ];
  for (const [voted, electionState, step, reason] of cases) {
    const state = advance(INITIAL, { type: "loaded", voted, electionState });
    assert.deepEqual([state.step, state.reason], [step, reason]);
  }
  assert.equal(after("refused").reason, "session_expired");
});

test("who has voted votes again where the election says so, and is told that the ballot replaces another", () => {
  for (const [electionState, step] of /** @type {[string, string][]} */ ([["open", "code"], ["closing", "code"], ["closed", "unavailable"]])) {
    const state = advance(INITIAL, { type: "loaded", voted: true, revoting: true, electionState });
    assert.deepEqual([state.step, state.replaces], [step, step === "code"]);
  }
  const first = advance(INITIAL, { type: "loaded", voted: false, revoting: true, electionState: "open" });
  assert.equal(first.replaces, false);
});

test("who may vote again is told of no final vote while the election is suspended", () => {
  const state = advance(INITIAL, { type: "loaded", voted: true, revoting: true, electionState: "suspended" });
  assert.deepEqual([state.step, state.reason, state.replaces], ["unavailable", "election_suspended", true]);
  const once = advance(INITIAL, { type: "loaded", voted: true, electionState: "suspended" });
  assert.equal(once.reason, "already_voted");
});

test("who votes again needs the code that he voted with, whichever was issued since", () => {
  let state = advance(INITIAL, { type: "loaded", voted: true, revoting: true, electionState: "open" });
  for (const wrong of [{ matches: false }, { matches: false, retired: "à 9 h" }]) {
    state = advance(advance(state, { type: "code-typed" }), { type: "code-derived", ...wrong });
    assert.deepEqual([state.step, state.checking, state.codeProblem], ["code", false, { reason: "not-voted-with" }]);
  }
});

test("who voted before is told that the earlier ballot counts where the later one is refused", () => {
  let state = advance(INITIAL, { type: "loaded", voted: true, revoting: true, electionState: "open" });
  for (const name of ["typed", "right", "chosen", "made", "cast", "closed"]) state = advance(state, /** @type {BoothEvent} */ (E[name]));
  assert.deepEqual([state.step, state.reason, state.replaces], ["unavailable", "election_closed", true]);
});

test("a worker that fails before the ballot is made ends the vote", () => {
  for (const way of [["loaded", "typed"], ["loaded", "typed", "right", "chosen"], ["loaded", "typed", "right", "chosen", "made", "open"]]) {
    assert.deepEqual([after(...way, "broken").step, after(...way, "broken").reason], ["unavailable", "worker"]);
  }
});

test("leaving is warned of from the choice until the acknowledgement", () => {
  assert.equal(isUnfinished(after("loaded")), false);
  assert.equal(isUnfinished(after("loaded", "typed", "right")), true);
  assert.equal(isUnfinished(after("loaded", "typed", "right", "chosen", "made", "cast", "network")), true);
  assert.equal(isUnfinished(after("loaded", "typed", "right", "chosen", "made", "cast", "acknowledged")), false);
  assert.equal(isUnfinished(after("loaded", "typed", "right", "chosen", "made", "cast", "closed")), false);
});

test("whatever happens in whatever order, no receipt without a ballot sent, and final steps stay", () => {
  const names = [...Object.keys(E), "fresh"];
  let seed = 1;
  const next = () => (seed = (seed * 48271) % 2147483647);
  for (let run = 0; run < 2000; run += 1) {
    /** @type {State} */
    let state = INITIAL;
    const opened = new Set();
    for (let length = 0; length < 25; length += 1) {
      const name = names[next() % names.length] ?? "loaded";
      const before = state;
      state = advance(state, name === "fresh" ? fresh(state) : /** @type {BoothEvent} */ (E[name]));
      if (state.step === "receipt" && before.step !== "receipt") assert.equal(before.phase, "sending");
      if (before.step === "receipt" || before.step === "alarm" || before.step === "unavailable") assert.equal(state, before, name);
      if (before.ballot && state.step === "cast") assert.equal(state.ballot, before.ballot);
      if (state.step === "cast") assert.deepEqual(state.choices, []);
      // What sending reads is never what was opened, now or before.
      if (state.opened) opened.add(state.opened.ballot);
      if (state.phase === "sending") assert.ok(!opened.has(state.ballot), name);
    }
  }
});

test("several questions are asked one after the other, back and forth, and the ballot is made once all are answered", () => {
  const one = /** @type {const} */ ({ blank: false, answers: [1] });
  /** @type {BoothEvent[]} */
  const way = [{ type: "loaded", voted: false, electionState: "open", questions: 3 }, { type: "code-typed" }, { type: "code-derived", matches: true }];
  /** @param {State} state @param {BoothEvent[]} events */
  const on = (state, ...events) => events.reduce(advance, state);
  const first = on(INITIAL, ...way);
  assert.deepEqual([first.step, first.question, first.questions], ["choice", 0, 3]);
  // What is not answered yet cannot be jumped over.
  assert.equal(advance(first, { type: "went", step: "choice", question: 1 }), first);
  const third = on(first, { type: "chosen", choice: one }, { type: "choice-problem", problem: "nothing" }, { type: "chosen", choice: { blank: true } });
  assert.deepEqual([third.step, third.question, third.choiceProblem, third.phase], ["choice", 2, null, null]);
  assert.equal(advance(third, { type: "went", step: "confirmation" }), third);
  const back = advance(third, { type: "went", step: "choice", question: 0 });
  assert.deepEqual([back.question, back.choices], [0, [one, { blank: true }]]);
  const changed = on(back, { type: "chosen", choice: { blank: true } });
  assert.deepEqual([changed.question, changed.choices], [1, [{ blank: true }, { blank: true }]]);
  const confirmed = on(changed, { type: "went", step: "choice", question: 2 }, { type: "chosen", choice: one });
  assert.deepEqual([confirmed.step, confirmed.phase, confirmed.choices], ["confirmation", "encrypting", [{ blank: true }, { blank: true }, one]]);
  // One of them is asked again, and only that one; no ballot is left meanwhile.
  const edited = on(confirmed, fresh(confirmed), { type: "edit", question: 1 });
  assert.deepEqual([edited.step, edited.question, edited.editing, edited.ballot, edited.phase], ["choice", 1, true, "", null]);
  assert.deepEqual(advance(edited, { type: "went", step: "confirmation" }).choices, confirmed.choices);
  const anew = advance(edited, { type: "chosen", choice: one });
  assert.deepEqual([anew.step, anew.editing, anew.choices], ["confirmation", false, [{ blank: true }, one, one]]);
  assert.equal(advance(back, { type: "edit", question: 0 }), back);
  assert.equal(advance(third, { type: "went", step: "choice", question: 0, editing: true }).editing, false);
  const opened = on(confirmed, fresh(confirmed), { type: "open" });
  assert.deepEqual(opened.opened?.choices, confirmed.choices);
  assert.deepEqual([advance(opened, { type: "renewed" }).step, advance(opened, { type: "renewed" }).question], ["choice", 0]);
});

test("a code that is replaced while the ballot is sent is asked for again, and nothing of the ballot stays", () => {
  const sending = { ...INITIAL, step: /** @type {const} */ ("cast"), phase: /** @type {const} */ ("sending"), accepted: true, ballot: "b", tracker: "t" };
  const replaced = advance(sending, { type: "code-replaced", hour: "08h00" });
  assert.deepEqual(replaced, { ...INITIAL, step: "code", codeProblem: { reason: "replaced", hour: "08h00" } });
  assert.equal(advance(replaced, { type: "code-replaced", hour: "09h00" }), replaced);
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
