import assert from "node:assert/strict";
import { test } from "node:test";

import { parseElection } from "../../gateway/booth/belenios/election.js";
import { checkBallot } from "../../gateway/booth/belenios/checking.js";
import { formatPoint, generatorPower } from "../../gateway/booth/belenios/group.js";
import { checkPartialDecryption, partialDecryption } from "../../gateway/booth/belenios/keys/decryption.js";
import { checkMembership, makeCertificate, makePolynomial } from "../../gateway/booth/belenios/keys/pedersen.js";
import { BASE58, encryptionKey, newSeed, seal, unseal, signingKey } from "../../gateway/booth/belenios/keys/pki.js";
import { checkTrustees } from "../../gateway/booth/belenios/keys/trustees.js";
import { meanings, newCode } from "../../gateway/booth/holder/activation-code.js";
import { vectors } from "./vectors.js";

const shared = vectors("trustees");
const election = parseElection(shared.election);

test("the trustees of the server's vectors are those of the election, and each holder finds his own key", () => {
  const trustees = checkTrustees(shared.trustees);
  assert.equal(trustees.publicKey, formatPoint(election.publicKey));
  for (const { owner, seed, decryption_key: share } of shared.holders) {
    assert.equal(checkMembership(seed, shared.trustees, owner, BigInt(share)).publicKey, trustees.publicKey);
    const other = shared.holders.find((/** @type {any} */ one) => one.owner !== owner);
    assert.throws(() => checkMembership(other.seed, shared.trustees, owner, BigInt(share)), /bad-context/);
  }
});

test("a trustees file in which anything was altered is refused", () => {
  const value = JSON.parse(shared.trustees);
  /** @param {(group: any) => void} alter */
  const altered = (alter) => {
    const copy = structuredClone(value);
    alter(copy[1][1]);
    return JSON.stringify(copy);
  };
  assert.throws(() => checkTrustees(altered((group) => group.certs.reverse())), /bad-context/);
  assert.throws(() => checkTrustees(altered((group) => group.signatures.reverse())), /bad-signature/);
  assert.throws(() => checkTrustees(altered((group) => group.coefexps.reverse())), /bad-signature/);
  assert.throws(() => checkTrustees(altered((group) => group.verification_keys.reverse())), /bad-/);
  assert.throws(() => checkTrustees(altered((group) => (group.threshold += 1))), /bad-context/);
  assert.throws(() => checkTrustees(JSON.stringify([value[0], value[0]])), /bad-public-key/);
  assert.throws(() => checkTrustees(shared.trustees + "\n"), /malformed/);
  assert.throws(() => checkTrustees("[]"), /malformed/);
});

test("decryptions of the server's holders are checked, and ours have the same factors", () => {
  const trustees = checkTrustees(shared.trustees);
  for (const { owner, raw } of shared.partial_decryptions) {
    checkPartialDecryption(election, trustees, owner, shared.encrypted_tally, raw);
    const { decryption_key: share } = shared.holders.find((/** @type {any} */ one) => one.owner === owner);
    const own = partialDecryption(election, shared.encrypted_tally, BigInt(share));
    checkPartialDecryption(election, trustees, owner, shared.encrypted_tally, own);
    assert.deepEqual(JSON.parse(own).decryption_factors, JSON.parse(raw).decryption_factors);
    // Of the other group: where one key of a group is enough, all of them are the same.
    const next = owner > 2 ? 1 : 3;
    assert.throws(() => checkPartialDecryption(election, trustees, next, shared.encrypted_tally, own), /bad-decryption/);
    assert.throws(() => checkPartialDecryption(election, trustees, owner, shared.encrypted_tally, "{}"), /bad-decryption/);
  }
});

test("what is sealed for a holder is read by him alone, and from its sender alone", () => {
  const [sender, recipient, other] = [newSeed(), newSeed(), newSeed()];
  const key = generatorPower(encryptionKey(recipient));
  const sealed = seal(signingKey(sender), key, { secret: "7" });
  const from = generatorPower(signingKey(sender));
  assert.deepEqual(unseal(encryptionKey(recipient), from, sealed), { secret: "7" });
  assert.throws(() => unseal(encryptionKey(other), from, sealed), /bad-encryption/);
  assert.throws(() => unseal(encryptionKey(recipient), generatorPower(signingKey(other)), sealed), /bad-signature/);
});

test("a seed is 22 characters of the alphabet, and the context of a certificate is checked before it is signed", () => {
  const seeds = Array.from({ length: 200 }, newSeed);
  assert.equal(new Set(seeds).size, 200);
  assert.ok(seeds.every((seed) => seed.length === 22 && [...seed].every((one) => BASE58.includes(one))));
  assert.equal(new Set(seeds.join("")).size, 58);
  assert.throws(() => makeCertificate(newSeed(), 3, 1, 2), RangeError);
  assert.throws(() => makePolynomial(newSeed(), [makeCertificate(newSeed(), 1, 1, 1)]), /bad-context/);
});

test("the ballots of the server's vectors are checked as the server checks them", () => {
  for (const { raw, ballots, tampered = [] } of vectors("ballots").elections) {
    const own = parseElection(raw);
    for (const ballot of ballots) assert.equal(checkBallot(own, ballot.raw).choices.length, own.questions.length);
    for (const one of tampered) assert.throws(() => checkBallot(own, one.raw));
  }
});

test("an activation code is read as it was meant", () => {
  const code = newCode();
  assert.match(code, /^([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}$/);
  assert.deepEqual(meanings(code), [code]);
  assert.equal(meanings(` ${code.toLowerCase().replaceAll("-", " ").replaceAll("0", "o").replaceAll("1", "l")}`)[0], code);
  assert.deepEqual(meanings("Le phare tourne la nuit"), ["Le phare tourne la nuit"]);
});
