import assert from "node:assert/strict";
import { test } from "node:test";

import { ed25519 } from "@noble/curves/ed25519.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

import { publicCredential, secretKey } from "../../gateway/booth/belenios/credential.js";
import { parseElection } from "../../gateway/booth/belenios/election.js";
import { describeAnswers } from "../../gateway/booth/presentation.js";
import { checkReceipt, receiptText } from "../../gateway/booth/receipt/receipt.js";
import { credentialFromCode } from "../../gateway/booth/belenios/voting-code.js";
import { createHandler } from "../../gateway/booth/worker-core.js";
import { checkBallot } from "./check-ballot.js";
import { vectors } from "./vectors.js";

const raw = vectors("ballots").elections[0].raw;
const election = parseElection(raw);
const [code, otherCode] = vectors("codes").valid.map((/** @type {any} */ valid) => valid.normalized);
const settings = { salt: "event", iterations: 10, election: raw, retired: [] };
const secret = secretKey(credentialFromCode(code, "event", 10), election.uuid);
const credential = publicCredential(secret);

/** @returns {{ask: (request: any) => void, replies: any[]}} */
function worker() {
  /** @type {any[]} */
  const replies = [];
  return { ask: createHandler((reply) => replies.push(reply)), replies };
}

test("from the code to the ballot", () => {
  const { ask, replies } = worker();
  ask({ type: "derive", code, credential, ...settings });
  assert.deepEqual([...replies], [{ type: "derived", matches: true, retired: "" }]);
  ask({ type: "make", attempt: 1, choices: [{ blank: false, answers: [1] }] });
  const made = replies.at(-1);
  assert.equal(made.type, "made");
  assert.equal(checkBallot(election, made.ballot), credential);
  assert.equal(replies.filter((reply) => reply.type === "progress").length, 3);
  ask({ type: "make", attempt: 2, choices: [{ blank: false, answers: [1] }] });
  assert.equal(replies.at(-1).attempt, 2);
  assert.notEqual(replies.at(-1).tracker, made.tracker);
});

test("the seed is given for the last ballot alone, and once", () => {
  const { ask, replies } = worker();
  ask({ type: "derive", code, credential, ...settings });
  ask({ type: "make", attempt: 1, choices: [{ blank: false, answers: [0] }] });
  assert.ok(!JSON.stringify(replies).includes("seed"));
  ask({ type: "open", attempt: 2 });
  assert.deepEqual(replies.at(-1), { type: "failed" });
  ask({ type: "open", attempt: 1 });
  const { seed, ...rest } = replies.at(-1);
  assert.deepEqual(rest, { type: "opened", attempt: 1 });
  assert.match(seed, /^[0-9a-f]{64}$/);
  ask({ type: "open", attempt: 1 });
  assert.deepEqual(replies.at(-1), { type: "failed" });
  ask({ type: "make", attempt: 2, choices: [{ blank: false, answers: [0] }] });
  ask({ type: "make", attempt: 3, choices: [{ blank: false, answers: [0] }] });
  ask({ type: "open", attempt: 2 });
  assert.deepEqual(replies.at(-1), { type: "failed" }, "left behind: never opened");
});

test("no reply but the ballot carries anything of the code or the keys", () => {
  const { ask, replies } = worker();
  ask({ type: "derive", code, credential, ...settings });
  ask({ type: "make", attempt: 1, choices: [{ blank: false, answers: [1] }] });
  ask({ type: "open", attempt: 1 });
  const said = JSON.stringify(replies);
  for (const hidden of [code, secret.toString(), credentialFromCode(code, "event", 10)]) assert.ok(!said.includes(hidden));
});

test("another code is not accepted and makes no ballot", () => {
  const { ask, replies } = worker();
  ask({ type: "derive", code: otherCode, credential, ...settings });
  ask({ type: "make", attempt: 1, choices: [{ blank: false, answers: [1] }] });
  assert.deepEqual(replies, [{ type: "derived", matches: false, retired: "" }, { type: "failed" }]);
});

test("a code that was replaced is told with its hour", () => {
  const { ask, replies } = worker();
  const hour = "2026-12-04T10:00:00+00:00";
  const other = publicCredential(secretKey(credentialFromCode(otherCode, "event", 10), election.uuid));
  ask({ type: "derive", code: otherCode, credential, ...settings, retired: [{ credential: other, hour }] });
  assert.deepEqual(replies, [{ type: "derived", matches: false, retired: hour }]);
});

test("failures say nothing of what failed", () => {
  const { ask, replies } = worker();
  ask({ type: "derive", code: "F226", credential, ...settings });
  ask({ type: "derive", code, credential, ...settings, election: "{}" });
  assert.deepEqual(replies, [{ type: "failed" }, { type: "failed" }]);
});

const SEED = new Uint8Array(32).fill(7);
const KEY = bytesToHex(ed25519.getPublicKey(SEED));

test("the receipt must be about our ballot, and signed with the key fixed at sealing", () => {
  const said = { election: "u", tracker: "T", head: "h", height: 3 };
  const receipt = { ...said, signature: bytesToHex(ed25519.sign(utf8ToBytes(JSON.stringify(said)), SEED)) };
  for (const signature of ["not a signature", "00".repeat(64), `${receipt.signature}00`]) {
    assert.equal(checkReceipt({ ...receipt, signature }, "u", "T", KEY).problem, "unsigned");
  }
  assert.equal(checkReceipt({ ...receipt, height: 4 }, "u", "T", KEY).problem, "unsigned");
  assert.equal(checkReceipt(receipt, "u", "T", "ab".repeat(32)).problem, "unsigned");
  assert.equal(checkReceipt(receipt, "u", "T", "").problem, "unsigned");
  assert.deepEqual(checkReceipt(receipt, "u", "T", KEY), { receipt, problem: null });
  assert.equal(checkReceipt({ ...receipt, tracker: "X" }, "u", "T", KEY).problem, "other-tracker");
  assert.equal(checkReceipt({ ...receipt, election: "v" }, "u", "T", KEY).problem, "other-election");
  for (const answer of [null, 1, {}, { ...receipt, head: "" }, { ...receipt, height: "3" }, { ...receipt, signature: undefined }]) {
    assert.equal(checkReceipt(answer, "u", "T", KEY).problem, "malformed");
  }
});

test("the receipt's file has labels for people and the signed object for programs", () => {
  const text = receiptText("Preuve", [["Scrutin", "CSA"]], { tracker: "T" });
  assert.equal(text, 'Preuve\r\n\r\nScrutin : CSA\r\n\r\n{"tracker":"T"}\r\n');
});

test("the names shown are the election's; another presentation cannot exchange lists", () => {
  const shown = describeAnswers(["Liste A", "Liste B"], [
    { name: "Liste B", union: "Union B", logo: "/b.svg", candidates: ["Bo"], document: "/b" },
    { name: "Liste B", union: "Union B", logo: "/b.svg", candidates: ["Bo", 3], document: "https://elsewhere/b" },
  ]);
  assert.deepEqual(shown, [
    { name: "Liste A", union: "", logo: "", candidates: [], document: "" },
    { name: "Liste B", union: "Union B", logo: "/b.svg", candidates: ["Bo"], document: "" },
  ]);
  assert.equal(describeAnswers(["A", "B"], []).length, 2);
  // A question that the portal says nothing of, and what a portal of an earlier version says.
  for (const none of [undefined, { name: "A", union: "U" }]) {
    assert.deepEqual(describeAnswers(["A"], /** @type {any} */ (none)), [{ name: "A", union: "", logo: "", candidates: [], document: "" }]);
  }
});

test("logos come from this site only", () => {
  const logo = (/** @type {unknown} */ value) => describeAnswers(["A"], [{ name: "A", logo: value }])[0]?.logo;
  for (const taken of ["/static/a.svg", "data:image/png;base64,AAAA"]) assert.equal(logo(taken), taken);
  for (const refused of ["//elsewhere/a.svg", "https://elsewhere/a.svg", "javascript:alert(1)", "/\\elsewhere", "data:text/html,x", null, 3]) {
    assert.equal(logo(refused), "");
  }
});
