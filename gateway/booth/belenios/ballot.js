/** Making a ballot, protocol section 4: encrypt, prove, sign, and compute its tracker. */

import { countPower, formatPoint, generatorPower, power, precompute, product, reduce } from "./group.js";
import { base64Digest } from "./hashing.js";
import { proveBlank, proveInterval, proveKnowledge } from "./proofs.js";
import { publicCredential } from "./credential.js";
import { randomScalar } from "./random.js";

/** @typedef {import("./election.js").Election} Election */
/** @typedef {import("./election.js").Question} Question */
/** @typedef {import("./proofs.js").Proof} Proof */
/** @typedef {import("./group.js").Point} Point */

/**
 * What a voter chose for a question: a blank vote, or the indices of answers (from 0).
 * @typedef {{blank: true} | {blank: false, answers: readonly number[]}} Choice
 */

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

/** A choice that the question does not allow. */
export class ChoiceError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "ChoiceError";
  }
}

/**
 * @param {Question} question
 * @param {Choice} choice
 * @returns {number[]} bits; the first is the blank one where the question has a blank vote
 * @throws {ChoiceError}
 */
export function plaintext(question, choice) {
  const bits = question.answers.map(() => 0);
  if (choice.blank) {
    if (!question.blank) throw new ChoiceError("the question has no blank vote");
    return [1, ...bits];
  }
  for (const index of choice.answers) {
    if (bits[index] !== 0) throw new ChoiceError("an answer is unknown or chosen twice");
    bits[index] = 1;
  }
  const chosen = choice.answers.length;
  if (chosen < question.minimum || chosen > question.maximum) throw new ChoiceError("too few or too many answers");
  return question.blank ? [0, ...bits] : bits;
}

/**
 * @param {Point} publicKey
 * @param {number} message 0 or 1
 */
function encrypt(publicKey, message) {
  const randomness = randomScalar();
  const ciphertext = {
    alpha: generatorPower(randomness),
    beta: power(publicKey, randomness).add(countPower(message)),
  };
  return { ciphertext, randomness, message };
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
 * @param {() => void} step called after each bit
 * @returns {Answer}
 */
function makeAnswer(publicKey, baseContext, question, choice, step) {
  const parts = [];
  const individual = [];
  for (const bit of plaintext(question, choice)) {
    const part = encrypt(publicKey, bit);
    individual.push(proveInterval(baseContext, publicKey, part.ciphertext, part.randomness, bit, 0, 1));
    parts.push(part);
    step();
  }
  const choices = parts.map(({ ciphertext }) => ({
    alpha: formatPoint(ciphertext.alpha),
    beta: formatPoint(ciphertext.beta),
  }));
  const context = `${baseContext}|${choices.map(({ alpha, beta }) => `${alpha},${beta}`).join(",")}`;
  const { minimum, maximum } = question;
  const [first, ...others] = parts;
  if (question.blank && first) {
    const proofs = proveBlank(context, publicKey, first, combine(others), minimum, maximum);
    return { choices, individual_proofs: individual, overall_proof: proofs.overall, blank_proof: proofs.blank };
  }
  const sum = combine(parts);
  return {
    choices,
    individual_proofs: individual,
    overall_proof: proveInterval(context, publicKey, sum.ciphertext, sum.randomness, sum.message, minimum, maximum),
  };
}

/**
 * Makes a ballot.
 * @param {Election} election
 * @param {bigint} secret the signing key of this election (see credential.js)
 * @param {readonly Choice[]} choices one per question
 * @param {Progress} [progress]
 * @returns {{ballot: string, tracker: string}} the canonical JSON to send, and its tracker
 * @throws {ChoiceError} when a choice does not fit its question
 */
export function makeBallot(election, secret, choices, progress = () => {}) {
  if (choices.length !== election.questions.length) throw new ChoiceError("one choice per question is needed");
  const total = election.questions.reduce((sum, { answers, blank }) => sum + answers.length + (blank ? 1 : 0), 0);
  let done = 0;
  const step = () => progress((done += 1), total);
  const publicKey = precompute(election.publicKey);
  const credential = publicCredential(secret);
  const baseContext = `${election.hash}|${credential}`;
  const answers = election.questions.map((question, index) =>
    makeAnswer(publicKey, baseContext, question, /** @type {Choice} */ (choices[index]), step),
  );
  const unsigned = { election_uuid: election.uuid, election_hash: election.hash, credential, answers };
  const hash = base64Digest(JSON.stringify(unsigned));
  const ballot = JSON.stringify({ ...unsigned, signature: { hash, proof: proveKnowledge(secret, `sig|${hash}|`) } });
  return { ballot, tracker: tracker(ballot) };
}

/**
 * @param {string} ballot the exact text of a ballot
 * @returns {string} the tracker by which the voter finds it in the urn: 43 characters of base 64
 */
export function tracker(ballot) {
  return base64Digest(ballot);
}
