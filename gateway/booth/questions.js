/** The questions of a ballot: what is offered, what is marked, what was chosen. All stay in the page with their marks; one is shown. */

import { clone, fill, find, root, show, text } from "./dom.js";

/** @typedef {import("./booth-state.js").State} State */
/** @typedef {import("./presentation.js").Described} Described */
/** @typedef {import("./rendering.js").Shown} Shown */

const choices = find("[data-choices]", HTMLFieldSetElement, root);

/**
 * Fills a clone of a template with an answer.
 * @param {string} name of the template
 * @param {Described} answer
 * @returns {DocumentFragment}
 */
function card(name, answer) {
  const fragment = clone(name);
  const label = find(".bulletin-name", HTMLElement, fragment);
  label.textContent = answer.name;
  label.lang = answer.blank ? document.documentElement.lang : "fr";
  const union = find(".bulletin-union", HTMLElement, fragment);
  union.textContent = answer.union;
  union.hidden = answer.union === "";
  const logo = find(".bulletin-logo", HTMLImageElement, fragment);
  if (answer.logo) {
    logo.src = answer.logo;
    logo.hidden = false;
    find(".bulletin-body", HTMLElement, fragment).classList.add("with-logo");
  }
  return fragment;
}

/** @returns {Described} */
function blankAnswer() {
  return { name: text("blank"), union: "", logo: "", candidates: [], document: "", blank: true };
}

/**
 * What a list says of itself, folded, so that nobody must leave the booth to read it.
 * @param {DocumentFragment} fragment
 * @param {Described} answer
 */
function fillDetails(fragment, answer) {
  if (answer.candidates.length === 0 && answer.document === "") return;
  find("details", HTMLElement, fragment).hidden = false;
  find("[data-of]", HTMLElement, fragment).textContent = ` : ${answer.name}`;
  const list = find("[data-candidates]", HTMLElement, fragment);
  list.hidden = answer.candidates.length === 0;
  for (const candidate of answer.candidates) {
    const item = document.createElement("li");
    item.textContent = candidate;
    list.append(item);
  }
  const link = find("[data-document]", HTMLAnchorElement, fragment);
  if (answer.document) link.href = answer.document;
  else link.hidden = true;
}

/**
 * @param {number} question
 * @returns {HTMLElement | null} where its answers are
 */
export function rowsOf(question) {
  return choices.querySelector(`[data-question="${question}"]`);
}

/**
 * @param {number} question
 * @returns {string[]} what is marked: numbers of answers, or "blank"
 */
export function marked(question) {
  return [...(rowsOf(question)?.querySelectorAll("input") ?? [])].filter((input) => input.checked).map((input) => input.value);
}

/**
 * The question that is asked now. The others' answers stay in the page, with their marks.
 * @param {State} state
 * @param {Shown} shown
 */
export function renderAsked({ question: asked, questions, editing, choices: made }, { election }) {
  const question = election?.questions[asked];
  if (!question) return;
  const { minimum, maximum } = question;
  const rule = maximum === 1 ? "rule.one" : minimum === maximum ? "rule.exactly" : "rule.some";
  fill("question", question.question);
  fill("choice-rule", [text(rule, { minimum, maximum }), minimum === 0 ? text("rule.none") : ""].filter(Boolean).join(" "));
  fill("question-number", text("question", { number: asked + 1, count: questions }));
  show("[data-part=question-number]", questions > 1);
  fill("choice-back", text(editing ? "back.chosen" : asked > 0 ? "back.question" : "back.code"));
  for (const rows of choices.querySelectorAll("[data-question]")) {
    if (rows instanceof HTMLElement) rows.hidden = rows.dataset.question !== String(asked);
  }
  const choice = made[asked];
  if (!editing || !choice) return;
  // As it was confirmed, whatever was marked since and not taken.
  const values = choice.blank ? ["blank"] : choice.answers.map(String);
  for (const input of rowsOf(asked)?.querySelectorAll("input") ?? []) input.checked = values.includes(input.value);
}

/** @param {Shown} shown */
export function renderQuestions({ uuid, election, answers }) {
  if (!election) return;
  for (const label of root.querySelectorAll("[data-election-name]")) {
    if (!(label instanceof HTMLElement)) continue;
    label.textContent = election.name;
    label.hidden = false;
  }
  for (const link of root.querySelectorAll("[data-urn]")) link.setAttribute("href", `/urne/${uuid}`);
  for (const rows of choices.querySelectorAll("[data-question]")) rows.remove();
  election.questions.forEach((question, place) => {
    const rows = document.createElement("div");
    rows.dataset.question = String(place);
    rows.hidden = place > 0;
    const offered = (answers[place] ?? []).map((answer, index) => ({ answer, value: String(index) }));
    if (question.blank) offered.push({ answer: blankAnswer(), value: "blank" });
    for (const { answer, value } of offered) {
      const fragment = card("choice", answer);
      const input = find("input", HTMLInputElement, fragment);
      input.type = question.maximum === 1 ? "radio" : "checkbox";
      input.value = value;
      if (place > 0) input.name += place + 1;
      fillDetails(fragment, answer);
      rows.append(fragment);
    }
    choices.append(rows);
  });
}

/**
 * @param {State} state
 * @param {Shown} shown
 */
export function renderChosen({ choices: made }, { election, answers }) {
  const cards = made.map((choice, place) => {
    const chosen = choice.blank ? [blankAnswer()] : choice.answers.map((index) => answers[place]?.[index] ?? blankAnswer());
    return chosen.map((answer) => card("chosen", answer));
  });
  const parts = cards.length === 1 ? cards.flat() : cards.map((own, place) => ofQuestion(place, election?.questions[place]?.question ?? "", own));
  // Of several questions each has a button of its own, which asks that one alone again.
  show("[data-part=back]", cards.length === 1);
  find("[data-chosen]", HTMLElement, root).replaceChildren(...parts);
}

/**
 * What was chosen for one of several questions, under its words.
 * @param {number} place of the question
 * @param {string} words
 * @param {DocumentFragment[]} cards none where nothing was marked, which the question allows
 * @returns {DocumentFragment}
 */
function ofQuestion(place, words, cards) {
  const fragment = clone("chosen-question");
  find("[data-asked]", HTMLElement, fragment).textContent = words;
  find("[data-none]", HTMLElement, fragment).hidden = cards.length > 0;
  find("ul", HTMLElement, fragment).append(...cards);
  const button = find("[data-edit]", HTMLButtonElement, fragment);
  button.dataset.edit = String(place);
  button.setAttribute("aria-label", `${button.textContent} : ${words}`);
  return fragment;
}
