/** The vectors shared with the Python implementation (tests/vectors). */

import { readFileSync } from "node:fs";

/**
 * @param {string} name without ".json"
 * @returns {any}
 */
export function vectors(name) {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), "utf8"));
}
