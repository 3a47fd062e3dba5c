/** The receipt: is the server's answer about our ballot, and the text file that the voter keeps. */

import { ed25519 } from "@noble/curves/ed25519.js";
import { hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";

/**
 * @typedef {object} Receipt as the server signs it
 * @property {string} election
 * @property {string} tracker
 * @property {string} head head of the urn's chain of events after this ballot
 * @property {number} height
 * @property {string} signature
 */

/** @typedef {"malformed" | "other-election" | "other-tracker" | "unsigned"} ReceiptProblem */

/**
 * @param {Receipt} receipt
 * @param {string} key of the urn's receipts, fixed when the election was sealed: Ed25519 in hexadecimal
 * @returns {boolean} whether the urn has signed it
 */
export function isSigned({ election, tracker, head, height, signature }, key) {
  try {
    const text = utf8ToBytes(JSON.stringify({ election, tracker, head, height }));
    return ed25519.verify(hexToBytes(signature), text, hexToBytes(key), { zip215: false });
  } catch {
    return false; // not the form of a signature
  }
}

/**
 * Compares the server's answer with what the browser computed itself. Trusting the server's tracker would let it show the
 * same tracker to two voters.
 * @param {unknown} answer
 * @param {string} electionUuid
 * @param {string} tracker computed here from the ballot sent
 * @param {string} key that receipts of this election are signed with
 * @returns {{receipt: Receipt, problem: null} | {receipt: null, problem: ReceiptProblem}}
 */
export function checkReceipt(answer, electionUuid, tracker, key) {
  if (typeof answer !== "object" || answer === null) return { receipt: null, problem: "malformed" };
  const fields = /** @type {Record<string, unknown>} */ (answer);
  const texts = ["election", "tracker", "head", "signature"];
  if (texts.some((name) => typeof fields[name] !== "string" || fields[name] === "")) return { receipt: null, problem: "malformed" };
  if (!Number.isSafeInteger(fields.height)) return { receipt: null, problem: "malformed" };
  if (fields.election !== electionUuid) return { receipt: null, problem: "other-election" };
  if (fields.tracker !== tracker) return { receipt: null, problem: "other-tracker" };
  const receipt = /** @type {Receipt} */ (/** @type {unknown} */ (fields));
  return isSigned(receipt, key) ? { receipt, problem: null } : { receipt: null, problem: "unsigned" };
}

/**
 * The text file of the receipt: lines for the reader, then what was signed as one line of JSON for a program.
 * @param {string} title
 * @param {[label: string, value: string][]} lines
 * @param {unknown} signed
 * @returns {string}
 */
export function receiptText(title, lines, signed) {
  const body = lines.map(([label, value]) => `${label} : ${value}`);
  return [title, "", ...body, "", JSON.stringify(signed), ""].join("\r\n");
}
