/**
 * Proof of work: fetches the form's challenge, has a worker solve it and puts the answer into the hidden field. A form
 * sent before the end waits for it. What cannot be done here is said, and a code to copy is always one button away.
 */

/** @typedef {import("./challenge-solver.js").Challenge} Challenge */

/** A challenge lives ten minutes; a page may stay open longer. */
const RENEW_AFTER = 8 * 60_000;

/**
 * @param {string} worker address of the worker's script
 * @param {Challenge} challenge
 * @returns {Promise<string>} the payload
 */
function solved(worker, challenge) {
  return new Promise((resolve, reject) => {
    const solver = new Worker(worker);
    solver.addEventListener("message", (event) => {
      solver.terminate();
      resolve(event.data);
    });
    solver.addEventListener("error", (event) => {
      solver.terminate();
      reject(new Error(event.message));
    });
    solver.postMessage(challenge);
  });
}

/** @param {HTMLElement} block */
function guard(block) {
  const form = block.closest("form");
  const field = block.querySelector("input[name=challenge]");
  const status = block.querySelector("[data-status]");
  if (!form || !(field instanceof HTMLInputElement) || !(status instanceof HTMLElement)) return;
  const { challenge: source = "", worker = "" } = block.dataset;
  /** @type {HTMLElement | null} the button of a form that waits */
  let waiting = null;
  let waits = false;
  let sent = false;

  /** @param {"working" | "done" | "failed"} state */
  const say = (state) => {
    status.textContent = status.dataset[state] ?? "";
    block.dataset.state = state;
  };

  const work = async () => {
    field.value = "";
    say("working");
    try {
      const answer = await fetch(source, { headers: { Accept: "application/json" }, cache: "no-store" });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      field.value = await solved(worker, await answer.json());
      say("done");
      setTimeout(work, RENEW_AFTER);
      if (waits) form.requestSubmit(waiting);
    } catch {
      waits = false;
      say("failed");
    }
  };

  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    const asksForCode = button instanceof HTMLButtonElement && button.name === "another_code";
    if (sent) return event.preventDefault();
    if (field.value || asksForCode || block.dataset.state === "failed") {
      // A challenge is spent once: of two clicks, the second would be told so, though the first has done what was asked.
      setTimeout(() => {
        sent = !event.defaultPrevented && !asksForCode;
      });
      return;
    }
    event.preventDefault();
    waits = true;
    waiting = button;
  });
  // A page that comes back from the history has spent its challenge.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    sent = false;
    void work();
  });
  void work();
}

function prepare() {
  for (const block of document.querySelectorAll("[data-challenge]")) {
    if (block instanceof HTMLElement) guard(block);
  }
}

// Of keep-secrets.js, which exchanges the page's content.
document.addEventListener("main-replaced", prepare);
prepare();
