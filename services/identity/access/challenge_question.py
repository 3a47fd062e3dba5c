"""The challenge question (question défi, A6): its answer proves later that one is the person who activated the account."""

from __future__ import annotations

from services.identity.contract.event.wording import without_accents

QUESTIONS = {
    "first_car_colour": "Quelle était la couleur de ma première voiture ?",
    "first_pet": "Quel était le nom de mon premier animal de compagnie ?",
    "childhood_street": "Dans quelle rue ai-je grandi ?",
    "first_school": "Quel était le nom de ma première école ?",
    "favourite_book": "Quel est le titre du livre qui m’a le plus marqué ?",
    "childhood_friend": "Quel était le prénom de mon meilleur ami ou de ma meilleure amie d’enfance ?",
    "first_concert": "Quel est le premier concert auquel j’ai assisté ?",
    "dream_trip": "Quelle est la destination de mes rêves ?",
}
"""Code → words of the questions that are proposed. A voter may write another one."""
SHORTEST, LONGEST = 2, 200


def broken_rules(question: str, answer: str) -> list[str]:
    """Return the codes of the rules that an answer breaks: empty, too_short, too_long, same_as_question.

    `question` is a code of QUESTIONS or the voter's own words; without a question the answer cannot serve: empty.
    Lengths are those of the answer as it is compared.
    """
    compared = without_accents(answer)
    asked = without_accents(QUESTIONS.get(question, question))
    if not compared or not asked:
        return ["empty"]
    broken = {
        "too_short": len(compared) < SHORTEST,
        "too_long": len(compared) > LONGEST,
        "same_as_question": _letters(compared) == _letters(asked),
    }
    return [rule for rule, is_broken in broken.items() if is_broken]


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum()) or text
