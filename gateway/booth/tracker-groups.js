/** How trackers are written for people. */

/**
 * A tracker in groups of four, to be read and compared; shown as elements with margins, so that a copy has no blanks.
 * @param {string} tracker
 * @returns {readonly string[]}
 */
export function groups(tracker) {
  return tracker.match(/.{1,4}/g) ?? [];
}
