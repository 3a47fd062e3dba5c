import assert from "node:assert/strict";
import { test } from "node:test";

import { publicCredential, secretKey } from "../../gateway/booth/belenios/credential.js";
import { ALPHABET, InvalidVotingCode, credentialFromCode, formatCode, normalize } from "../../gateway/booth/belenios/voting-code.js";
import { vectors } from "./vectors.js";

const shared = vectors("codes");

/**
 * @param {string} typed
 * @returns {InvalidVotingCode}
 */
function refusal(typed) {
  try {
    normalize(typed);
  } catch (error) {
    if (error instanceof InvalidVotingCode) return error;
  }
  throw new Error("the code was accepted");
}

test("the alphabet and the shown form agree with the Python implementation", () => {
  assert.equal(ALPHABET, shared.alphabet);
  for (const { normalized, shown } of shared.valid) {
    assert.equal(normalize(shown), normalized);
    assert.equal(formatCode(normalized), shown);
  }
});

test("what people type is read as meant", () => {
  for (const { typed, normalized } of shared.typed) assert.equal(normalize(typed), normalized);
});

test("what is no code is refused with its reason", () => {
  for (const { typed, reason } of shared.refused) assert.equal(refusal(typed).reason, reason, JSON.stringify(typed));
});

test("the refusal tells enough for a precise sentence, and not the code", () => {
  assert.deepEqual(refusal("F226-RXT8").details, { count: 8 });
  assert.equal(refusal("F226RXT8X0ESCKNU").details.symbol, "U");
  assert.ok(!refusal("F226RXT8X0ESCKN8").message.includes("F226"));
});

test("every single wrong symbol is noticed", () => {
  const code = shared.valid[0].normalized;
  for (let place = 0; place < code.length; place += 1) {
    for (const symbol of ALPHABET) {
      if (symbol === code[place]) continue;
      assert.equal(refusal(code.slice(0, place) + symbol + code.slice(place + 1)).reason, "bad-check");
    }
  }
});

test("every exchange of two different symbols is noticed", () => {
  for (const { normalized } of shared.valid) {
    for (let left = 0; left < 16; left += 1) {
      for (let right = left + 1; right < 16; right += 1) {
        const symbols = [...normalized];
        if (symbols[left] === symbols[right]) continue;
        [symbols[left], symbols[right]] = [symbols[right], symbols[left]];
        assert.equal(refusal(symbols.join("")).reason, "bad-check");
      }
    }
  }
});

test("credentials and keys agree with the Python implementation", () => {
  for (const { event_uuid: salt, code, iterations, credential, elections } of shared.derived) {
    assert.equal(credentialFromCode(code, salt, iterations), credential);
    for (const { uuid, secret, public_credential: expected } of elections) {
      assert.equal(secretKey(credential, uuid).toString(), secret);
      assert.equal(publicCredential(BigInt(secret)), expected);
    }
  }
});

test("derivation refuses a bad code and a bad count of iterations", () => {
  assert.throws(() => credentialFromCode("F226", "salt", 1), InvalidVotingCode);
  for (const count of [0, -1, 1.5, Number.NaN]) {
    assert.throws(() => credentialFromCode(shared.valid[0].normalized, "salt", count), RangeError);
  }
});
