/** A holder's part of the decryption of a sum of ballots (protocol section 5): factors, and proofs that they are right. */

import { Malformed, at, fields, items, parse, string } from "../canonical.js";
import { GroupError, formatPoint, generatorPower, parsePoint, power } from "../group.js";
import { checkDecryption, parseProof, proveDecryption } from "../proofs.js";
import { InvalidTrustees } from "./pki.js";

/** @typedef {import("../election.js").Election} Election */
/** @typedef {import("../proofs.js").Ciphertext} Ciphertext */

/**
 * @param {import("../election.js").Question} question
 * @returns {number} how many ciphertexts an answer to it has
 */
export function lengthOf(question) {
  return question.answers.length + (question.blank ? 1 : 0);
}

/**
 * @param {unknown} value
 * @returns {Ciphertext}
 */
export function parseCiphertext(value) {
  const { alpha, beta } = fields(value, ["alpha", "beta"]);
  return { alpha: parsePoint(string(alpha)), beta: parsePoint(string(beta)) };
}

/**
 * @param {Ciphertext} ciphertext
 * @returns {{alpha: string, beta: string}}
 */
export function formatCiphertext({ alpha, beta }) {
  return { alpha: formatPoint(alpha), beta: formatPoint(beta) };
}

/**
 * @param {Election} election
 * @param {string} raw
 * @returns {Ciphertext[][]} the sums, a list for each question
 */
export function parseTally(election, raw) {
  return items(parse(raw), election.questions.length).map((answer, place) =>
    items(answer, lengthOf(at(election.questions, place))).map(parseCiphertext),
  );
}

/**
 * @param {Election} election
 * @param {string} publicKey
 * @returns {string}
 */
function prefixOf(election, publicKey) {
  return `decrypt|${election.hash}|${publicKey}|`;
}

/**
 * @param {Election} election
 * @param {string} tally the encrypted tally, as it is published
 * @param {bigint} share of the key: secret
 * @returns {string} what the holder publishes
 */
export function partialDecryption(election, tally, share) {
  const sums = parseTally(election, tally);
  const prefix = prefixOf(election, formatPoint(generatorPower(share)));
  return JSON.stringify({
    decryption_factors: sums.map((answer) => answer.map(({ alpha }) => formatPoint(power(alpha, share)))),
    decryption_proofs: sums.map((answer) => answer.map(({ alpha }) => proveDecryption(alpha, share, prefix))),
  });
}

/**
 * @param {Election} election
 * @param {import("./trustees.js").Trustees} trustees
 * @param {number} owner from 1
 * @param {string} tally
 * @param {string} raw
 * @throws {InvalidTrustees} "bad-decryption": it is not that owner's, or no proof of it holds
 */
export function checkPartialDecryption(election, trustees, owner, tally, raw) {
  const holder = trustees.owners[owner - 1];
  if (!holder) throw new InvalidTrustees("bad-decryption");
  const sums = parseTally(election, tally);
  const prefix = prefixOf(election, holder.publicKey);
  try {
    const made = fields(parse(raw), ["decryption_factors", "decryption_proofs"]);
    const proofs = items(made.decryption_proofs, sums.length);
    items(made.decryption_factors, sums.length).forEach((row, question) => {
      const answer = at(sums, question);
      const own = items(proofs[question], answer.length);
      items(row, answer.length).forEach((factor, place) => {
        const point = parsePoint(string(factor));
        const holds = checkDecryption(holder.point, at(answer, place).alpha, point, prefix, parseProof(own[place]));
        if (!holds) throw new InvalidTrustees("bad-decryption");
      });
    });
  } catch (error) {
    if (error instanceof Malformed || error instanceof GroupError) throw new InvalidTrustees("bad-decryption");
    throw error;
  }
}
