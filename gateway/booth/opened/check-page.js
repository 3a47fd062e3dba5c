/**
 * The page /controle, on the second device: reads an opened ballot from the address or a file, and says what it contains. What
 * computes (computed.js) is loaded once there is something to look at.
 */

import { groups } from "../tracker-groups.js";
import { LONGEST_FILE, NotOpened, fromFile, fromFragment } from "./written.js";

/** @typedef {import("./written.js").Written} Written */
/** @typedef {import("./computed.js").Computed} Computed */

const page = /** @type {HTMLElement} */ (document.querySelector("[data-device-check]"));
const texts = /** @type {HTMLTemplateElement} */ (page.querySelector("[data-texts]")).content;

/** Characters of a tracker. */
const TRACKER = 43;

/** Why nothing could be looked at: a key of the page's sentences. */
class Problem extends Error {}

/** @param {string} key */
function text(key) {
  return texts.querySelector(`[data-text="${CSS.escape(key)}"]`)?.textContent ?? "";
}

/**
 * @param {string} name
 * @param {string} content
 */
function fill(name, content) {
  for (const target of page.querySelectorAll(`[data-fill="${name}"]`)) target.textContent = content;
}

/** @param {string} name of the only part to show; "" for none */
function show(name) {
  for (const part of page.querySelectorAll("[data-part]")) {
    if (part instanceof HTMLElement) part.hidden = part.dataset.part !== name;
  }
  const heading = page.querySelector(`[data-part="${name}"] h2`);
  if (heading instanceof HTMLElement) heading.focus();
}

/**
 * @template T
 * @param {string} address
 * @param {(answer: Response) => Promise<T>} read
 * @returns {Promise<T>}
 */
async function ask(address, read) {
  const answer = await fetch(address, { credentials: "omit", cache: "no-store", redirect: "error" }).catch(() => null);
  if (!answer || (!answer.ok && answer.status !== 404 && answer.status !== 409)) throw new Problem("network");
  if (!answer.ok) throw new Problem("unknown");
  return read(answer).catch(() => Promise.reject(new Problem("network")));
}

/**
 * The election as this device gets it: by its own connection, and as identity sealed it.
 * @param {typeof import("./computed.js").parseElection} parseElection
 * @param {string} uuid
 */
async function electionOf(parseElection, uuid) {
  const address = `/api/v1/elections/${encodeURIComponent(uuid)}`;
  const [raw, sealed] = await Promise.all([ask(`${address}/election`, (one) => one.text()), ask(`${address}/sealing`, (one) => one.json())]);
  let election;
  try {
    election = parseElection(raw);
  } catch {
    throw new Problem("not-sealed");
  }
  if (election.uuid !== uuid || sealed?.election !== uuid || sealed?.fingerprint !== election.hash) throw new Problem("not-sealed");
  return election;
}

/** @returns {Promise<typeof import("./computed.js")>} */
function computing() {
  return import(page.dataset.computing ?? "").catch(() => Promise.reject(new Problem("network")));
}

/** @param {Computed} computed */
function fillContents({ contents }) {
  const items = contents.flatMap(({ blank, answers }) => {
    const names = blank ? [text("blank")] : answers.length > 0 ? answers : [text("nothing")];
    return names.map((name) => {
      const item = document.createElement("li");
      const strong = document.createElement("strong");
      strong.textContent = name;
      strong.translate = false;
      if (!blank && answers.length > 0) strong.lang = "fr";
      item.append(strong);
      return item;
    });
  });
  page.querySelector("[data-contents]")?.replaceChildren(...items);
}

/**
 * In groups of four, or as it is where it is no tracker.
 * @param {string} name of a data-fill
 * @param {string} words
 */
function fillTracker(name, words) {
  const parts = groups(words).map((group) => {
    const part = document.createElement("span");
    part.textContent = group;
    return part;
  });
  page.querySelector(`[data-fill="${name}"]`)?.replaceChildren(...(words.length === TRACKER ? parts : [words]));
}

/**
 * @param {string} why
 * @param {string} announced
 * @param {string} computed
 */
function showCheated(why, announced, computed) {
  fill("cheated", text(`cheated.${why}`));
  fillTracker("announced", announced);
  fillTracker("computed", computed || text("none"));
  show("cheated");
}

/** How many ballots were begun: a slow answer about one before does not take the place of the last. */
let begun = 0;
let tracker = "";

/** @param {() => Written | Promise<Written>} read */
async function check(read) {
  const own = (begun += 1);
  show("");
  fill("status", text("reading"));
  try {
    const written = await read();
    const { compute, parseElection } = await computing();
    const election = await electionOf(parseElection, written.election);
    const computed = await compute(election, written, () => new Promise((done) => setTimeout(done)));
    if (own !== begun) return;
    tracker = computed.tracker;
    fill("election", election.name);
    fillContents(computed);
    fillTracker("tracker", tracker);
    if (computed.verdict === "agrees") show("tracker");
    else showCheated(computed.verdict, written.tracker, tracker);
  } catch (error) {
    if (own !== begun) return;
    if (!(error instanceof Problem) && !(error instanceof NotOpened)) throw error;
    fill("problem", text(`problem.${error instanceof Problem ? error.message : "unreadable"}`));
    show("problem");
  } finally {
    if (own === begun) fill("status", "");
  }
}

function readLink() {
  const carried = location.hash.slice(1);
  if (!carried || carried === "content") return;
  // What is opened does not stay in the address, nor in the history.
  history.replaceState(null, "", location.pathname);
  void check(() => fromFragment(carried));
}

page.querySelector("[data-file-form]")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const file = /** @type {HTMLInputElement} */ (page.querySelector("#opened-file")).files?.[0];
  void check(async () => {
    if (!file) throw new Problem("no-file");
    if (file.size > LONGEST_FILE) throw new NotOpened();
    return fromFile(await file.text());
  });
});
page.querySelector('[data-answer="same"]')?.addEventListener("click", () => show("content"));
page.querySelector('[data-answer="other"]')?.addEventListener("click", () => showCheated("other", text("noted"), tracker));
addEventListener("hashchange", readLink);
readLink();
