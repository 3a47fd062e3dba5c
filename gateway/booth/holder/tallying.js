/**
 * Partial decryption of all closed elections in one go: the archives are downloaded and verified, then, without network if need be, the
 * holder's file is opened and the shares are computed, then they are sent.
 */

import { find, root, show, text } from "../dom.js";
import { bringShare, readArchive, readClosed } from "./portal.js";
import { Sending } from "./sending.js";
import { closedRow, tellOutcome } from "./view.js";

/** @typedef {import("./portal.js").Closed} Closed */
/** @typedef {import("./portal.js").Ceremony} Ceremony */
/**
 * @typedef {object} Page what the page does for this part of it
 * @property {(fault: string, more?: string) => void} said
 * @property {(words: string) => void} busy
 * @property {(form: HTMLFormElement) => Promise<{text: string, code: string} | null>} fileAndCode
 * @property {(refused: {reason: string, detail: string}) => string} refusedWords
 * @property {(failure: {code: string, status: number, message: string}) => string} failureWords
 */

/**
 * @param {import("./asking.js").Asked} worker
 * @param {() => Ceremony | null} ceremonyNow
 * @param {Page} page
 */
export function startTallying(worker, ceremonyNow, page) {
  /** @type {Closed[]} */
  let closed = [];
  /** @type {Set<string>} elections whose archive was verified in this page */
  const verified = new Set();
  /** @type {Set<string>} election and key of the shares that the portal has taken from this page */
  const taken = new Set();
  const form = find("[data-form=decrypt]", HTMLFormElement, root);

  /** @type {Sending<import("./worker-core.js").Share>} */
  const sending = new Sending(
    async (share) => {
      const answer = await bringShare(share);
      if (answer.ok) {
        taken.add(`${share.election} ${share.owner}`);
        tellOutcome(share.election, text("share-received", { owner: share.owner }));
      }
      return answer;
    },
    (waiting, failure) => page.said(failure ? page.failureWords(failure) : "", waiting > 0 ? text("kept") : ""),
  );

  /** @returns {number[]} */
  function own() {
    return (ceremonyNow()?.seats ?? []).filter((seat) => seat.mine).map((seat) => seat.owner);
  }

  /**
   * @param {Closed} election
   * @returns {number[]} the holder's keys whose share is still due
   */
  function dueOf({ uuid, keys }) {
    const due = keys.keys.filter((key) => key.usable && !key.received && !taken.has(`${uuid} ${key.owner}`));
    return due.map((key) => key.owner).filter((owner) => own().includes(owner));
  }

  function due() {
    return closed.filter((election) => dueOf(election).length > 0);
  }

  async function look() {
    const answer = await readClosed();
    if (!answer.ok) {
      page.said(page.failureWords(answer));
      return;
    }
    closed = answer.value;
    find("[data-closed]", HTMLElement, root).replaceChildren(...closed.map((election) => closedRow(election, own()).row));
    show("[data-part=none-closed]", closed.length === 0);
    show("[data-part=verify]", due().some(({ uuid }) => !verified.has(uuid)));
    show("[data-part=unlock]", due().length > 0 && due().every(({ uuid }) => verified.has(uuid)));
  }

  /** Download and verify every archive that a share is due for. */
  async function verify() {
    page.said("");
    page.busy(text("verifying"));
    try {
      for (const { uuid } of due()) {
        if (verified.has(uuid)) continue;
        tellOutcome(uuid, text("downloading"));
        const archive = await readArchive(uuid);
        if (!archive) {
          tellOutcome(uuid, text("not-downloaded"), { fault: true });
          continue;
        }
        const told = (/** @type {number} */ read) => tellOutcome(uuid, text("verified-part", { percent: Math.floor(read * 100) }));
        const outcome = await worker.ask({ type: "verify", election: uuid, archive }, told);
        if (outcome.ok) verified.add(uuid);
        if (outcome.ok) tellOutcome(uuid, text("verified"), { exact: outcome.value.head ?? "" });
        else tellOutcome(uuid, page.refusedWords(outcome), { fault: true });
      }
    } finally {
      page.busy("");
    }
    const ready = due().filter(({ uuid }) => verified.has(uuid));
    show("[data-part=verify]", ready.length < due().length);
    show("[data-part=unlock]", ready.length > 0);
    if (ready.length > 0) find("#decrypt-file", HTMLInputElement, form).focus();
  }

  async function decrypt() {
    page.said("");
    const ready = due().filter(({ uuid }) => verified.has(uuid));
    const counts = new Map(ready.map(({ uuid }) => [uuid, find(`#ballots-${uuid}`, HTMLInputElement, root).value.trim()]));
    if ([...counts.values()].some((count) => !/^[0-9]{1,9}$/.test(count))) {
      page.said(text("counts-needed"));
      return;
    }
    const given = await page.fileAndCode(form);
    const ceremony = ceremonyNow();
    if (!given || !ceremony) return;
    page.busy(text("opening"));
    try {
      const unlocked = await worker.ask({ type: "unlock", ...given, ceremony });
      if (!unlocked.ok) {
        page.said(page.refusedWords(unlocked));
        return;
      }
      page.busy(text("decrypting"));
      for (const election of ready) {
        const { uuid } = election;
        const request = { election: uuid, ballots: Number(counts.get(uuid)), owners: dueOf(election) };
        const outcome = await worker.ask({ type: "decrypt", ...request });
        if (!outcome.ok) {
          tellOutcome(uuid, page.refusedWords(outcome), { fault: true });
          continue;
        }
        tellOutcome(uuid, text("computed"));
        void sending.add(outcome.value.shares ?? []);
      }
      if ((await sending.flush()) === null) show("[data-part=unlock]", due().length > 0);
    } finally {
      page.busy("");
    }
  }

  root.addEventListener("click", (event) => {
    const act = event.target instanceof Element ? event.target.closest("[data-tally-act]") : null;
    if (!(act instanceof HTMLElement)) return;
    if (act.dataset.tallyAct === "look") void look();
    else void verify();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void decrypt();
  });
}
