"""What a refusal is told with."""

from dataclasses import dataclass

from flask_babel.speaklater import LazyString


@dataclass(frozen=True)
class Words:
    """Status and sentence of one code; `%(name)s` in the sentence is filled from the refusal's details."""

    status: int
    message: LazyString
