/**
 * The one form in which a private key leaves a device: a file sealed by the holder's activation code, byte for byte as
 * deploy/holder/keys/key_file.py writes it. The code is stretched by Argon2id (@noble/hashes) and seals with
 * XChaCha20-Poly1305 (@noble/ciphers). What is outside the seal says whose keys the file is for, and is authenticated with it.
 */

import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { argon2id } from "@noble/hashes/argon2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";

/**
 * A key of the holder's: `seed` signs and reads in the ceremony, `share` decrypts once it is made (decimal digits).
 * @typedef {{owner: number, group: string, index: number, seed: string, share: string | null}} HeldKey
 */
/** @typedef {{voting_event: string, round: number, holder: string, keys: HeldKey[]}} Keys */
/** @typedef {{operations: number, memory: number}} Derivation of Argon2id: passes, and bytes */

export const VERSION = 1;
export const SHORTEST_CODE = 12;
export const LARGEST = 1024 * 1024;
const SALT_BYTES = 16;
const NONCE_BYTES = 24;
const KEY_BYTES = 32;
const MOST_OPERATIONS = 16;
const LEAST_MEMORY = 8192;
const MOST_MEMORY = 1024 * 1024 * 1024;
const HEADER = ["isoloir", "version", "voting_event", "round", "holder", "owners"];

/** It is no key file ("no-key-file"), or does not open with this code ("wrong-code"). */
export class KeyFileError extends Error {
  /** @param {"no-key-file" | "wrong-code" | "short-code"} reason */
  constructor(reason) {
    super(reason);
    this.name = "KeyFileError";
    this.reason = reason;
  }
}

/**
 * @param {Uint8Array} bytes
 * @returns {string}
 */
function toBase64(bytes) {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/**
 * @param {unknown} text
 * @returns {Uint8Array}
 */
function fromBase64(text) {
  if (typeof text !== "string") throw new KeyFileError("no-key-file");
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    throw new KeyFileError("no-key-file");
  }
}

/**
 * @param {string} code
 * @param {Uint8Array} salt
 * @param {Derivation} derivation
 * @returns {Uint8Array}
 */
function stretched(code, salt, { operations, memory }) {
  return argon2id(utf8ToBytes(code), salt, { t: operations, m: Math.floor(memory / 1024), p: 1, dkLen: KEY_BYTES });
}

/** The key that an activation code gives for one file: what writes it again without asking for the code. */
export class Seal {
  /**
   * @param {Uint8Array} salt
   * @param {Uint8Array} key
   * @param {Derivation} derivation
   */
  constructor(salt, key, derivation) {
    this.salt = salt;
    this.key = key;
    this.derivation = derivation;
  }

  /**
   * @param {string} code
   * @param {Derivation} derivation
   * @returns {Seal} of a file that is not written yet
   * @throws {KeyFileError} for a code that is too short
   */
  static fresh(code, derivation) {
    if ([...code].length < SHORTEST_CODE) throw new KeyFileError("short-code");
    const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
    return new Seal(salt, stretched(code, salt, derivation), derivation);
  }

  /**
   * @param {Keys} keys
   * @returns {string} the file
   */
  close(keys) {
    const header = {
      isoloir: "trustee-keys",
      version: VERSION,
      voting_event: keys.voting_event,
      round: keys.round,
      holder: keys.holder,
      owners: keys.keys.map((key) => key.owner),
    };
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
    const plain = utf8ToBytes(JSON.stringify({ keys: keys.keys }));
    const sealed = xchacha20poly1305(this.key, nonce, utf8ToBytes(JSON.stringify(header))).encrypt(plain);
    plain.fill(0);
    const box = new Uint8Array(NONCE_BYTES + sealed.length);
    box.set(nonce);
    box.set(sealed, NONCE_BYTES);
    const { operations, memory } = this.derivation;
    const derivation = { name: "argon2id", operations, memory, salt: toBase64(this.salt) };
    return JSON.stringify({ ...header, derivation, box: toBase64(box) }, null, 1);
  }
}

/**
 * @param {unknown} value
 * @param {number} low
 * @param {number} high
 * @returns {number}
 */
function number(value, low, high) {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < low || value > high) throw new KeyFileError("no-key-file");
  return value;
}

/**
 * @param {unknown} value
 * @returns {Record<string, unknown>}
 */
function record(value) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new KeyFileError("no-key-file");
  return /** @type {Record<string, unknown>} */ (value);
}

/**
 * @param {unknown} value
 * @returns {HeldKey}
 */
function heldKey(value) {
  const { owner, group, index, seed, share = null } = record(value);
  const sound = typeof group === "string" && typeof seed === "string" && (share === null || typeof share === "string");
  if (!sound) throw new KeyFileError("no-key-file");
  return { owner: number(owner, 1, 100), group, index: number(index, 1, 100), seed, share };
}

/**
 * @param {string} text
 * @returns {Record<string, unknown>} what the file says without its code
 */
function readFile(text) {
  if (text.length > LARGEST) throw new KeyFileError("no-key-file");
  /** @type {unknown} */
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new KeyFileError("no-key-file");
  }
  const file = record(value);
  if (file.isoloir !== "trustee-keys" || file.version !== VERSION) throw new KeyFileError("no-key-file");
  if (HEADER.some((name) => !(name in file))) throw new KeyFileError("no-key-file");
  return file;
}

/**
 * Opens a file with its code.
 * @param {string} text of the file
 * @param {string} code
 * @returns {{seal: Seal, keys: Keys}}
 * @throws {KeyFileError} no key file; another code, or somebody has altered it
 */
export function openFile(text, code) {
  const file = readFile(text);
  const derivation = record(file.derivation);
  const salt = fromBase64(derivation.salt);
  const box = fromBase64(file.box);
  if (derivation.name !== "argon2id" || salt.length !== SALT_BYTES || box.length <= NONCE_BYTES) throw new KeyFileError("no-key-file");
  // What a file may ask for: somebody else's must not fill the machine.
  const cost = { operations: number(derivation.operations, 1, MOST_OPERATIONS), memory: number(derivation.memory, LEAST_MEMORY, MOST_MEMORY) };
  const key = stretched(code, salt, cost);
  const header = utf8ToBytes(JSON.stringify(Object.fromEntries(HEADER.map((name) => [name, file[name]]))));
  let plain;
  try {
    plain = xchacha20poly1305(key, box.subarray(0, NONCE_BYTES), header).decrypt(box.subarray(NONCE_BYTES));
  } catch {
    throw new KeyFileError("wrong-code");
  }
  const { keys } = record(JSON.parse(new TextDecoder().decode(plain)));
  plain.fill(0);
  if (!Array.isArray(keys) || typeof file.voting_event !== "string" || typeof file.holder !== "string") throw new KeyFileError("no-key-file");
  const held = { voting_event: file.voting_event, round: number(file.round, 1, 10_000), holder: file.holder, keys: keys.map(heldKey) };
  return { seal: new Seal(salt, key, cost), keys: held };
}
