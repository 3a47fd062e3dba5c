/** Randomness of the browser's generator, the only one that the booth uses. */

import { reduce } from "./group.js";

/** @typedef {() => bigint} RandomScalar a source of uniform scalars */

/**
 * A uniform scalar: 512 random bits modulo the order, so that the bias is below 2^-256.
 * `crypto.getRandomValues` is there in insecure contexts too, unlike `crypto.subtle`.
 * @returns {bigint} 0 ≤ result < ORDER
 */
export function randomScalar() {
  const bytes = crypto.getRandomValues(new Uint8Array(64));
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  bytes.fill(0);
  return reduce(value);
}
