/** Looks for the tracker that the receipt's link carries in its fragment, which no server is sent and no history keeps. */

// The answer to a search is shown by a POST: Back and Reload find the urn's page, and ask nothing.
if (document.querySelector("[data-after-post]")) history.replaceState(null, "", location.pathname);

const form = document.querySelector("form[data-tracker-form]");
const field = form?.querySelector("input[name=tracker]");
const carried = decodeURIComponent(location.hash.slice(1));

if (form instanceof HTMLFormElement && field instanceof HTMLInputElement && /^[A-Za-z0-9+/]{43}$/.test(carried)) {
  history.replaceState(null, "", location.pathname);
  field.value = carried;
  form.submit();
}
