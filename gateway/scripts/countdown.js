/**
 * Ticks the countdown that the server has written. Only time passed is taken from the device, never the time of day:
 * a wrong clock changes nothing. Without this script the numbers are those of the moment the page was made.
 */

const MINUTE = 60_000;

/** Milliseconds since the server answered, whatever the device's clock says. */
function stopwatch() {
  const [navigation] = performance.getEntriesByType("navigation");
  const answered = navigation instanceof PerformanceNavigationTiming ? navigation.responseStart : performance.now();
  const before = performance.now() - answered;
  const date = Date.now();
  // The first clock may stand still while the device sleeps, the second may be set back: the larger is the truer.
  return () => Math.max(performance.now() - answered, before + Date.now() - date);
}

/** @param {number} left milliseconds, not negative */
export function units(left) {
  const minutes = Math.floor(left / MINUTE);
  return { days: Math.floor(minutes / 1440), hours: Math.floor(minutes / 60) % 24, minutes: minutes % 60 };
}

/**
 * @param {HTMLElement} block
 * @param {() => number} passed
 */
function start(block, passed) {
  const total = Date.parse(block.dataset.target ?? "") - Date.parse(block.dataset.now ?? "");
  if (Number.isNaN(total)) return;
  /** @param {string} name */
  const part = (name) => /** @type {HTMLElement | null} */ (block.querySelector(`[data-${name}]`));

  const tick = () => {
    const left = total - passed();
    if (left <= 0) {
      part("left")?.setAttribute("hidden", "");
      part("passed")?.removeAttribute("hidden");
      clearInterval(timer);
      return;
    }
    part("units")?.toggleAttribute("hidden", left < MINUTE);
    part("last-minute")?.toggleAttribute("hidden", left >= MINUTE);
    for (const [unit, value] of Object.entries(units(left))) {
      const shown = block.querySelector(`[data-unit="${unit}"]`);
      // Written only when it changes: assistive software is told of every change.
      if (shown && shown.textContent !== String(value)) shown.textContent = String(value);
    }
  };
  const timer = setInterval(tick, 1000);
  tick();
}

const passed = stopwatch();
for (const block of document.querySelectorAll("[data-countdown]")) {
  if (block instanceof HTMLElement) start(block, passed);
}
