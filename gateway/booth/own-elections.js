/** The end of the vote: which of the voter's elections are done in this visit or before, and which remain. */

import { clone, fill, find, root, text } from "./dom.js";

/** @typedef {import("./api.js").OwnElection} OwnElection */

/**
 * @param {readonly OwnElection[]} elections
 * @param {ReadonlySet<string>} done those voted in during this visit: the poll book is signed a little later
 * @returns {readonly OwnElection[]} those in which the voter may still vote, in their order
 */
export function remaining(elections, done) {
  return elections.filter((entry) => !entry.signed && !done.has(entry.uuid) && (entry.state === "open" || entry.state === "closing"));
}

/**
 * @param {readonly OwnElection[]} elections
 * @param {ReadonlySet<string>} done
 */
export function renderOwnElections(elections, done) {
  const left = remaining(elections, done);
  const key = elections.length === 0 ? "unknown" : left.length === 0 ? "none" : left.length === 1 ? "one" : "some";
  fill("next-heading", text(`next.${key}`, { count: left.length }));
  const shown = elections.filter((entry) => entry.signed || done.has(entry.uuid) || left.includes(entry));
  find("[data-own-elections]", HTMLElement, root).replaceChildren(
    ...shown.map((entry) => {
      const item = clone("own-election");
      const open = left.includes(entry);
      find("[data-name]", HTMLElement, item).textContent = entry.short_name || entry.name;
      find("[data-state]", HTMLElement, item).textContent = text(open ? "own.open" : "own.done");
      find(".tag", HTMLElement, item).classList.add(open ? "tag-plain" : "tag-done");
      return item;
    }),
  );
  find("[data-button=next]", HTMLButtonElement, root).hidden = left.length === 0;
}
