/**
 * Looks again from time to time and says what is new in its place, so that nobody who listens hears the whole page each time.
 * Without this script the page reloads itself. When it is the reader's turn, the page that was asked for opens.
 */

const place = /** @type {HTMLElement | null} */ (document.querySelector("[data-place]"));

/** @param {HTMLElement} shown */
async function look(shown) {
  const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
  if (answer?.ok || answer?.redirected) {
    if (!answer.headers.get("X-Isoloir-Waiting")) return location.reload();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = /** @type {HTMLElement | null} */ (page.querySelector("[data-place]"));
    if (fresh && fresh.textContent !== shown.textContent) shown.replaceChildren(...fresh.childNodes);
    if (fresh?.dataset.refresh) shown.dataset.refresh = fresh.dataset.refresh;
  }
  again(shown);
}

/** @param {HTMLElement} shown */
function again(shown) {
  const seconds = Number(shown.dataset.refresh);
  if (seconds > 0) setTimeout(() => void look(shown), seconds * 1000);
}

if (place) again(place);
