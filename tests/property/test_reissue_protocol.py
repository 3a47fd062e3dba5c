"""The real services, on their databases, through casts, re-issues, closings, losses and redeliveries in any order.

The model (tests/model) explores every order of an abstraction; here Hypothesis draws orders for the code itself. The bus is
worked by hand: an event is handed over when the machine says so, and may come again under another number.
"""

import io
import os
import tempfile
import uuid
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from services.ballot.elections import closing
from services.ballot.models import Ballot, Credential
from services.ballot.records import archive_pages
from services.ballot.urn import casting
from services.identity.letters.requests import LetterSettings
from services.identity.models import ReissueRequest
from services.identity.reissue import requests, rules
from services.reassort.models import Spare
from services.reassort.register import audit, entries, public_register
from services.runtime.clock import utc_now
from services.runtime.refusals import Refusal
from tests.servers.databases import MigratedDatabases
from tests.servers.vote import (
    BIRTH,
    HOLDERS,
    MAIL,
    MOST,
    NUMEN,
    PERMIT_PUBLIC,
    RECEIPTS,
    REGISTER,
    SERVICES,
    SETTINGS,
    TEXTS,
    Vote,
)

TEMPLATES = Path(tempfile.mkdtemp())


class Reissues(Vote, RuleBasedStateMachine):
    """One voter, two elections, two spares."""

    @initialize()
    def begin(self):
        self.folder = tempfile.TemporaryDirectory()
        folder = Path(self.folder.name)
        for service in SERVICES:
            (TEMPLATES / service).mkdir(exist_ok=True)
            MigratedDatabases(service, TEMPLATES / service, lambda: 0).migrated_file(folder)
            os.environ[f"ISOLOIR_{service.upper()}_DATABASE_URL"] = f"sqlite:///{folder}/{service}.sqlite"
        self.acknowledged, self.closed = {}, set()
        self.prepare()

    @rule(service=st.sampled_from(SERVICES), again=st.booleans())
    def relay_of(self, service, again):
        self.hand_over(service, again)

    @rule(service=st.sampled_from(SERVICES))
    def inboxes_of(self, service):
        self.work(service)

    @rule()
    def ask(self):
        terms = requests.Terms(_letters(), HOLDERS, MOST, 3)
        given = {"form": str(uuid.uuid4()), "phone": "0612345678", "numen": NUMEN, "birth_date": BIRTH}
        with self.identity.reading() as session:
            before = rules.standing(session, self.voter, MOST, utc_now())
        if before.left == 0 and before.newest.state != "open":
            with pytest.raises(Refusal, match="reissue_used_up"):
                requests.by_facts(self.identity, terms, voter_id=self.voter, now=utc_now(), **given)
        else:
            asked = requests.by_facts(self.identity, terms, voter_id=self.voter, now=utc_now(), **given)
            assert asked.new == (before.newest is None or before.newest.state != "open")

    @rule(election=st.integers(0, 1), rank=st.integers(0, MOST))
    def cast(self, election, rank):
        one = self.uuids[election]
        permit, ballot = self.ballot(election, rank)
        usable = self.states(one)[rank] == "active" and one not in self.acknowledged and one not in self.closed
        try:
            receipt = casting.cast(self.urn, casting.Keys(PERMIT_PUBLIC, RECEIPTS), permit, ballot, utc_now)
        except Refusal:
            assert not usable
        else:
            assert usable
            self.acknowledged[one] = (rank, receipt.tracker)

    @precondition(lambda self: len(self.closed) < 2)
    @rule(election=st.integers(0, 1))
    def close(self, election):
        with self.urn.transaction() as session:
            closing.close(session, self.uuids[election], "bureau", utc_now())
        self.closed.add(self.uuids[election])

    def states(self, one):
        with self.urn.reading() as session:
            query = select(Credential.state).where(Credential.election == one).order_by(Credential.rank)
            return list(session.scalars(query))

    @invariant()
    def one_code_works_and_votes_stay(self):
        for one in self.uuids:
            assert self.states(one).count("active") == 1
            if one in self.acknowledged:
                rank, tracker = self.acknowledged[one]
                assert self.states(one)[rank] == "active"
                with self.urn.reading() as session:
                    assert session.scalars(select(Ballot.tracker).where(Ballot.election == one)).all() == [tracker]

    @invariant()
    def spares_used_are_those_of_the_register(self):
        with self.reassort.reading() as session:
            used = session.scalar(select(func.count()).select_from(Spare).where(Spare.used))
            assert {entries.count(session, one) for one in self.uuids} == {used}
        with self.identity.reading() as session:
            counted = session.execute(select(ReissueRequest.state)).scalars().all()
        assert counted.count("open") <= 1
        assert len([state for state in counted if state != "late"]) <= MOST

    def teardown(self):
        try:
            for _ in range(4):
                for service in SERVICES:
                    self.hand_over(service, True)
                    self.work()
            self.one_code_works_and_votes_stay()
            self.spares_used_are_those_of_the_register()
            with self.identity.reading() as session:
                assert (
                    rules.standing(session, self.voter, MOST, utc_now()).newest is None
                    or not session.scalars(select(ReissueRequest).where(ReissueRequest.state == "open")).all()
                )
            for one in self.uuids:
                self._audit(one)
        finally:
            self.bus.stop()
            self.folder.cleanup()

    def _audit(self, one):
        with self.reassort.reading() as session:
            register = public_register.read(entries.page_of(session, REGISTER, one, -1, 100).lines)
        with self.urn.reading() as session:
            archive = archive_of(session, one)
        assert audit.compare(register, io.BytesIO(archive)).entries == len(register.entries)


def archive_of(session, election):
    parts, page = [], None
    while page is None or not page.complete:
        page = archive_pages.page_of(session, election, archive_pages.Place() if page is None else page.end)
        parts.append(page.data)
    return b"".join(parts)


def _letters():
    return LetterSettings(MAIL, TEXTS, "https://vote.example.org")


@pytest.mark.timeout(900)
def test_the_services_keep_the_promises_of_the_model(monkeypatch):
    for name, value in SETTINGS.items():
        monkeypatch.setenv(f"ISOLOIR_{name}", value)
    for service in SERVICES:
        monkeypatch.setenv(f"ISOLOIR_{service.upper()}_DATABASE_URL", "sqlite://")
    run_state_machine_as_test(Reissues, settings=settings(max_examples=12, stateful_step_count=20, deadline=None))
