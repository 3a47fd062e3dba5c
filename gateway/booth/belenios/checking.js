/**
 * Whether a ballot of the public archive is one (protocol section 4.1): canonical, of this election, signed, every point in the group
 * and every proof right. Whether its credential may vote, and has not yet, is the caller's question.
 */

import { at, fields, items, parse, string } from "./canonical.js";
import { formatPoint, isIdentity, parsePoint, product } from "./group.js";
import { base64Digest } from "./hashing.js";
import { formatCiphertext, lengthOf, parseCiphertext } from "./keys/decryption.js";
import { checkDisjunction, checkKnowledge, parseProof } from "./proofs.js";

/** @typedef {import("./election.js").Election} Election */
/** @typedef {import("./proofs.js").Ciphertext} Ciphertext */

/** A ballot that is none; `reason` as the server's code names it. */
export class InvalidBallot extends Error {
  /** @param {string} reason */
  constructor(reason) {
    super(reason);
    this.name = "InvalidBallot";
    this.reason = reason;
  }
}

/**
 * @param {readonly Ciphertext[]} ciphertexts
 * @returns {Ciphertext} the encryption of the sum
 */
export function total(ciphertexts) {
  return { alpha: product(ciphertexts.map((one) => one.alpha)), beta: product(ciphertexts.map((one) => one.beta)) };
}

/**
 * @param {Election} election
 * @param {string} context
 * @param {import("./election.js").Question} question
 * @param {unknown} value
 * @returns {Ciphertext[]}
 */
function checkAnswer(election, context, question, value) {
  const names = ["choices", "individual_proofs", "overall_proof", ...(question.blank ? ["blank_proof"] : [])];
  const answer = fields(value, names);
  const key = election.publicKey;
  const length = lengthOf(question);
  const choices = items(answer.choices, length).map(parseCiphertext);
  const texts = choices.map(formatCiphertext).map(({ alpha, beta }) => `${alpha},${beta}`);
  items(answer.individual_proofs, length).forEach((proofs, place) => {
    const ciphertext = at(choices, place);
    const bits = [0, 1].map((exponent) => ({ ciphertext, exponent }));
    if (!checkDisjunction(`prove|${context}|${texts[place]}|`, key, bits, proofs)) throw new InvalidBallot("bad-individual-proof");
  });
  const everything = `${context}|${texts.join(",")}`;
  const sum = total(question.blank ? choices.slice(1) : choices);
  const numbers = Array.from({ length: question.maximum - question.minimum + 1 }, (_one, more) => ({
    ciphertext: sum,
    exponent: question.minimum + more,
  }));
  if (!question.blank) {
    const prefix = `prove|${everything}|${formatPoint(sum.alpha)},${formatPoint(sum.beta)}|`;
    if (!checkDisjunction(prefix, key, numbers, answer.overall_proof)) throw new InvalidBallot("bad-overall-proof");
    return choices;
  }
  const blank = at(choices, 0);
  const notBoth = [
    { ciphertext: blank, exponent: 0 },
    { ciphertext: sum, exponent: 0 },
  ];
  if (!checkDisjunction(`bproof0|${everything}|`, key, notBoth, answer.blank_proof)) throw new InvalidBallot("bad-blank-proof");
  const blankOrEnough = [{ ciphertext: blank, exponent: 1 }, ...numbers];
  if (!checkDisjunction(`bproof1|${everything}|`, key, blankOrEnough, answer.overall_proof)) throw new InvalidBallot("bad-overall-proof");
  return choices;
}

/**
 * @param {Election} election
 * @param {string} raw
 * @returns {{credential: string, choices: Ciphertext[][]}}
 * @throws {InvalidBallot | import("./canonical.js").Malformed | import("./group.js").GroupError}
 */
export function checkBallot(election, raw) {
  const ballot = fields(parse(raw), ["election_uuid", "election_hash", "credential", "answers", "signature"]);
  if (ballot.election_uuid !== election.uuid || ballot.election_hash !== election.hash) throw new InvalidBallot("wrong-election");
  const credential = string(ballot.credential);
  const point = parsePoint(credential);
  // Whoever knows the discrete logarithm 0 would sign for everybody.
  if (isIdentity(point)) throw new InvalidBallot("bad-credential");
  const { signature, ...unsigned } = ballot;
  const { hash, proof } = fields(signature, ["hash", "proof"]);
  if (hash !== base64Digest(JSON.stringify(unsigned))) throw new InvalidBallot("bad-signature");
  if (!checkKnowledge(point, `sig|${hash}|`, parseProof(proof))) throw new InvalidBallot("bad-signature");
  const answers = items(ballot.answers, election.questions.length);
  const context = `${election.hash}|${credential}`;
  const choices = election.questions.map((question, place) => checkAnswer(election, context, question, answers[place]));
  return { credential, choices };
}
