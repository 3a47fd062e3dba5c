/** How the answers of an election are shown. */

/**
 * @typedef {object} Described texts to show; "" for none
 * @property {string} name
 * @property {string} union
 * @property {string} logo
 * @property {readonly string[]} candidates in the order of the list
 * @property {string} document address of the profession de foi
 * @property {boolean} [blank] whether it is the blank vote
 */

const DATA_IMAGE = /^data:image\/(?:png|jpeg|webp|svg\+xml);base64,[A-Za-z0-9+/=]+$/;

/**
 * @param {unknown} logo
 * @returns {string} a path of this site or an image of its own, else ""
 */
function safeLogo(logo) {
  if (typeof logo !== "string") return "";
  return DATA_IMAGE.test(logo) ? logo : safePath(logo);
}

/**
 * @param {unknown} path
 * @returns {string} a path of this site, else ""
 */
function safePath(path) {
  return typeof path === "string" && /^\/(?![/\\])[^\s\\]*$/.test(path) ? path : "";
}

/**
 * Joins the answers with the server's presentation of them. The name shown is always the one in the election file, which
 * the ballot is bound to; union and logo are taken only where the presentation speaks of that very name, so that nobody
 * can exchange two lists by handing out another presentation.
 * @param {readonly string[]} answers of the election file, in order
 * @param {readonly {name?: unknown, union?: unknown, logo?: unknown, candidates?: unknown, document?: unknown}[] | undefined} presentation
 *   of this question; what is no list of them says nothing
 * @returns {readonly Described[]} as many as answers
 */
export function describeAnswers(answers, presentation) {
  const described = presentation instanceof Array ? presentation : [];
  return answers.map((name, index) => {
    const given = described[index];
    if (typeof given?.name !== "string" || given.name === "" || !name.startsWith(given.name)) {
      return { name, union: "", logo: "", candidates: [], document: "" };
    }
    const union = typeof given.union === "string" && !name.includes(given.union) ? given.union : "";
    const candidates = Array.isArray(given.candidates) ? given.candidates.filter((one) => typeof one === "string") : [];
    return { name, union, logo: safeLogo(given.logo), candidates, document: safePath(given.document) };
  });
}
