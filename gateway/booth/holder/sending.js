/** What is computed and not yet received: kept in the page, sent in its order, again when the network is back. */

const PAUSE = 5_000; // milliseconds
/** Refusals that have nothing to do with what is sent. */
const LATER = new Set(["agent_session_expired", "csrf_refused", "cookies_refused", "rate_limited"]);

/** @typedef {import("../api.js").Answer} Answer */
/** @typedef {Extract<Answer, {ok: false}>} Failure */

/** @template T */
export class Sending {
  /**
   * @param {(one: T) => Promise<Answer>} send
   * @param {(waiting: number, failure: Failure | null) => void} told how many wait, and why the first of them does
   */
  constructor(send, told) {
    this.send = send;
    this.told = told;
    /** @type {T[]} */
    this.waiting = [];
    /** @type {Promise<Failure | null> | null} */
    this.running = null;
    this.timer = 0;
    addEventListener("online", () => void this.flush());
  }

  /**
   * @param {T[]} more
   * @returns {Promise<Failure | null>} null once nothing waits; else the refusal, or the want of a network
   */
  add(more) {
    this.waiting.push(...more);
    return this.flush();
  }

  /** @returns {Promise<Failure | null>} */
  flush() {
    this.running ??= this.run().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  async run() {
    clearTimeout(this.timer);
    for (let next = this.waiting[0]; next !== undefined; next = this.waiting[0]) {
      const answer = await this.send(next);
      // Whoever has signed in again, or has a network again, sends the same: nothing is computed anew.
      if (!answer.ok && (answer.status === 0 || answer.status >= 500 || LATER.has(answer.code))) {
        this.told(this.waiting.length, answer);
        this.timer = window.setTimeout(() => void this.flush(), PAUSE);
        return answer;
      }
      this.waiting.shift();
      if (!answer.ok) {
        this.waiting = [];
        this.told(0, answer);
        return answer;
      }
    }
    this.told(0, null);
    return null;
  }
}
