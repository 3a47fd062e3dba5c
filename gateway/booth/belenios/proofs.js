/**
 * The zero-knowledge proofs of ballots, keys and decryptions, protocol sections 3 and 5. In all of them
 * response = random − secret × challenge modulo the order, and challenges come from `hashing.challenge`.
 *
 * Every proof of a choice is a disjunction: one branch is true and computed honestly, the others are
 * simulated by choosing challenge and response first. All branches do the same group operations.
 */

import { fields, items, string } from "./canonical.js";
import { challenge } from "./hashing.js";
import { GENERATOR, countPower, formatPoint, generatorPower, parseScalar, power, publicPower, quotient, reduce } from "./group.js";
import { randomScalar } from "./random.js";

/** @typedef {import("./group.js").Point} Point */
/** @typedef {import("./random.js").Draw} Draw */
/** @typedef {{challenge: string, response: string}} Proof scalars in decimal */
/** @typedef {{alpha: Point, beta: Point}} Ciphertext */
/** @typedef {{challenge: bigint, response: bigint}} Pair */

/**
 * A branch of a disjunction: "ciphertext encrypts g^exponent".
 * @typedef {{ciphertext: Ciphertext, exponent: number}} Branch
 */
/**
 * The same as whoever encrypted has it: the ciphertext is (g^randomness, publicKey^randomness · g^message). Both are secret.
 * @typedef {{randomness: bigint, message: number, exponent: number}} OwnBranch
 */

/**
 * @param {Pair} pair
 * @returns {Proof}
 */
function format(pair) {
  return { challenge: pair.challenge.toString(), response: pair.response.toString() };
}

/**
 * The commitments that a verifier recomputes from a branch's challenge and response: g^response · alpha^challenge and
 * publicKey^response · (beta / g^exponent)^challenge. Who knows what the ciphertext is made of needs powers of the generator and
 * of the public key alone, for which there are tables.
 * @param {Point} publicKey
 * @param {OwnBranch} branch
 * @param {Pair} pair
 * @returns {[Point, Point]}
 */
function commitments(publicKey, { randomness, message, exponent }, pair) {
  const both = reduce(pair.response + randomness * pair.challenge);
  const rest = reduce(BigInt(message - exponent) * pair.challenge);
  // One more, taken off again: a branch that holds too is simulated in the same time as one that does not.
  const distance = quotient(generatorPower(reduce(rest + 1n)), GENERATOR);
  return [generatorPower(both), power(publicKey, both).add(distance)];
}

/**
 * Proves that one of the branches holds.
 * @param {string} prefix of the hash
 * @param {Point} publicKey
 * @param {OwnBranch[]} branches in the order of the protocol
 * @param {number} trueBranch index of the branch that holds
 * @param {Draw} draw of this proof: `nonce`, and `challenge|branch`, `response|branch` for those that do not hold
 * @returns {Proof[]} one per branch
 */
export function proveDisjunction(prefix, publicKey, branches, trueBranch, draw) {
  const proved = branches[trueBranch];
  if (!proved) throw new RangeError("no branch of the proof holds");
  const nonce = draw("nonce");
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
    const pair = { challenge: draw(`challenge|${index}`), response: draw(`response|${index}`) };
    simulated += pair.challenge;
    pairs.push(pair);
    points.push(...commitments(publicKey, branch, pair));
  });
  const honest = reduce(challenge(prefix, points) - simulated);
  pairs[trueBranch] = { challenge: honest, response: reduce(nonce - proved.randomness * honest) };
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
 * @param {Draw} draw of this proof
 * @returns {Proof[]} last − first + 1 of them
 */
export function proveInterval(context, publicKey, ciphertext, randomness, message, first, last, draw) {
  const { alpha, beta } = ciphertext;
  const branches = [];
  for (let exponent = first; exponent <= last; exponent += 1) branches.push({ randomness, message, exponent });
  const prefix = `prove|${context}|${formatPoint(alpha)},${formatPoint(beta)}|`;
  return proveDisjunction(prefix, publicKey, branches, message - first, draw);
}

/**
 * The two proofs of a question with a blank vote (protocol section 3.3).
 * @param {string} context the text S of the protocol
 * @param {Point} publicKey
 * @param {{randomness: bigint, message: number}} blank what the blank bit's ciphertext is made of
 * @param {{randomness: bigint, message: number}} sum the same of the product of the other ciphertexts
 * @param {number} minimum
 * @param {number} maximum
 * @param {Draw} drawBlank of the first proof
 * @param {Draw} drawOverall of the second
 * @returns {{overall: Proof[], blank: Proof[]}}
 */
export function proveBlank(context, publicKey, blank, sum, minimum, maximum, drawBlank, drawOverall) {
  const isBlank = blank.message === 1;
  /** @type {(part: {randomness: bigint, message: number}, exponent: number) => OwnBranch} */
  const of = ({ randomness, message }, exponent) => ({ randomness, message, exponent });
  const notBoth = proveDisjunction(
    `bproof0|${context}|`,
    publicKey,
    [of(blank, 0), of(sum, 0)],
    isBlank ? 1 : 0,
    drawBlank,
  );
  const branches = [of(blank, 1)];
  for (let exponent = minimum; exponent <= maximum; exponent += 1) branches.push(of(sum, exponent));
  const blankOrEnough = proveDisjunction(
    `bproof1|${context}|`,
    publicKey,
    branches,
    isBlank ? 0 : 1 + sum.message - minimum,
    drawOverall,
  );
  return { overall: blankOrEnough, blank: notBoth };
}

/**
 * Schnorr's proof of knowledge of the signing key (protocol section 3.1). Its nonce never comes from the ballot's seed: when
 * the ballot is opened the seed is known, and nonce and response together give the key.
 * @param {bigint} secret
 * @param {string} prefix
 * @returns {Proof}
 */
export function proveKnowledge(secret, prefix) {
  const nonce = randomScalar();
  const value = challenge(prefix, [power(GENERATOR, nonce)]);
  return format({ challenge: value, response: reduce(nonce - secret * value) });
}

/**
 * @param {unknown} value
 * @returns {Pair}
 * @throws {import("./canonical.js").Malformed | import("./group.js").GroupError}
 */
export function parseProof(value) {
  const proof = fields(value, ["challenge", "response"]);
  return { challenge: parseScalar(string(proof.challenge)), response: parseScalar(string(proof.response)) };
}

/**
 * @param {Point} publicPoint of `parsePoint`
 * @param {string} prefix
 * @param {Pair} proof
 * @returns {boolean} whether whoever made the proof knew the secret of the point
 */
export function checkKnowledge(publicPoint, prefix, proof) {
  const commitment = publicPower(GENERATOR, proof.response).add(publicPower(publicPoint, proof.challenge));
  return challenge(prefix, [commitment]) === proof.challenge;
}

/**
 * Proves that alpha^secret has the secret of the public key (protocol section 5).
 * @param {Point} alpha
 * @param {bigint} secret
 * @param {string} prefix
 * @returns {Proof}
 */
export function proveDecryption(alpha, secret, prefix) {
  const nonce = randomScalar();
  const value = challenge(prefix, [generatorPower(nonce), power(alpha, nonce)]);
  return format({ challenge: value, response: reduce(nonce - secret * value) });
}

/**
 * @param {Point} publicPoint
 * @param {Point} alpha
 * @param {Point} factor
 * @param {string} prefix
 * @param {Pair} proof
 * @returns {boolean} all points being of `parsePoint`
 */
export function checkDecryption(publicPoint, alpha, factor, prefix, proof) {
  const first = publicPower(GENERATOR, proof.response).add(publicPower(publicPoint, proof.challenge));
  const second = publicPower(alpha, proof.response).add(publicPower(factor, proof.challenge));
  return challenge(prefix, [first, second]) === proof.challenge;
}

/**
 * Whether one of the branches holds, by what `proveDisjunction` makes.
 * @param {string} prefix
 * @param {Point} publicKey
 * @param {Branch[]} branches
 * @param {unknown} proofs as a ballot has them
 * @returns {boolean}
 * @throws {import("./canonical.js").Malformed | import("./group.js").GroupError} where they are no proofs, or not as many
 */
export function checkDisjunction(prefix, publicKey, branches, proofs) {
  const pairs = items(proofs, branches.length).map(parseProof);
  const points = branches.flatMap(({ ciphertext: { alpha, beta }, exponent }, index) => {
    const pair = /** @type {Pair} */ (pairs[index]);
    return [
      publicPower(GENERATOR, pair.response).add(publicPower(alpha, pair.challenge)),
      publicPower(publicKey, pair.response).add(publicPower(quotient(beta, countPower(exponent)), pair.challenge)),
    ];
  });
  return reduce(pairs.reduce((sum, pair) => sum + pair.challenge, 0n)) === challenge(prefix, points);
}
