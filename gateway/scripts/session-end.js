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
  let started = Date.now();
  let lasts = Number(note.dataset.sessionSeconds) * 1000;

  const show = () => {
    if (!dialog.open) dialog.showModal();
  };
  const look = () => {
    const left = started + lasts - Date.now();
    if (left <= 0) {
      clearInterval(timer);
      if (heading) heading.textContent = dialog.dataset.ended ?? "";
      for (const part of dialog.querySelectorAll("[data-before-end]")) part.setAttribute("hidden", "");
      for (const part of dialog.querySelectorAll("[data-after-end]")) part.removeAttribute("hidden");
      show();
    } else if (left <= WARNING) show();
  };
  // Looked at every second, for a device that sleeps wakes up past a deadline.
  const timer = setInterval(look, 1000);
  look();

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)])),
        headers: { Accept: "application/json" },
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const { seconds, until } = await answer.json();
      started = Date.now();
      lasts = seconds * 1000;
      if (shown) shown.textContent = until;
      dialog.close();
    } catch {
      // Without an answer the page says the truth by being asked for again.
      form.submit();
    }
  });
}
