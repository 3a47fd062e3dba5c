/**
 * What is random in the booth. All of a ballot comes from one seed, so that it can be opened by the seed alone
 * (docs/adr/0037), but for the nonce of its signature: with that one, the signing key could be computed.
 */

import { hmac } from "@noble/hashes/hmac.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";

import { reduce } from "./group.js";

/** @typedef {(label: string) => bigint} Draw scalars by their labels, each label used once for a ballot */

export const SEED_BYTES = 32;
const PREFIX = "isoloir ballot 1|";

/**
 * 512 bits modulo the order, so that the bias is below 2^-256.
 * @param {Uint8Array} bytes 64 of them, read big-endian, and erased
 * @returns {bigint} 0 ≤ result < ORDER
 */
function scalar(bytes) {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  bytes.fill(0);
  return reduce(value);
}

/**
 * A uniform scalar of the browser's generator. `crypto.getRandomValues` is there in insecure contexts too, unlike
 * `crypto.subtle`.
 * @returns {bigint} 0 ≤ result < ORDER
 */
export function randomScalar() {
  return scalar(crypto.getRandomValues(new Uint8Array(64)));
}

/** @returns {Uint8Array} a seed for one ballot: secret until the ballot is opened, if ever it is */
export function newSeed() {
  return crypto.getRandomValues(new Uint8Array(SEED_BYTES));
}

/**
 * @param {Uint8Array} seed of this ballot
 * @returns {Draw}
 */
export function drawFrom(seed) {
  return (label) => scalar(hmac(sha512, seed, utf8ToBytes(PREFIX + label)));
}

/**
 * @param {Draw} draw
 * @param {string} prefix
 * @returns {Draw} the same, for labels that begin so
 */
export function under(draw, prefix) {
  return (label) => draw(`${prefix}|${label}`);
}
