"""What both queues share: the page that is asked for, how old a thing is, and the model answers."""

from datetime import UTC, datetime

from flask import request
from flask_babel import format_timedelta

from gateway.content.pages import contents
from gateway.hours.paris_time import parse

PAGE = 25


def asked() -> tuple[bool, int | None]:
    """Whether what has its answer is asked for, and after which number."""
    after = request.args.get("apres", "")
    number = int(after) if after.isascii() and after.isdecimal() and len(after) < 10 else None
    return request.args.get("traitees") == "1", number


def age(moment: str) -> str:
    """How long ago that was, in the reader's words."""
    text: str = format_timedelta(datetime.now(UTC) - parse(moment))
    return text


def model_answers() -> list[tuple[str, str]]:
    """Title and text of each model answer: the sections of the operator's text, in French, since voters read them."""
    answers: list[tuple[str, str]] = []
    for section in ("\n" + contents().model_answers()).split("\n## ")[1:]:
        title, _, text = section.partition("\n")
        answers.append((title.strip(), text.strip()))
    return answers
