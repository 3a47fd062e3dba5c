"""The real services, on their databases, through casts, re-issues, closings, losses and redeliveries in any order.

The model (tests/model) explores every order of an abstraction; here Hypothesis draws orders for the code itself. The bus is
worked by hand: an event is handed over when the machine says so, and may come again under another number.
"""

import io
import json
import os
import tempfile
import uuid
from datetime import timedelta
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
from nacl.signing import SigningKey
from sqlalchemy import func, select

from services.ballot.belenios.ballot import make_ballot
from services.ballot.belenios.credential import new_uuid, private_from_credential
from services.ballot.belenios.election import Election
from services.ballot.belenios.trustees import make_trustees, single_key
from services.ballot.elections import closing, elections
from services.ballot.models import Ballot, Credential
from services.ballot.records import archive_pages
from services.ballot.service import BallotService
from services.ballot.urn import casting, receipt
from services.identity.contract.voting_events import ElectionDefinition, OpenVotingEvent
from services.identity.letters.requests import LetterSettings
from services.identity.models import ReissueRequest, Voter, VotingEvent
from services.identity.reissue import requests, rules
from services.identity.roll import electoral_roll, staging
from services.identity.service import IdentityService
from services.identity.voting_events import entitlements, permits, voting_events
from services.reassort.codes import generation, spares, voting_code
from services.reassort.codes.generation import BearerToServe, Parameters
from services.reassort.models import Spare, outbox
from services.reassort.register import audit, entries, public_register
from services.reassort.service import ReassortService
from services.runtime.age_box import Opener, new_identity
from services.runtime.bus import relay
from services.runtime.clock import utc_now
from services.runtime.hosting.in_process_bus import LocalBus
from services.runtime.refusals import Refusal
from services.runtime.sealing_box import new_keypair
from tests.servers.databases import MigratedDatabases
from tests.unit.ballot.urn import definition_of
from tests.unit.identity.world import opened

SERVICES = ("identity", "ballot", "reassort")
PERMITS, RECEIPTS, HOLDERS, CODES, REGISTER = ("0a" * 32, "0b" * 32, "0c" * 32, "0d" * 32, "0e" * 32)
PRINTER_PRIVATE, PRINTER = new_identity()
NOTIFICATION = new_keypair()[1]
TRUSTEES = make_trustees([("Single", single_key()[1])])
NUMEN, BIRTH = "13E0812345ABC", "07/04/1980"
MOST = 2
RECEIPT_PUBLIC = receipt.public_key(RECEIPTS)
KEYS = permits.PermitKeys(HOLDERS, PERMITS)
PERMIT_PUBLIC = bytes(SigningKey(bytes.fromhex(PERMITS)).verify_key).hex()
TEMPLATES = Path(tempfile.mkdtemp())


class Deaf:
    """Publishes for one service; events of other kinds than the protocol's are dropped."""

    def __init__(self, bus, again):
        self.bus, self.again = bus, again

    def publish(self, event):
        if event["type"] in ("message_requested",):
            return
        self.bus.deliver(event)
        if self.again:
            self.bus.deliver(event | {"id": str(uuid.uuid4())})


class Reissues(RuleBasedStateMachine):
    """One voter, two elections, two spares."""

    @initialize()
    def begin(self):
        self.folder = tempfile.TemporaryDirectory()
        folder = Path(self.folder.name)
        for service in SERVICES:
            (TEMPLATES / service).mkdir(exist_ok=True)
            MigratedDatabases(service, TEMPLATES / service, lambda: 0).migrated_file(folder)
            os.environ[f"ISOLOIR_{service.upper()}_DATABASE_URL"] = f"sqlite:///{folder}/{service}.sqlite"
        self.bus = LocalBus([IdentityService, BallotService, ReassortService])
        self.identity, self.urn, self.reassort = (self.bus.resources[name].database for name in SERVICES)
        self.acknowledged, self.closed, self.codes = {}, set(), []
        self._elections()
        self._roll()
        self._make_codes()

    def _elections(self):
        self.event, now = str(uuid.uuid4()), utc_now()
        self.opens, self.closes = now - timedelta(days=1), now + timedelta(days=1)
        self.uuids = [new_uuid(), new_uuid()]
        for one in self.uuids:
            definition = definition_of(uuid=one, voting_event=self.event, opens_at=self.opens, closes_at=self.closes)
            with self.urn.transaction() as session:
                elections.create(session, definition)
            elections.set_trustees(self.urn, one, TRUSTEES)

    def _roll(self):
        described = [
            ElectionDefinition(uuid=one, code=f"E{number}", name=f"Scrutin {number}", mode="online")
            for number, one in enumerate(self.uuids)
        ]
        line = dict.fromkeys(("affectation", "adresse1", "adresse2", "code_postal", "ville"), "")
        line |= {"identifiant": "anne@x.fr", "nom": "A", "prenom": "Anne", "scrutins": "E0|E1"}
        line |= {"numen": NUMEN, "date_naissance": BIRTH}
        where = {"voting_event": self.event, "import_id": "i"}
        with self.identity.transaction() as session:
            definition = OpenVotingEvent(
                voting_event=self.event,
                name="Vote",
                opens_at=self.opens,
                closes_at=self.closes,
                profile="2018",
                elections=described,
            )
            voting_events.open_voting_event(session, definition)
            staging.stage(session, first_line=2, rows=[line], holder_key=HOLDERS, **where)
            electoral_roll.commit(session, lines=1, now=utc_now(), **where)
            self.voter = session.scalars(select(Voter.id)).one()
            self.bearers = entitlements.list_bearers(
                session, voting_event=self.event, after=None, limit=10, holder_key=HOLDERS, now=utc_now()
            ).bearers
            session.get_one(VotingEvent, self.event).roll_sealed_at = utc_now()

    def _make_codes(self):
        parameters = Parameters(code_key=CODES, printer_recipient=PRINTER, iterations=2, spares=MOST)
        served = [BearerToServe.of(one) for one in self.bearers]
        generation.generate_page(self.reassort, parameters, self.event, None, served, on_roll=1)
        with self.reassort.reading() as session:
            notice = json.loads(
                session.scalars(select(outbox.c.payload).where(outbox.c.type == "message_requested")).one()
            )["sealed"]
            kept = session.scalars(select(Spare.sealed_code).order_by(Spare.rank)).all()
        paper = Opener(PRINTER_PRIVATE).open(notice)["values"]["voting_code"]
        self.codes = [voting_code.normalize(paper), *(spares.reveal(CODES, one) for one in kept)]
        self.hand_over("reassort", False)
        self.work()
        for one in self.uuids:
            elections.seal(self.urn, one, ["Présidente", "Délégué", "Déléguée"], utc_now(), RECEIPT_PUBLIC)
        self.hand_over("ballot", False)
        self.work("identity")

    def hand_over(self, service, again):
        relay.drain(self.bus.resources[service].database, Deaf(self.bus, again))

    def work(self, service=None):
        for (subscriber, _source, _kind), loop in self.bus._inbox_loops.items():
            if service in (None, subscriber):
                loop.step()

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
        with self.identity.reading() as session:
            permit, _ = entitlements.issue_permit(
                session,
                opened=opened(self.voter),
                election=one,
                keys=KEYS,
                now=utc_now(),
                lifetime=timedelta(hours=1),
            )
        permit = permits.confirm(KEYS, permit, session_id=opened(self.voter).id, now=utc_now())
        with self.urn.reading() as session:
            file = Election.parse(elections.found(session, one).raw)
        credential = voting_code.credential_from_code(self.codes[rank], self.event, 2)
        ballot = make_ballot(file, private_from_credential(one, credential), [[0, 1, 0, 0]])
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
    return LetterSettings(NOTIFICATION, "https://vote.example.org")


@pytest.mark.timeout(900)
def test_the_services_keep_the_promises_of_the_model(monkeypatch):
    for name, value in {
        "IDENTITY_HOLDER_KEY": HOLDERS,
        "IDENTITY_PERMIT_PRIVATE_KEY": PERMITS,
        "IDENTITY_NOTIFICATION_PUBLIC_KEY": NOTIFICATION,
        "BALLOT_PERMIT_PUBLIC_KEY": PERMIT_PUBLIC,
        "BALLOT_RECEIPT_PRIVATE_KEY": RECEIPTS,
        "REASSORT_CODE_KEY": CODES,
        "REASSORT_PRINTER_RECIPIENT": PRINTER,
        "REASSORT_REGISTER_PRIVATE_KEY": REGISTER,
        "REASSORT_NOTIFICATION_PUBLIC_KEY": NOTIFICATION,
    }.items():
        monkeypatch.setenv(f"ISOLOIR_{name}", value)
    for service in SERVICES:
        monkeypatch.setenv(f"ISOLOIR_{service.upper()}_DATABASE_URL", "sqlite://")
    run_state_machine_as_test(Reissues, settings=settings(max_examples=12, stateful_step_count=20, deadline=None))
