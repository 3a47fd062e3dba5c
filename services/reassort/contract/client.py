"""The typed client of the credential authority."""

from __future__ import annotations

from typing import ClassVar

from services.reassort.contract import methods
from services.reassort.contract.codes import CodeCounts, CodeParametersOf, OfVotingEvent
from services.reassort.contract.register import OfReissue, RegisterAfter, RegisterLines
from services.runtime.contracts.client import JobClient


class ReassortClient(JobClient):
    """Voting codes."""

    service: ClassVar[str] = "reassort"

    def start_generate_codes(self, voting_event: str) -> str:
        """Have the codes of the whole roll made; the job's id. Its refusals: voting_event_unknown, entitlements_changed."""
        return self._do(methods.START_GENERATE_CODES, OfVotingEvent(voting_event=voting_event)).job

    def code_counts(self, voting_event: str) -> CodeCounts:
        """How much was generated."""
        return self._ask(methods.CODE_COUNTS, OfVotingEvent(voting_event=voting_event))

    def code_parameters(self, voting_event: str | None = None) -> int:
        """The PBKDF2 iterations of a voting event's codes; without one, those of the next."""
        return self._ask(methods.CODE_PARAMETERS, CodeParametersOf(voting_event=voting_event)).iterations

    def register_lines(self, election: str, after: int = -1) -> RegisterLines:
        """A page of the public register of re-issues. Refusals: election_unknown."""
        return self._ask(methods.REGISTER_LINES, RegisterAfter(election=election, after=after))

    def shown_code(self, request: str) -> str | None:
        """The code of a re-issue, sealed for the browser that asked for it, as long as it is there."""
        return self._ask(methods.SHOWN_CODE, OfReissue(request=request)).sealed

    def forget_shown_code(self, request: str) -> None:
        """The code was shown: nobody can have it again."""
        self._do(methods.FORGET_SHOWN_CODE, OfReissue(request=request))
