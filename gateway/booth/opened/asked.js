/** The booth's way to the part of it that shows an opened ballot: what most voters never need is loaded when it is asked for. */

import { fill, root, text } from "../dom.js";

/** @typedef {import("../booth-state.js").State} State */
/** @typedef {import("../belenios/election.js").Election} Election */

/** @returns {Promise<typeof import("./shown.js") | null>} null where it cannot be loaded, which is said */
async function part() {
  try {
    return await import(root.dataset.opened ?? "");
  } catch {
    fill("opened-status", text("opened.not-loaded"));
    return null;
  }
}

/**
 * Shows the ballot that was opened, if it is still the one once all is there.
 * @param {() => State} now
 * @param {Election | null} election
 */
export async function showOpened(now, election) {
  const { opened } = now();
  const loaded = opened?.seed && election ? await part() : null;
  if (!opened || !election || !loaded || now().opened !== opened) return;
  loaded.show(loaded.written(election, opened), root);
  fill("opened-status", text("opened.shown"));
}

/**
 * @param {State} state
 * @param {Election | null} election
 */
export async function saveOpened({ opened }, election) {
  const loaded = opened?.seed && election ? await part() : null;
  if (!opened || !election || !loaded) return;
  loaded.saveFile(loaded.written(election, opened));
  fill("opened-status", text("opened.saved"));
}
