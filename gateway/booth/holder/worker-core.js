/**
 * What the worker of « Mes clés » does, apart from being a worker: it alone holds seeds, shares and the key of the file. The page gets
 * the sealed file, and the messages that may be seen by whoever carries them. Ending the worker frees the rest.
 */

import { Malformed, at } from "../belenios/canonical.js";
import { InvalidBallot } from "../belenios/checking.js";
import { ElectionError } from "../belenios/election.js";
import { GroupError } from "../belenios/group.js";
import { checkPartialDecryption, partialDecryption } from "../belenios/keys/decryption.js";
import { checkMembership, deriveKey, makeCertificate, makePolynomial } from "../belenios/keys/pedersen.js";
import { InvalidTrustees, newSeed } from "../belenios/keys/pki.js";
import { trialOf } from "../belenios/keys/trial.js";
import { meanings } from "./activation-code.js";
import { InvalidArchive } from "./archive.js";
import { KeyFileError, Seal, openFile } from "./key-file.js";
import { verifyUrn } from "./urn.js";

/** @typedef {import("./key-file.js").Keys} Keys */
/** @typedef {import("./key-file.js").HeldKey} HeldKey */
/** @typedef {import("./portal.js").Ceremony} Ceremony */
/** @typedef {{owner: number, step: "certificate" | "polynomial" | "key" | "trial", content: string}} KeyMessage */
/** @typedef {{election: string, owner: number, partial_decryption: string}} Share */
/**
 * @typedef {{type: "ready"}
 *   | {type: "make", code: string, derivation: import("./key-file.js").Derivation, ceremony: Ceremony}
 *   | {type: "open", text: string, code: string, ceremony: Ceremony}
 *   | {type: "advance", ceremony: Ceremony}
 *   | {type: "try", text: string, code: string, ceremony: Ceremony}
 *   | {type: "verify", election: string, archive: Blob}
 *   | {type: "unlock", text: string, code: string, ceremony: Ceremony}
 *   | {type: "decrypt", election: string, ballots: number, owners: number[]}} Request
 */
/** @typedef {{file?: string, messages?: KeyMessage[], owners?: number[], ballots?: number, head?: string, shares?: Share[]}} Done */
/**
 * @typedef {{type: "done", id: number, value: Done}
 *   | {type: "progress", id: number, read: number}
 *   | {type: "refused", id: number, reason: string, detail: string}} Reply
 */

/** R211-573: a portal that asks for fewer delegates is asked no further. */
const FEWEST_DELEGATES = 2;

/** Why nothing is done: a key of the page's sentences. */
class Refused extends Error {
  /**
   * @param {string} reason
   * @param {string} [detail]
   */
  constructor(reason, detail = "") {
    super(reason);
    this.detail = detail;
  }
}

/**
 * @param {string} text
 * @param {string} typed
 */
function opened(text, typed) {
  const codes = meanings(typed);
  for (const [place, code] of codes.entries()) {
    try {
      return openFile(text, code);
    } catch (error) {
      const again = error instanceof KeyFileError && error.reason === "wrong-code" && place < codes.length - 1;
      if (!again) throw error;
    }
  }
  throw new KeyFileError("wrong-code");
}

/**
 * @param {Keys} keys
 * @param {Ceremony} ceremony
 */
function checkSame(keys, ceremony) {
  if (keys.voting_event !== ceremony.voting_event || keys.round !== ceremony.round) throw new Refused("other-ceremony");
  const own = ceremony.seats.filter((seat) => seat.mine).map((seat) => seat.owner);
  const held = keys.keys.map((key) => key.owner);
  if (own.length !== held.length || own.some((owner) => !held.includes(owner))) throw new Refused("other-holder", keys.holder);
}

/**
 * @param {Ceremony} ceremony
 * @param {HeldKey} key
 */
function contextOf(ceremony, key) {
  const group = ceremony.groups.find((one) => one.group === key.group);
  const seat = ceremony.seats.find((one) => one.owner === key.owner);
  if (!group || !seat) throw new Refused("other-ceremony");
  if (key.group === "delegates" && group.threshold < FEWEST_DELEGATES) throw new Refused("too-few-delegates");
  return { group, seat, input: ceremony.inputs.find((one) => one.owner === key.owner)?.text };
}

/**
 * @param {Ceremony} ceremony
 * @param {HeldKey} key
 * @returns {HeldKey} with its share, which can be had again from the seed as long as the portal keeps what the others wrote
 */
function whole(ceremony, key) {
  if (key.share !== null) return key;
  const { group, input } = contextOf(ceremony, key);
  if (!input) throw new Refused("incomplete-file");
  return { ...key, share: String(deriveKey(key.seed, group.certificates, input).share) };
}

/**
 * @param {(reply: Reply) => void} post
 * @returns {(request: Request & {id: number}) => Promise<void>} to be called with each message of the page
 */
export function createHandler(post) {
  /** @type {{seal: Seal, keys: Keys} | null} */
  let held = null;
  /** @type {Map<string, import("./urn.js").Urn>} */
  const urns = new Map();

  function own() {
    if (!held) throw new Refused("no-key-file");
    return held;
  }

  /** @type {{[Type in Request["type"]]: (request: Extract<Request, {type: Type}>, id: number) => Done | Promise<Done>}} */
  const work = {
    ready: () => ({}),

    make({ code, derivation, ceremony }) {
      const seats = ceremony.seats.filter((seat) => seat.mine);
      if (seats.some((seat) => seat.certificate)) throw new Refused("begun-elsewhere");
      const keys = seats.map(({ owner, group, index }) => ({ owner, group, index, seed: newSeed(), share: null }));
      const holder = at(seats, 0).name;
      held = {
        seal: Seal.fresh(code, derivation),
        keys: { voting_event: ceremony.voting_event, round: ceremony.round, holder, keys },
      };
      return { file: held.seal.close(held.keys) };
    },

    open({ text, code, ceremony }) {
      const file = opened(text, code);
      checkSame(file.keys, ceremony);
      held = file;
      return {};
    },

    advance({ ceremony }) {
      const { seal, keys } = own();
      checkSame(keys, ceremony);
      /** @type {KeyMessage[]} */
      const messages = [];
      let file;
      for (const key of keys.keys) {
        const { group, seat, input } = contextOf(ceremony, key);
        const { owner, seed, index } = key;
        if (!seat.certificate) {
          messages.push({ owner, step: "certificate", content: makeCertificate(seed, index, group.threshold, group.size) });
        } else if (group.certificates.length > 0 && !seat.polynomial) {
          messages.push({ owner, step: "polynomial", content: makePolynomial(seed, group.certificates) });
        } else if (input && (key.share === null || !seat.key)) {
          const { share, output } = deriveKey(seed, group.certificates, input);
          key.share = String(share);
          if (!seat.key) messages.push({ owner, step: "key", content: output });
        }
      }
      if (keys.keys.every((key) => key.share !== null)) file = seal.close(keys);
      return file ? { messages, file } : { messages };
    },

    try({ text, code, ceremony }) {
      // What the file holds decrypts, not what this page remembers: the trial is the file's and the code's as well.
      const file = opened(text, code);
      checkSame(file.keys, ceremony);
      const raw = ceremony.trustees;
      if (raw === null) throw new Refused("other-ceremony");
      const messages = file.keys.keys.map((key) => {
        if (key.share === null) throw new Refused("incomplete-file");
        contextOf(ceremony, key);
        const share = BigInt(key.share);
        const trustees = checkMembership(key.seed, raw, key.owner, share);
        const mock = trialOf(trustees.publicKey);
        const content = partialDecryption(mock.election, mock.tally, share);
        checkPartialDecryption(mock.election, trustees, key.owner, mock.tally, content);
        return /** @type {KeyMessage} */ ({ owner: key.owner, step: "trial", content });
      });
      held = file;
      return { messages };
    },

    async verify({ election, archive }, id) {
      let told = 0;
      const urn = await verifyUrn(archive, election, (read) => {
        if (read - told < archive.size / 100) return;
        told = read;
        post({ type: "progress", id, read: read / archive.size });
      });
      urns.set(election, urn);
      return { ballots: urn.ballots, head: urn.head };
    },

    unlock({ text, code, ceremony }) {
      const file = opened(text, code);
      checkSame(file.keys, ceremony);
      held = { seal: file.seal, keys: { ...file.keys, keys: file.keys.keys.map((key) => whole(ceremony, key)) } };
      return { owners: held.keys.keys.map((key) => key.owner) };
    },

    decrypt({ election, ballots, owners }) {
      const urn = urns.get(election);
      if (!urn) throw new Refused("not-verified");
      if (urn.ballots !== ballots) throw new Refused("other-count", String(urn.ballots));
      const shares = own()
        .keys.keys.filter((key) => owners.includes(key.owner))
        .map((key) => {
          const made = partialDecryption(urn.election, urn.tally, BigInt(key.share ?? ""));
          try {
            checkPartialDecryption(urn.election, urn.trustees, key.owner, urn.tally, made);
          } catch {
            throw new Refused("key-of-another", String(key.owner));
          }
          return { election, owner: key.owner, partial_decryption: made };
        });
      return { shares };
    },
  };

  return async (request) => {
    try {
      const value = await /** @type {any} */ (work)[request.type](request, request.id);
      post({ type: "done", id: request.id, value });
    } catch (error) {
      post({ type: "refused", id: request.id, ...explained(error) });
    }
  };
}

/**
 * What may be said of a failure: never what an unknown one says, which may speak of a key.
 * @param {unknown} error
 * @returns {{reason: string, detail: string}}
 */
function explained(error) {
  if (error instanceof Refused) return { reason: error.message, detail: error.detail };
  if (error instanceof KeyFileError) return { reason: error.reason, detail: "" };
  if (error instanceof InvalidArchive || error instanceof InvalidBallot) return { reason: "bad-urn", detail: error.reason };
  if (error instanceof ElectionError) return { reason: "bad-urn", detail: "election" };
  if (error instanceof InvalidTrustees || error instanceof Malformed) return { reason: "bad-message", detail: error.reason };
  if (error instanceof GroupError) return { reason: "bad-message", detail: "point" };
  return { reason: "failed", detail: "" };
}
