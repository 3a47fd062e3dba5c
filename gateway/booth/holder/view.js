/** What the page « Mes clés » shows of the ceremony and of the tally: who holds which key, and what is done. */

import { clone, fill, find, root, show, text } from "../dom.js";

/** @typedef {import("./portal.js").Ceremony} Ceremony */
/** @typedef {import("./portal.js").Closed} Closed */

const STEPS = ["code", "file", "waiting", "key", "trial"];
const WAITED = /** @type {const} */ ({ certificate: "certificate", polynomial: "polynomial", key: "key", trial: "tried" });
let shownStep = "";

/** @param {string} step the section that is shown */
export function renderSteps(step) {
  shownStep = step;
  marks();
}

/** Of the two steps that wait for the others, the key's is the one after the shares'. */
let keyDue = false;

function marks() {
  const step = shownStep === "waiting" && keyDue ? "key" : shownStep;
  const number = STEPS.indexOf(step) + 1;
  show("[data-part=steps]", number > 0);
  if (number === 0) return;
  fill("step-number", text("step", { step: number, steps: STEPS.length }));
  fill("step-name", text(`step.${step}`));
  for (const mark of root.querySelectorAll("[data-step-mark]")) {
    if (!(mark instanceof HTMLElement)) continue;
    const place = STEPS.indexOf(mark.dataset.stepMark ?? "") + 1;
    mark.classList.toggle("done", place < number);
    if (place === number) mark.setAttribute("aria-current", "step");
    else mark.removeAttribute("aria-current");
  }
}

/** @param {Ceremony} ceremony */
export function renderSeats(ceremony) {
  const rows = ceremony.seats.map((seat) => {
    const row = clone("seat");
    const name = find("[data-name]", HTMLElement, row);
    name.textContent = seat.name;
    find("[data-owner]", HTMLElement, row).textContent = text(seat.mine ? "own-seat" : "seat", {
      number: seat.owner,
      group: text(`group.${seat.group}`),
    });
    const state = seat.tried ? "tried" : seat.key ? "key" : seat.polynomial ? "polynomial" : seat.certificate ? "certificate" : "nothing";
    find("[data-state]", HTMLElement, row).textContent = text(`state.${state}`);
    return row;
  });
  find("[data-seats]", HTMLElement, root).replaceChildren(...rows);
  const groups = ceremony.groups.map(({ group, threshold, size }) => text(`needed.${group}`, { threshold, size })).join(" ");
  fill("needed", groups);
  fill("waited-for", waitedFor(ceremony));
  const own = ceremony.seats.filter((seat) => seat.mine);
  keyDue = own.length > 0 && own.every((seat) => seat.polynomial);
  show("[data-part=seats]", true);
  marks();
}

/**
 * @param {Ceremony} ceremony
 * @returns {string} whom the ceremony waits for, by name
 */
function waitedFor({ step, seats }) {
  if (!(step in WAITED)) return "";
  const done = WAITED[/** @type {keyof typeof WAITED} */ (step)];
  const names = [...new Set(seats.filter((seat) => !seat[done]).map((seat) => seat.name))].sort();
  return text(`waited.${step}`, { names: names.join(", ") });
}

/**
 * @param {Closed} election
 * @param {number[]} own numbers of the holder's keys
 * @returns {{row: DocumentFragment, due: boolean}} the row of one closed election; whether the holder's share is still due
 */
export function closedRow({ uuid, code, name, keys }, own) {
  const row = clone("closed");
  find("[data-name]", HTMLElement, row).textContent = name;
  const said = keys.groups.map(({ group, threshold, received }) => text(`received.${group}`, { threshold, received }));
  find("[data-received]", HTMLElement, row).textContent = said.join(" ");
  const lacking = keys.groups.filter(({ threshold, received }) => received < threshold).map(({ group }) => group);
  const awaited = keys.keys.filter((key) => key.usable && !key.received && lacking.includes(key.group));
  const missing = [...new Set(awaited.map((key) => key.name ?? `n° ${key.owner}`))];
  const needed = missing.length > 0;
  find("[data-missing]", HTMLElement, row).textContent = needed ? text("missing", { names: missing.join(", ") }) : "";
  const due = keys.keys.some((key) => own.includes(key.owner) && key.usable && !key.received);
  find("[data-mine]", HTMLElement, row).textContent = text(due ? "share-due" : own.length > 0 ? "share-in" : "share-none");
  const field = find("[data-ballots]", HTMLElement, row);
  field.hidden = !due;
  const input = find("input", HTMLInputElement, row);
  input.id = `ballots-${uuid}`;
  input.dataset.election = uuid;
  find("label", HTMLLabelElement, row).htmlFor = input.id;
  find("[data-code]", HTMLElement, row).textContent = code;
  const outcome = find("[data-outcome]", HTMLElement, row);
  outcome.dataset.outcome = uuid;
  return { row, due };
}

/**
 * @param {string} uuid
 * @param {string} words how far it is, or why it did not go on
 * @param {{fault?: boolean, exact?: string}} [more] whether it did not go on; a fingerprint that the words lead to
 */
export function tellOutcome(uuid, words, { fault = false, exact = "" } = {}) {
  const target = find(`[data-outcome="${CSS.escape(uuid)}"]`, HTMLElement, root);
  find("[data-wrong]", HTMLElement, target).hidden = !fault;
  const told = { "[data-words]": fault ? "" : words, "[data-exact]": exact, "[data-wrong] span": fault ? words : "" };
  for (const [selector, said] of Object.entries(told)) {
    const place = find(selector, HTMLElement, target);
    if (place.textContent !== said) place.textContent = said;
  }
}
