/** The arithmetic of the countdown, apart from the page. */

const MINUTE = 60_000;

/**
 * Days, hours and minutes in a time that is left.
 *
 * @param {number} left milliseconds, not negative
 */
export function units(left) {
  const minutes = Math.floor(left / MINUTE);
  return { days: Math.floor(minutes / 1440), hours: Math.floor(minutes / 60) % 24, minutes: minutes % 60 };
}

/** @param {number} left milliseconds */
export function isLastMinute(left) {
  return left < MINUTE;
}

/**
 * Milliseconds since the server answered. Only differences are taken, never the time of day: a clock that is wrong by
 * years changes nothing.
 *
 * @param {number} answered when the answer came, by the first clock
 * @param {() => number} monotonic a clock that is never set, but may stand still while the device sleeps
 * @param {() => number} date the device's clock, which goes on then, but may be set back
 */
export function stopwatch(answered, monotonic, date) {
  const before = monotonic() - answered;
  const started = date();
  return () => Math.max(monotonic() - answered, before + date() - started);
}
