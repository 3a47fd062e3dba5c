/**
 * Solves ALTCHA challenges (version 2, SHA-256) without SubtleCrypto, which browsers withhold from pages over plain http.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, hexToBytes } from "@noble/hashes/utils.js";

/**
 * @typedef {object} Parameters
 * @property {string} algorithm
 * @property {number} cost rounds of the hash for each number
 * @property {number} keyLength bytes
 * @property {string} keyPrefix hexadecimal
 * @property {string} nonce hexadecimal
 * @property {string} salt hexadecimal
 */
/** @typedef {{parameters: Parameters, signature: string}} Challenge */
/** @typedef {{counter: number, derivedKey: string}} Solution */

const MOST = 0xffffffff;

/**
 * @param {Challenge} challenge
 * @returns {Solution}
 * @throws {Error} for an algorithm that is not SHA-256, or when no number of 32 bits solves it
 */
export function solve({ parameters }) {
  if (parameters.algorithm !== "SHA-256") throw new Error(`unknown algorithm ${parameters.algorithm}`);
  const start = concatBytes(hexToBytes(parameters.salt), hexToBytes(parameters.nonce));
  const data = concatBytes(start, new Uint8Array(4));
  const counterBytes = new DataView(data.buffer, start.length);
  const prefix = hexToBytes(parameters.keyPrefix);
  for (let counter = 0; counter <= MOST; counter += 1) {
    counterBytes.setUint32(0, counter);
    /** @type {Uint8Array} */
    let key = sha256(data);
    for (let round = 1; round < parameters.cost; round += 1) key = sha256(key);
    key = key.subarray(0, parameters.keyLength);
    if (prefix.every((byte, place) => key[place] === byte)) return { counter, derivedKey: bytesToHex(key) };
  }
  throw new Error("no solution");
}

/**
 * @param {Challenge} challenge
 * @returns {string} what the form sends: base64 of the JSON of the challenge and its solution
 */
export function payload(challenge) {
  return btoa(JSON.stringify({ challenge, solution: solve(challenge) }));
}
