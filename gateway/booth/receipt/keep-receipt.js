/** What a voter may do with the receipt: keep it as accessible PDF or as text, copy the tracker, have it sent. */

import { mailReceipt, readReceiptPages } from "../api.js";
import { root, text } from "../dom.js";
import { receiptText } from "./receipt.js";
import { save } from "../saving.js";

/** @typedef {import("./receipt.js").Receipt} Receipt */

/**
 * @param {Receipt} receipt
 * @param {string} name of the election
 * @returns {string} the words to show when it is done
 */
export function saveText(receipt, name) {
  /** @type {[string, string][]} */
  const lines = [
    [text("receipt.election"), name],
    [text("receipt.tracker"), receipt.tracker],
  ];
  for (const value of root.querySelectorAll("[data-check] dd, [data-receipt] dd")) {
    if (value.textContent && !value.closest("[hidden]")) lines.push([value.previousElementSibling?.textContent ?? "", value.textContent]);
  }
  const content = receiptText(text("receipt.title"), lines, receipt);
  save(new Blob([content], { type: "text/plain;charset=utf-8" }), `preuve-de-vote-${receipt.election}.txt`);
  return text("receipt.downloaded");
}

/**
 * The portal sets the pages from the receipt, as anybody could have it do: it keeps none, and is told nothing new. Where it
 * does not answer, the text is saved instead.
 * @param {Receipt} receipt
 * @param {string} name of the election
 * @param {string} csrfToken
 * @returns {Promise<string>} the words to show when it is done
 */
export async function savePages(receipt, name, csrfToken) {
  const pages = await readReceiptPages(JSON.stringify(receipt), csrfToken);
  if (!pages) {
    saveText(receipt, name);
    return text("receipt.no-pages");
  }
  save(pages, `preuve-de-vote-${receipt.election}.pdf`);
  return text("receipt.downloaded");
}

/**
 * @param {Receipt} receipt
 * @returns {Promise<{kept: boolean, words: string}>}
 */
export async function copyTracker(receipt) {
  try {
    await navigator.clipboard.writeText(receipt.tracker);
    return { kept: true, words: text("receipt.copied") };
  } catch {
    return { kept: false, words: text("receipt.not-copied") };
  }
}

/**
 * @param {Receipt} receipt
 * @param {string} csrfToken
 * @returns {Promise<{kept: boolean, words: string}>}
 */
export async function sendByMail(receipt, csrfToken) {
  const sent = await mailReceipt(JSON.stringify(receipt), csrfToken);
  return { kept: sent, words: text(sent ? "receipt.mailed" : "receipt.not-mailed") };
}
