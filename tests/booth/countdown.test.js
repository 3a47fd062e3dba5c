/** The countdown's arithmetic: what is left, and time that passes on devices whose clock is wrong. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { isLastMinute, stopwatch, units } from "../../gateway/assets/scripts/countdown-clock.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test("what is left is cut into days, hours and whole minutes", () => {
  assert.deepEqual(units(16 * DAY + 12 * HOUR + 20 * MINUTE + 59_999), { days: 16, hours: 12, minutes: 20 });
  assert.deepEqual(units(0), { days: 0, hours: 0, minutes: 0 });
  assert.deepEqual(units(DAY - 1), { days: 0, hours: 23, minutes: 59 });
  assert.equal(isLastMinute(MINUTE), false);
  assert.equal(isLastMinute(MINUTE - 1), true);
});

test("a device whose clock is wrong by years counts the same", () => {
  const clock = { monotonic: 500, date: Date.parse("1999-01-01T00:00:00Z") };
  const passed = stopwatch(200, () => clock.monotonic, () => clock.date);
  assert.equal(passed(), 300, "the time that the page took to arrive counts");
  clock.monotonic += 5000;
  clock.date += 5000;
  assert.equal(passed(), 5300);
});

test("sleep is counted, and a clock set back is not", () => {
  const clock = { monotonic: 500, date: 1_000_000 };
  const passed = stopwatch(500, () => clock.monotonic, () => clock.date);
  clock.date += HOUR; // the device slept, and its first clock with it
  assert.equal(passed(), HOUR);
  clock.monotonic += 1000;
  clock.date -= 10 * HOUR; // then somebody set the clock
  assert.equal(passed(), 1000);
});
