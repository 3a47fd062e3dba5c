/** The page of the booth, or of a holder of keys, as the other modules see it: elements found or missed aloud, texts filled, parts shown. */

/**
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} type
 * @param {ParentNode} [within]
 * @returns {T}
 */
export function find(selector, type, within = document) {
  const element = within.querySelector(selector);
  if (!(element instanceof type)) throw new Error(`the page lacks ${selector}`);
  return element;
}

export const root = find("#booth, [data-holder]", HTMLElement);
const texts = find("[data-texts]", HTMLTemplateElement, root).content;

/**
 * A sentence of the template.
 * @param {string} key
 * @param {Record<string, string | number | undefined>} [values] for the names in braces
 * @returns {string} "" when the template has no such sentence
 */
export function text(key, values = {}) {
  const sentence = texts.querySelector(`[data-text="${CSS.escape(key)}"]`)?.textContent ?? "";
  return sentence.replace(/\{(\w+)\}/g, (_all, name) => String(values[name] ?? ""));
}

/**
 * @param {string} name of a data-fill
 * @param {string} content
 */
export function fill(name, content) {
  const target = find(`[data-fill="${name}"]`, HTMLElement, root);
  // Writing the same text again would make screen readers say it again.
  if (target.textContent !== content) target.textContent = content;
}

/**
 * @param {string} selector
 * @param {boolean} visible
 */
export function show(selector, visible) {
  for (const element of root.querySelectorAll(selector)) {
    if (element instanceof HTMLElement) element.hidden = !visible;
  }
}

/**
 * @param {string} name of a template
 * @returns {DocumentFragment}
 */
export function clone(name) {
  const fragment = find(`[data-template="${name}"]`, HTMLTemplateElement, root).content.cloneNode(true);
  if (!(fragment instanceof DocumentFragment)) throw new Error("a template is empty");
  return fragment;
}
