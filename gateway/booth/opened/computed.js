/**
 * What an opened ballot contains, computed anew on another device. Ciphertexts are computed here from the seed and the choice, with
 * expressions of their own: nothing of the code that the booth encrypts with. The proofs follow from them by the booth's own
 * proofs.js, which can make a ballot invalid but cannot change what it contains. Where the hash of it all is the tracker that the
 * first device had shown, that device had prepared this ballot and no other.
 */

import { GENERATOR, ORDER, formatPoint, parsePoint } from "../belenios/group.js";
import { base64Digest } from "../belenios/hashing.js";
import { proveBlank, proveInterval } from "../belenios/proofs.js";
import { drawFrom, under } from "../belenios/random.js";
import { hexToBytes } from "@noble/hashes/utils.js";

export { parseElection } from "../belenios/election.js";

/** @typedef {import("../belenios/election.js").Election} Election */
/** @typedef {import("../belenios/election.js").Question} Question */
/** @typedef {import("../belenios/group.js").Point} Point */
/** @typedef {import("../belenios/random.js").Draw} Draw */
/** @typedef {import("./written.js").Written} Written */

/** @typedef {{question: string, blank: boolean, answers: readonly string[]}} Content of one question: the blank vote, or what was chosen */
/**
 * @typedef {object} Computed
 * @property {"agrees" | "differs" | "other-election" | "no-choice"} verdict
 * @property {string} tracker of the ballot that the seed and the choice give; "" where there is none
 * @property {readonly Content[]} contents
 */

/**
 * g^r·: never by the functions that the booth encrypts with.
 * @param {Point} base
 * @param {bigint} exponent
 */
function raised(base, exponent) {
  return exponent === 0n ? base.subtract(base) : base.multiplyUnsafe(exponent);
}

/**
 * @param {readonly number[]} bits
 * @param {readonly Question[]} questions
 * @returns {number[][] | null} those of each question; null where they are no choice that the election allows
 */
function byQuestion(bits, questions) {
  const parts = [];
  let start = 0;
  for (const { answers, blank, minimum, maximum } of questions) {
    const part = bits.slice(start, start + answers.length + Number(blank));
    start += answers.length + Number(blank);
    const isBlank = blank && part[0] === 1;
    const chosen = part.slice(Number(blank)).reduce((sum, bit) => sum + bit, 0);
    if (part.length !== answers.length + Number(blank) || (isBlank ? chosen > 0 : chosen < minimum || chosen > maximum)) return null;
    parts.push(part);
  }
  // In a link, zeros fill the last byte.
  return bits.length - start < 8 && !bits.slice(start).includes(1) ? parts : null;
}

/**
 * @param {Election} election
 * @param {string} credential
 * @param {number} number of the question
 * @param {readonly number[]} bits
 * @param {Draw} draw
 * @param {() => Promise<void>} pause
 */
async function answer(election, credential, number, bits, draw, pause) {
  const { publicKey: key } = election;
  const { blank, minimum, maximum } = /** @type {Question} */ (election.questions[number]);
  const base = `${election.hash}|${credential}`;
  const parts = [];
  const individual = [];
  for (const [place, message] of bits.entries()) {
    const randomness = draw(`choice|${number}|${place}`);
    const alpha = raised(GENERATOR, randomness);
    const shared = raised(key, randomness);
    const ciphertext = { alpha, beta: message === 1 ? shared.add(GENERATOR) : shared };
    parts.push({ ciphertext, randomness, message });
    individual.push(proveInterval(base, key, ciphertext, randomness, message, 0, 1, under(draw, `proof|${number}|${place}`)));
    await pause();
  }
  const choices = parts.map(({ ciphertext: { alpha, beta } }) => ({ alpha: formatPoint(alpha), beta: formatPoint(beta) }));
  const context = `${base}|${choices.map(({ alpha, beta }) => `${alpha},${beta}`).join(",")}`;
  const counted = blank ? parts.slice(1) : parts;
  const sum = {
    ciphertext: {
      alpha: counted.reduce((total, { ciphertext }) => total.add(ciphertext.alpha), raised(GENERATOR, 0n)),
      beta: counted.reduce((total, { ciphertext }) => total.add(ciphertext.beta), raised(GENERATOR, 0n)),
    },
    randomness: counted.reduce((total, { randomness }) => (total + randomness) % ORDER, 0n),
    message: counted.reduce((total, { message }) => total + message, 0),
  };
  const [first] = parts;
  const overall = under(draw, `overall|${number}`);
  const made = { choices, individual_proofs: individual };
  if (!blank || !first) {
    return { ...made, overall_proof: proveInterval(context, key, sum.ciphertext, sum.randomness, sum.message, minimum, maximum, overall) };
  }
  const proofs = proveBlank(context, key, first, sum, minimum, maximum, under(draw, `blank|${number}`), overall);
  return { ...made, overall_proof: proofs.overall, blank_proof: proofs.blank };
}

/**
 * @param {Election} election as this device got it by itself
 * @param {Written} written what the first device revealed
 * @param {() => Promise<void>} [pause] awaited after each ciphertext, so that a page stays alive
 * @returns {Promise<Computed>}
 */
export async function compute(election, written, pause = async () => {}) {
  if (written.election !== election.uuid) return { verdict: "other-election", tracker: "", contents: [] };
  const parts = byQuestion(written.bits, election.questions);
  if (!parts) return { verdict: "no-choice", tracker: "", contents: [] };
  const draw = drawFrom(hexToBytes(written.seed));
  const answers = [];
  for (const [number, bits] of parts.entries()) answers.push(await answer(election, written.credential, number, bits, draw, pause));
  const unsigned = { election_uuid: election.uuid, election_hash: election.hash, credential: written.credential, answers };
  const signature = { hash: base64Digest(JSON.stringify(unsigned)), proof: written.proof };
  const ballot = JSON.stringify({ ...unsigned, signature });
  const tracker = base64Digest(ballot);
  const agrees = tracker === written.tracker && (written.ballot === undefined || written.ballot === ballot) && isPoint(written.credential);
  const contents = election.questions.map(({ question, answers: names, blank }, number) => {
    const bits = /** @type {number[]} */ (parts[number]);
    const chosen = names.filter((_, place) => bits[place + Number(blank)] === 1);
    return { question, blank: blank && bits[0] === 1, answers: chosen };
  });
  return { verdict: agrees ? "agrees" : "differs", tracker, contents };
}

/** @param {string} text */
function isPoint(text) {
  try {
    return parsePoint(text) !== null;
  } catch {
    return false;
  }
}
