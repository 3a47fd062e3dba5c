/**
 * The page « Mes clés »: joins the worker (worker-core.js), the portal (portal.js) and what is shown. Five steps make a key: code,
 * file, shares for the others, the key itself, a trial of it; then the page decrypts (tallying.js).
 */

import { base64Digest } from "../belenios/hashing.js";
import { fill, find, root, show, text } from "../dom.js";
import { save } from "../saving.js";
import { meanings, newCode } from "./activation-code.js";
import { Asked } from "./asking.js";
import { bringMessage, readCeremony } from "./portal.js";
import { Sending } from "./sending.js";
import { startTallying } from "./tallying.js";
import { renderSeats, renderSteps } from "./view.js";

/** @typedef {import("./portal.js").Ceremony} Ceremony */

const PAUSE = 4_000; // milliseconds between two looks at what the others have done
const worker = new Asked(root.dataset.worker ?? "");
const derivation = { operations: Number(root.dataset.operations), memory: Number(root.dataset.memory) };

/** @type {Ceremony | null} */
let ceremony = null;
/** The activation code between its showing and the sealing of the file; "" otherwise. */
let code = "";
/** @type {{name: string, content: string} | null} */
let file = null;
/** Whether this page has opened or made the holder's keys. */
let holds = false;
/** Whether `file` is the complete one. */
let whole = false;
let completeSaved = false;
/** Whether the portal could not be reached the last time. */
let lost = false;
let timer = 0;
/** The section that is shown. */
let step = "loading";
/** Once the worker has all its code: no network is needed from then on. */
const ready = worker.ask({ type: "ready" });

/** @type {Sending<import("./worker-core.js").KeyMessage>} */
const sending = new Sending(
  (message) => bringMessage(/** @type {Ceremony} */ (ceremony), message),
  (waiting, failure) => said(failure ? failureWords(failure) : "", waiting > 0 ? text("kept") : ""),
);

/** @param {{code: string, status: number, message: string}} failure */
function failureWords(failure) {
  if (failure.status === 0) return text("offline");
  if (failure.status === 401) return text("signed-out");
  return failure.message || text("reason.failed");
}

/**
 * @param {string} fault
 * @param {string} [more]
 */
function said(fault, more = "") {
  fill("fault", [fault, more].filter(Boolean).join(" "));
  show("[data-part=fault]", fault !== "");
}

/** @param {{reason: string, detail: string}} refused */
function refusedWords({ reason, detail }) {
  return text(`reason.${reason}`, { detail }) || text("reason.failed");
}

/** @param {string} words what goes on now; "" for nothing */
function busy(words) {
  fill("status", words);
  for (const button of root.querySelectorAll("button")) button.disabled = words !== "";
}

/** @param {string} name of the section to show */
function go(name) {
  for (const section of root.querySelectorAll("[data-step]")) {
    if (!(section instanceof HTMLElement)) continue;
    const shown = section.dataset.step === name;
    if (shown === !section.hidden) continue;
    section.hidden = !shown;
    // Not at first: whoever comes by the keyboard begins at the top.
    if (shown && step !== "loading") section.querySelector("h2")?.focus();
  }
  step = name;
  renderSteps(name);
}

/** @param {string} suffix */
function fileName(suffix) {
  const owners = (ceremony?.seats ?? []).filter((seat) => seat.mine).map((seat) => seat.owner);
  return `isoloir-cles-${owners.join("-")}${suffix}.json`;
}

function saveFile() {
  if (file) save(new Blob([file.content], { type: "application/json" }), file.name);
}

/**
 * @param {HTMLFormElement} form
 * @returns {Promise<{text: string, code: string} | null>} null, and the fault said, where something is missing
 */
async function fileAndCode(form) {
  const chosen = find("input[type=file]", HTMLInputElement, form).files?.[0];
  const typed = find("input[type=password]", HTMLInputElement, form);
  if (!chosen || !typed.value) {
    said(text("both-needed"));
    return null;
  }
  const given = { text: await chosen.text(), code: typed.value };
  typed.value = "";
  return given;
}

/** Look at what is there, and do what can be done. */
async function refresh() {
  clearTimeout(timer);
  await ready;
  const answer = await readCeremony();
  const unreachable = lost;
  lost = !answer.ok && answer.status === 0;
  if (!answer.ok) {
    if (answer.code === "ceremony_unknown" || answer.code === "no_voting_event") go("none");
    else said(failureWords(answer), sending.waiting.length > 0 ? text("kept") : "");
  } else {
    ceremony = answer.value;
    renderSeats(ceremony);
    if (sending.waiting.length === 0) {
      if (unreachable) said("");
      await advance(ceremony);
    }
  }
  later();
}

/** Look again after a while, as long as there is something to wait for. */
function later() {
  clearTimeout(timer);
  if (holds && ceremony?.step !== "complete") timer = window.setTimeout(() => void refresh(), PAUSE);
}

/** @param {Ceremony} at */
async function advance(at) {
  const own = at.seats.filter((seat) => seat.mine);
  if (own.length === 0) return go("none");
  if (at.step === "complete" && own.every((seat) => seat.tried)) {
    fill("fingerprint", base64Digest(at.trustees ?? ""));
    return go("complete");
  }
  if (!holds) {
    if (own.some((seat) => seat.certificate)) return go("resume");
    if (!code && !file) go("code");
    return undefined;
  }
  if (at.trustees !== null && own.every((seat) => seat.key)) {
    if (own.every((seat) => seat.tried)) return go("waiting");
    if (!whole) await compute(at);
    return go("trial");
  }
  go("waiting");
  const messages = await compute(at);
  if (messages.length > 0 && (await sending.add(messages)) === null) await refresh();
  return undefined;
}

/**
 * What can be done now for one's own keys.
 * @param {Ceremony} at
 * @returns {Promise<import("./worker-core.js").KeyMessage[]>} to be sent
 */
async function compute(at) {
  const outcome = await worker.ask({ type: "advance", ceremony: at });
  if (!outcome.ok) {
    said(refusedWords(outcome));
    return [];
  }
  const { messages = [], file: complete } = outcome.value;
  if (complete) {
    whole = true;
    file = { name: fileName("-complet"), content: complete };
    show("[data-part=save-whole]", true);
  }
  return messages;
}

/**
 * What a button or a form does, its faults said, one at a time.
 * @param {string} words said meanwhile
 * @param {() => Promise<void>} act
 */
async function doing(words, act) {
  said("");
  busy(words);
  try {
    await act();
  } finally {
    busy("");
  }
}

/** @type {Record<string, () => void>} */
const acts = {
  "make-code": () => {
    code = newCode();
    fill("code", code);
    fill("code-holder", ceremony?.seats.find((seat) => seat.mine)?.name ?? "");
    show("[data-part=code-shown]", true);
    show("[data-part=code-asked]", false);
  },
  "print-code": () => print(),
  "code-noted": () => {
    // Not on the screen any more while it is typed: what was noted is what is read.
    fill("code", "");
    show("[data-part=code-shown]", false);
    show("[data-part=code-typed]", true);
    find("#typed-code", HTMLInputElement).focus();
  },
  "other-code": () => {
    code = "";
    show("[data-part=code-typed]", false);
    show("[data-part=code-asked]", true);
  },
  "save-first": () => {
    saveFile();
    show("[data-part=first-saved]", true);
  },
  "first-kept": () =>
    void doing(text("sending"), async () => {
      holds = true;
      // What is known is enough to go on: there may be no network now.
      if (ceremony) await advance(ceremony);
      later();
    }),
  "save-whole": () => {
    saveFile();
    completeSaved = true;
    show("[data-part=whole-saved]", true);
  },
  refresh: () => void doing("", refresh),
};

/** @type {Record<string, (form: HTMLFormElement) => Promise<void>>} */
const forms = {
  "typed-code": async (form) => {
    const typed = find("#typed-code", HTMLInputElement, form);
    const same = meanings(typed.value).includes(code);
    typed.value = "";
    if (!same || !ceremony) return said(text("other-code"));
    await doing(text("sealing"), async () => {
      const outcome = await worker.ask({ type: "make", code, derivation, ceremony: /** @type {Ceremony} */ (ceremony) });
      if (!outcome.ok) return said(refusedWords(outcome));
      code = "";
      file = { name: fileName(""), content: outcome.value.file ?? "" };
      return go("file");
    });
  },
  resume: async (form) => {
    const given = await fileAndCode(form);
    if (!given || !ceremony) return;
    await doing(text("opening"), async () => {
      const outcome = await worker.ask({ type: "open", ...given, ceremony: /** @type {Ceremony} */ (ceremony) });
      if (!outcome.ok) return said(refusedWords(outcome));
      holds = true;
      return refresh();
    });
  },
  trial: async (form) => {
    const given = await fileAndCode(form);
    if (!given || !ceremony) return;
    await doing(text("trying"), async () => {
      const outcome = await worker.ask({ type: "try", ...given, ceremony: /** @type {Ceremony} */ (ceremony) });
      if (!outcome.ok) return said(refusedWords(outcome));
      holds = true;
      if ((await sending.add(outcome.value.messages ?? [])) === null) await refresh();
      return undefined;
    });
  },
};

root.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-act]") : null;
  if (button instanceof HTMLElement) acts[button.dataset.act ?? ""]?.();
});
root.addEventListener("submit", (event) => {
  if (!(event.target instanceof HTMLFormElement)) return;
  const act = forms[event.target.dataset.form ?? ""];
  if (!act) return;
  event.preventDefault();
  void act(event.target);
});
addEventListener("beforeunload", (event) => {
  // What is not sent, or not saved, is gone with the page.
  if (code || sending.waiting.length > 0 || (file && !completeSaved && ceremony?.step !== "complete")) event.preventDefault();
});

startTallying(worker, () => ceremony, { said, busy, fileAndCode, refusedWords, failureWords });
void refresh();
