/** What the booth needs of a browser, looked for before anything is asked of the voter. */

/** @type {[name: string, there: () => boolean][]} */
const NEEDED = [
  ["BigInt", () => typeof BigInt === "function"],
  ["Worker", () => typeof Worker === "function"],
  ["crypto.getRandomValues", () => typeof globalThis.crypto?.getRandomValues === "function"],
  ["TextEncoder", () => typeof TextEncoder === "function"],
  ["fetch", () => typeof fetch === "function" && typeof AbortController === "function"],
  ["history.pushState", () => typeof globalThis.history?.pushState === "function"],
];

/** @returns {string[]} names of the functions that this browser lacks; none when it can vote */
export function missingFunctions() {
  return NEEDED.filter(([, there]) => !there()).map(([name]) => name);
}
