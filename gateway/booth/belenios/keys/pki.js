/**
 * Signed and encrypted messages between the holders of a threshold key (protocol section 6, "PKI encryption"), as
 * services/ballot/belenios/keys/pki.py makes them. A seed is all that a holder keeps to sign and to read.
 */

import { gcm } from "@noble/ciphers/aes.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";

import { Malformed, fields, parse, string } from "../canonical.js";
import { formatPoint, generatorPower, parsePoint, power, quotient, reduce } from "../group.js";
import { hexDigest } from "../hashing.js";
import { checkKnowledge, parseProof, proveKnowledge } from "../proofs.js";
import { randomScalar } from "../random.js";

/** @typedef {import("../group.js").Point} Point */
/** @typedef {import("../proofs.js").Proof} Proof */
/** @typedef {{message: string, signature: Proof}} Signed */

export const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const SEED = /^[1-9A-HJ-NP-Za-km-z]{22}$/;
const SEED_LENGTH = 22;

/** What others have written does not hold; `reason` as the server's code names it. */
export class InvalidTrustees extends Error {
  /** @param {string} reason */
  constructor(reason) {
    super(reason);
    this.name = "InvalidTrustees";
    this.reason = reason;
  }
}

/** @returns {string} a holder's master secret: 22 uniform Base58 characters */
export function newSeed() {
  let seed = "";
  while (seed.length < SEED_LENGTH) {
    // Only the bytes below the largest multiple of 58, so that each character is as likely as any other.
    for (const byte of crypto.getRandomValues(new Uint8Array(SEED_LENGTH))) {
      if (byte < 232 && seed.length < SEED_LENGTH) seed += BASE58.charAt(byte % 58);
    }
  }
  return seed;
}

/**
 * @param {"sk" | "dk"} prefix
 * @param {string} seed
 * @returns {bigint}
 */
function derived(prefix, seed) {
  if (!SEED.test(seed)) throw new Malformed("bad-seed");
  return reduce(BigInt("0x" + hexDigest(`${prefix}|${seed}`)));
}

/**
 * @param {string} seed
 * @returns {bigint} the key with which the holder signs: secret
 */
export function signingKey(seed) {
  return derived("sk", seed);
}

/**
 * @param {string} seed
 * @returns {bigint} the key with which the holder reads what the others write to him: secret
 */
export function encryptionKey(seed) {
  return derived("dk", seed);
}

/**
 * @param {bigint} key
 * @param {string} message
 * @returns {Proof}
 */
export function sign(key, message) {
  return proveKnowledge(key, `sigmsg|${message}|`);
}

/**
 * @param {Point} signer
 * @param {string} message
 * @param {unknown} signature
 * @throws {InvalidTrustees | Malformed | import("../group.js").GroupError}
 */
export function checkSignature(signer, message, signature) {
  if (!checkKnowledge(signer, `sigmsg|${message}|`, parseProof(signature))) throw new InvalidTrustees("bad-signature");
}

/**
 * @param {bigint} key
 * @param {unknown} content
 * @returns {Signed}
 */
export function signed(key, content) {
  const message = JSON.stringify(content);
  return { message, signature: sign(key, message) };
}

/**
 * @param {unknown} value
 * @returns {{message: string, signature: unknown}} not checked yet: who signed may be in the message
 */
export function openSigned(value) {
  const { message, signature } = fields(value, ["message", "signature"]);
  return { message: string(message), signature };
}

/**
 * @param {Point} shared
 * @param {Point} alpha
 */
function cipher(shared, alpha) {
  const key = sha256(utf8ToBytes(`key|${formatPoint(shared)}`));
  return gcm(key, sha256(utf8ToBytes(`iv|${formatPoint(alpha)}`)));
}

/**
 * @param {bigint} key of the sender: secret
 * @param {Point} recipient
 * @param {unknown} content
 * @returns {string} the content signed, named for the recipient, and encrypted so that he alone reads it
 */
export function seal(key, recipient, content) {
  const named = signed(key, { recipient: formatPoint(recipient), message: JSON.stringify(content) });
  const randomness = randomScalar();
  const shared = generatorPower(randomScalar());
  const alpha = generatorPower(randomness);
  const beta = power(recipient, randomness).add(shared);
  const data = bytesToHex(cipher(shared, alpha).encrypt(utf8ToBytes(JSON.stringify(named))));
  return JSON.stringify({ algorithm: "AES-GCM", alpha: formatPoint(alpha), beta: formatPoint(beta), data });
}

/**
 * @param {bigint} key with which the recipient reads: secret
 * @param {Point} sender
 * @param {unknown} raw
 * @returns {unknown} the content
 * @throws {InvalidTrustees | Malformed | import("../group.js").GroupError} altered, of another sender, or for another recipient
 */
export function unseal(key, sender, raw) {
  const value = fields(parse(string(raw)), ["algorithm", "alpha", "beta", "data"]);
  if (value.algorithm !== "AES-GCM") throw new Malformed("wrong-shape");
  const alpha = parsePoint(string(value.alpha));
  const shared = quotient(parsePoint(string(value.beta)), power(alpha, key));
  let plain;
  try {
    plain = new TextDecoder("utf-8", { fatal: true }).decode(cipher(shared, alpha).decrypt(hexToBytes(string(value.data))));
  } catch {
    throw new InvalidTrustees("bad-encryption");
  }
  const { message, signature } = openSigned(parse(plain));
  checkSignature(sender, message, signature);
  const named = fields(parse(message), ["recipient", "message"]);
  // Otherwise a holder could forward to another what was written to himself.
  if (named.recipient !== formatPoint(generatorPower(key))) throw new InvalidTrustees("bad-recipient");
  return parse(string(named.message));
}
