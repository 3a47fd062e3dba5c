import assert from "node:assert/strict";
import { test } from "node:test";

import {
  GENERATOR, GroupError, IDENTITY, ORDER, countPower, formatPoint, isIdentity, parsePoint, parseScalar, power, precompute, product, quotient, reduce,
} from "../../gateway/booth/belenios/group.js";
import { base64Digest, challenge, hexDigest } from "../../gateway/booth/belenios/hashing.js";
import { randomScalar } from "../../gateway/booth/belenios/random.js";
import { vectors } from "./vectors.js";

const shared = vectors("group");

test("the constants are those of the protocol", () => {
  assert.equal(ORDER.toString(), shared.q);
  assert.equal(formatPoint(GENERATOR), shared.generator);
  assert.equal(formatPoint(IDENTITY), shared.identity);
});

test("multiples, sums and products agree with the Python implementation", () => {
  for (const { scalar, point } of shared.multiples) assert.equal(formatPoint(power(GENERATOR, BigInt(scalar))), point);
  for (const { a, b, sum, difference } of shared.sums) {
    assert.equal(formatPoint(product([parsePoint(a), parsePoint(b)])), sum);
    assert.equal(formatPoint(quotient(parsePoint(a), parsePoint(b))), difference);
  }
  for (const { point, scalar, product: expected } of shared.products) {
    assert.equal(formatPoint(power(parsePoint(point), BigInt(scalar))), expected);
  }
});

test("hashes and challenges agree with the Python implementation", () => {
  for (const { text, hex, b64 } of shared.hashes) {
    assert.equal(hexDigest(text), hex);
    assert.equal(base64Digest(text), b64);
  }
  for (const { prefix, points, challenge: expected } of shared.challenges) {
    assert.equal(challenge(prefix, points.map(parsePoint)).toString(), expected);
  }
});

for (const [what, text] of Object.entries(shared.refused_points)) {
  test(`a point is refused: ${what}`, () => assert.throws(() => parsePoint(/** @type {string} */ (text)), GroupError));
}

for (const text of shared.refused_scalars) {
  test(`a scalar is refused: ${JSON.stringify(text).slice(0, 30)}`, () => assert.throws(() => parseScalar(text), GroupError));
}

test("what is no text is refused", () => {
  for (const value of [null, undefined, 1, {}, []]) {
    assert.throws(() => parsePoint(/** @type {any} */ (value)), GroupError);
    assert.throws(() => parseScalar(/** @type {any} */ (value)), GroupError);
  }
});

test("the identity and the zero scalar are exponents and bases like others", () => {
  assert.ok(isIdentity(power(GENERATOR, 0n)));
  assert.ok(isIdentity(power(IDENTITY, 5n)));
  assert.ok(isIdentity(product([])));
  assert.ok(isIdentity(parsePoint(shared.identity)));
  assert.ok(isIdentity(precompute(IDENTITY)));
});

test("the table of a point changes nothing but the time", () => {
  for (let round = 0; round < 10; round += 1) {
    const [x, e] = [randomScalar(), randomScalar()];
    const plain = formatPoint(power(power(GENERATOR, x), e));
    assert.equal(formatPoint(power(precompute(power(GENERATOR, x)), e)), plain);
    assert.equal(formatPoint(power(GENERATOR, reduce(x * e))), plain);
  }
});

test("random scalars are in range and differ", () => {
  const drawn = new Set(Array.from({ length: 200 }, randomScalar));
  assert.equal(drawn.size, 200);
  for (const scalar of drawn) assert.ok(scalar >= 0n && scalar < ORDER);
});

test("powers for counts are the powers", () => {
  for (const count of [7, 0, 1, 2, 30]) assert.equal(formatPoint(countPower(count)), formatPoint(power(GENERATOR, BigInt(count))));
  for (const count of [-1, 0.5, Number.NaN]) assert.throws(() => countPower(count), RangeError);
});
