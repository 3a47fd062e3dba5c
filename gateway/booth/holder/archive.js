/**
 * The entries of a public archive, one after the other (protocol section 7): each byte for byte what the protocol writes, and named
 * by its hash. Only one entry is in memory at a time.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

const BLOCK = 512;
const LARGEST_ENTRY = 16 * 1024 * 1024;
/** Beyond it the list of credentials is hashed and not kept. */
const LARGEST_LIST = 64 * 1024 * 1024;
const NAME = /^([0-9a-f]{64})\.(data|event)\.json$/;

/** @typedef {{kind: "data" | "event", hash: string, raw: string, place: [number, number]}} Entry `place`: of its content in the archive, from where to where */

/** An archive with a fault. */
export class InvalidArchive extends Error {
  /** @param {string} reason as the verifier names it */
  constructor(reason) {
    super(reason);
    this.name = "InvalidArchive";
    this.reason = reason;
  }
}

/**
 * @param {string} name
 * @param {number} size
 * @param {string} modified eleven octal digits
 * @returns {Uint8Array} the header of an entry
 */
function header(name, size, modified) {
  const bytes = new Uint8Array(BLOCK);
  const put = (/** @type {number} */ place, /** @type {string} */ text) => bytes.set(utf8ToBytes(text), place);
  put(0, name);
  put(100, "0000644");
  put(108, "0000000");
  put(116, "0000000");
  put(124, size.toString(8).padStart(11, "0"));
  put(136, modified);
  put(156, "0");
  // The checksum is the sum of all bytes, its own field counted as spaces.
  const sum = bytes.reduce((total, byte) => total + byte, 8 * 32);
  put(148, `${sum.toString(8).padStart(6, "0")}\0 `);
  return bytes;
}

/** What a stream still has to give, in pieces of any size. */
class Source {
  /** @param {ReadableStreamDefaultReader<Uint8Array>} reader */
  constructor(reader) {
    this.reader = reader;
    /** @type {Uint8Array} */
    this.held = new Uint8Array(0);
    this.read = 0;
  }

  /** @returns {Promise<boolean>} whether there is more */
  async more() {
    while (this.held.length === 0) {
      const { done, value } = await this.reader.read();
      if (done) return false;
      this.held = value;
    }
    return true;
  }

  /**
   * @param {number} size
   * @param {(piece: Uint8Array) => void} take
   */
  async each(size, take) {
    for (let left = size; left > 0; ) {
      if (!(await this.more())) throw new InvalidArchive("truncated");
      const piece = this.held.subarray(0, left);
      take(piece);
      this.held = this.held.subarray(piece.length);
      this.read += piece.length;
      left -= piece.length;
    }
  }

  /**
   * @param {number} size
   * @returns {Promise<Uint8Array>}
   */
  async bytes(size) {
    const all = new Uint8Array(size);
    let place = 0;
    await this.each(size, (piece) => {
      all.set(piece, place);
      place += piece.length;
    });
    return all;
  }
}

/**
 * @param {Uint8Array} bytes
 * @returns {string}
 */
function text(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new InvalidArchive("bad-utf8");
  }
}

/**
 * @param {Blob} blob
 * @param {(read: number) => void} progress told after each entry how many bytes are read
 * @returns {AsyncGenerator<Entry>} the entries after the first; a list too long to be kept has an empty `raw`
 * @throws {InvalidArchive}
 */
export async function* entriesOf(blob, progress) {
  const source = new Source(blob.stream().getReader());
  let modified = "";
  for (let number = 1; await source.more(); number += 1) {
    const head = await source.bytes(BLOCK);
    const name = text(head.subarray(0, 100)).replace(/\0+$/, "");
    const [sizeText, time] = [text(head.subarray(124, 135)), text(head.subarray(136, 147))];
    if (!/^[0-7]{11}$/.test(sizeText) || !/^[0-7]{11}$/.test(time)) throw new InvalidArchive("bad-header");
    const size = Number.parseInt(sizeText, 8);
    // BELENIOS, election, trustees, credentials: the list alone may be long.
    if (number !== 4 && size > LARGEST_ENTRY) throw new InvalidArchive("too-large");
    const expected = header(name, size, modified || time);
    if (head.some((byte, place) => byte !== expected[place])) throw new InvalidArchive("bad-header");
    const kept = size <= LARGEST_LIST ? new Uint8Array(size) : null;
    const digest = sha256.create();
    const begin = source.read;
    let place = 0;
    await source.each(size, (piece) => {
      digest.update(piece);
      kept?.set(piece, place);
      place += piece.length;
    });
    if ((await source.bytes((BLOCK - (size % BLOCK)) % BLOCK)).some((byte) => byte !== 0)) throw new InvalidArchive("bad-padding");
    const raw = kept ? text(kept) : "";
    if (number === 1) {
      if (name !== "BELENIOS" || raw !== `{"version":1,"timestamp":"${Number.parseInt(time, 8)}"}`) throw new InvalidArchive("bad-beginning");
      modified = time;
      continue;
    }
    const [, hash = "", kind] = NAME.exec(name) ?? [];
    if (bytesToHex(digest.digest()) !== hash) throw new InvalidArchive("wrong-hash");
    progress(source.read);
    yield { kind: kind === "event" ? "event" : "data", hash, raw, place: [begin, begin + size] };
  }
  if (!modified) throw new InvalidArchive("empty");
}
