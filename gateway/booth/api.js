/** The gateway's JSON API, as far as the booth needs it. */

/**
 * @typedef {object} Material what the booth is given about one election
 * @property {string} election raw text of election.json
 * @property {string} credential the holder's active public credential
 * @property {{credential: string, hour: string}[]} [retired] credentials that re-issues have replaced, each with its hour in words
 * @property {string} permit
 * @property {string} voting_event salt of the voting code
 * @property {number} iterations
 * @property {boolean} voted
 * @property {string} state
 * @property {{name?: string, union?: string, logo?: string, candidates?: string[], document?: string}[][]} presentation by question
 */

/** @typedef {{ok: true, value: unknown} | {ok: false, code: string, status: number, message: string, reference: string}} Answer */

const TIMEOUT = 30_000; // milliseconds

/**
 * @param {string} path
 * @param {RequestInit} [options]
 * @param {(response: Response) => Promise<unknown>} [read] makes the value of what is answered; null for none
 * @returns {Promise<Answer>} never rejects: a network failure is the code "network" with status 0
 */
export async function request(path, options = {}, read = (response) => response.json()) {
  // Not AbortSignal.timeout, which Safari 15 and Firefox before 100 do not have.
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT);
  try {
    const response = await fetch(path, {
      ...options,
      credentials: "same-origin",
      cache: "no-store",
      redirect: "error",
      signal: abort.signal,
    });
    if (response.ok) {
      const value = await read(response).catch(() => null);
      return value === null ? failure("incident", 502) : { ok: true, value };
    }
    const body = await response.json().catch(() => null);
    return failure(String(body?.code ?? "incident"), response.status, body);
  } catch {
    return failure("network", 0);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * @param {string} code
 * @param {number} status HTTP status, 0 for none
 * @param {{message?: unknown, correlation_id?: unknown} | null} [body] of the error
 * @returns {Extract<Answer, {ok: false}>}
 */
function failure(code, status, body = null) {
  return { ok: false, code, status, message: String(body?.message ?? ""), reference: String(body?.correlation_id ?? "") };
}

/**
 * @param {unknown} value
 * @returns {value is Material}
 */
function isMaterial(value) {
  if (typeof value !== "object" || value === null) return false;
  const fields = /** @type {Record<string, unknown>} */ (value);
  return (
    ["election", "credential", "permit", "voting_event", "state"].every((name) => typeof fields[name] === "string") &&
    Number.isSafeInteger(fields.iterations) &&
    typeof fields.voted === "boolean" &&
    Array.isArray(fields.presentation)
  );
}

/**
 * @param {string} election uuid
 * @returns {Promise<{ok: true, value: Material} | Extract<Answer, {ok: false}>>}
 */
export async function readMaterial(election) {
  const answer = await request(`/api/v1/elections/${encodeURIComponent(election)}/booth`);
  if (!answer.ok) return answer;
  if (isMaterial(answer.value)) return { ok: true, value: answer.value };
  return failure("material", 200);
}

/** @returns {Promise<{signedIn: boolean, csrfToken: string} | null>} the present session, null where it cannot be known */
export async function readSession() {
  const answer = await request("/api/v1/session");
  if (!answer.ok && answer.code === "session_expired") return { signedIn: false, csrfToken: "" };
  if (!answer.ok || typeof answer.value !== "object" || answer.value === null) return null;
  const fields = /** @type {Record<string, unknown>} */ (answer.value);
  return { signedIn: fields.signed_in === true, csrfToken: String(fields.csrf_token ?? "") };
}

/** @typedef {{uuid: string, name: string, short_name?: string, mode: string, signed: boolean, state: string | null}} OwnElection */

/** @returns {Promise<OwnElection[]>} the voter's elections held here; none where they cannot be known */
export async function readOwnElections() {
  const answer = await request("/api/v1/elections");
  if (!answer.ok || !Array.isArray(answer.value)) return [];
  const known = answer.value.filter((entry) => typeof entry?.uuid === "string" && typeof entry?.name === "string");
  return /** @type {OwnElection[]} */ (known).filter((entry) => entry.mode === "online");
}

/**
 * @param {string} election uuid
 * @param {string} permit
 * @param {string} ballot canonical JSON
 * @param {string} csrfToken
 * @returns {Promise<Answer>}
 */
export function sendBallot(election, permit, ballot, csrfToken) {
  return request(`/api/v1/elections/${encodeURIComponent(election)}/ballots`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken },
    body: JSON.stringify({ permit, ballot }),
  });
}

/**
 * @param {string} receipt JSON
 * @param {string} csrfToken
 * @returns {RequestInit}
 */
function held(receipt, csrfToken) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken };
  return { method: "POST", headers, body: JSON.stringify({ receipt }) };
}

/**
 * @param {string} receipt JSON
 * @param {string} csrfToken
 * @returns {Promise<Blob | null>} the receipt as accessible PDF, null where the portal does not make it
 */
export async function readReceiptPages(receipt, csrfToken) {
  const answer = await request("/api/v1/receipts/pdf", held(receipt, csrfToken), (response) => response.blob());
  return answer.ok && answer.value instanceof Blob ? answer.value : null;
}

/**
 * @param {string} receipt JSON
 * @param {string} csrfToken
 * @returns {Promise<boolean>} whether it is on its way to the voter's own address
 */
export async function mailReceipt(receipt, csrfToken) {
  return (await request("/api/v1/receipts/mail", held(receipt, csrfToken), async () => true)).ok;
}
