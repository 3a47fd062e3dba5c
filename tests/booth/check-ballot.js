/**
 * A verifier of ballots for the tests, written from protocol section 4.1 and not from the prover: it recomputes every
 * commitment with its own expressions. The booth does not ship it.
 */

import { GENERATOR, IDENTITY, isIdentity, parsePoint, parseScalar, power, product, quotient } from "../../gateway/booth/belenios/group.js";
import { base64Digest, challenge } from "../../gateway/booth/belenios/hashing.js";

/** @typedef {import("../../gateway/booth/belenios/election.js").Election} Election */
/** @typedef {import("../../gateway/booth/belenios/group.js").Point} Point */

/**
 * @param {boolean} condition
 * @param {string} what
 */
function require(condition, what) {
  if (!condition) throw new Error(what);
}

/**
 * @param {any} value
 * @param {string[]} keys
 */
function keys(value, ...keys) {
  require(typeof value === "object" && value !== null && Object.keys(value).join() === keys.join(), "keys");
}

/** @param {any} proof */
function pair(proof) {
  keys(proof, "challenge", "response");
  return { c: parseScalar(proof.challenge), r: parseScalar(proof.response) };
}

/**
 * @param {string} prefix
 * @param {any} proofs
 * @param {[alpha: Point, beta: Point][]} statements each one an encryption of zero
 * @param {Point} y
 */
function checkOneOf(prefix, proofs, statements, y) {
  require(Array.isArray(proofs) && proofs.length === statements.length, "number of proofs");
  /** @type {Point[]} */
  const points = [];
  let sum = 0n;
  statements.forEach(([alpha, beta], index) => {
    const { c, r } = pair(proofs[index]);
    points.push(power(GENERATOR, r).add(power(alpha, c)), power(y, r).add(power(beta, c)));
    sum += c;
  });
  require((sum - challenge(prefix, points)) % 7237005577332262213973186563042994240857116359379907606001950938285454250989n === 0n, "proof");
}

/**
 * @param {[Point, Point]} ciphertext
 * @param {number} message
 * @returns {[Point, Point]} an encryption of zero if the ciphertext is one of the message
 */
function minus([alpha, beta], message) {
  return [alpha, quotient(beta, power(GENERATOR, BigInt(message)))];
}

/**
 * @param {Election} election
 * @param {string} raw
 * @returns {string} public credential
 * @throws when the ballot is not valid
 */
export function checkBallot(election, raw) {
  const ballot = JSON.parse(raw);
  require(JSON.stringify(ballot) === raw, "canonical");
  keys(ballot, "election_uuid", "election_hash", "credential", "answers", "signature");
  require(ballot.election_uuid === election.uuid && ballot.election_hash === election.hash, "election");
  const credential = parsePoint(ballot.credential);
  require(!isIdentity(credential), "credential");

  const { signature, ...unsigned } = ballot;
  keys(signature, "hash", "proof");
  require(signature.hash === base64Digest(JSON.stringify(unsigned)), "hash");
  const { c, r } = pair(signature.proof);
  require(challenge(`sig|${signature.hash}|`, [power(GENERATOR, r).add(power(credential, c))]) === c, "signature");

  require(ballot.answers.length === election.questions.length, "answers");
  const y = election.publicKey;
  const s0 = `${election.hash}|${ballot.credential}`;
  election.questions.forEach((question, index) => {
    const answer = ballot.answers[index];
    keys(answer, "choices", "individual_proofs", "overall_proof", ...(question.blank ? ["blank_proof"] : []));
    const length = question.answers.length + (question.blank ? 1 : 0);
    require(answer.choices.length === length && answer.individual_proofs.length === length, "length");
    /** @type {[Point, Point][]} */
    const ciphertexts = answer.choices.map((/** @type {any} */ choice) => {
      keys(choice, "alpha", "beta");
      return [parsePoint(choice.alpha), parsePoint(choice.beta)];
    });
    ciphertexts.forEach((ciphertext, place) => {
      const { alpha, beta } = answer.choices[place];
      checkOneOf(`prove|${s0}|${alpha},${beta}|`, answer.individual_proofs[place], [minus(ciphertext, 0), minus(ciphertext, 1)], y);
    });
    const s = `${s0}|${answer.choices.map((/** @type {any} */ choice) => `${choice.alpha},${choice.beta}`).join(",")}`;
    const counted = question.blank ? ciphertexts.slice(1) : ciphertexts;
    /** @type {[Point, Point]} */
    const sum = [product(counted.map(([alpha]) => alpha)), product(counted.map(([, beta]) => beta))];
    const range = [];
    for (let m = question.minimum; m <= question.maximum; m += 1) range.push(minus(sum, m));
    if (!question.blank) {
      const text = sum.map((point) => (point.toHex().match(/../g) ?? []).reverse().join("")).join(",");
      checkOneOf(`prove|${s}|${text}|`, answer.overall_proof, range, y);
      return;
    }
    const blank = ciphertexts[0] ?? [IDENTITY, IDENTITY];
    checkOneOf(`bproof0|${s}|`, answer.blank_proof, [minus(blank, 0), minus(sum, 0)], y);
    checkOneOf(`bproof1|${s}|`, answer.overall_proof, [minus(blank, 1), ...range], y);
  });
  return ballot.credential;
}
