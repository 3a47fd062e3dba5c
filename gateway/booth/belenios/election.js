/** Strict reading of `election.json`. What the voter sees and what is encrypted both come from it alone. */

import { GROUP_NAME, isIdentity, parsePoint } from "./group.js";
import { base64Digest } from "./hashing.js";
import { allowed } from "./revoting.js";

/**
 * @typedef {object} Question
 * @property {string} question
 * @property {readonly string[]} answers
 * @property {boolean} blank whether a blank vote may be cast
 * @property {number} minimum
 * @property {number} maximum
 */

/**
 * @typedef {object} Election
 * @property {string} uuid
 * @property {string} hash base 64 digest of the raw text
 * @property {string} name
 * @property {string} description
 * @property {boolean} revoting whether voters may vote again, the last ballot of each counting
 * @property {import("./group.js").Point} publicKey
 * @property {readonly Question[]} questions
 */

/** An election text that the booth refuses. */
export class ElectionError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "ElectionError";
  }
}

const UUID = /^[1-9A-HJ-NP-Za-km-z]{14,}$/;
const REQUIRED = ["version", "description", "name", "group", "public_key", "questions", "uuid"];
const OPTIONAL = ["administrator", "credential_authority", "language"];

/**
 * @param {unknown} value
 * @param {string} what
 * @param {readonly string[]} required
 * @param {readonly string[]} optional
 * @returns {Record<string, unknown>}
 */
function record(value, what, required, optional) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ElectionError(`${what} is not an object`);
  }
  for (const key of Object.keys(value)) {
    if (!required.includes(key) && !optional.includes(key)) throw new ElectionError(`${what} has the unknown key ${key}`);
  }
  for (const key of required) {
    if (!Object.prototype.hasOwnProperty.call(value, key)) throw new ElectionError(`${what} lacks ${key}`);
  }
  return /** @type {Record<string, unknown>} */ (value);
}

/**
 * @param {unknown} value
 * @param {string} what
 * @returns {string}
 */
function text(value, what) {
  if (typeof value !== "string") throw new ElectionError(`${what} is not a text`);
  return value;
}

/**
 * @param {unknown} value
 * @param {string} what
 * @returns {number}
 */
function count(value, what) {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    throw new ElectionError(`${what} is not a count`);
  }
  return value;
}

/**
 * @param {unknown} value
 * @returns {Question}
 */
function parseQuestion(value) {
  const fields = record(value, "a question", ["answers", "min", "max", "question"], ["blank"]);
  const { answers, blank } = fields;
  if (!Array.isArray(answers) || answers.length === 0) throw new ElectionError("a question has no answers");
  if (blank !== undefined && blank !== true && blank !== false) throw new ElectionError("blank is not a truth value");
  const minimum = count(fields.min, "min");
  const maximum = count(fields.max, "max");
  if (minimum > maximum || maximum > answers.length) throw new ElectionError("min and max do not fit the answers");
  return Object.freeze({
    question: text(fields.question, "question"),
    answers: Object.freeze(answers.map((answer) => text(answer, "an answer"))),
    blank: blank === true,
    minimum,
    maximum,
  });
}

/**
 * Reads an election. Only homomorphic questions over Ed25519 are taken.
 * @param {string} raw the exact published bytes, without trailing newline
 * @returns {Election}
 * @throws {ElectionError} when anything is not as the protocol says, or is written twice or in another form
 */
export function parseElection(raw) {
  /** @type {unknown} */
  let value;
  try {
    value = JSON.parse(raw);
  } catch {
    throw new ElectionError("the election is not JSON");
  }
  // A key given twice would be read differently by different programs; it does not survive this comparison.
  if (JSON.stringify(value) !== raw) throw new ElectionError("the election is not canonical");
  const fields = record(value, "the election", REQUIRED, OPTIONAL);
  if (fields.version !== 1) throw new ElectionError("the election is not of version 1");
  if (fields.group !== GROUP_NAME) throw new ElectionError("the election is in another group");
  const uuid = text(fields.uuid, "uuid");
  if (!UUID.test(uuid)) throw new ElectionError("the uuid is malformed");
  if (!Array.isArray(fields.questions) || fields.questions.length === 0) throw new ElectionError("there are no questions");
  let publicKey;
  try {
    publicKey = parsePoint(text(fields.public_key, "public_key"));
  } catch (error) {
    throw new ElectionError(`the public key is refused: ${error instanceof Error ? error.message : "malformed"}`);
  }
  // With the identity as public key the vote would be in clear.
  if (isIdentity(publicKey)) throw new ElectionError("the public key is the identity");
  const description = text(fields.description, "description");
  return Object.freeze({
    uuid,
    hash: base64Digest(raw),
    name: text(fields.name, "name"),
    description,
    revoting: allowed(description),
    publicKey,
    questions: Object.freeze(fields.questions.map(parseQuestion)),
  });
}
