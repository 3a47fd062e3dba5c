/**
 * Ticks the countdown that the server has written. Without this script the numbers are those of the moment the page
 * was made.
 */

import { isLastMinute, stopwatch, units } from "./countdown-clock.js";

const plurals = new Intl.PluralRules(document.documentElement.lang || "fr");

/**
 * @param {HTMLElement} block
 * @param {() => number} passed
 */
function start(block, passed) {
  const total = Date.parse(block.dataset.target ?? "") - Date.parse(block.dataset.now ?? "");
  if (Number.isNaN(total)) return;
  /** @param {string} name */
  const part = (name) => block.querySelector(`[data-${name}]`);

  const tick = () => {
    const left = total - passed();
    if (left <= 0) {
      part("left")?.setAttribute("hidden", "");
      part("passed")?.removeAttribute("hidden");
      clearInterval(timer);
      return;
    }
    part("units")?.toggleAttribute("hidden", isLastMinute(left));
    part("last-minute")?.toggleAttribute("hidden", !isLastMinute(left));
    for (const [unit, value] of Object.entries(units(left))) {
      const shown = block.querySelector(`[data-unit="${unit}"]`);
      // Written only when it changes: assistive software is told of every change.
      if (!shown || shown.textContent === String(value)) continue;
      shown.textContent = String(value);
      const word = block.querySelector(`[data-word="${unit}"]`);
      if (word instanceof HTMLElement) word.textContent = (plurals.select(value) === "one" ? word.dataset.one : word.dataset.many) ?? "";
    }
  };
  const timer = setInterval(tick, 1000);
  tick();
}

const [navigation] = performance.getEntriesByType("navigation");
const answered = navigation instanceof PerformanceNavigationTiming ? navigation.responseStart : performance.now();
const passed = stopwatch(
  answered,
  () => performance.now(),
  () => Date.now(),
);
for (const block of document.querySelectorAll("[data-countdown]")) {
  if (block instanceof HTMLElement) start(block, passed);
}
