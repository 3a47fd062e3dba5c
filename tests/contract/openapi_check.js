// The OpenAPI document as a stranger's tools take it: every schema compiled by Ajv in strict mode, every pattern by the engine.
//
// Standard input: {"document", "values": [{"name", "pointer", "value"}]}, the pointers to schemas within the document.
// Standard output: a list of sentences, one for each thing wrong; empty when all is well.

import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

/** @typedef {{name: string, pointer: string, value: unknown}} Given */

/** @type {{document: Record<string, unknown>, values: Given[]}} */
const { document, values } = JSON.parse(readFileSync(0, "utf8"));
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
// @ts-expect-error ajv-formats is written as CommonJS: its default export is the function
addFormats(ajv);
// What stands around the schemas, no more: an unknown keyword within one is an error.
ajv.addVocabulary(["openapi", "info", "servers", "tags", "paths", "components"]);
ajv.addSchema(document, "document");
/** @type {string[]} */
const wrong = [];

/**
 * Names of properties are not keywords: a field may be called "pattern" or "schema".
 * @param {unknown} node
 * @param {string} pointer
 * @param {boolean} names whether the keys of this node are names that the document chose
 * @returns {void}
 */
function look(node, pointer, names = false) {
  if (node === null || typeof node !== "object") return;
  for (const [key, inner] of Object.entries(node)) {
    const here = `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    if (!names && key === "pattern") checkPattern(inner, here);
    if (!names && key === "schema") compile(here);
    look(inner, here, !names && ["properties", "schemas", "parameters", "responses", "paths"].includes(key) && !Array.isArray(inner));
  }
}

/**
 * @param {unknown} pattern
 * @param {string} pointer
 */
function checkPattern(pattern, pointer) {
  if (typeof pattern !== "string" || !pattern.startsWith("^") || !pattern.endsWith("$")) {
    wrong.push(`${pointer}: ${pattern} is not anchored with ^ and $`);
    return;
  }
  try {
    new RegExp(pattern, "u");
  } catch (error) {
    wrong.push(`${pointer}: ${error}`);
  }
}

/** @param {string} pointer */
function compile(pointer) {
  try {
    return ajv.compile({ $ref: `document${encodeURI(pointer)}` });
  } catch (error) {
    wrong.push(`${pointer}: ${error}`);
    return null;
  }
}

look(document, "#");
const schemas = /** @type {{schemas: object}} */ (document["components"]).schemas;
for (const name of Object.keys(schemas)) compile(`#/components/schemas/${name}`);
/** @type {Map<string, ReturnType<typeof compile>>} */
const compiled = new Map();
for (const { name, pointer, value } of values) {
  if (!compiled.has(pointer)) compiled.set(pointer, compile(pointer));
  const validate = compiled.get(pointer);
  if (validate && !validate(value)) wrong.push(`${name}: ${ajv.errorsText(validate.errors)}`);
}
process.stdout.write(JSON.stringify(wrong));
