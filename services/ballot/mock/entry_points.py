"""Entry points of mock elections."""

from __future__ import annotations

from sqlalchemy.orm import Session

from services.ballot.contract import methods
from services.ballot.contract.mock import Minutes, OfMock, StartMock
from services.ballot.mock import mock_job
from services.runtime.contracts.jobs import JobAsked
from services.runtime.hosting.entrypoints import command, question
from services.runtime.hosting.jobs import Job


class MockEntryPoints:
    """What is asked of a mock election, and its work."""

    mock = Job(mock_job.KIND, mock_job.hold)

    @command(methods.START_MOCK)
    def start_mock(self, request: StartMock, session: Session) -> JobAsked:
        """Have a mock election held of every draft."""
        return JobAsked(job=mock_job.ask(session, request))

    @question(methods.MOCK_MINUTES)
    def mock_minutes(self, request: OfMock, session: Session) -> Minutes:
        """The last mock election."""
        return mock_job.minutes(session, request.voting_event)
