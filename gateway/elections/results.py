"""A published result in rows that a page can print. Format: result.json of the Belenios protocol, version 1."""

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One answer: its votes, and its share (0 to 100) of the votes that are not blank."""

    name: str
    votes: int
    share: float


@dataclass(frozen=True)
class QuestionResult:
    """One question: the answers in the order of the ballot, blank votes apart (None where none are allowed)."""

    question: str
    rows: list[Row]
    blank: int | None
    expressed: int


def readable(election: str, result: str) -> list[QuestionResult]:
    """The result of each homomorphic question.

    In: the raw election and result. Errors: ValueError when the two do not agree or a question is of a
    kind this page does not print.
    """
    questions = json.loads(election)["questions"]
    counts = json.loads(result)["result"]
    if len(questions) != len(counts):
        raise ValueError("the result has another number of questions")
    return [_question(question, numbers) for question, numbers in zip(questions, counts, strict=True)]


def _question(question: dict[str, object], numbers: list[int]) -> QuestionResult:
    answers = question.get("answers")
    if not isinstance(answers, list):
        raise ValueError("a question of another kind")  # noqa: TRY004
    votes = [int(number) for number in numbers]
    blank = votes.pop(0) if question.get("blank") else None
    if len(votes) != len(answers):
        raise ValueError("the result has another number of answers")
    expressed = sum(votes)
    rows = [
        Row(str(name), count, 100 * count / expressed if expressed else 0.0)
        for name, count in zip(answers, votes, strict=True)
    ]
    return QuestionResult(str(question.get("question", "")), rows, blank, expressed)
