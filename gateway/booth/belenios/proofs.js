/**
 * The zero-knowledge proofs of a ballot, protocol section 3. In all of them
 * response = random − secret × challenge modulo the order, and challenges come from `hashing.challenge`.
 *
 * Every proof of a choice is a disjunction: one branch is true and computed honestly, the others are
 * simulated by choosing challenge and response first. All branches do the same group operations.
 */

import { challenge } from "./hashing.js";
import { GENERATOR, countPower, formatPoint, generatorPower, power, quotient, reduce } from "./group.js";
import { randomScalar } from "./random.js";

/** @typedef {import("./group.js").Point} Point */
/** @typedef {{challenge: string, response: string}} Proof scalars in decimal */
/** @typedef {{alpha: Point, beta: Point}} Ciphertext */
/** @typedef {{challenge: bigint, response: bigint}} Pair */

/**
 * A branch of a disjunction: "ciphertext encrypts g^exponent", proved with the encryption randomness.
 * @typedef {{ciphertext: Ciphertext, exponent: number}} Branch
 */

/**
 * @param {Pair} pair
 * @returns {Proof}
 */
function format(pair) {
  return { challenge: pair.challenge.toString(), response: pair.response.toString() };
}

/**
 * The commitments that a verifier recomputes from a branch's challenge and response.
 * @param {Point} publicKey
 * @param {Branch} branch
 * @param {Pair} pair
 * @returns {[Point, Point]}
 */
export function commitments(publicKey, branch, pair) {
  const { alpha, beta } = branch.ciphertext;
  const plain = quotient(beta, countPower(branch.exponent));
  return [
    generatorPower(pair.response).add(power(alpha, pair.challenge)),
    power(publicKey, pair.response).add(power(plain, pair.challenge)),
  ];
}

/**
 * Proves that one of the branches holds.
 * @param {string} prefix of the hash
 * @param {Point} publicKey
 * @param {Branch[]} branches in the order of the protocol
 * @param {number} trueBranch index of the branch that holds
 * @param {bigint} randomness with which the true branch's ciphertext was encrypted: secret
 * @returns {Proof[]} one per branch
 */
export function proveDisjunction(prefix, publicKey, branches, trueBranch, randomness) {
  if (!branches[trueBranch]) throw new RangeError("no branch of the proof holds");
  const nonce = randomScalar();
  /** @type {Pair[]} */
  const pairs = [];
  /** @type {Point[]} */
  const points = [];
  let simulated = 0n;
  branches.forEach((branch, index) => {
    if (index === trueBranch) {
      pairs.push({ challenge: 0n, response: 0n });
      points.push(generatorPower(nonce), power(publicKey, nonce));
      return;
    }
    const pair = { challenge: randomScalar(), response: randomScalar() };
    simulated += pair.challenge;
    pairs.push(pair);
    points.push(...commitments(publicKey, branch, pair));
  });
  const honest = reduce(challenge(prefix, points) - simulated);
  pairs[trueBranch] = { challenge: honest, response: reduce(nonce - randomness * honest) };
  return pairs.map(format);
}

/**
 * iprove: the ciphertext encrypts one of the consecutive integers first..last (protocol section 3.2).
 * @param {string} context the text S (or S0) of the protocol
 * @param {Point} publicKey
 * @param {Ciphertext} ciphertext
 * @param {bigint} randomness of the ciphertext: secret
 * @param {number} message the integer encrypted: secret
 * @param {number} first
 * @param {number} last
 * @returns {Proof[]} last − first + 1 of them
 */
export function proveInterval(context, publicKey, ciphertext, randomness, message, first, last) {
  const { alpha, beta } = ciphertext;
  const branches = [];
  for (let exponent = first; exponent <= last; exponent += 1) branches.push({ ciphertext, exponent });
  const prefix = `prove|${context}|${formatPoint(alpha)},${formatPoint(beta)}|`;
  return proveDisjunction(prefix, publicKey, branches, message - first, randomness);
}

/**
 * The two proofs of a question with a blank vote (protocol section 3.3).
 * @param {string} context the text S of the protocol
 * @param {Point} publicKey
 * @param {{ciphertext: Ciphertext, randomness: bigint, message: number}} blank the blank bit
 * @param {{ciphertext: Ciphertext, randomness: bigint, message: number}} sum product of the other ciphertexts
 * @param {number} minimum
 * @param {number} maximum
 * @returns {{overall: Proof[], blank: Proof[]}}
 */
export function proveBlank(context, publicKey, blank, sum, minimum, maximum) {
  const isBlank = blank.message === 1;
  const notBoth = proveDisjunction(
    `bproof0|${context}|`,
    publicKey,
    [
      { ciphertext: blank.ciphertext, exponent: 0 },
      { ciphertext: sum.ciphertext, exponent: 0 },
    ],
    isBlank ? 1 : 0,
    isBlank ? sum.randomness : blank.randomness,
  );
  /** @type {Branch[]} */
  const branches = [{ ciphertext: blank.ciphertext, exponent: 1 }];
  for (let exponent = minimum; exponent <= maximum; exponent += 1) {
    branches.push({ ciphertext: sum.ciphertext, exponent });
  }
  const blankOrEnough = proveDisjunction(
    `bproof1|${context}|`,
    publicKey,
    branches,
    isBlank ? 0 : 1 + sum.message - minimum,
    isBlank ? blank.randomness : sum.randomness,
  );
  return { overall: blankOrEnough, blank: notBoth };
}

/**
 * Schnorr's proof of knowledge of the signing key (protocol section 3.1).
 * @param {bigint} secret
 * @param {string} prefix
 * @returns {Proof}
 */
export function proveKnowledge(secret, prefix) {
  const nonce = randomScalar();
  const value = challenge(prefix, [power(GENERATOR, nonce)]);
  return format({ challenge: value, response: reduce(nonce - secret * value) });
}
