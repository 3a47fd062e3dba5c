/**
 * A voting code that is shown once. The form brings the public half of a key that this tab makes; the page that follows
 * waits until the code is there, opens it, shows it, and has it forgotten, the key too. Without the key, in another tab or
 * after the page was loaded again, nothing can be shown, and the page says what to do.
 */

import { newKeys, openSealed } from "./sealed-box.js";

const KEPT = "isoloir-reissue-key";
const PAUSE = 1500;
/** Reassort keeps a code for fifteen minutes. */
const PATIENCE = 15 * 60_000;

/** @param {HTMLFormElement} form */
function offer(form) {
  const field = form.querySelector("input[name=browser_key]");
  if (!(field instanceof HTMLInputElement)) return;
  const keys = newKeys();
  form.addEventListener("submit", () => {
    sessionStorage.setItem(KEPT, keys.secret);
    field.value = keys.publicKey;
  });
}

/** @param {HTMLElement} block */
async function show(block) {
  const { source = "", csrf = "" } = block.dataset;
  /** @param {string} name of the part of the block to show alone */
  const say = (name) => {
    for (const part of block.querySelectorAll("[data-part]"))
      if (part instanceof HTMLElement) part.hidden = part.dataset.part !== name;
    const first = block.querySelector(`[data-part="${name}"] [data-focus]`);
    if (first instanceof HTMLElement) first.focus();
  };
  const secret = sessionStorage.getItem(KEPT);
  if (!secret) return say("gone");
  say("waiting");
  const until = Date.now() + PATIENCE;
  for (;;) {
    const found = await ask(source);
    if (found?.sealed) {
      let code;
      try {
        code = JSON.parse(openSealed(secret, found.sealed)).voting_code;
      } catch {
        return say("gone");
      }
      // Forgotten before it is shown: whoever sees it sees it once. Where that fails, its term ends it.
      await fetch(source, { method: "DELETE", headers: { "X-CSRFToken": csrf } }).catch(() => null);
      sessionStorage.removeItem(KEPT);
      const place = block.querySelector("[data-code]");
      if (place) place.textContent = code;
      return say("shown");
    }
    if (found && found.state !== "open") {
      sessionStorage.removeItem(KEPT);
      return say(found.state === "late" ? "late" : "gone");
    }
    if (Date.now() > until) return say("gone");
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

/**
 * @param {string} source
 * @returns {Promise<{state: string, sealed: string | null} | null>} null where the portal does not answer for the moment
 */
async function ask(source) {
  try {
    const answer = await fetch(source, { headers: { Accept: "application/json" }, cache: "no-store" });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

for (const form of document.querySelectorAll("form[data-reissue]")) if (form instanceof HTMLFormElement) offer(form);
for (const block of document.querySelectorAll("[data-shown-code]")) if (block instanceof HTMLElement) show(block);
