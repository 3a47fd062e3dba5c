import assert from "node:assert/strict";
import { test } from "node:test";

import { newKeys, openSealed } from "../../gateway/assets/scripts/sealed-box.js";

// Made with PyNaCl: SealedBox(PrivateKey(bytes(range(32))).public_key).encrypt(…)
const SECRET = Array.from({ length: 32 }, (_, index) => index.toString(16).padStart(2, "0")).join("");
const SEALED =
  "Lt5fZr8immSNG6XGR8LQul/pvqcWG9K/rOC24HVl2nhHvO8Yz9qTcE92isR5TDa/dWvIZJA5Xcwo8jrMZh2M9DhmnTYyBNLtHhth8cUGnH9xBrUAEYcknH8=";

test("a box that PyNaCl closed opens", () => {
  assert.deepEqual(JSON.parse(openSealed(SECRET, SEALED)), { voting_code: "7K3M-9QXT-ABCD-EFGH é" });
});

test("it opens with no other key, and not when a bit of it is changed", () => {
  assert.throws(() => openSealed(newKeys().secret, SEALED));
  for (const place of [0, 40, 100]) {
    const altered = SEALED.slice(0, place) + (SEALED[place] === "A" ? "B" : "A") + SEALED.slice(place + 1);
    assert.throws(() => openSealed(SECRET, altered));
  }
});

test("keys are fresh each time and of the form that the portal takes", () => {
  const [one, other] = [newKeys(), newKeys()];
  assert.notEqual(one.secret, other.secret);
  assert.match(one.publicKey, /^[0-9a-f]{64}$/);
});
