import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";

import { makeBallot, tracker } from "../../gateway/booth/belenios/ballot.js";
import { ChoiceError, plaintext } from "../../gateway/booth/belenios/choice.js";
import { publicCredential } from "../../gateway/booth/belenios/credential.js";
import { ElectionError, parseElection } from "../../gateway/booth/belenios/election.js";
import { formatPoint, generatorPower, parsePoint, power, quotient } from "../../gateway/booth/belenios/group.js";
import { proveDisjunction } from "../../gateway/booth/belenios/proofs.js";
import { randomScalar } from "../../gateway/booth/belenios/random.js";
import { checkBallot } from "./check-ballot.js";
import { vectors } from "./vectors.js";

/** @typedef {import("../../gateway/booth/belenios/choice.js").Choice} Choice */

const shared = vectors("ballots");

/**
 * @param {object[]} questions
 * @param {bigint} [key]
 */
function electionText(questions, key = randomScalar()) {
  return JSON.stringify({
    version: 1, description: "Élection d’essai", name: "Scrutin \"é\" / 1", group: "Ed25519",
    public_key: formatPoint(generatorPower(key)), questions, uuid: "3yT9RzCXGmGW5w",
  });
}

/**
 * @param {number} answers
 * @param {number} min
 * @param {number} max
 * @param {boolean} blank
 */
function question(answers, min, max, blank) {
  return { answers: Array.from({ length: answers }, (_, index) => `Liste ${index}`), ...(blank ? { blank } : {}), min, max, question: "?" };
}

/**
 * @param {string} text of Base64 characters, at least one
 * @returns {string} a text that differs from it in its first character, whatever that was
 */
function otherwise(text) {
  return (text.startsWith("A") ? "B" : "A") + text.slice(1);
}

/**
 * @param {number} bound
 * @returns {number} uniform enough for a test
 */
function below(bound) {
  return Number(randomScalar() % BigInt(bound));
}

/**
 * @param {import("../../gateway/booth/belenios/election.js").Question} asked
 * @returns {Choice}
 */
function randomChoice(asked) {
  if (asked.blank && below(3) === 0) return { blank: true };
  const count = asked.minimum + below(asked.maximum - asked.minimum + 1);
  const left = asked.answers.map((_, index) => index);
  const answers = Array.from({ length: count }, () => left.splice(below(left.length), 1)[0] ?? 0);
  return { blank: false, answers };
}

/**
 * @param {bigint} key
 * @param {string} ballot
 * @returns {(boolean | null)[][]} bit of each ciphertext
 */
function decrypt(key, ballot) {
  return JSON.parse(ballot).answers.map((/** @type {any} */ answer) =>
    answer.choices.map((/** @type {any} */ { alpha, beta }) => {
      const plain = formatPoint(quotient(parsePoint(beta), power(parsePoint(alpha), key)));
      return plain === formatPoint(generatorPower(1n)) ? 1 : plain === formatPoint(generatorPower(0n)) ? 0 : null;
    }),
  );
}

test("the verifier of these tests accepts the Python implementation's ballots and refuses what it altered", () => {
  for (const { raw, hash, ballots, tampered } of shared.elections) {
    const election = parseElection(raw);
    assert.equal(election.hash, hash);
    for (const ballot of ballots) {
      assert.equal(checkBallot(election, ballot.raw), ballot.public_credential);
      assert.equal(tracker(ballot.raw), ballot.tracker);
      assert.equal(publicCredential(BigInt(ballot.secret)), ballot.public_credential);
    }
    for (const { case: name, raw: altered, reason } of tampered) {
      if (reason === "too-large") continue;
      assert.throws(() => checkBallot(election, altered), Error, name);
    }
  }
});

for (const [answers, min, max, blank] of /** @type {[number, number, number, boolean][]} */ ([
  [1, 1, 1, false], [3, 1, 1, false], [3, 1, 1, true], [2, 0, 1, true], [4, 0, 4, false], [5, 2, 3, true], [1, 0, 0, false], [1, 1, 1, true],
])) {
  test(`random ballots are valid and say what was chosen: ${answers} answers, ${min} to ${max}${blank ? ", blank" : ""}`, () => {
    const key = randomScalar();
    const election = parseElection(electionText([question(answers, min, max, blank)], key));
    const [asked] = election.questions;
    assert.ok(asked);
    for (let round = 0; round < 6; round += 1) {
      /** @type {Choice} */
      const choice = round === 0 && blank ? { blank: true } : randomChoice(asked);
      const secret = randomScalar();
      const made = makeBallot(election, secret, [choice]);
      assert.equal(checkBallot(election, made.ballot), publicCredential(secret));
      assert.equal(made.tracker, tracker(made.ballot));
      assert.deepEqual(decrypt(key, made.ballot), [plaintext(asked, choice)]);
    }
  });
}

test("several questions, with progress to the end", () => {
  const election = parseElection(electionText([question(3, 1, 1, true), question(2, 0, 2, false)]));
  /** @type {[number, number][]} */
  const steps = [];
  const choices = election.questions.map(randomChoice);
  const { ballot } = makeBallot(election, randomScalar(), choices, (done, total) => steps.push([done, total]));
  checkBallot(election, ballot);
  assert.deepEqual(steps, [1, 2, 3, 4, 5, 6].map((done) => [done, 6]));
});

test("two ballots of the same choice share neither ciphertext nor tracker", () => {
  const election = parseElection(electionText([question(2, 1, 1, false)]));
  const secret = randomScalar();
  const [one, two] = [0, 1].map(() => makeBallot(election, secret, [{ blank: false, answers: [0] }]));
  assert.notEqual(one?.tracker, two?.tracker);
  assert.notEqual(JSON.parse(one?.ballot ?? "").answers[0].choices[0].alpha, JSON.parse(two?.ballot ?? "").answers[0].choices[0].alpha);
});

test("choices that the question does not allow make no ballot", () => {
  const election = parseElection(electionText([question(3, 1, 2, false)]));
  /** @type {any[]} */
  const refused = [
    { blank: true }, { blank: false, answers: [] }, { blank: false, answers: [0, 1, 2] }, { blank: false, answers: [3] },
    { blank: false, answers: [-1] }, { blank: false, answers: [1, 1] }, { blank: false, answers: [0.5] },
  ];
  for (const choice of refused) assert.throws(() => makeBallot(election, 5n, [choice]), ChoiceError);
  assert.throws(() => makeBallot(election, 5n, []), ChoiceError);
});

test("no false statement is proved", () => {
  assert.throws(() => proveDisjunction("x", generatorPower(2n), [], 0, () => 1n), RangeError);
});

test("every altered value makes a ballot invalid", () => {
  const election = parseElection(electionText([question(2, 1, 1, true)]));
  const { ballot } = makeBallot(election, randomScalar(), [{ blank: true }]);
  /** @param {(value: any) => void} alter */
  const altered = (alter) => {
    const value = JSON.parse(ballot);
    alter(value);
    return JSON.stringify(value);
  };
  /** @type {[string, (value: any) => void][]} */
  const alterations = [
    ["uuid", (b) => (b.election_uuid = "3yT9RzCXGmGW5x")],
    ["hash", (b) => (b.election_hash = otherwise(b.election_hash))],
    ["credential", (b) => (b.credential = formatPoint(generatorPower(7n)))],
    ["exchanged choices", (b) => b.answers[0].choices.reverse()],
    ["exchanged proofs", (b) => b.answers[0].individual_proofs[0].reverse()],
    ["overall proof", (b) => (b.answers[0].overall_proof[0].response = "1")],
    ["blank proof", (b) => (b.answers[0].blank_proof[1].challenge = "1")],
    ["no blank proof", (b) => delete b.answers[0].blank_proof],
    ["signature hash", (b) => (b.signature.hash = otherwise(b.signature.hash))],
    ["signature", (b) => (b.signature.proof.response = "1")],
    ["one more key", (b) => (b.weight = 2)],
  ];
  for (const [name, alter] of alterations) assert.throws(() => checkBallot(election, altered(alter)), Error, name);
  assert.throws(() => checkBallot(election, ` ${ballot}`));
});

test("an election is read strictly", () => {
  const text = electionText([question(2, 1, 1, true)]);
  assert.equal(parseElection(text).questions[0]?.blank, true);
  /** @type {[string, string][]} */
  const refused = [
    ["not JSON", "{"],
    ["an array", "[]"],
    ["spaces", text.replace(":", ": ")],
    ["a key twice", text.replace('"version":1', '"version":1,"version":1')],
    ["version 2", text.replace('"version":1', '"version":2')],
    ["another group", text.replace("Ed25519", "BELENIOS-2048")],
    ["an unknown key", text.replace('"version":1', '"version":1,"weight":1')],
    ["no uuid", text.replace(',"uuid":"3yT9RzCXGmGW5w"', "")],
    ["a short uuid", text.replace("3yT9RzCXGmGW5w", "3yT9")],
    ["the identity as key", text.replace(/"public_key":"\w+"/, `"public_key":"${"0".repeat(63)}1"`)],
    ["a key off the curve", text.replace(/"public_key":"\w+"/, `"public_key":"${"0".repeat(63)}2"`)],
    ["no questions", electionText([])],
    ["no answers", electionText([question(0, 0, 0, false)])],
    ["more than the answers", electionText([question(2, 1, 3, false)])],
    ["min over max", electionText([question(2, 2, 1, false)])],
    ["a negative min", electionText([question(2, -1, 1, false)])],
    ["a fraction", electionText([question(2, 0.5, 1, false)])],
    ["another kind of question", electionText([{ type: "Lists", value: { answers: [["a", "b"]], question: "?" } }])],
    ["an answer that is no text", electionText([{ answers: [1], min: 1, max: 1, question: "?" }])],
  ];
  for (const [name, raw] of refused) assert.throws(() => parseElection(raw), ElectionError, name);
});

test("ballots for other verifiers, when asked for", () => {
  const path = process.env.ISOLOIR_WRITE_BALLOTS;
  const raw = electionText([question(10, 1, 1, true)], 12345n);
  const election = parseElection(raw);
  const choices = /** @type {Choice[]} */ ([{ blank: true }, { blank: false, answers: [0] }, { blank: false, answers: [9] }]);
  const ballots = choices.map((choice) => makeBallot(election, randomScalar(), [choice]));
  for (const { ballot } of ballots) checkBallot(election, ballot);
  if (path) writeFileSync(path, JSON.stringify({ election: raw, ballots }));
});
