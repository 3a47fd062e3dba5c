/**
 * Makes ballots for other programs to verify. In (stdin): {"election": raw, "ballots": [{"credential": with dashes, or
 * "code": voting code, "salt", "iterations"; "choices": [plaintext bits per question]}]}.
 * Out (stdout): {"ballots": [{"ballot": raw, "tracker", "credential": public}]}.
 */

import { readFileSync } from "node:fs";

import { makeBallot } from "../../gateway/booth/belenios/ballot.js";
import { publicCredential, secretKey } from "../../gateway/booth/belenios/credential.js";
import { parseElection } from "../../gateway/booth/belenios/election.js";
import { credentialFromCode } from "../../gateway/booth/belenios/voting-code.js";

const input = JSON.parse(readFileSync(0, "utf8"));
const election = parseElection(input.election);

/**
 * @param {number[]} bits
 * @param {boolean} blank whether the first bit is the blank one
 * @returns {import("../../gateway/booth/belenios/choice.js").Choice}
 */
function choiceFromBits(bits, blank) {
  if (blank && bits[0] === 1) return { blank: true };
  const marks = blank ? bits.slice(1) : bits;
  return { blank: false, answers: marks.flatMap((bit, index) => (bit === 1 ? [index] : [])) };
}

const ballots = input.ballots.map((/** @type {any} */ wanted) => {
  const credential = wanted.credential ?? credentialFromCode(wanted.code, wanted.salt, wanted.iterations);
  const secret = secretKey(credential, election.uuid);
  const choices = election.questions.map((question, index) => choiceFromBits(wanted.choices[index], question.blank));
  return { ...makeBallot(election, secret, choices), credential: publicCredential(secret) };
});
process.stdout.write(JSON.stringify({ ballots }));
