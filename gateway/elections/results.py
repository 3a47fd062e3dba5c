"""A published result in rows that a page can print. Format: result.json of the Belenios protocol, version 1."""

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One answer: its votes, and its share (0 to 100) of the votes, or of the ballots, that are not blank."""

    name: str
    votes: int
    share: float


@dataclass(frozen=True)
class QuestionResult:
    """One question.

    Attributes:
        question: Its words.
        rows: The answers in the order of the ballot.
        blank: Blank votes, None where none are allowed.
        expressed: What shares are taken of: votes, and where several answers could be chosen, ballots that are not blank.
        maximum: How many answers could be chosen.
        unmarked: Ballots on which nothing was chosen and which are not blank either; where the question asks for none.
    """

    question: str
    rows: list[Row]
    blank: int | None
    expressed: int
    maximum: int = 1
    unmarked: int = 0


def readable(election: str, result: str, ballots: int) -> list[QuestionResult]:
    """The result of each homomorphic question.

    Args:
        election: The raw election.
        result: The raw result.
        ballots: How many of the urn count: of a voter who has voted again, one.

    Raises:
        ValueError: The two do not agree, or a question is of a kind that this page does not print.
    """
    questions = json.loads(election)["questions"]
    counts = json.loads(result)["result"]
    if len(questions) != len(counts):
        raise ValueError("the result has another number of questions")
    return [_question(question, numbers, ballots) for question, numbers in zip(questions, counts, strict=True)]


def _question(question: dict[str, object], numbers: list[int], ballots: int) -> QuestionResult:
    answers, maximum = question.get("answers"), question.get("max", 1)
    if not isinstance(answers, list) or not isinstance(maximum, int):
        raise ValueError("a question of another kind")  # noqa: TRY004
    votes = [int(number) for number in numbers]
    blank = votes.pop(0) if question.get("blank") else None
    if len(votes) != len(answers):
        raise ValueError("the result has another number of answers")
    # Several names on a ballot: shares of all votes would say nothing of how many voters chose a name.
    marked_once = maximum == 1
    expressed = sum(votes) if marked_once else ballots - (blank or 0)
    rows = [
        Row(str(name), count, 100 * count / expressed if expressed else 0.0)
        for name, count in zip(answers, votes, strict=True)
    ]
    unmarked = ballots - (blank or 0) - sum(votes) if marked_once and question.get("min") == 0 else 0
    return QuestionResult(str(question.get("question", "")), rows, blank, expressed, maximum, unmarked)
