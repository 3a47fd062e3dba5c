/** The hashes of the Belenios protocol, version 1, over UTF-8 text. */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

import { formatPoint, readyToWrite, reduce } from "./group.js";

/** @typedef {import("./group.js").Point} Point */

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/**
 * @param {string} text
 * @returns {string} SHA-256 of its UTF-8 bytes, 64 lower-case hexadecimal digits
 */
export function hexDigest(text) {
  return bytesToHex(sha256(utf8ToBytes(text)));
}

/**
 * @param {string} text
 * @returns {string} SHA-256 of its UTF-8 bytes in standard base 64 without padding, 43 characters
 */
export function base64Digest(text) {
  const bytes = sha256(utf8ToBytes(text));
  let result = "";
  let bits = 0;
  let pending = 0;
  for (const byte of bytes) {
    pending = (pending << 8) | byte;
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      result += BASE64.charAt((pending >> bits) & 63);
    }
    pending &= (1 << bits) - 1;
  }
  return bits > 0 ? result + BASE64.charAt((pending << (6 - bits)) & 63) : result;
}

/**
 * The challenge of a proof: H(prefix, points), protocol section 1.3.
 * @param {string} prefix
 * @param {Point[]} points
 * @returns {bigint} a scalar
 */
export function challenge(prefix, points) {
  return reduce(BigInt("0x" + hexDigest(prefix + readyToWrite(points).map(formatPoint).join(","))));
}
