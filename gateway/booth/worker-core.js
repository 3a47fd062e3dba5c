/**
 * What the worker does, apart from being a worker: it alone holds the signing key, from the typed code to the ballot.
 * The page gets "this is your code" or not, then the ballot; never a key. Ending the worker frees them.
 */

import { makeBallot } from "./belenios/ballot.js";
import { publicCredential, secretKey } from "./belenios/credential.js";
import { parseElection } from "./belenios/election.js";
import { credentialFromCode } from "./belenios/voting-code.js";

/** @typedef {import("./belenios/ballot.js").Choice} Choice */

/**
 * @typedef {object} DeriveRequest
 * @property {"derive"} type
 * @property {string} code
 * @property {string} salt uuid of the voting event
 * @property {number} iterations
 * @property {string} election raw text
 * @property {string} credential the holder's active public credential
 */
/** @typedef {{type: "make", choices: Choice[]}} MakeRequest */
/** @typedef {DeriveRequest | MakeRequest} Request */
/**
 * @typedef {{type: "derived", matches: boolean}
 *   | {type: "progress", done: number, total: number}
 *   | {type: "made", ballot: string, tracker: string}
 *   | {type: "failed"}} Reply
 */

/**
 * @param {(reply: Reply) => void} post
 * @returns {(request: Request) => void} to be called with each message of the page
 */
export function createHandler(post) {
  /** @type {{election: import("./belenios/election.js").Election, secret: bigint} | null} */
  let ready = null;

  /** @param {DeriveRequest} request */
  function derive({ code, salt, iterations, election: raw, credential }) {
    ready = null;
    const election = parseElection(raw);
    const secret = secretKey(credentialFromCode(code, salt, iterations), election.uuid);
    const matches = publicCredential(secret) === credential;
    if (matches) ready = { election, secret };
    post({ type: "derived", matches });
  }

  /** @param {MakeRequest} request */
  function make({ choices }) {
    if (!ready) throw new Error("no voting code was accepted");
    const made = makeBallot(ready.election, ready.secret, choices, (done, total) =>
      post({ type: "progress", done, total }),
    );
    // One ballot only: a second one would be a second vote, which the urn refuses.
    ready = null;
    post({ type: "made", ...made });
  }

  return (request) => {
    try {
      if (request.type === "derive") derive(request);
      else make(request);
    } catch {
      // The reason may speak of the code or the choice, and nobody could act on it: it stays here.
      post({ type: "failed" });
    }
  };
}
