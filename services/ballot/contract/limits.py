"""Lengths and closed sets of the ballot box."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from services.runtime.contracts.kinds import LARGEST_INTEGER, Length, Range, no_blank_edges, no_control, storable

MOST_QUESTIONS = 100
"""As many as the protocol's files hold (belenios.election)."""
MOST_ANSWERS = 100
"""A Belenios file can hold more; a list of candidate lists that a person reads cannot."""
LONGEST_NAME = 500
LONGEST_DESCRIPTION = 5000
LONGEST_QUESTION = 1000
LONGEST_ANSWER = 500
LONGEST_REASON = 1000
LONGEST_PERMIT = 2048
LARGEST_BALLOT = 4 * 1024 * 1024
"""No ballot of a form that create_election accepts is longer; the exact limit of each election is checked later."""
LARGEST_FILE = 8 * 1024 * 1024
"""Trustees, partial decryptions."""
MOST_OWNERS = 10_000
MOST_MEMBERS = 100
"""Members of the board who are noted as present."""
MOST_STATES = 100
"""Elections whose states are asked for at once."""
LARGEST_PAGE = 1000


class State(StrEnum):
    """Where an election is.

    ``open`` accepts ballots, ``closing`` those of whoever was authenticated before it, ``suspended`` none for now.
    """

    DRAFT = "draft"
    SEALED = "sealed"
    OPEN = "open"
    SUSPENDED = "suspended"
    CLOSING = "closing"
    CLOSED = "closed"
    TALLIED = "tallied"
    PUBLISHED = "published"


Name = Annotated[str, Length(1, LONGEST_NAME), no_blank_edges, no_control]
QuestionText = Annotated[str, Length(1, LONGEST_QUESTION), no_blank_edges, no_control]
AnswerText = Annotated[str, Length(1, LONGEST_ANSWER), no_blank_edges, no_control]
Description = Annotated[str, Length(0, LONGEST_DESCRIPTION), storable]
Reason = Annotated[str, Length(1, LONGEST_REASON), no_blank_edges, no_control]
Member = Annotated[str, Length(1, 200), no_blank_edges, no_control]
Permit = Annotated[str, Length(0, LONGEST_PERMIT)]
File = Annotated[str, Length(1, LARGEST_FILE)]
Height = Annotated[int, Range(-1, LARGEST_INTEGER)]
"""After which event of the chain a page begins; the first is 0."""
Offset = Annotated[int, Range(0, LARGEST_INTEGER)]
"""Bytes of a file."""
TrackerText = Annotated[str, Length(43, 43)]
"""Unpadded base64 of a SHA-256."""
PageSize = Annotated[int, Range(1, LARGEST_PAGE)]
