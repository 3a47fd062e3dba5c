/**
 * A mock tally on which every holder tries the key before an urn is sealed for it (services/ballot/belenios/trial.py). All of it
 * follows from the public key, randomness included: a device makes it itself, and nobody can have a ballot decrypted as a trial.
 */

import { parseElection } from "../election.js";
import { countPower, generatorPower, parsePoint, power, reduce } from "../group.js";
import { hexDigest } from "../hashing.js";
import { formatCiphertext } from "./decryption.js";
import { BASE58 } from "./pki.js";

const COUNTS = [3, 1, 2];
const UUID_LENGTH = 22;
const NAME = "Essai des clés";

/**
 * @param {bigint} number
 * @returns {string}
 */
function base58(number) {
  let digits = "";
  let left = number;
  for (let place = 0; place < UUID_LENGTH; place += 1) {
    digits += BASE58.charAt(Number(left % 58n));
    left /= 58n;
  }
  return digits;
}

/**
 * @param {string} publicKey
 * @returns {{election: import("../election.js").Election, raw: string, tally: string}}
 */
export function trialOf(publicKey) {
  const raw = JSON.stringify({
    version: 1,
    description: "",
    name: NAME,
    group: "Ed25519",
    public_key: publicKey,
    questions: [{ answers: ["A", "B", "C"], min: 1, max: 1, question: NAME }],
    uuid: base58(BigInt("0x" + hexDigest(`trial|${publicKey}`))),
  });
  const key = parsePoint(publicKey);
  const sums = COUNTS.map((count, place) => {
    const randomness = reduce(BigInt("0x" + hexDigest(`trial|${publicKey}|${place}`)));
    return formatCiphertext({ alpha: generatorPower(randomness), beta: power(key, randomness).add(countPower(count)) });
  });
  return { election: parseElection(raw), raw, tally: JSON.stringify([sums]) };
}
