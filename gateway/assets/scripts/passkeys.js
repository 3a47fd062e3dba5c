/**
 * Asks the browser for a passkey and sends its answer with the form of the page. What is asked for stands in the form, as
 * identity wrote it: bytes are in URL-safe base64 there, and in the answer. Where no key can be had, the page says so.
 */

/**
 * @param {string} text URL-safe base64
 * @returns {ArrayBuffer}
 */
function bytes(text) {
  return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0)).buffer;
}

/**
 * @param {ArrayBuffer} buffer
 * @returns {string} URL-safe base64
 */
function written(buffer) {
  const text = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return text.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** @param {{id: string, type: "public-key", transports?: AuthenticatorTransport[]}[]} [keys] */
function keysOf(keys = []) {
  return keys.map((key) => ({ ...key, id: bytes(key.id) }));
}

/**
 * @param {string} kind "create" or "get"
 * @param {any} asked as JSON writes it
 * @returns {Promise<Credential | null>}
 */
function ask(kind, asked) {
  const challenge = bytes(asked.challenge);
  return kind === "create"
    ? navigator.credentials.create({
        publicKey: {
          ...asked,
          challenge,
          user: { ...asked.user, id: bytes(asked.user.id) },
          excludeCredentials: keysOf(asked.excludeCredentials),
        },
      })
    : navigator.credentials.get({
        publicKey: { ...asked, challenge, allowCredentials: keysOf(asked.allowCredentials) },
      });
}

/**
 * @param {PublicKeyCredential} key
 * @returns {string} what identity reads
 */
function answerOf(key) {
  const { response } = key;
  /** @type {Record<string, unknown>} */
  const said = { clientDataJSON: written(response.clientDataJSON) };
  if (response instanceof AuthenticatorAttestationResponse) {
    said["attestationObject"] = written(response.attestationObject);
    said["transports"] = response.getTransports?.() ?? [];
  } else if (response instanceof AuthenticatorAssertionResponse) {
    said["authenticatorData"] = written(response.authenticatorData);
    said["signature"] = written(response.signature);
    if (response.userHandle) said["userHandle"] = written(response.userHandle);
  }
  return JSON.stringify({ id: key.id, rawId: written(key.rawId), type: key.type, response: said, clientExtensionResults: {} });
}

/** @type {Record<string, string>} name of the browser's error → which words of the page say it */
const SAID = { NotAllowedError: "cancelled", AbortError: "cancelled", InvalidStateError: "known", SecurityError: "elsewhere" };

const form = document.querySelector("form[data-passkey]");
const field = form?.querySelector("input[name=answer]");

if (form instanceof HTMLFormElement && field instanceof HTMLInputElement && window.PublicKeyCredential) {
  const said = form.querySelector("[data-passkey-said]");
  const button = form.querySelector("button");
  /** @param {string} name of the words to show; none: show nothing */
  const say = (name) => {
    if (!(said instanceof HTMLElement)) return;
    said.textContent = name ? (said.dataset[name] ?? said.dataset["failed"] ?? "") : "";
    said.hidden = !name;
  };
  document.querySelector("[data-passkey-unable]")?.setAttribute("hidden", "");
  document.querySelector("[data-passkey-able]")?.removeAttribute("hidden");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!form.reportValidity()) return;
    say("");
    button?.setAttribute("disabled", "");
    try {
      const key = await ask(form.dataset["passkey"] ?? "", JSON.parse(form.dataset["options"] ?? "{}"));
      if (!(key instanceof PublicKeyCredential)) throw new Error("no key");
      field.value = answerOf(key);
      form.submit();
    } catch (error) {
      button?.removeAttribute("disabled");
      say(SAID[error instanceof Error || error instanceof DOMException ? error.name : ""] ?? "failed");
    }
  });
}
