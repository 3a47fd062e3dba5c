/** Opened ballots (docs/adr/0037): what honest ones say, and what no dishonest booth gets past another device. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { makeBallot, tracker } from "../../gateway/booth/belenios/ballot.js";
import { plaintext } from "../../gateway/booth/belenios/choice.js";
import { publicCredential } from "../../gateway/booth/belenios/credential.js";
import { parseElection } from "../../gateway/booth/belenios/election.js";
import { ORDER, formatPoint, generatorPower, parseScalar, reduce } from "../../gateway/booth/belenios/group.js";
import { drawFrom, randomScalar } from "../../gateway/booth/belenios/random.js";
import { compute } from "../../gateway/booth/opened/computed.js";
import { NotOpened, fromFile, fromFragment, toFile, toFragment } from "../../gateway/booth/opened/written.js";
import { hexToBytes } from "@noble/hashes/utils.js";
import { vectors } from "./vectors.js";

/** @typedef {import("../../gateway/booth/belenios/choice.js").Choice} Choice */
/** @typedef {import("../../gateway/booth/opened/written.js").Written} Written */

const QUESTIONS = [
  { answers: ["Liste A", "Liste B", "Liste C"], blank: true, min: 1, max: 1, question: "Quelle liste ?" },
  { answers: ["Anne", "Bilal", "Chloé", "Dora"], min: 0, max: 3, question: "Qui ?" },
];

/** @param {string} [uuid] */
function anElection(uuid = "3yT9RzCXGmGW5w") {
  return parseElection(JSON.stringify({
    version: 1, description: "", name: "CSA", group: "Ed25519", public_key: formatPoint(generatorPower(randomScalar())), questions: QUESTIONS, uuid,
  }));
}

/**
 * What a booth reveals of a ballot: by an honest one, of the choice that it encrypted.
 * @param {import("../../gateway/booth/belenios/election.js").Election} election
 * @param {{ballot: string, tracker: string, seed: string}} made
 * @param {readonly Choice[]} choices that it says it has encrypted
 * @returns {Written}
 */
function revealed(election, { ballot, tracker: shown, seed }, choices) {
  const { credential, signature } = JSON.parse(ballot);
  const bits = election.questions.flatMap((question, index) => plaintext(question, /** @type {Choice} */ (choices[index])));
  return { election: election.uuid, tracker: shown, seed, bits, credential, proof: signature.proof, ballot };
}

/** @type {Choice[][]} */
const EVERY_CHOICE = [];
for (const first of [{ blank: true }, ...[0, 1, 2].map((index) => ({ blank: false, answers: [index] }))]) {
  for (let mask = 0; mask < 16; mask += 5) {
    const answers = [0, 1, 2, 3].filter((index) => mask & (1 << index));
    if (answers.length <= 3) EVERY_CHOICE.push(/** @type {Choice[]} */ ([first, { blank: false, answers }]));
  }
}

test("any choice, opened honestly, is said as it was made: by link and by file", async () => {
  const election = anElection();
  for (const choices of EVERY_CHOICE) {
    const made = makeBallot(election, randomScalar(), choices);
    const opened = revealed(election, made, choices);
    for (const read of [fromFragment(toFragment(opened)), fromFile(toFile(opened))]) {
      const computed = await compute(election, read);
      assert.deepEqual([computed.verdict, computed.tracker], ["agrees", made.tracker]);
      const said = computed.contents.map(({ blank, answers }) => (blank ? "blank" : answers));
      const wanted = choices.map((choice, index) => (choice.blank ? "blank" : [...choice.answers].map((one) => QUESTIONS[index]?.answers[one])));
      assert.deepEqual(said, wanted);
    }
  }
});

test("a booth that flips the choice is caught, whatever it reveals", async () => {
  const election = anElection();
  const asked = /** @type {Choice[]} */ ([{ blank: false, answers: [0] }, { blank: false, answers: [2] }]);
  const flipped = /** @type {Choice[]} */ ([{ blank: false, answers: [1] }, { blank: false, answers: [2] }]);
  const secret = randomScalar();
  const cheating = makeBallot(election, secret, flipped);
  // It says that it encrypted what was asked for.
  const lie = await compute(election, fromFragment(toFragment(revealed(election, cheating, asked))));
  assert.equal(lie.verdict, "differs");
  assert.notEqual(lie.tracker, cheating.tracker);
  // It makes an honest ballot afterwards, and opens that one under the tracker that it had shown.
  const honest = makeBallot(election, secret, asked);
  const swapped = await compute(election, { ...revealed(election, honest, asked), tracker: cheating.tracker });
  assert.deepEqual([swapped.verdict, swapped.tracker], ["differs", honest.tracker]);
  // Or under its own tracker: all agrees, and the number is not the one that the voter has noted, which the page asks about first.
  const other = await compute(election, fromFragment(toFragment(revealed(election, honest, asked))));
  assert.equal(other.verdict, "agrees");
  assert.notEqual(other.tracker, cheating.tracker);
  // Or says the truth: the voter reads another list.
  const truth = await compute(election, revealed(election, cheating, flipped));
  assert.deepEqual([truth.verdict, truth.contents[0]?.answers], ["agrees", ["Liste B"]]);
});

test("any alteration of what was revealed is told", async () => {
  const election = anElection();
  const choices = /** @type {Choice[]} */ ([{ blank: true }, { blank: false, answers: [] }]);
  const opened = revealed(election, makeBallot(election, randomScalar(), choices), choices);
  /** @type {[Partial<Written>, string][]} */
  const cases = [
    [{ seed: "00".repeat(32) }, "differs"],
    [{ tracker: `A${opened.tracker.slice(1)}` === opened.tracker ? `B${opened.tracker.slice(1)}` : `A${opened.tracker.slice(1)}` }, "differs"],
    [{ credential: publicCredential(7n) }, "differs"],
    [{ proof: { ...opened.proof, response: "1" } }, "differs"],
    [{ ballot: `${opened.ballot} ` }, "differs"],
    [{ bits: opened.bits.map((bit, place) => (place < 2 ? 1 - bit : bit)) }, "differs"],
    [{ bits: opened.bits.map(() => 1) }, "no-choice"],
    [{ bits: opened.bits.slice(1) }, "no-choice"],
    [{ bits: [...opened.bits, 1] }, "no-choice"],
    [{ bits: [...opened.bits, ...Array(8).fill(0)] }, "no-choice"],
    [{ election: "3yT9RzCXGmGW5x" }, "other-election"],
  ];
  for (const [altered, verdict] of cases) {
    assert.equal((await compute(election, { ...opened, ...altered })).verdict, verdict, JSON.stringify(altered));
  }
  const twin = anElection();
  assert.equal((await compute(twin, opened)).verdict, "differs", "the same uuid under another key");
});

test("the seed does not give the signing key: the signature's nonce is none of its numbers", () => {
  const election = anElection();
  const secret = randomScalar();
  const choices = /** @type {Choice[]} */ ([{ blank: true }, { blank: false, answers: [] }]);
  const { ballot, seed } = makeBallot(election, secret, choices);
  const { challenge, response } = JSON.parse(ballot).signature.proof;
  const nonce = reduce(parseScalar(response) + secret * parseScalar(challenge));
  const draw = drawFrom(hexToBytes(seed));
  const names = ["nonce", "sig", "signature", "signature|nonce"];
  for (const question of [0, 1]) {
    for (const kind of ["overall", "blank"]) names.push(`${kind}|${question}|nonce`);
    for (const place of [0, 1, 2, 3]) names.push(`choice|${question}|${place}`, `proof|${question}|${place}|nonce`);
  }
  for (const name of names) assert.notEqual(draw(name), nonce, name);
  assert.ok(draw("x") < ORDER);
});

test("what is no opened ballot is refused whole", () => {
  const election = anElection();
  const choices = /** @type {Choice[]} */ ([{ blank: true }, { blank: false, answers: [] }]);
  const opened = revealed(election, makeBallot(election, randomScalar(), choices), choices);
  const link = toFragment(opened);
  for (const text of ["", "A", "content", "%", `${link}!`, link.slice(0, 200), `C${link.slice(1)}`, "A".repeat(400)]) {
    assert.throws(() => fromFragment(text), NotOpened, text);
  }
  const file = toFile(opened);
  /** @type {string[]} */
  const files = ["", "null", "[]", "{}", file.slice(0, -3), file.replace('"opened_ballot":1', '"opened_ballot":2'), file.replace(opened.seed, "x"), file.replace('"choices":"', '"choices":"2')];
  for (const text of files) assert.throws(() => fromFile(text), NotOpened, text.slice(0, 60));
});

test("the vectors shared with the command", async () => {
  const { derivation, opened } = vectors("opened");
  const draw = drawFrom(hexToBytes(derivation.seed));
  for (const [label, scalar] of Object.entries(derivation.scalars)) assert.equal(draw(label).toString(), scalar, label);
  for (const { election: raw, file, link, contents } of opened) {
    const election = parseElection(raw);
    assert.equal(toFragment(fromFile(file)), link);
    for (const written of [fromFile(file), fromFragment(link)]) {
      const computed = await compute(election, written);
      assert.deepEqual([computed.verdict, computed.contents.map(({ blank, answers }) => (blank ? null : answers))], ["agrees", contents]);
    }
    assert.equal(tracker(fromFile(file).ballot ?? ""), fromFile(file).tracker);
  }
});
