"""A roll as identity lists it, and what came out of a generation."""

import hashlib
import json
import threading

from sqlalchemy import func, select

from services.identity.contract.event.roll import Bearer as ListedBearer
from services.reassort.codes import generation
from services.reassort.codes.generation import BearerToServe, Parameters
from services.reassort.models import Base, Bearer, outbox
from services.runtime.age_box import Opener, new_identity
from services.runtime.refusals import Refusal

PRIVATE, PUBLIC = new_identity()
CODE_KEY = "0c" * 32
# Few iterations: what is tested is not how long PBKDF2 takes.
PARAMETERS = Parameters(code_key=CODE_KEY, printer_recipient=PUBLIC, iterations=2, spares=2)


def pseudonym(text):
    """64 hexadecimal digits, as identity's pseudonyms have."""
    return hashlib.sha256(text.encode()).hexdigest()


class Roll:
    """Voters of one voting event and the elections of each; ``elections`` maps a short name to a uuid."""

    def __init__(self, database, voting_event, elections):
        self.database = database
        self.voting_event = voting_event
        self.elections = elections

    def bearer(self, name, *elections):
        """An entry of identity.list_bearers, as the domain takes it."""
        return BearerToServe.of(
            ListedBearer.read(
                {
                    "bearer": pseudonym(f"{self.voting_event}{name}"),
                    "notice": {
                        "name": name,
                        "lines": ["1 rue de l’Urne", "75001 Paris"],
                        "place": "Lycée",
                        "posted": True,
                    },
                    "holders": [
                        {"election": self.elections[e], "holder": pseudonym(f"{self.voting_event}{name}{e}")}
                        for e in elections
                    ],
                }
            )
        )

    def generate(self, *bearers, last=False, on_roll=None, parameters=PARAMETERS, name=None, **more):
        """Make the codes of a page; after the ``last`` the roll has these bearers and those served before."""
        if last:
            with self.database.reading() as session:
                served = set(session.scalars(select(Bearer.bearer).where(Bearer.voting_event == self.voting_event)))
            on_roll = len(served | {bearer.bearer for bearer in bearers})
        return generation.generate_page(
            self.database, parameters, self.voting_event, name, list(bearers), on_roll=on_roll, **more
        )

    def counts(self):
        with self.database.reading() as session:
            return generation.counts(session, self.voting_event)

    def events(self, kind):
        """The payloads of the outbox rows of a kind that concern this roll's elections, in order."""
        with self.database.reading() as session:
            rows = session.scalars(
                select(outbox.c.payload).where(outbox.c.type == kind).order_by(outbox.c.sequence)
            ).all()
        payloads = [json.loads(row) for row in rows]
        return [p for p in payloads if "election" not in p or p["election"] in self.elections.values()]

    def notices(self):
        """The opened notices, in order."""
        return [Opener(PRIVATE).open(notice["sealed"]) for notice in self.requested()]

    def requested(self):
        """The notices that were asked for, still sealed, in order."""
        return [notice for page in self.events("notices_requested") for notice in page["notices"]]

    def snapshot(self):
        """How many rows each table has."""
        with self.database.reading() as session:
            return {
                table.name: session.scalar(select(func.count()).select_from(table))
                for table in Base.metadata.sorted_tables
            }


def simultaneously(*actions):
    """Run the actions at once and return what each returned."""
    start = threading.Barrier(len(actions))
    outcomes = [None] * len(actions)

    def run(index, action):
        start.wait(60)
        outcomes[index] = action()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return outcomes


class IdentityOfManyPages:
    """What stands for identity: a roll of so many voters, who have one election, a page after the other."""

    def __init__(self, voters, election="QcmdAnVK7vcXSv"):
        self.voters = voters
        self.election = election

    def call(self, _service, method, payload, **_more):
        if method == "voting_event":
            raise Refusal("no_voting_event")
        first = int(payload["after"] or 0)
        following = first + payload["limit"]
        more = following < self.voters
        return {
            "bearers": [
                {
                    "bearer": pseudonym(f"voter {number}"),
                    "notice": {"name": f"voter {number}", "lines": ["Paris"], "place": "", "posted": True},
                    "holders": [{"election": self.election, "holder": pseudonym(f"holder {number}")}],
                }
                for number in range(first, min(following, self.voters))
            ],
            "next": str(following) if more else None,
            "total": self.voters if first == 0 or not more else None,
        }
