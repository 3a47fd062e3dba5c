/**
 * Opens ballots for other programs to look at, as the booth does. In (stdin): {"election": raw, "choices": [one list of choices, as the
 * booth has them, for each ballot]}. Out (stdout): [{"file", "link", "tracker"}].
 */

import { readFileSync } from "node:fs";

import { makeBallot } from "../../gateway/booth/belenios/ballot.js";
import { plaintext } from "../../gateway/booth/belenios/choice.js";
import { parseElection } from "../../gateway/booth/belenios/election.js";
import { randomScalar } from "../../gateway/booth/belenios/random.js";
import { toFile, toFragment } from "../../gateway/booth/opened/written.js";

const input = JSON.parse(readFileSync(0, "utf8"));
const election = parseElection(input.election);

const opened = input.choices.map((/** @type {import("../../gateway/booth/belenios/choice.js").Choice[]} */ choices) => {
  const { ballot, tracker, seed } = makeBallot(election, randomScalar(), choices);
  const { credential, signature } = JSON.parse(ballot);
  const bits = election.questions.flatMap((question, index) => plaintext(question, /** @type {any} */ (choices[index])));
  const written = { election: election.uuid, tracker, seed, bits, credential, proof: signature.proof, ballot };
  return { file: toFile(written), link: toFragment(written), tracker };
});
process.stdout.write(JSON.stringify(opened));
