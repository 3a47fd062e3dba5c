/**
 * Announces the end of a session two minutes before it, with a button to stay. Time is counted from the server's answer:
 * a wrong clock of the device changes nothing.
 */

const WARNING = 120_000; // milliseconds before the end

const note = document.querySelector("[data-session-seconds]");
const dialog = document.querySelector("dialog[data-session-warning]");
const form = dialog?.querySelector("form");

if (note instanceof HTMLElement && dialog instanceof HTMLDialogElement && form) {
  const shown = note.querySelector("[data-session-end]");
  const heading = dialog.querySelector("[data-session-heading]");
  const unanswered = dialog.querySelector("[data-unanswered]");
  let started = Date.now();
  let lasts = Number(note.dataset.sessionSeconds) * 1000;

  const show = () => {
    if (!dialog.open) dialog.showModal();
  };
  const tellEnd = () => {
    clearInterval(timer);
    if (heading) heading.textContent = dialog.dataset.ended ?? "";
    for (const part of dialog.querySelectorAll("[data-before-end]")) part.setAttribute("hidden", "");
    for (const part of dialog.querySelectorAll("[data-after-end]")) part.removeAttribute("hidden");
    show();
  };
  const look = () => {
    const left = started + lasts - Date.now();
    if (left <= 0) tellEnd();
    else if (left <= WARNING) show();
  };
  // Looked at every second, for a device that sleeps wakes up past a deadline.
  const timer = setInterval(look, 1000);
  look();

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)])),
      headers: { Accept: "application/json" },
    }).catch(() => null);
    // The page stays where there is no network: it may hold a ballot that is still to be sent.
    unanswered?.toggleAttribute("hidden", answer !== null);
    if (answer === null) return;
    // Led to the page of sessions that have ended.
    if (answer.redirected) return tellEnd();
    if (!answer.ok) return form.submit();
    const { seconds, until } = await answer.json();
    started = Date.now();
    lasts = seconds * 1000;
    if (shown) shown.textContent = until;
    dialog.close();
  });
}
