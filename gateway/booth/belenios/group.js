/**
 * The group "Ed25519" of the Belenios protocol, version 1: points, their text form and their checks.
 *
 * A point is written as 64 lower-case hexadecimal digits of the RFC 8032 compressed point read as a
 * little-endian integer and written big-endian: the reverse of the usual hexadecimal of its 32 bytes.
 * Scalars are integers modulo the order, without clamping and without cofactor.
 *
 * The arithmetic is @noble/curves'. `multiply` there takes a time that does not depend on the scalar;
 * it refuses the scalar zero, which is a legal exponent here, hence the special case in `power`.
 */

import { normalizeZ } from "@noble/curves/abstract/curve.js";
import { ed25519 } from "@noble/curves/ed25519.js";

/** @typedef {import("@noble/curves/abstract/edwards.js").EdwardsPoint} Point */
/** @typedef {bigint} Scalar an integer modulo ORDER */

const Edwards = ed25519.Point;

/** Name of the group in `election.json`. */
export const GROUP_NAME = "Ed25519";

/** Order of the group, 2^252 + 27742317777372353535851937790883648493. */
export const ORDER = Edwards.Fn.ORDER;

/** The generator.
 * @type {Point} */
export const GENERATOR = Edwards.BASE;

/** The neutral element.
 * @type {Point} */
export const IDENTITY = Edwards.ZERO;

const HEX_POINT = /^[0-9a-f]{64}$/;
const DECIMAL = /^(?:0|[1-9][0-9]*)$/;

/** A text that is no point, or no scalar, of this group. */
export class GroupError extends Error {
  /** @param {string} message what is wrong, without the value itself */
  constructor(message) {
    super(message);
    this.name = "GroupError";
  }
}

/**
 * Reverses a hexadecimal text byte by byte.
 * @param {string} hex
 * @returns {string}
 */
function reverseBytes(hex) {
  return (hex.match(/../g) ?? []).reverse().join("");
}

/**
 * Reads a point and checks that it is canonical, on the curve and in the subgroup of prime order.
 * The identity is accepted, as the protocol does; callers that cannot take it use `isIdentity`.
 * @param {string} text 64 lower-case hexadecimal digits, big-endian
 * @returns {Point}
 * @throws {GroupError} when the text is not such a point
 */
export function parsePoint(text) {
  if (typeof text !== "string" || !HEX_POINT.test(text)) {
    throw new GroupError("a point is 64 lower-case hexadecimal digits");
  }
  /** @type {Point} */
  let point;
  try {
    point = Edwards.fromHex(reverseBytes(text), false);
  } catch {
    throw new GroupError("the point is not on the curve");
  }
  if (formatPoint(point) !== text) {
    throw new GroupError("the point is not written canonically");
  }
  if (!point.isTorsionFree()) {
    throw new GroupError("the point is not in the subgroup of prime order");
  }
  return point;
}

/**
 * Writes a point as the protocol does.
 * @param {Point} point
 * @returns {string} 64 lower-case hexadecimal digits, big-endian
 */
export function formatPoint(point) {
  return reverseBytes(point.toHex());
}

/**
 * The same points, ready to be written: together they take one inversion, and each alone one of its own.
 * @template {Point[]} Points
 * @param {Points} points
 * @returns {Points}
 */
export function readyToWrite(points) {
  return /** @type {Points} */ (normalizeZ(Edwards, points));
}

/**
 * @param {Point} point
 * @returns {boolean} whether the point is the neutral element
 */
export function isIdentity(point) {
  return point.is0();
}

/**
 * Reads a scalar: decimal digits, no leading zero, less than the order.
 * @param {string} text
 * @returns {Scalar}
 * @throws {GroupError}
 */
export function parseScalar(text) {
  if (typeof text !== "string" || text.length > 77 || !DECIMAL.test(text)) {
    throw new GroupError("a scalar is a decimal number without leading zero");
  }
  const scalar = BigInt(text);
  if (scalar >= ORDER) throw new GroupError("the scalar is not less than the order of the group");
  return scalar;
}

/**
 * @param {bigint} value any integer
 * @returns {Scalar} the same modulo the order, 0 ≤ result < ORDER
 */
export function reduce(value) {
  return Edwards.Fn.create(value);
}

/**
 * @param {Point} base
 * @param {Scalar} exponent 0 ≤ exponent < ORDER
 * @returns {Point} base^exponent
 */
export function power(base, exponent) {
  if (exponent === 0n || base.is0()) return IDENTITY;
  return base.multiply(exponent);
}

/**
 * The same, sooner, in a time that depends on the exponent: for what everybody may know.
 * @param {Point} base
 * @param {Scalar} exponent
 * @returns {Point} base^exponent
 */
export function publicPower(base, exponent) {
  if (exponent === 0n || base.is0()) return IDENTITY;
  return base.multiplyUnsafe(exponent);
}

/**
 * @param {Scalar} exponent
 * @returns {Point} generator^exponent
 */
export function generatorPower(exponent) {
  return power(GENERATOR, exponent);
}

/** @type {Point[]} */
const SMALL_POWERS = [IDENTITY, GENERATOR];

/**
 * The power of the generator for a count such as a bit of the choice. By table, so that a chosen answer takes no other
 * time than one that is not.
 * @param {number} exponent a natural number
 * @returns {Point} generator^exponent
 */
export function countPower(exponent) {
  for (let next = SMALL_POWERS.length; next <= exponent; next += 1) {
    SMALL_POWERS.push(product([/** @type {Point} */ (SMALL_POWERS[next - 1]), GENERATOR]));
  }
  const found = SMALL_POWERS[exponent];
  if (!found) throw new RangeError("a count is a natural number");
  return found;
}

/**
 * @param {Point[]} points
 * @returns {Point} their product; the identity for none
 */
export function product(points) {
  return points.reduce((total, point) => total.add(point), IDENTITY);
}

/**
 * @param {Point} left
 * @param {Point} right
 * @returns {Point} left / right
 */
export function quotient(left, right) {
  return left.subtract(right);
}

/**
 * Prepares a table so that later powers of this point are as cheap as those of the generator.
 * @param {Point} point
 * @returns {Point} the same point
 */
export function precompute(point) {
  return point.is0() ? point : point.precompute(6, false);
}
