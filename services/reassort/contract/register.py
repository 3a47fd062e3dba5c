"""The public register of re-issues, and the code of a re-issue for the browser that asked for it."""

from __future__ import annotations

from typing import Annotated

from services.reassort.contract.limits import LARGEST_REGISTER_PAGE
from services.runtime.contracts.kinds import LARGEST_INTEGER, ElectionUuid, Range, ReissueUuid
from services.runtime.contracts.messages import Message


class RegisterAfter(Message):
    """A page of a register: entries after the one numbered `after`; -1 for the beginning of the file."""

    election: ElectionUuid
    after: Annotated[int, Range(-1, LARGEST_INTEGER)] = -1
    limit: Annotated[int, Range(1, LARGEST_REGISTER_PAGE)] = LARGEST_REGISTER_PAGE


class RegisterLines(Message):
    """Lines of the file; `next` is the `after` of the next page, null on the last, which ends with the signed head."""

    lines: list[str]
    next: int | None


class OfReissue(Message):
    """A re-issue by its number."""

    request: ReissueUuid


class ShownCode(Message):
    """The code, sealed for the key of the browser that asked for it; null where it is not there, or not any more."""

    sealed: str | None
