/**
 * How long a ballot takes here: `node tests/booth/bench.js [answers]`. One question, one choice.
 * Processor time, so that a busy machine does not blur it; first (cold) and median of 21, in milliseconds.
 */

import { makeBallot } from "../../gateway/booth/belenios/ballot.js";
import { parseElection } from "../../gateway/booth/belenios/election.js";
import { formatPoint, generatorPower } from "../../gateway/booth/belenios/group.js";
import { randomScalar } from "../../gateway/booth/belenios/random.js";
import { credentialFromCode } from "../../gateway/booth/belenios/voting-code.js";
import { vectors } from "./vectors.js";

const answers = Array.from({ length: Number(process.argv[2] ?? 10) }, (_, index) => `Liste ${index}`);

/**
 * @param {string} what
 * @param {() => unknown} work
 */
function measure(what, work) {
  const times = Array.from({ length: 21 }, () => {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  });
  const [first = 0] = times;
  const median = times.sort((a, b) => a - b)[10] ?? 0;
  console.log(`${what}: first ${first.toFixed(0)} ms, median ${median.toFixed(0)} ms`);
}

for (const blank of [false, true]) {
  const text = JSON.stringify({
    version: 1, description: "", name: "", group: "Ed25519", public_key: formatPoint(generatorPower(randomScalar())),
    questions: [{ answers, ...(blank ? { blank } : {}), min: 1, max: 1, question: "?" }], uuid: "3yT9RzCXGmGW5w",
  });
  // A new election each time, as in a browser: the table of the public key is part of the cost.
  measure(`${answers.length} answers${blank ? " or blank" : ""}`, () =>
    makeBallot(parseElection(text), randomScalar(), [{ blank: false, answers: [0] }]),
  );
}
const code = vectors("codes").valid[0].normalized;
measure("voting code, 10000 iterations", () => credentialFromCode(code, "salt", 10_000));
