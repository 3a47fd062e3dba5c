/**
 * A wrong CAPTCHA must not empty two passwords: the form is sent from here, and where it comes back the page's content is
 * exchanged around the secrets, which stay in their fields. They are kept nowhere else.
 */

const MARK = "form[data-keeps-secrets]";

/** @param {ParentNode} page */
const secrets = (page) => [...page.querySelectorAll(`${MARK} :is([name=password], [name=confirmation], [name=answer])`)];

/** @param {string} address of the form's page as it is to be mended */
async function exchange(address) {
  const answer = await fetch(address, { cache: "no-store" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("main");
  const main = document.querySelector("main");
  if (!fresh || !main || !page.querySelector(MARK)) return location.assign(address);
  const held = new Map(secrets(document).map((field) => [/** @type {HTMLInputElement} */ (field).name, /** @type {HTMLInputElement} */ (field).value]));
  main.replaceChildren(...[...fresh.childNodes].map((node) => document.importNode(node, true)));
  for (const field of secrets(document)) {
    if (field instanceof HTMLInputElement) field.value = held.get(field.name) ?? "";
  }
  document.title = page.title;
  history.replaceState(null, "", address);
  document.dispatchEvent(new Event("main-replaced"));
  watch();
  const first = main.querySelector(".error-summary, [autofocus]");
  if (first instanceof HTMLElement) first.focus();
}

/** @param {HTMLFormElement} form @param {HTMLElement | null} button */
async function send(form, button) {
  const fields = [...new FormData(form)].map(([name, value]) => [name, String(value)]);
  if (button instanceof HTMLButtonElement && button.name) fields.push([button.name, button.value]);
  const headers = { "X-Isoloir-Script": "1" };
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(fields), headers }).catch(() => null);
  const told = answer?.ok ? await answer.json().catch(() => null) : null;
  if (typeof told?.location !== "string") return form.submit();
  const address = new URL(told.location, location.href);
  if (address.pathname === location.pathname) return exchange(address.href);
  location.assign(address.href);
}

function watch() {
  const form = document.querySelector(MARK);
  if (!(form instanceof HTMLFormElement)) return;
  form.addEventListener("submit", (event) => {
    // The proof of work holds a form back until it is done.
    if (event.defaultPrevented) return;
    event.preventDefault();
    void send(form, event.submitter);
  });
}

watch();
