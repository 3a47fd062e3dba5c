/** What the page of a holder asks of the portal, and brings to it: nothing that must stay on the device. */

import { request } from "../api.js";

/** @typedef {import("../api.js").Answer} Answer */
/**
 * @typedef {{owner: number, group: string, index: number, name: string, role: string, replaces: number | null, mine: boolean,
 *   certificate: boolean, polynomial: boolean, key: boolean, tried: boolean}} Seat
 */
/** @typedef {{group: string, size: number, threshold: number, step: string, certificates: string[]}} Group */
/**
 * @typedef {{voting_event: string, round: number, step: string, seats: Seat[], groups: Group[], inputs: {owner: number, text: string}[],
 *   trustees: string | null}} Ceremony
 */
/** @typedef {{owner: number, group: string, name: string | null, received: boolean, usable: boolean}} TallyKey */
/**
 * @typedef {{uuid: string, code: string, name: string, state: string, keys: {keys: TallyKey[], enough: boolean,
 *   groups: {group: string, threshold: number, received: number}[]}}} Closed
 */

const headers = { Accept: "application/json" };
let token = document.querySelector('meta[name="csrf-token"]')?.getAttribute("content") ?? "";

/**
 * @param {string} path below the page's own
 * @returns {Promise<Answer>}
 */
async function ask(path) {
  const answer = await request(`/agents/cle/${path}`, { headers });
  if (answer.ok) {
    // Of the session that is open now: it may be another than the one that the page was loaded in.
    const fresh = /** @type {{csrf_token?: unknown}} */ (answer.value).csrf_token;
    if (typeof fresh === "string") token = fresh;
  }
  return answer;
}

/**
 * @param {string} path
 * @param {Record<string, string | number>} content
 * @returns {Promise<Answer>}
 */
function bring(path, content) {
  const body = new URLSearchParams({ csrf_token: token });
  for (const [name, value] of Object.entries(content)) body.set(name, String(value));
  return request(`/agents/cle/${path}`, { method: "POST", headers, body });
}

/** @returns {Promise<{ok: true, value: Ceremony} | Extract<Answer, {ok: false}>>} */
export async function readCeremony() {
  const answer = await ask("ceremonie");
  return answer.ok ? { ok: true, value: /** @type {{ceremony: Ceremony}} */ (answer.value).ceremony } : answer;
}

/** @returns {Promise<{ok: true, value: Closed[]} | Extract<Answer, {ok: false}>>} */
export async function readClosed() {
  const answer = await ask("depouillement");
  return answer.ok ? { ok: true, value: /** @type {{elections: Closed[]}} */ (answer.value).elections } : answer;
}

/**
 * @param {Ceremony} ceremony
 * @param {import("./worker-core.js").KeyMessage} message
 */
export function bringMessage({ voting_event, round }, message) {
  return bring("message", { voting_event, round, ...message });
}

/** @param {import("./worker-core.js").Share} share */
export function bringShare(share) {
  return bring("part", share);
}

/**
 * The whole archive, kept by the browser: it is then read without network.
 * @param {string} election
 * @returns {Promise<Blob | null>} null where it did not come whole, or is not ready yet
 */
export async function readArchive(election) {
  const address = `/api/v1/elections/${encodeURIComponent(election)}/archive`;
  try {
    const response = await fetch(address, { credentials: "omit", cache: "no-store", redirect: "error" });
    return response.ok ? await response.blob() : null;
  } catch {
    return null;
  }
}
