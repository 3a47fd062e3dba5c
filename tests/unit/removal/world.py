"""Identity, the credential authority and the urn, with the events carried by hand: each can be held back, or given twice."""

import json
from types import SimpleNamespace

from sqlalchemy import func, select

from services.ballot.elections import credentials, elections, withdrawals
from services.ballot.models import Credential
from services.identity.contract.event.removals import RemoveVoter
from services.identity.contract.events import RemovalAsked
from services.identity.models import JournalEntry, Voter
from services.identity.roll import removals
from services.identity.voting_events import entitlements, voting_events
from services.reassort.codes import commitment_job, generation
from services.reassort.codes import withdrawals as leaving
from services.reassort.codes.generation import BearerToServe
from services.reassort.contract.events import CredentialsCommitted, CredentialsIssued, RemovalSettled, Withdraw
from services.reassort.models import Bearer, Commitment, PublicCredential, Spare
from services.runtime.bus.delivery_tables import OUTBOX
from tests.unit.ballot.urn import definition_of
from tests.unit.identity.world import EVENT, KEY, NOW, ONLINE, ONLINE_TOO, definition, import_roll, row
from tests.unit.reassort.roll import PARAMETERS

REMOVAL = "5e5e5e5e-0000-4000-8000-00000000000a"
REASON = "Radiation : fin de détachement au 1er novembre."
BOB = "bob@ac-amiens.fr"


def begin(session, payload):
    leaving.begin(session, PARAMETERS, RemovalAsked.read(payload))


def withdraw(session, payload):
    asked = Withdraw.read(payload)
    withdrawals.withdraw(session, asked.removal, asked.holders)


def finish(session, payload):
    leaving.finish(session, payload["removal"], done=payload["done"])


def settle(session, payload):
    removals.settle(session, payload["removal"], RemovalSettled.read(payload).outcome, NOW)


def issued(session, payload):
    credentials.receive(session, payload["election"], CredentialsIssued.read(payload).entries)


def committed(session, payload):
    told = CredentialsCommitted.read(payload)
    credentials.commit(
        session,
        told.election,
        holders=told.holders,
        count=told.count,
        digest=told.digest,
        revision=told.revision,
    )


HANDLERS = {
    "removal_asked": ("reassort", begin),
    "withdraw": ("ballot", withdraw),
    "withdrawal_answered": ("reassort", finish),
    "removal_settled": ("identity", settle),
    "credentials_issued": ("ballot", issued),
    "credentials_committed": ("ballot", committed),
}
"""Type of an event → who works on it, and how."""


class World:
    """Anne, bob and chloe; anne votes in CSA-M, bob in CSA-M and CAP-1, chloe on paper."""

    def __init__(self, databases):
        self.databases = databases
        self.carried = dict.fromkeys(databases, 0)
        with databases["identity"].transaction() as session:
            voting_events.open_voting_event(session, definition())
        rows = [row("anne@ac-amiens.fr"), row(BOB, scrutins="CSA-M|CAP-1"), row("chloe@ac-amiens.fr", scrutins="CCP")]
        import_roll(databases["identity"], rows)
        for uuid in (ONLINE, ONLINE_TOO):
            with databases["ballot"].transaction() as session:
                elections.create(session, definition_of(uuid=uuid, voting_event=EVENT))
        self.generate()
        self.carry()

    def listed(self):
        """The bearers as identity lists them now, and how many there are."""
        with self.databases["identity"].transaction() as session:
            page = entitlements.list_bearers(
                session, voting_event=EVENT, after=None, limit=100, holder_key=KEY, now=NOW
            )
        return [BearerToServe.of(one) for one in page.bearers], page.total

    def generate(self, listed=None):
        bearers, total = listed or self.listed()
        return generation.generate_page(self.databases["reassort"], PARAMETERS, EVENT, None, bearers, on_roll=total)

    def served(self):
        """The pseudonyms of those who have codes."""
        with self.databases["reassort"].reading() as session:
            return set(session.scalars(select(Bearer.bearer)))

    def ask(self, database=None, *, removal=REMOVAL, identifier=BOB, codes=(), actor="Opératrice"):
        wanted = RemoveVoter(
            removal=removal, voting_event=EVENT, identifier=identifier, elections=list(codes), reason=REASON
        )
        with (database or self.databases["identity"]).transaction() as session:
            return removals.ask(session, wanted, actor, holder_key=KEY, now=NOW)

    def waiting(self):
        """The next events that nobody has worked on: (service of the outbox, sequence, type, payload)."""
        found = []
        for name, database in self.databases.items():
            with database.reading() as session:
                rows = session.execute(
                    select(OUTBOX.c.sequence, OUTBOX.c.type, OUTBOX.c.payload)
                    .where(OUTBOX.c.sequence > self.carried[name], OUTBOX.c.type.in_(HANDLERS))
                    .order_by(OUTBOX.c.sequence)
                )
                found += [(name, one.sequence, one.type, json.loads(one.payload)) for one in rows]
        return found

    def work(self, event, database=None):
        """Work on an event; it counts as carried when it is done."""
        source, sequence, kind, payload = event
        service, handler = HANDLERS[kind]
        with (database or self.databases[service]).transaction() as session:
            handler(session, payload)
        self.carried[source] = max(self.carried[source], sequence)

    def carry(self, until=""):
        """Carry events until there are none, or the next one is of a type; out: that one."""
        while events := self.waiting():
            if events[0][2] == until:
                return events[0]
            self.work(events[0])
        return None

    def commit_again(self):
        """The job that commits anew to lists that credentials were withdrawn from."""
        job = SimpleNamespace(
            request={"voting_event": EVENT}, report=lambda *_more: None, confirm=lambda *_more, **_named: None
        )
        resources = SimpleNamespace(database=self.databases["reassort"])
        return commitment_job.commit_credentials(resources, job)["elections"]

    def seal(self, uuid=ONLINE):
        """As far as others see it: the election has a file that never changes."""
        with self.databases["ballot"].transaction() as session:
            session.get_one(elections.Election, uuid).raw = "{}"

    def complete(self, uuid=ONLINE):
        """How many credentials the list has that sealing would fix. Refused where it is not as committed."""
        with self.databases["ballot"].reading() as session:
            return len(credentials.complete_list(session, uuid).credentials)

    def rows(self):
        """What there is of voters in each service."""
        found = {}
        tables = {"identity": (Voter,), "reassort": (Bearer, Spare, PublicCredential), "ballot": (Credential,)}
        for name, counted in tables.items():
            with self.databases[name].reading() as session:
                for table in counted:
                    found[f"{name}.{table.__tablename__}"] = session.scalar(select(func.count()).select_from(table))
        return found

    def journal(self):
        with self.databases["identity"].reading() as session:
            rows = session.scalars(select(JournalEntry).order_by(JournalEntry.number)).all()
            return [(one.action, one.actor, json.loads(one.details)) for one in rows]

    def commitments(self):
        with self.databases["reassort"].reading() as session:
            return {one.election: (one.count, one.digest, one.revision) for one in session.scalars(select(Commitment))}
