/**
 * Opens what was sealed for a key of this browser: libsodium's sealed box (X25519, HSalsa20, XSalsa20-Poly1305), as
 * services/runtime/sealing_box.py closes it. The primitives are the audited libraries' own.
 */

import { hsalsa, xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
import { x25519 } from "@noble/curves/ed25519.js";
import { blake2b } from "@noble/hashes/blake2.js";
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";

/**
 * @param {Uint8Array} bytes a multiple of four
 * @returns {Uint32Array} little-endian words, whatever the machine's own order
 */
function words(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint32Array.from({ length: bytes.length / 4 }, (_, index) => view.getUint32(4 * index, true));
}

/**
 * @param {Uint8Array} secret
 * @param {Uint8Array} theirs
 * @returns {Uint8Array} the key of a NaCl box between two
 */
function boxKey(secret, theirs) {
  const out = new Uint32Array(8);
  const shared = words(x25519.getSharedSecret(secret, theirs));
  hsalsa(words(utf8ToBytes("expand 32-byte k")), shared, new Uint32Array(4), out);
  const key = new Uint8Array(32);
  const view = new DataView(key.buffer);
  out.forEach((word, index) => view.setUint32(4 * index, word, true));
  return key;
}

/** @returns {{secret: string, publicKey: string}} a fresh pair, each 64 hexadecimal digits */
export function newKeys() {
  const secret = x25519.utils.randomSecretKey();
  return { secret: bytesToHex(secret), publicKey: bytesToHex(x25519.getPublicKey(secret)) };
}

/**
 * @param {string} secret 64 hexadecimal digits
 * @param {string} sealed base64
 * @returns {string} what was sealed; throws for what is not for this key, or was altered
 */
export function openSealed(secret, sealed) {
  const bytes = Uint8Array.from(atob(sealed), (character) => character.charCodeAt(0));
  const own = hexToBytes(secret);
  const theirs = bytes.subarray(0, 32);
  const nonce = blake2b(concatBytes(theirs, x25519.getPublicKey(own)), { dkLen: 24 });
  return new TextDecoder("utf-8", { fatal: true }).decode(
    xsalsa20poly1305(boxKey(own, theirs), nonce).decrypt(bytes.subarray(32)),
  );
}
