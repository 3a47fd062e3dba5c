/** Whether voters may vote again: the election file ends its description so (services/ballot/belenios/revoting.py). */

export const RULE = "Jusqu'à la clôture, chacun peut voter à nouveau : seul son dernier bulletin compte.";

/**
 * @param {string} description of an election
 * @returns {boolean} whether it says that voters may vote again
 */
export function allowed(description) {
  return description.endsWith(RULE);
}
