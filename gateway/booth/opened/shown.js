/** How the booth shows an opened ballot to a second device: a QR code made here, or a file. Loaded when it is asked for. */

import encodeQR from "qr";

import { plaintext } from "../belenios/choice.js";
import { find } from "../dom.js";
import { save } from "../saving.js";
import { toFile, toFragment } from "./written.js";

/** @typedef {import("./written.js").Written} Written */

export const PAGE = "/controle";
const SVG = "http://www.w3.org/2000/svg";
/** Modules of white that readers need around a code. */
const QUIET = 4;

/**
 * @param {import("../belenios/election.js").Election} election
 * @param {import("../booth-state.js").Opened} opened with its seed
 * @returns {Written}
 */
export function written(election, { ballot, tracker, choices, seed }) {
  const { credential, signature } = JSON.parse(ballot);
  const bits = election.questions.flatMap((question, place) => plaintext(question, choices[place] ?? { blank: false, answers: [] }));
  return { election: election.uuid, tracker, seed, bits, credential, proof: signature.proof, ballot };
}

/**
 * @param {Written} opened
 * @param {string} origin of the portal
 * @returns {string} the address that the code holds; what is opened stands where browsers keep it to themselves
 */
export function link(opened, origin) {
  return `${origin}${PAGE}#${toFragment(opened)}`;
}

/**
 * @param {Written} opened
 * @param {HTMLElement} root
 */
export function show(opened, root) {
  const rows = encodeQR(link(opened, location.origin), "raw", { ecc: "medium", encoding: "byte", border: QUIET });
  const code = document.createElementNS(SVG, "svg");
  code.setAttribute("viewBox", `0 0 ${rows.length} ${rows.length}`);
  code.setAttribute("class", "qr");
  code.setAttribute("shape-rendering", "crispEdges");
  code.setAttribute("aria-hidden", "true");
  code.setAttribute("focusable", "false");
  // Readers want dark on light, whatever the colours of the page.
  const ground = document.createElementNS(SVG, "path");
  ground.setAttribute("fill", "#fff");
  ground.setAttribute("d", `M0 0h${rows.length}v${rows.length}h-${rows.length}z`);
  const dots = document.createElementNS(SVG, "path");
  dots.setAttribute("fill", "#000");
  dots.setAttribute("d", rows.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join(""));
  code.append(ground, dots);
  find("[data-code]", HTMLElement, root).replaceChildren(code);
}

/** @param {Written} opened */
export function saveFile(opened) {
  save(new Blob([toFile(opened)], { type: "application/json" }), `bulletin-ouvert-${opened.election}.json`);
}
