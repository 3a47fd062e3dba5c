/** The worker as the page asks it: one question after the other, each with its answer. */

/** @typedef {import("./worker-core.js").Request} Request */
/** @typedef {import("./worker-core.js").Done} Done */
/** @typedef {import("./worker-core.js").Reply} Reply */
/** @typedef {{ok: true, value: Done} | {ok: false, reason: string, detail: string}} Outcome */

export class Asked {
  /** @param {string} address of the worker's script, loaded at once: later there may be no network */
  constructor(address) {
    this.worker = new Worker(address);
    /** @type {Map<number, {settle: (outcome: Outcome) => void, progress: (read: number) => void}>} */
    this.waiting = new Map();
    this.asked = 0;
    this.worker.addEventListener("message", (event) => this.hear(event.data));
    this.worker.addEventListener("error", () => {
      for (const { settle } of this.waiting.values()) settle({ ok: false, reason: "failed", detail: "" });
      this.waiting.clear();
    });
  }

  /** @param {Reply} reply */
  hear(reply) {
    const waiting = this.waiting.get(reply.id);
    if (!waiting) return;
    if (reply.type === "progress") {
      waiting.progress(reply.read);
      return;
    }
    this.waiting.delete(reply.id);
    waiting.settle(reply.type === "done" ? { ok: true, value: reply.value } : { ok: false, reason: reply.reason, detail: reply.detail });
  }

  /**
   * @param {Request} request
   * @param {(read: number) => void} [progress] told how much is done, from 0 to 1
   * @returns {Promise<Outcome>}
   */
  ask(request, progress = () => {}) {
    const id = (this.asked += 1);
    return new Promise((settle) => {
      this.waiting.set(id, { settle, progress });
      this.worker.postMessage({ ...request, id });
    });
  }
}
