/** A voter's choice, and the bits that a ballot encrypts for it. */

/** @typedef {import("./election.js").Question} Question */

/**
 * What a voter chose for a question: a blank vote, or the indices of answers (from 0).
 * @typedef {{blank: true} | {blank: false, answers: readonly number[]}} Choice
 */

/** A choice that the question does not allow. */
export class ChoiceError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "ChoiceError";
  }
}

/**
 * @param {Question} question
 * @param {Choice} choice
 * @returns {number[]} bits; the first is the blank one where the question has a blank vote
 * @throws {ChoiceError}
 */
export function plaintext(question, choice) {
  const bits = question.answers.map(() => 0);
  if (choice.blank) {
    if (!question.blank) throw new ChoiceError("the question has no blank vote");
    return [1, ...bits];
  }
  for (const index of choice.answers) {
    if (bits[index] !== 0) throw new ChoiceError("an answer is unknown or chosen twice");
    bits[index] = 1;
  }
  const chosen = choice.answers.length;
  if (chosen < question.minimum || chosen > question.maximum) throw new ChoiceError("too few or too many answers");
  return question.blank ? [0, ...bits] : bits;
}
