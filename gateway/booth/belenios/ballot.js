/** Making a ballot, protocol section 4: encrypt, prove, sign, and compute its tracker. */

import { bytesToHex } from "@noble/hashes/utils.js";

import { ChoiceError, plaintext } from "./choice.js";
import { countPower, formatPoint, generatorPower, power, precompute, product, readyToWrite, reduce } from "./group.js";
import { base64Digest } from "./hashing.js";
import { proveBlank, proveInterval, proveKnowledge } from "./proofs.js";
import { publicCredential } from "./credential.js";
import { drawFrom, newSeed, under } from "./random.js";

/** @typedef {import("./election.js").Election} Election */
/** @typedef {import("./election.js").Question} Question */
/** @typedef {import("./choice.js").Choice} Choice */
/** @typedef {import("./proofs.js").Proof} Proof */
/** @typedef {import("./group.js").Point} Point */
/** @typedef {import("./random.js").Draw} Draw */

/**
 * An answer as it stands in a ballot; the keys are in the order of the protocol.
 * @typedef {object} Answer
 * @property {{alpha: string, beta: string}[]} choices
 * @property {Proof[][]} individual_proofs
 * @property {Proof[]} overall_proof
 * @property {Proof[]} [blank_proof]
 */

/**
 * Called after each encrypted bit, so that a long computation can show where it is.
 * @callback Progress
 * @param {number} done
 * @param {number} total
 * @returns {void}
 */

/**
 * @param {Point} publicKey
 * @param {number} message 0 or 1
 * @param {bigint} randomness
 */
function encrypt(publicKey, message, randomness) {
  /** @type {[Point, Point]} */
  const points = [generatorPower(randomness), power(publicKey, randomness).add(countPower(message))];
  const [alpha, beta] = readyToWrite(points);
  return { ciphertext: { alpha, beta }, randomness, message };
}

/**
 * @param {ReturnType<typeof encrypt>[]} parts
 * @returns {ReturnType<typeof encrypt>} encryption of the sum of the messages
 */
function combine(parts) {
  return {
    ciphertext: {
      alpha: product(parts.map((part) => part.ciphertext.alpha)),
      beta: product(parts.map((part) => part.ciphertext.beta)),
    },
    randomness: reduce(parts.reduce((total, part) => total + part.randomness, 0n)),
    message: parts.reduce((total, part) => total + part.message, 0),
  };
}

/**
 * @param {Point} publicKey
 * @param {string} baseContext the text S0 of the protocol
 * @param {Question} question
 * @param {Choice} choice
 * @param {number} number of the question, from 0
 * @param {Draw} draw
 * @param {() => void} step called after each bit
 * @returns {Answer}
 */
function makeAnswer(publicKey, baseContext, question, choice, number, draw, step) {
  /** @type {ReturnType<typeof encrypt>[]} */
  const parts = [];
  /** @type {Proof[][]} */
  const individual = [];
  plaintext(question, choice).forEach((bit, place) => {
    const part = encrypt(publicKey, bit, draw(`choice|${number}|${place}`));
    const ofProof = under(draw, `proof|${number}|${place}`);
    individual.push(proveInterval(baseContext, publicKey, part.ciphertext, part.randomness, bit, 0, 1, ofProof));
    parts.push(part);
    step();
  });
  const choices = parts.map(({ ciphertext }) => ({
    alpha: formatPoint(ciphertext.alpha),
    beta: formatPoint(ciphertext.beta),
  }));
  const context = `${baseContext}|${choices.map(({ alpha, beta }) => `${alpha},${beta}`).join(",")}`;
  const { minimum, maximum } = question;
  const [first, ...others] = parts;
  const ofOverall = under(draw, `overall|${number}`);
  if (question.blank && first) {
    const ofBlank = under(draw, `blank|${number}`);
    const proofs = proveBlank(context, publicKey, first, combine(others), minimum, maximum, ofBlank, ofOverall);
    return { choices, individual_proofs: individual, overall_proof: proofs.overall, blank_proof: proofs.blank };
  }
  const sum = combine(parts);
  return {
    choices,
    individual_proofs: individual,
    overall_proof: proveInterval(context, publicKey, sum.ciphertext, sum.randomness, sum.message, minimum, maximum, ofOverall),
  };
}

/**
 * Makes a ballot, from a seed of its own.
 * @param {Election} election
 * @param {bigint} secret the signing key of this election (see credential.js)
 * @param {readonly Choice[]} choices one per question
 * @param {Progress} [progress]
 * @returns {{ballot: string, tracker: string, seed: string}} the canonical JSON to send, its tracker, and the seed by which it
 *   can be opened, in hexadecimal: secret
 * @throws {ChoiceError} when a choice does not fit its question
 */
export function makeBallot(election, secret, choices, progress = () => {}) {
  if (choices.length !== election.questions.length) throw new ChoiceError("one choice per question is needed");
  const total = election.questions.reduce((sum, { answers, blank }) => sum + answers.length + (blank ? 1 : 0), 0);
  let done = 0;
  const step = () => progress((done += 1), total);
  const seed = newSeed();
  const draw = drawFrom(seed);
  const publicKey = precompute(election.publicKey);
  const credential = publicCredential(secret);
  const baseContext = `${election.hash}|${credential}`;
  const answers = election.questions.map((question, index) =>
    makeAnswer(publicKey, baseContext, question, /** @type {Choice} */ (choices[index]), index, draw, step),
  );
  const unsigned = { election_uuid: election.uuid, election_hash: election.hash, credential, answers };
  const hash = base64Digest(JSON.stringify(unsigned));
  const ballot = JSON.stringify({ ...unsigned, signature: { hash, proof: proveKnowledge(secret, `sig|${hash}|`) } });
  return { ballot, tracker: tracker(ballot), seed: bytesToHex(seed) };
}

/**
 * @param {string} ballot the exact text of a ballot
 * @returns {string} the tracker by which the voter finds it in the urn: 43 characters of base 64
 */
export function tracker(ballot) {
  return base64Digest(ballot);
}
