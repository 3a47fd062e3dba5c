/** What the voter does of the receipt that is shown: keep it in one form or another, and leave; asked first where none was kept. */

import { fill, root, text } from "../dom.js";
import { copyTracker, savePages, saveText, sendByMail } from "./keep-receipt.js";

/** @typedef {import("./receipt.js").Receipt} Receipt */

/**
 * @param {() => {receipt: Receipt | null, name: string}} shown the receipt, null where none is shown, and the election's name
 * @param {() => Promise<string>} csrfToken of the session that is open now
 */
export function receiptActs(shown, csrfToken) {
  const dialog = root.querySelector("dialog[data-keep]");
  let kept = false;
  let leaving = false;

  async function savePdf() {
    const { receipt, name } = shown();
    if (!receipt) return;
    kept = true;
    fill("receipt-status", text("receipt.preparing"));
    fill("receipt-status", await savePages(receipt, name, await csrfToken()));
  }

  function download() {
    const { receipt, name } = shown();
    if (!receipt) return;
    kept = true;
    fill("receipt-status", saveText(receipt, name));
  }

  async function copy() {
    const { receipt } = shown();
    if (!receipt) return;
    const copied = await copyTracker(receipt);
    kept ||= copied.kept;
    fill("receipt-status", copied.words);
  }

  async function mail() {
    const { receipt } = shown();
    if (!receipt) return;
    fill("receipt-status", text("receipt.mailing"));
    const sent = await sendByMail(receipt, await csrfToken());
    kept ||= sent.kept;
    fill("receipt-status", sent.words);
  }

  function print() {
    // What is folded unfolds on paper.
    for (const details of root.querySelectorAll("[data-step=receipt] details")) details.setAttribute("open", "");
    kept = true;
    window.print();
  }

  /** @param {string | (() => void)} way an address, or what follows */
  function leave(way) {
    const go = () => {
      if (typeof way === "function") return way();
      leaving = true;
      location.assign(way);
    };
    if (!shown().receipt || kept || !(dialog instanceof HTMLDialogElement)) return go();
    dialog.returnValue = "";
    dialog.addEventListener(
      "close",
      () => {
        if (dialog.returnValue === "download") void savePdf();
        if (dialog.returnValue === "print") print();
        if (dialog.returnValue === "leave") {
          kept = true;
          go();
        }
      },
      { once: true },
    );
    dialog.showModal();
  }

  return {
    savePdf,
    download,
    copy,
    mail,
    print,
    leave,
    /** Another receipt is about to be shown. */
    renew: () => void (kept = false),
    /** @returns {boolean} whether a receipt is shown that nobody has kept */
    isUnkept: () => shown().receipt !== null && !kept,
    /** @returns {boolean} whether the voter is on the way out already, having been asked where that was due */
    isLeaving: () => leaving,
  };
}
