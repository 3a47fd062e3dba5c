/**
 * What a holder's browser computes, for other programs to look at. In (stdin): a list of [name, arguments…]. Out (stdout): the list of
 * answers, {"refused": reason} for one that was refused.
 */

import { readFileSync } from "node:fs";

import { parseElection } from "../../gateway/booth/belenios/election.js";
import { checkPartialDecryption, partialDecryption } from "../../gateway/booth/belenios/keys/decryption.js";
import { checkMembership, deriveKey, makeCertificate, makePolynomial } from "../../gateway/booth/belenios/keys/pedersen.js";
import { checkTrustees } from "../../gateway/booth/belenios/keys/trustees.js";
import { trialOf } from "../../gateway/booth/belenios/keys/trial.js";
import { Seal, openFile } from "../../gateway/booth/holder/key-file.js";
import { verifyUrn } from "../../gateway/booth/holder/urn.js";

/** @type {Record<string, (...given: any[]) => unknown>} */
const answers = {
  certificate: makeCertificate,
  polynomial: makePolynomial,
  derive: (seed, certificates, input) => {
    const { share, output } = deriveKey(seed, certificates, input);
    return { share: String(share), output };
  },
  trustees: (raw) => checkTrustees(raw).publicKey,
  membership: (seed, raw, owner, share) => checkMembership(seed, raw, owner, BigInt(share)).publicKey,
  trial: (key) => {
    const { raw, tally } = trialOf(key);
    return { raw, tally };
  },
  decrypt: (election, tally, share) => partialDecryption(parseElection(election), tally, BigInt(share)),
  check: (election, trustees, owner, tally, raw) => {
    checkPartialDecryption(parseElection(election), checkTrustees(trustees), owner, tally, raw);
    return true;
  },
  close: (code, derivation, keys) => Seal.fresh(code, derivation).close(keys),
  open: (text, code) => openFile(text, code).keys,
  verify: async (archive, uuid) => {
    const { ballots, replaced, head, tally } = await verifyUrn(new Blob([Buffer.from(archive, "base64")]), uuid, () => {});
    return replaced ? { ballots, replaced, head, tally } : { ballots, head, tally };
  },
};

const asked = JSON.parse(readFileSync(0, "utf8"));
const given = [];
for (const [name, ...more] of asked) {
  try {
    given.push(await answers[name]?.(...more));
  } catch (error) {
    given.push({ refused: /** @type {any} */ (error).reason ?? String(error) });
  }
}
process.stdout.write(JSON.stringify(given));
