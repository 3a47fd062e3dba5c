"""A vote in the real services without a broker: one voter, two elections; events are handed over when a test says so."""

import json
import uuid
from datetime import timedelta

from nacl.signing import SigningKey
from sqlalchemy import select

from services.ballot.belenios.ballot import make_ballot
from services.ballot.belenios.election import Election
from services.ballot.belenios.keys.credential import new_uuid, private_from_credential
from services.ballot.belenios.keys.trustees import make_trustees, single_key
from services.ballot.elections import elections
from services.ballot.service import BallotService
from services.ballot.urn import receipt
from services.identity.contract.event.voting_events import ElectionDefinition, OpenVotingEvent
from services.identity.models import Voter, VotingEvent
from services.identity.roll import electoral_roll, staging
from services.identity.service import IdentityService
from services.identity.voting_events import entitlements, permits, voting_events
from services.reassort.codes import generation, spares, voting_code
from services.reassort.codes.generation import BearerToServe, Parameters
from services.reassort.models import Spare, outbox
from services.reassort.service import ReassortService
from services.runtime.age_box import Opener, new_identity
from services.runtime.bus import relay
from services.runtime.clock import utc_now
from services.runtime.hosting.in_process_bus import LocalBus
from services.runtime.sealing_box import new_keypair
from tests.unit.ballot.urn import definition_of
from tests.unit.identity.world import opened

SERVICES = ("identity", "ballot", "reassort")
PERMITS, RECEIPTS, HOLDERS, CODES, REGISTER = ("0a" * 32, "0b" * 32, "0c" * 32, "0d" * 32, "0e" * 32)
PRINTER_PRIVATE, PRINTER = new_identity()
MAIL, TEXTS = new_keypair()[1], new_keypair()[1]
TRUSTEES = make_trustees([("Single", single_key()[1])])
NUMEN, BIRTH = "13E0812345ABC", "07/04/1980"
MOST = 2
RECEIPT_PUBLIC = receipt.public_key(RECEIPTS)
KEYS = permits.PermitKeys(HOLDERS, PERMITS)
PERMIT_PUBLIC = bytes(SigningKey(bytes.fromhex(PERMITS)).verify_key).hex()

SETTINGS = {
    "IDENTITY_HOLDER_KEY": HOLDERS,
    "IDENTITY_PERMIT_PRIVATE_KEY": PERMITS,
    "IDENTITY_MAIL_PUBLIC_KEY": MAIL,
    "IDENTITY_SMS_PUBLIC_KEY": TEXTS,
    "BALLOT_PERMIT_PUBLIC_KEY": PERMIT_PUBLIC,
    "BALLOT_RECEIPT_PRIVATE_KEY": RECEIPTS,
    "REASSORT_CODE_KEY": CODES,
    "REASSORT_PRINTER_RECIPIENT": PRINTER,
    "REASSORT_REGISTER_PRIVATE_KEY": REGISTER,
    "REASSORT_SMS_PUBLIC_KEY": TEXTS,
}
"""Of all three services, but for their databases; names without « ISOLOIR_ »."""


class Deaf:
    """Publishes for one service; events of other kinds than the protocol's are dropped."""

    def __init__(self, bus, again):
        self.bus, self.again = bus, again

    def publish(self, event):
        if event["type"] in ("message_requested", "notices_requested"):
            return
        self.bus.deliver(event)
        if self.again:
            self.bus.deliver(event | {"id": str(uuid.uuid4())})


class Vote:
    """In: databases that the environment names, migrated. ``codes``: the voter's, the paper's first, then the spares."""

    def prepare(self):
        """From nothing to two sealed elections that are open."""
        self.bus = LocalBus([IdentityService, BallotService, ReassortService])
        self.identity, self.urn, self.reassort = (self.bus.resources[name].database for name in SERVICES)
        self.codes = []
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
                session.scalars(select(outbox.c.payload).where(outbox.c.type == "notices_requested")).one()
            )["notices"][0]["sealed"]
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

    def ballot(self, election, rank, choice=1):
        """A permit as the booth shows it, and a ballot by the code of a rank."""
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
        plaintext = [int(position == choice) for position in range(4)]
        return permit, make_ballot(file, private_from_credential(one, credential), [plaintext])
