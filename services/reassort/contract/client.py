"""The typed client of the credential authority."""

from __future__ import annotations

from typing import ClassVar

from services.reassort.contract import methods
from services.reassort.contract.codes import (
    CodeCounts,
    CodeParametersOf,
    CodesGenerated,
    GenerateCodes,
    OfVotingEvent,
)
from services.runtime.contracts.client import ServiceClient


class ReassortClient(ServiceClient):
    """Voting codes."""

    service: ClassVar[str] = "reassort"

    def generate_codes(self, voting_event: str, after: str | None, limit: int) -> CodesGenerated:
        """Make the codes of one page of the roll. Refusals: identity's voting_event_unknown, entitlements_changed."""
        return self._do(methods.GENERATE_CODES, GenerateCodes(voting_event=voting_event, after=after, limit=limit))

    def code_counts(self, voting_event: str) -> CodeCounts:
        """How much was generated."""
        return self._ask(methods.CODE_COUNTS, OfVotingEvent(voting_event=voting_event))

    def code_parameters(self, voting_event: str | None = None) -> int:
        """The PBKDF2 iterations of a voting event's codes; without one, those of the next."""
        return self._ask(methods.CODE_PARAMETERS, CodeParametersOf(voting_event=voting_event)).iterations
