"""The roll is sealed before the board: the drafts of its voting event are to be sealed, once each, with the same names."""

from sqlalchemy import select

from services.ballot.elections import sealing_job
from services.identity.contract.events import RollSealed
from services.runtime.jobs.job_table import JOB
from tests.unit.ballot.urn import Urn, definition_of

EVENT = definition_of(uuid="x").voting_event
OTHER = "b9b9b9b9-0000-4000-8000-000000000000"
PRESENT = ["Ondine Bruine", "Inès Galet", "Délia Verveine"]


def test_the_drafts_of_the_event_are_sealed_with_the_same_names(database, board):
    sealed = Urn(database, board[0]).sealed("anne")
    draft, elsewhere = Urn(database, board[0]), Urn(database, board[0])
    draft.create()
    elsewhere.create(voting_event=OTHER)
    for _again in range(2):
        with database.transaction() as session:
            sealing_job.ask_all(session, RollSealed(voting_event=EVENT, present=PRESENT))
    with database.reading() as session:
        [job] = session.execute(select(JOB).where(JOB.c.kind == sealing_job.KIND)).all()
    assert job.subject == draft.uuid
    assert job.subject != sealed.uuid
    assert all(name in job.request for name in PRESENT)
