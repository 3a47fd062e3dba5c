/**
 * An urn that a holder of a key has verified in the browser: only the sum of all its ballots is decrypted, whatever the portal asks
 * for. The chain and the order of its events, election, trustees, every ballot with its signature and its proofs, that each credential is
 * listed and votes once (or, where the election says that voters may vote again, that its last ballot counts), and the sum are computed
 * anew. deploy/holder/verified_urn.py is the same by command, and sooner.
 */

import { at, fields, integer, items, parse, string } from "../belenios/canonical.js";
import { checkBallot, total } from "../belenios/checking.js";
import { parseElection } from "../belenios/election.js";
import { IDENTITY, formatPoint, precompute, quotient } from "../belenios/group.js";
import { hexDigest } from "../belenios/hashing.js";
import { formatCiphertext, lengthOf, parseCiphertext } from "../belenios/keys/decryption.js";
import { checkTrustees } from "../belenios/keys/trustees.js";
import { InvalidArchive, entriesOf } from "./archive.js";

/** @typedef {import("../belenios/proofs.js").Ciphertext} Ciphertext */
/** @typedef {import("./archive.js").Entry} Entry */
/**
 * @typedef {object} Urn
 * @property {import("../belenios/election.js").Election} election
 * @property {import("../belenios/keys/trustees.js").Trustees} trustees
 * @property {string} tally the encrypted tally
 * @property {number} ballots
 * @property {number} replaced how many of them a later one replaces
 * @property {string} head fingerprint of the urn
 */

/** After which events each event may come, and how many objects it has (services/ballot/belenios/checking/order.py). */
const AFTER = /** @type {Record<string, readonly string[]>} */ ({
  Setup: [""],
  Ballot: ["Setup", "Ballot"],
  EndBallots: ["Setup", "Ballot"],
  EncryptedTally: ["EndBallots"],
  PartialDecryption: ["EncryptedTally", "PartialDecryption"],
  Result: ["EncryptedTally", "PartialDecryption"],
});
const OBJECTS = /** @type {Record<string, number>} */ ({ Setup: 4, Ballot: 1, EndBallots: 0, EncryptedTally: 2, PartialDecryption: 2, Result: 1 });

/**
 * @param {Blob} archive as it was downloaded
 * @param {string} uuid whose it must be
 * @param {(read: number) => void} progress
 * @returns {Promise<Urn>}
 * @throws {InvalidArchive | Error} where anything in it is not as the protocol says
 */
export async function verifyUrn(archive, uuid, progress) {
  const reading = new Reading(archive, uuid);
  for await (const entry of entriesOf(archive, progress)) await reading.take(entry);
  return reading.urn();
}

class Reading {
  /**
   * @param {Blob} archive
   * @param {string} uuid
   */
  constructor(archive, uuid) {
    this.archive = archive;
    this.uuid = uuid;
    this.head = "";
    this.height = 0;
    this.last = "";
    this.ballots = 0;
    this.replaced = 0;
    this.tally = "";
    /** @type {Entry[]} */
    this.waiting = [];
    /** @type {Set<string>} */
    this.unused = new Set();
    /** @type {Map<string, Entry["place"]>} where the last ballot of each credential is, where voters may vote again */
    this.latest = new Map();
    /** @type {Set<string>} hashes of the ballots of those who did */
    this.seen = new Set();
    /** @type {{election: Urn["election"], trustees: Urn["trustees"]} | null} */
    this.files = null;
    /** @type {Ciphertext[][]} */
    this.sums = [];
  }

  /** @param {Entry} entry */
  async take(entry) {
    if (entry.kind === "data") {
      this.waiting.push(entry);
      if (this.waiting.length > 4) throw new InvalidArchive("object-without-event");
      return;
    }
    const objects = this.waiting;
    this.waiting = [];
    const kind = this.event(entry.raw, objects);
    if (kind === "Setup") this.setup(objects);
    else if (kind === "Ballot") await this.ballot(at(objects, 0));
    else if (kind === "EncryptedTally") this.sum(at(objects, 0).raw, at(objects, 1).raw);
    this.head = entry.hash;
    this.height += 1;
    this.last = kind;
  }

  /**
   * @param {string} raw
   * @param {Entry[]} objects that came before it
   * @returns {string} its type
   */
  event(raw, objects) {
    const value = parse(raw);
    const payload = objects.length > 0 ? ["payload"] : [];
    const event = fields(value, [...(this.height > 0 ? ["parent"] : []), "height", "type", ...payload]);
    const chained = this.height === 0 || event.parent === this.head;
    if (!chained || integer(event.height, 0, Number.MAX_SAFE_INTEGER) !== this.height) throw new InvalidArchive("broken-chain");
    const kind = string(event.type);
    if (!AFTER[kind]?.includes(this.last)) throw new InvalidArchive("wrong-order");
    if (objects.length !== OBJECTS[kind]) throw new InvalidArchive("wrong-objects");
    if (objects.length > 0 && event.payload !== at(objects, objects.length - 1).hash) throw new InvalidArchive("wrong-payload");
    return kind;
  }

  /** @param {Entry[]} objects */
  setup(objects) {
    const [election, trustees, credentials, setup] = [at(objects, 0), at(objects, 1), at(objects, 2), at(objects, 3)];
    const named = { election: election.hash, trustees: trustees.hash, credentials: credentials.hash };
    if (setup.raw !== JSON.stringify(named)) throw new InvalidArchive("wrong-setup-data");
    if (!credentials.raw) throw new InvalidArchive("too-large");
    const files = { election: parseElection(election.raw), trustees: checkTrustees(trustees.raw) };
    if (files.election.uuid !== this.uuid) throw new InvalidArchive("wrong-election");
    if (formatPoint(files.election.publicKey) !== files.trustees.publicKey) throw new InvalidArchive("wrong-key");
    const listed = items(parse(credentials.raw)).map(string);
    this.unused = new Set(listed);
    if (this.unused.size !== listed.length) throw new InvalidArchive("credential-twice");
    precompute(files.election.publicKey);
    this.files = files;
    this.sums = files.election.questions.map((question) =>
      Array.from({ length: lengthOf(question) }, () => ({ alpha: IDENTITY, beta: IDENTITY })),
    );
  }

  /** @param {Entry} entry */
  async ballot({ raw, hash, place }) {
    const { election } = this.opened();
    const { credential, choices } = checkBallot(election, raw);
    const before = this.latest.get(credential);
    if (before) await this.replace(before, hash);
    // Unknown, or used before: who votes twice is not listed any more.
    else if (!this.unused.delete(credential)) throw new InvalidArchive("credential-not-listed");
    if (election.revoting) this.latest.set(credential, [place[0], place[1]]);
    this.sums = this.sums.map((answer, question) =>
      answer.map((sum, column) => total([sum, at(at(choices, question), column)])),
    );
    this.ballots += 1;
  }

  /**
   * Takes a ballot out of the sum again, for another of the same credential.
   * @param {Entry["place"]} place where it is
   * @param {string} hash of the other
   */
  async replace(place, hash) {
    const raw = await this.archive.slice(place[0], place[1]).text();
    this.seen.add(hexDigest(raw));
    // An old ballot that came back after a newer one would undo a vote.
    if (this.seen.has(hash)) throw new InvalidArchive("ballot-replayed");
    this.seen.add(hash);
    const answers = items(/** @type {Record<string, unknown>} */ (parse(raw)).answers);
    this.sums = this.sums.map((answer, question) => {
      const choices = items(/** @type {Record<string, unknown>} */ (at(answers, question)).choices).map(parseCiphertext);
      return answer.map((sum, column) => ({
        alpha: quotient(sum.alpha, at(choices, column).alpha),
        beta: quotient(sum.beta, at(choices, column).beta),
      }));
    });
    this.replaced += 1;
  }

  /**
   * @param {string} raw
   * @param {string} sized
   */
  sum(raw, sized) {
    if (raw !== JSON.stringify(this.sums.map((answer) => answer.map(formatCiphertext)))) throw new InvalidArchive("wrong-encrypted-tally");
    const number = this.ballots - this.replaced;
    const counted = { num_tallied: number, total_weight: number, encrypted_tally: hexDigest(raw) };
    if (sized !== JSON.stringify(counted)) throw new InvalidArchive("wrong-size");
    this.tally = raw;
  }

  opened() {
    if (!this.files) throw new InvalidArchive("wrong-order");
    return this.files;
  }

  /** @returns {Urn} */
  urn() {
    if (this.waiting.length > 0) throw new InvalidArchive("object-without-event");
    if (!this.tally) throw new InvalidArchive("not-added-up");
    return { ...this.opened(), tally: this.tally, ballots: this.ballots, replaced: this.replaced, head: this.head };
  }
}
