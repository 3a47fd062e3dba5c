/**
 * The voting code, as the voter types it, and the Belenios credential it stands for.
 * The same rules as services/reassort/voting_code.py, where the check symbol is explained; tests/vectors binds both.
 */

import { pbkdf2 } from "@noble/hashes/pbkdf2.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";

/** @typedef {"empty" | "bad-symbol" | "bad-length" | "bad-check"} Reason */

export const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
export const LENGTH = 16;

const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const CREDENTIAL_LENGTH = 22;
const POLYNOMIAL = 0b100101; // x^5 + x^2 + 1, primitive: x has order 31
const MAX_TYPED = 200;
const SKIPPED = new Set(" -\t\r\n\u00a0\u2007\u2009\u202f\u2010\u2011\u2012\u2013\u2014\u2212");

/** @type {Map<string, number>} */
const VALUES = new Map([...ALPHABET].map((symbol, value) => [symbol, value]));
VALUES.set("O", 0).set("I", 1).set("L", 1);

/** What was typed is no voting code. The code itself is never in the message. */
export class InvalidVotingCode extends Error {
  /**
   * @param {Reason} reason
   * @param {{symbol?: string, count?: number}} [details] the symbol that is none, or how many symbols were typed
   */
  constructor(reason, details = {}) {
    super(reason);
    this.name = "InvalidVotingCode";
    this.reason = reason;
    this.details = details;
  }
}

/**
 * Product in GF(32).
 * @param {number} left
 * @param {number} right
 * @returns {number}
 */
function times(left, right) {
  let result = 0;
  for (; right > 0; right >>= 1) {
    if (right & 1) result ^= left;
    left <<= 1;
    if (left & 32) left ^= POLYNOMIAL;
  }
  return result;
}

/**
 * @param {readonly number[]} values
 * @returns {number} 0 for a code word
 */
function syndrome(values) {
  let weight = 1;
  let total = 0;
  for (const value of values) {
    total ^= times(weight, value);
    weight = times(weight, 2);
  }
  return total;
}

/**
 * The sixteen symbols of what was typed: case, blanks and hyphens ignored, O read as 0, I and L as 1.
 * @param {string} typed
 * @returns {string}
 * @throws {InvalidVotingCode} with the kind of slip
 */
export function normalize(typed) {
  const characters = [...typed];
  if (characters.length > MAX_TYPED) throw new InvalidVotingCode("bad-length", { count: characters.length });
  /** @type {number[]} */
  const values = [];
  for (const character of characters) {
    if (SKIPPED.has(character)) continue;
    // Only ASCII letters are folded: toUpperCase would turn some foreign letters into ours.
    const value = VALUES.get(character <= "\u007f" ? character.toUpperCase() : character);
    if (value === undefined) throw new InvalidVotingCode("bad-symbol", { symbol: character });
    values.push(value);
  }
  if (values.length === 0) throw new InvalidVotingCode("empty");
  if (values.length !== LENGTH) throw new InvalidVotingCode("bad-length", { count: values.length });
  if (syndrome(values) !== 0) throw new InvalidVotingCode("bad-check");
  return values.map((value) => ALPHABET.charAt(value)).join("");
}

/**
 * @param {string} typed
 * @returns {string} as it is shown: four groups of four, with hyphens
 * @throws {InvalidVotingCode}
 */
export function formatCode(typed) {
  return (normalize(typed).match(/.{4}/g) ?? []).join("-");
}

/**
 * The Belenios credential of a voting code: PBKDF2-HMAC-SHA256, 128 bits, read big-endian and written with
 * 22 Base58 digits. Not by WebCrypto, which exists in secure contexts only.
 * @param {string} code
 * @param {string} salt uuid of the voting event
 * @param {number} iterations published parameter, at least 1
 * @returns {string} 22 characters with dashes, 5-6-5-6: secret
 * @throws {InvalidVotingCode}
 * @throws {RangeError} for less than one iteration
 */
export function credentialFromCode(code, salt, iterations) {
  const normal = normalize(code);
  if (!Number.isSafeInteger(iterations) || iterations < 1) throw new RangeError("at least one iteration is needed");
  const password = utf8ToBytes(normal);
  const derived = pbkdf2(sha256, password, utf8ToBytes(salt), { c: iterations, dkLen: 16 });
  let number = derived.reduce((total, byte) => (total << 8n) | BigInt(byte), 0n);
  password.fill(0);
  derived.fill(0);
  let digits = "";
  for (let index = 0; index < CREDENTIAL_LENGTH; index += 1) {
    digits = BASE58.charAt(Number(number % 58n)) + digits;
    number /= 58n;
  }
  return [digits.slice(0, 5), digits.slice(5, 11), digits.slice(11, 16), digits.slice(16)].join("-");
}
