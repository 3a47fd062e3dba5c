/** Strict compact JSON (protocol section 1): what is hashed and signed has exactly one form. */

/** @typedef {Record<string, unknown>} Fields */

/** A text that is not what the protocol has in its place. */
export class Malformed extends Error {
  /** @param {string} reason as the server's code names it: "wrong-shape", "bad-json", "not-canonical" */
  constructor(reason) {
    super(reason);
    this.name = "Malformed";
    this.reason = reason;
  }
}

/**
 * Reads a text that must be its own compact serialisation; a key given twice does not survive the comparison.
 * @param {string} text
 * @returns {unknown}
 * @throws {Malformed}
 */
export function parse(text) {
  /** @type {unknown} */
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Malformed("bad-json");
  }
  if (JSON.stringify(value) !== text) throw new Malformed("not-canonical");
  return value;
}

/**
 * @param {unknown} value
 * @param {readonly string[]} names the keys that it has, all of them, in this order
 * @returns {Fields}
 * @throws {Malformed}
 */
export function fields(value, names) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Malformed("wrong-shape");
  const keys = Object.keys(value);
  if (keys.length !== names.length || keys.some((key, place) => key !== names[place])) throw new Malformed("wrong-shape");
  return /** @type {Fields} */ (value);
}

/**
 * @param {unknown} value
 * @param {number} [length]
 * @returns {unknown[]}
 * @throws {Malformed}
 */
export function items(value, length) {
  if (!Array.isArray(value) || (length !== undefined && value.length !== length)) throw new Malformed("wrong-shape");
  return value;
}

/**
 * @param {unknown} value
 * @returns {string}
 * @throws {Malformed}
 */
export function string(value) {
  if (typeof value !== "string") throw new Malformed("wrong-shape");
  return value;
}

/**
 * @param {unknown} value
 * @param {number} low
 * @param {number} high
 * @returns {number}
 * @throws {Malformed}
 */
export function integer(value, low, high) {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < low || value > high) throw new Malformed("wrong-shape");
  return value;
}

/**
 * The value at a place that is known to exist, since lengths were checked before.
 * @template T
 * @param {readonly T[]} list
 * @param {number} place
 * @returns {T}
 */
export function at(list, place) {
  if (place < 0 || place >= list.length) throw new RangeError("no such place");
  return /** @type {T} */ (list[place]);
}
