/** What identity says in the permit of the sealed election: a second way to its fingerprint, past the urn. */

/**
 * @typedef {object} Sealed
 * @property {string} election uuid
 * @property {string} fingerprint hash of the sealed election, in base 64 without padding
 * @property {string} receiptKey Ed25519 key that signs the receipts, in hexadecimal
 */

const FORMS = { election: /^[1-9A-HJ-NP-Za-km-z]{14,64}$/, fingerprint: /^[A-Za-z0-9+/]{43}$/, receipt_key: /^[0-9a-f]{64}$/ };

/**
 * Reads a permit. Its signature is for the urn and for identity: this page asks only what is in it.
 * @param {string} permit
 * @returns {Sealed | null} null for what is no permit
 */
export function readPermit(permit) {
  try {
    const body = (permit.split(".")[0] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const claims = /** @type {Record<string, unknown>} */ (JSON.parse(atob(body)));
    for (const [name, form] of Object.entries(FORMS)) {
      if (typeof claims[name] !== "string" || !form.test(/** @type {string} */ (claims[name]))) return null;
    }
    const { election, fingerprint, receipt_key: receiptKey } = /** @type {Record<string, string>} */ (claims);
    return /** @type {Sealed} */ ({ election, fingerprint, receiptKey });
  } catch {
    return null;
  }
}

/**
 * A fingerprint as people compare it: its first ten bytes in hexadecimal, by fours (docs/adr/0029).
 * @param {string} fingerprint in base 64 without padding
 * @returns {string}
 */
export function shortForm(fingerprint) {
  const bytes = [...atob(fingerprint)].slice(0, 10).map((one) => one.charCodeAt(0).toString(16).padStart(2, "0"));
  return (bytes.join("").toUpperCase().match(/.{4}/g) ?? []).join(" ");
}

/**
 * Whether what the urn shows is what was sealed: nothing is chosen, and nothing encrypted, for anything else.
 * @param {import("./belenios/election.js").Election} election as the urn gives it; its hash is computed here
 * @param {Sealed | null} sealed as identity recorded it
 * @returns {boolean}
 */
export function isSealed(election, sealed) {
  return sealed !== null && sealed.election === election.uuid && sealed.fingerprint === election.hash;
}
