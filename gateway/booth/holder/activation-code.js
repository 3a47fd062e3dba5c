/** The activation code: what seals the file of the keys, known to the holder alone. */

/** Crockford's: no letter that is taken for a digit. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const GROUPS = 5;
const GROUP_LENGTH = 4;

/** @returns {string} a fresh one: 20 symbols, a hundred bits, in groups of four */
export function newCode() {
  const symbols = Array.from(crypto.getRandomValues(new Uint8Array(GROUPS * GROUP_LENGTH)), (byte) => ALPHABET.charAt(byte & 31));
  return Array.from({ length: GROUPS }, (_, group) => symbols.slice(group * GROUP_LENGTH, (group + 1) * GROUP_LENGTH).join("")).join("-");
}

/**
 * How a typed code may have been meant: as it is, and, where it looks like one of `newCode`, as that would have been written.
 * A code chosen by hand, as the command asks for, is taken as it is.
 * @param {string} typed
 * @returns {string[]} the likelier first, none twice
 */
export function meanings(typed) {
  const symbols = typed.toUpperCase().replace(/[\s‐‑–-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  const looksMade = symbols.length === GROUPS * GROUP_LENGTH && [...symbols].every((symbol) => ALPHABET.includes(symbol));
  const folded = looksMade ? (symbols.match(/.{4}/g) ?? []).join("-") : typed;
  return folded === typed ? [typed] : [folded, typed];
}
