/**
 * What the worker does, apart from being a worker: it alone holds the signing key, from the typed code to the ballot.
 * The page gets "this is your code" or not, then a ballot for each choice that it confirms; never a key, and the seed of a ballot
 * only when that ballot is opened instead of cast. Ending the worker frees them.
 */

import { makeBallot } from "./belenios/ballot.js";
import { publicCredential, secretKey } from "./belenios/credential.js";
import { parseElection } from "./belenios/election.js";
import { precompute } from "./belenios/group.js";
import { credentialFromCode } from "./belenios/voting-code.js";

/** @typedef {import("./belenios/choice.js").Choice} Choice */

/**
 * @typedef {object} DeriveRequest
 * @property {"derive"} type
 * @property {string} code
 * @property {string} salt uuid of the voting event
 * @property {number} iterations
 * @property {string} election raw text
 * @property {string} credential the holder's active public credential
 * @property {{credential: string, hour: string}[]} retired those that it has replaced
 */
/** @typedef {{type: "make", attempt: number, choices: Choice[]}} MakeRequest */
/** @typedef {{type: "open", attempt: number}} OpenRequest */
/** @typedef {DeriveRequest | MakeRequest | OpenRequest} Request */
/**
 * @typedef {{type: "derived", matches: boolean, retired: string}
 *   | {type: "progress", attempt: number, done: number, total: number}
 *   | {type: "made", attempt: number, ballot: string, tracker: string}
 *   | {type: "opened", attempt: number, seed: string}
 *   | {type: "failed"}} Reply
 */

/**
 * @param {(reply: Reply) => void} post
 * @returns {(request: Request) => void} to be called with each message of the page
 */
export function createHandler(post) {
  /** @type {{election: import("./belenios/election.js").Election, secret: bigint} | null} */
  let ready = null;
  /** The last ballot made, which alone can be opened.
   * @type {{attempt: number, seed: string} | null} */
  let last = null;

  /** @param {DeriveRequest} request */
  function derive({ code, salt, iterations, election: raw, credential, retired }) {
    ready = last = null;
    const election = parseElection(raw);
    const secret = secretKey(credentialFromCode(code, salt, iterations), election.uuid);
    const derived = publicCredential(secret);
    const matches = derived === credential;
    if (matches) ready = { election, secret };
    post({ type: "derived", matches, retired: retired.find((one) => one.credential === derived)?.hour ?? "" });
    // While the voter reads and chooses, so that nobody waits for it afterwards.
    if (matches) precompute(election.publicKey);
  }

  /** @param {MakeRequest} request */
  function make({ attempt, choices }) {
    last = null;
    if (!ready) throw new Error("no voting code was accepted");
    const { ballot, tracker, seed } = makeBallot(ready.election, ready.secret, choices, (done, total) =>
      post({ type: "progress", attempt, done, total }),
    );
    last = { attempt, seed };
    post({ type: "made", attempt, ballot, tracker });
  }

  /** @param {OpenRequest} request */
  function open({ attempt }) {
    if (last?.attempt !== attempt) throw new Error("no such ballot");
    const { seed } = last;
    last = null;
    post({ type: "opened", attempt, seed });
  }

  return (request) => {
    try {
      if (request.type === "derive") derive(request);
      else if (request.type === "make") make(request);
      else open(request);
    } catch {
      // The reason may speak of the code or the choice, and nobody could act on it: it stays here.
      post({ type: "failed" });
    }
  };
}
