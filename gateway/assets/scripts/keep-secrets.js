/**
 * A wrong CAPTCHA must not empty two passwords: the form is sent from here, and where it comes back the page's content is
 * exchanged around the secrets, which stay in their fields. They are kept nowhere else.
 */

const MARK = "form[data-keeps-secrets]";

/** @param {ParentNode} page */
const secrets = (page) => [...page.querySelectorAll(`${MARK} :is([name=password], [name=confirmation], [name=answer])`)];

/**
 * Puts what was answered in the place of this page's content, around the secrets where it has fields for them.
 * @param {Response} answer
 * @param {string} address of that page
 */
async function exchange(answer, address) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("main");
  const main = document.querySelector("main");
  if (!fresh || !main) return location.assign(address);
  const held = new Map(secrets(document).map((field) => [/** @type {HTMLInputElement} */ (field).name, /** @type {HTMLInputElement} */ (field).value]));
  main.replaceChildren(...[...fresh.childNodes].map((node) => document.importNode(node, true)));
  for (const field of secrets(document)) {
    if (field instanceof HTMLInputElement) field.value = held.get(field.name) ?? "";
  }
  document.title = page.title;
  history.replaceState(null, "", address);
  document.dispatchEvent(new Event("main-replaced"));
  const first = main.querySelector(".error-summary, [autofocus]") ?? main;
  if (first instanceof HTMLElement) first.focus();
}

/** @param {HTMLFormElement} form @param {HTMLElement | null} button */
async function send(form, button) {
  const fields = [...new FormData(form)].map(([name, value]) => [name, String(value)]);
  if (button instanceof HTMLButtonElement && button.name) fields.push([button.name, button.value]);
  const headers = { "X-Isoloir-Script": "1" };
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(fields), headers }).catch(() => null);
  // Without an answer the browser itself tries again, and says what is wrong with the connection.
  if (!answer) return form.submit();
  // A page in place of a way to go is shown as it is: sent twice, the form of a link that served would find it used.
  if (!answer.headers.get("Content-Type")?.includes("json")) return exchange(answer, location.href);
  const address = new URL((await answer.json()).location, location.href);
  if (address.pathname !== location.pathname) return location.assign(address.href);
  const fresh = await fetch(address, { cache: "no-store" }).catch(() => null);
  // The page of those who wait outside refreshes itself by a script of its own: it must be a page, not a part of this one.
  if (!fresh || fresh.headers.get("X-Isoloir-Waiting")) return location.assign(address.href);
  await exchange(fresh, address.href);
}

// Of two clicks the second would find the link or the proof used by the first. An answer brings a new form.
let sent = new WeakSet();

// Heard at the document, thus after everything that listens at the form itself, in whatever order the scripts arrived:
// the proof of work holds a form back until it is done.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.matches(MARK) || event.defaultPrevented) return;
  event.preventDefault();
  if (sent.has(form)) return;
  sent.add(form);
  void send(form, event.submitter);
});

// From the history the same form comes back.
addEventListener("pageshow", () => {
  sent = new WeakSet();
});
