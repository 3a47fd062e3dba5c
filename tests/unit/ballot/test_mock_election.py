"""A mock election: all that voting is, held in a database of its own, with nothing left of it in the real one (E4)."""

import tempfile
from datetime import timedelta
from types import SimpleNamespace

import pytest

from services.ballot.contract.mock import Check, StartMock
from services.ballot.contract.refusals import Code
from services.ballot.mock import mock_election, mock_job
from services.ballot.mock.mock_urn import MARK
from services.ballot.urn import casting
from services.runtime.jobs import job_queue
from services.runtime.refusals import Refusal
from tests.unit.ballot.urn import QUESTION, definition_of

EVENT = definition_of(uuid="x").voting_event
BALLOTS = 5


class Running:
    """A job that is worked on; `told` is what it reported."""

    def __init__(self, ballots=BALLOTS):
        self.request = StartMock(voting_event=EVENT, ballots=ballots).dump()
        self.told = []

    def report(self, step, done=None, total=None):
        self.told.append((step, done, total))


@pytest.fixture
def drafted(draft, tmp_path, monkeypatch):
    """A draft that is written, and a temporary folder that can be looked into."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    draft.create()
    return draft


def held(draft, job=None):
    """The minutes of the draft's mock election."""
    [one] = mock_job.hold(SimpleNamespace(database=draft.database), job or Running())["elections"]
    return one


def test_everything_is_checked_and_nothing_is_left_of_it(drafted, tmp_path):
    before, job = drafted.snapshot(), Running()
    one = held(drafted, job)
    assert [line["check"] for line in one["lines"]] == list(Check)
    assert all(line["held"] for line in one["lines"]), one["lines"]
    assert one["name"].startswith(MARK)
    assert one["election"] == drafted.uuid
    [question] = one["questions"]
    assert [answer["answer"] for answer in question["answers"]] == [*QUESTION.answers, None]
    assert [answer["cast"] for answer in question["answers"]] == [2, 1, 1, 1]
    assert all(answer["cast"] == answer["counted"] for answer in question["answers"])
    assert drafted.snapshot() == before
    assert list(tmp_path.glob("isoloir-mock-*")) == []
    assert job.told[0] == (mock_job.STEP, 0, BALLOTS)
    assert job.told[-1] == (mock_job.STEP, BALLOTS, BALLOTS)


def test_an_urn_that_takes_anybodys_code_is_found_and_the_minutes_end_there(drafted, monkeypatch):
    monkeypatch.setattr(casting, "_refuse_unless_usable", lambda *_: None)
    one = held(drafted)
    assert [line["held"] for line in one["lines"]] == [True] * 5 + [False]
    assert one["lines"][-1] == {
        "check": Check.FOREIGN,
        "held": False,
        "count": None,
        "detail": Code.CREDENTIAL_NOT_YOURS,
    }
    assert all(answer["counted"] is None for answer in one["questions"][0]["answers"])


def test_a_count_that_differs_is_found(drafted, monkeypatch):
    publish = mock_election.MockUrn.publish
    monkeypatch.setattr(mock_election.MockUrn, "publish", lambda self: [row[::-1] for row in publish(self)])
    one = held(drafted)
    assert one["lines"][-1] == {"check": Check.COUNTED, "held": False, "count": None, "detail": "[[1, 1, 2, 1]]"}
    assert [answer["counted"] for answer in one["questions"][0]["answers"]] == [1, 2, 1, 1]


def test_the_minutes_are_those_of_the_last_one(drafted):
    with drafted.database.reading() as session:
        assert mock_job.minutes(session, EVENT).minutes is None
    with drafted.database.transaction() as session:
        job = mock_job.ask(session, StartMock(voting_event=EVENT))
        assert mock_job.ask(session, StartMock(voting_event=EVENT)) == job
    with drafted.database.reading() as session:
        assert mock_job.minutes(session, EVENT).minutes.state == "waiting"
    result = {"elections": [held(drafted)]}
    with drafted.database.transaction() as session:
        claimed = job_queue.claim(session, [mock_job.KIND], worker="w", lease=timedelta(minutes=5))
        job_queue.finish(session, claimed, result)
    with drafted.database.reading() as session:
        found = mock_job.minutes(session, EVENT).minutes
    assert (found.job, found.state, found.elections[0].held) == (job, "done", True)


def test_what_is_sealed_is_not_tried_any_more(draft):
    with draft.database.transaction() as session, pytest.raises(Refusal, match="election_unknown"):
        mock_job.ask(session, StartMock(voting_event=EVENT))
    draft.sealed("Ada")
    with draft.database.transaction() as session, pytest.raises(Refusal, match="election_sealed"):
        mock_job.ask(session, StartMock(voting_event=EVENT))


@pytest.mark.parametrize(("blank", "minimum", "maximum"), [(True, 1, 1), (False, 1, 3), (True, 0, 2), (False, 0, 1)])
def test_every_choice_is_one_that_the_question_allows(blank, minimum, maximum):
    question = mock_election.Question("Qui ?", ("A", "B", "C"), blank, minimum, maximum)
    for number in range(9):
        chosen = mock_election.choice(question, number)
        assert len(chosen) == question.length
        if blank and chosen[0]:
            assert sum(chosen) == 1
        else:
            assert minimum <= sum(chosen) <= maximum


def test_where_voters_may_vote_again_the_second_ballot_counts(draft):
    draft.create(revoting=True)
    one = held(draft)
    assert [line["check"] for line in one["lines"] if not line["held"]] == []
    assert len(one["lines"]) == len(Check)
    [question] = one["questions"]
    assert [answer["cast"] for answer in question["answers"]] == [1, 2, 1, 1]
    assert all(answer["cast"] == answer["counted"] for answer in question["answers"])
