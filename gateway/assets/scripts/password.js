/**
 * Comforts of the password pages: the rules are ticked off while one types, and an eye shows what was typed. Both are
 * made here, so that nothing is there that does nothing where scripts do not run.
 */

/** @type {Record<string, (password: string, rule: HTMLElement) => boolean>} as identity judges them */
const RULES = {
  length: (password, rule) =>
    [...password].length >= Number(rule.dataset.least) && [...password].length <= Number(rule.dataset.most),
  lowercase: (password) => /[a-z]/.test(password),
  uppercase: (password) => /[A-Z]/.test(password),
  digit: (password) => /[0-9]/.test(password),
  special: (password) => /[\p{P}\p{S}\p{Z}]/u.test(password),
  different: (password, rule) => password.trim().toLowerCase() !== (rule.dataset.identifier ?? "").toLowerCase(),
};

const SVG = "http://www.w3.org/2000/svg";

/**
 * The sign before a rule: a check, or a ring.
 *
 * @param {boolean} kept
 */
function shape(kept) {
  const sign = document.createElementNS(SVG, "path");
  sign.setAttribute("d", kept ? "M4 12.5l5.5 5.5L20 6.5" : "M12 4a8 8 0 1 0 0 16 8 8 0 1 0 0-16z");
  return sign;
}

/** @param {HTMLElement} policy */
function watch(policy) {
  const field = document.getElementById(policy.dataset.policyFor ?? "");
  if (!(field instanceof HTMLInputElement)) return;
  const summary = policy.querySelector("[data-policy-status]");
  const rules = [...policy.querySelectorAll("[data-rule]")].filter((rule) => rule instanceof HTMLElement);
  const judge = () => {
    const password = field.value.normalize("NFC");
    let kept = 0;
    for (const rule of rules) {
      const holds = field.value !== "" && (RULES[rule.dataset.rule ?? ""]?.(password, rule) ?? true);
      kept += holds ? 1 : 0;
      rule.classList.toggle("kept", holds);
      rule.querySelector("path, circle")?.replaceWith(shape(holds));
      const mark = rule.querySelector("[data-mark]");
      const told = field.value === "" ? "" : `${holds ? policy.dataset.kept : policy.dataset.broken} : `;
      if (mark && mark.textContent !== told) mark.textContent = told;
    }
    if (summary) {
      const sentence = (kept < 2 ? policy.dataset.summaryOne : policy.dataset.summary) ?? "";
      const told = field.value === "" ? "" : sentence.replace("{kept}", String(kept)).replace("{total}", String(rules.length));
      if (summary.textContent !== told) summary.textContent = told;
    }
  };
  field.addEventListener("input", judge);
  judge();
}

/** An eye, drawn: not every device has the character. */
function eyeImage() {
  const image = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({ viewBox: "0 0 24 24", width: "20", height: "20", "aria-hidden": "true" })) {
    image.setAttribute(name, value);
  }
  const shape = document.createElementNS(SVG, "path");
  shape.setAttribute("d", "M1 12C5 5 19 5 23 12C19 19 5 19 1 12ZM12 8.5A3.5 3.5 0 1 0 12 15.5A3.5 3.5 0 1 0 12 8.5Z");
  shape.setAttribute("fill", "none");
  shape.setAttribute("stroke", "currentColor");
  shape.setAttribute("stroke-width", "2");
  image.append(shape);
  return image;
}

/** @param {HTMLInputElement} field @param {DOMStringMap} words */
function addEye(field, words) {
  const eye = document.createElement("button");
  eye.type = "button";
  eye.className = "btn btn-2";
  const word = document.createElement("span");
  eye.append(eyeImage(), word);
  eye.setAttribute("aria-controls", field.id);
  const label = field.labels?.[0]?.textContent?.replace("*", "").trim() ?? "";
  const show = (/** @type {boolean} */ shown) => {
    field.type = shown ? "text" : "password";
    word.textContent = ` ${shown ? words.hide : words.show}`;
    eye.setAttribute("aria-label", `${shown ? words.hide : words.show} : ${label}`);
  };
  eye.addEventListener("click", () => show(field.type === "password"));
  show(false);
  const row = document.createElement("div");
  row.className = "with-eye";
  field.replaceWith(row);
  row.append(field, eye);
  // Shown passwords are hidden before they are sent: browsers remember what text fields held.
  field.form?.addEventListener("submit", () => show(false));
}

function prepare() {
  for (const policy of document.querySelectorAll("[data-policy-for]")) {
    if (policy instanceof HTMLElement) watch(policy);
  }
  for (const form of document.querySelectorAll("form[data-show]")) {
    if (!(form instanceof HTMLFormElement)) continue;
    for (const field of form.querySelectorAll("input[type=password]")) {
      if (field instanceof HTMLInputElement) addEye(field, form.dataset);
    }
  }
}

// Of keep-secrets.js, which exchanges the page's content.
document.addEventListener("main-replaced", prepare);
prepare();
