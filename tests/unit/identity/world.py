"""A small voting event and its roll, for the tests of identity."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from services.identity.access.sessions import OpenSession
from services.identity.contract.event.voting_events import ElectionDefinition, OpenVotingEvent
from services.identity.models import Base
from services.identity.roll import electoral_roll, staging
from services.identity.voting_events import sealings
from services.identity.voting_events.permits import PermitKeys

NOW = datetime(2026, 12, 3, 10, 20, 30, tzinfo=UTC)
KEY = "11" * 32
EVENT = "7f0c3f9e-0c52-4c3c-9d5b-0d6f2a0b8f01"
ONLINE = "AAAAAAAAAAAAAA"
ONLINE_TOO = "BBBBBBBBBBBBBB"
PAPER = "CCCCCCCCCCCCCC"
COST = 4
SIGNING_KEY = "22" * 32
KEYS = PermitKeys(KEY, SIGNING_KEY)
FINGERPRINT = "Q" * 43
RECEIPT_KEY = "ab" * 32
LIFETIME = timedelta(hours=24)


def election(uuid, code, name, mode="online", notice=""):
    return ElectionDefinition(uuid=uuid, code=code, name=name, mode=mode, notice=notice)


def definition(**changes):
    values = {
        "voting_event": EVENT,
        "name": "Élections professionnelles 2026",
        "opens_at": datetime(2026, 12, 3, 7, tzinfo=UTC),
        "closes_at": datetime(2026, 12, 10, 16, tzinfo=UTC),
        "profile": "2022",
        "elections": [
            election(ONLINE, "CSA-M", "CSA ministériel", "online", ""),
            election(ONLINE_TOO, "CAP-1", "CAP nationale", "online", ""),
            election(PAPER, "CCP", "CCP à l’urne", "paper", "Vote à l’urne, salle B12."),
        ],
    }
    return OpenVotingEvent(**{**values, **changes})


def row(identifier, **changes):
    name = identifier.partition("@")[0]
    values = {
        "identifiant": identifier,
        "nom": f"Nom-{name}",
        "prenom": "Zoé",
        "affectation": "Lycée Œuvre",
        "adresse1": "1 rue de l’Été",
        "adresse2": "",
        "code_postal": "80000",
        "ville": "Amiens",
        "scrutins": "CSA-M|CCP",
    }
    return {**values, **changes}


def stage(session, rows, import_id="i", *, first_line=2, voting_event=EVENT):
    return staging.stage(
        session, voting_event=voting_event, import_id=import_id, first_line=first_line, rows=rows, holder_key=KEY
    )


def import_roll(database, rows, import_id="import-1", now=NOW):
    with database.transaction() as session:
        stage(session, rows, import_id)
    with database.transaction() as session:
        return electoral_roll.commit(session, voting_event=EVENT, import_id=import_id, lines=len(rows), now=now)


def seal(database, *elections):
    """The urn has sealed these elections."""
    with database.transaction() as session:
        for election in elections:
            sealings.record(session, election=election, fingerprint=FINGERPRINT, receipt_key=RECEIPT_KEY)


def opened(voter_id, session_id="a-session", **changes):
    """An open session of a voter."""
    values = {
        "opened_at": NOW,
        "previous_connection_at": None,
        "activated": True,
        "expires_at": NOW + timedelta(minutes=30),
        "ends_at": NOW + timedelta(hours=12),
    }
    return OpenSession(id=session_id, voter_id=voter_id, **{**values, **changes})


def everything(database):
    """All rows of all tables, to show that a refusal changed nothing."""
    with database.reading() as session:
        return {
            table.name: sorted(map(tuple, session.execute(select(table)).all()), key=repr)
            for table in Base.metadata.sorted_tables
        }
