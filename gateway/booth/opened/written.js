/**
 * An opened ballot as it goes from the booth to a second device (docs/adr/0037): in a link, from which the ballot is computed
 * anew, or in a file that has the ballot as well.
 *
 * The link's fragment is Base64url of: version (1), length of the uuid, the uuid, then 32 bytes each of tracker, seed, public
 * credential, challenge and response of the signature, then a bit for each ciphertext, padded with zeros.
 */

import { bytesToHex, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";

/**
 * @typedef {object} Written
 * @property {string} election uuid
 * @property {string} tracker as the booth says that it had shown it
 * @property {string} seed 64 hexadecimal digits
 * @property {number[]} bits what was chosen: of all questions in a row, with the blank bit first; at the end zeros that only pad
 * @property {string} credential public, 64 hexadecimal digits
 * @property {{challenge: string, response: string}} proof of the ballot's signature, in decimal
 * @property {string} [ballot] the whole ballot; in files
 */

/** What is no opened ballot, or an incomplete one. */
export class NotOpened extends Error {
  constructor() {
    super("not an opened ballot");
    this.name = "NotOpened";
  }
}

const VERSION = 1;
const PART = 32;
const UUID = /^[1-9A-HJ-NP-Za-km-z]{14,64}$/;
const MOST_BITS = 100_000;
/** The longest file that is read. */
export const LONGEST_FILE = 16 * 1024 * 1024;

/**
 * @param {Uint8Array} bytes
 * @returns {string} in base 64 without padding
 */
function toBase64(bytes) {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")).replace(/=+$/, "");
}

/**
 * @param {string} text in base 64
 * @returns {Uint8Array}
 */
function fromBase64(text) {
  return Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
}

/**
 * @param {string} decimal
 * @returns {Uint8Array} 32 bytes, big-endian
 */
function scalarBytes(decimal) {
  return hexToBytes(BigInt(decimal).toString(16).padStart(2 * PART, "0"));
}

/**
 * @param {readonly number[]} bits
 * @returns {Uint8Array}
 */
function packed(bits) {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((bit, place) => {
    bytes[place >> 3] = (bytes[place >> 3] ?? 0) | (bit << (7 - (place & 7)));
  });
  return bytes;
}

/**
 * @param {Written} written
 * @returns {string} the fragment of the link, without the sign before it
 */
export function toFragment({ election, tracker, seed, bits, credential, proof }) {
  const uuid = utf8ToBytes(election);
  const parts = [fromBase64(tracker), hexToBytes(seed), hexToBytes(credential), scalarBytes(proof.challenge), scalarBytes(proof.response)];
  const bytes = Uint8Array.of(VERSION, uuid.length, ...uuid, ...parts.flatMap((part) => [...part]), ...packed(bits));
  return toBase64(bytes).replaceAll("+", "-").replaceAll("/", "_");
}

/**
 * @param {string} fragment
 * @returns {Written}
 * @throws {NotOpened}
 */
export function fromFragment(fragment) {
  if (fragment.length > MOST_BITS || !/^[A-Za-z0-9_-]+$/.test(fragment) || fragment.length % 4 === 1) throw new NotOpened();
  const bytes = fromBase64(fragment.replaceAll("-", "+").replaceAll("_", "/"));
  const start = 2 + (bytes[1] ?? 0);
  const election = String.fromCharCode(...bytes.subarray(2, start));
  const rest = start + 5 * PART;
  if (bytes[0] !== VERSION || !UUID.test(election) || bytes.length <= rest) throw new NotOpened();
  const part = (/** @type {number} */ place) => bytes.subarray(start + place * PART, start + (place + 1) * PART);
  const decimal = (/** @type {number} */ place) => BigInt(`0x${bytesToHex(part(place))}`).toString();
  const bits = [...bytes.subarray(rest)].flatMap((byte) => Array.from({ length: 8 }, (_, place) => (byte >> (7 - place)) & 1));
  const proof = { challenge: decimal(3), response: decimal(4) };
  return { election, tracker: toBase64(part(0)), seed: bytesToHex(part(1)), credential: bytesToHex(part(2)), proof, bits };
}

/**
 * @param {Written} written with its ballot
 * @returns {string} the file: one line of JSON
 */
export function toFile({ election, tracker, seed, bits, ballot }) {
  return `${JSON.stringify({ opened_ballot: VERSION, election, tracker, seed, choices: bits.join(""), ballot })}\n`;
}

/**
 * @param {string} text
 * @returns {Written}
 * @throws {NotOpened}
 */
export function fromFile(text) {
  try {
    const { opened_ballot: version, election, tracker, seed, choices, ballot } = JSON.parse(text);
    const { credential, signature } = JSON.parse(ballot);
    const { challenge, response } = signature.proof;
    /** @type {[RegExp, unknown][]} */
    const forms = [
      [/^1$/, version], [UUID, election], [/^[A-Za-z0-9+/]{43}$/, tracker], [/^[0-9a-f]{64}$/, seed], [/^[01]{1,100000}$/, choices],
      [/^[0-9a-f]{64}$/, credential], [/^[0-9]{1,77}$/, challenge], [/^[0-9]{1,77}$/, response],
    ];
    if (!forms.every(([form, value]) => form.test(String(value)))) throw new NotOpened();
    return { election, tracker, seed, bits: [...choices].map(Number), credential, proof: { challenge, response }, ballot };
  } catch {
    throw new NotOpened();
  }
}
