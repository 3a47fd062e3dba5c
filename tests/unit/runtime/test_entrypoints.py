"""Questions cannot write, commands are done once, and a message is what its contract says."""

from datetime import UTC, datetime
from typing import Annotated

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from services.runtime.contracts.client import RpcTimeout, ServiceClient
from services.runtime.contracts.kinds import Count, Length, Line, Moment, Prose, Range, no_control
from services.runtime.contracts.messages import Malformed, Message, Nothing
from services.runtime.contracts.methods import Command, Idempotent, NeverRepeated, Question, Remembered
from services.runtime.hosting.entrypoints import command, command_in_steps, question
from services.runtime.hosting.resources import Resources
from services.runtime.refusals import Refusal, ServiceFault
from services.runtime.telemetry import correlation
from tests.servers.databases import MigratedDatabases
from tests.unit.runtime.conftest import NOTES


class Note(Message):
    """A text to keep."""

    text: Annotated[str, Length(1, 5), no_control]


class Kept(Message):
    """How many are kept, and the one that was asked for."""

    count: int


LOOK = Question("look", Nothing, Kept)
PEEK = Question("peek", Note, Kept)
KEEP = Command("keep", Note, Kept, repeated=Remembered())
USE_UP = Command("use_up", Note, Kept, repeated=Remembered())
STEP = Command("step", Note, Kept, repeated=Idempotent("the text is the key"))
GUESS = Command("guess", Note, Kept, repeated=NeverRepeated("a second guess is a guess"))


def keep(session: Session, text: str) -> None:
    session.execute(insert(NOTES).values(text=text))


def kept(session: Session) -> Kept:
    return Kept(count=len(session.execute(select(NOTES)).all()))


class Notes:
    """A service of notes, whose questions misbehave."""

    name = "notes"
    done = 0

    def __init__(self, database):
        self.resources = Resources("notes", None, database, None)

    @question(LOOK)
    def look(self, _request, session):
        return kept(session)

    @question(PEEK)
    def peek(self, request, session):
        if request.text == "self":
            keep(session, "x")
        else:
            with self.resources.database.transaction() as other:
                keep(other, "x")
        return kept(session)

    @command(KEEP)
    def keep(self, request, session):
        self.done += 1
        keep(session, request.text)
        if request.text == "no":
            raise Refusal("not_that")
        return kept(session)

    @command(USE_UP)
    def use_up(self, request, session):
        keep(session, request.text)
        return Refusal("wrong")

    @command_in_steps(STEP)
    def step(self, request, database):
        with database.transaction() as session:
            keep(session, request.text)
            return kept(session)


@pytest.fixture(scope="module")
def migrated(request, tmp_path_factory):
    """Databases of a service, on both kinds of server."""
    folder = tmp_path_factory.mktemp("notes")
    return MigratedDatabases("ballot", folder, lambda: request.getfixturevalue("postgresql").port)


@pytest.fixture(params=["sqlite", "postgresql"])
def any_database(request, migrated, tmp_path):
    """The tables of a service and one of notes."""
    with migrated.fresh(request.param, tmp_path) as made:
        migrated.add(made, NOTES)
        yield made


@pytest.fixture
def notes(any_database):
    correlation.bind(None)
    return Notes(any_database)


@pytest.mark.parametrize("how", ["self", "other"])
def test_a_question_that_writes_fails_and_changes_nothing(notes, how):
    with pytest.raises(ServiceFault):
        notes.peek({"text": how})
    assert notes.look({}) == {"count": 0}
    assert notes.step({"text": "a"}) == {"count": 1}


def test_a_command_repeated_under_its_key_is_done_once(notes):
    correlation.bind(None, "key-1")
    assert notes.keep({"text": "a"}) == {"count": 1}
    assert notes.step({"text": "b"}) == {"count": 2}  # another method does not find the first one's answer
    assert notes.keep({"text": "a"}) == {"count": 1}
    assert notes.done == 1


def test_a_refusal_raised_undoes_and_one_returned_keeps(notes):
    with pytest.raises(Refusal, match="not_that"):
        notes.keep({"text": "no"})
    assert notes.look({}) == {"count": 0}
    with pytest.raises(Refusal, match="wrong"):
        notes.use_up({"text": "used"})
    assert notes.look({}) == {"count": 1}


def test_what_is_remembered_is_remembered_by_the_runtime():
    with pytest.raises(TypeError, match="keep"):
        command_in_steps(KEEP)
    with pytest.raises(TypeError):
        Command("forgetful", Note, Kept)  # type: ignore[call-arg]  # says nothing of repetitions
    with pytest.raises(TypeError, match="one name"):
        question(LOOK)(lambda *_: None)


@pytest.mark.parametrize(
    ("payload", "problems"),
    [
        ({}, {"text": [{"code": "required"}]}),
        ({"text": None}, {"text": [{"code": "required"}]}),
        ({"text": 5}, {"text": [{"code": "wrong_kind"}]}),
        ({"text": "secret"}, {"text": [{"code": "too_long", "limit": 5}]}),
        ({"text": ""}, {"text": [{"code": "too_short", "limit": 1}]}),
        ({"text": "a\0"}, {"text": [{"code": "forbidden_character"}]}),
        ({"text": "a", "more": "secret"}, {"more": [{"code": "unknown_field"}]}),
        (["secret"], {"": [{"code": "wrong_kind"}]}),
    ],
)
def test_problems_are_codes_and_repeat_no_value(notes, payload, problems):
    with pytest.raises(Refusal) as caught:
        notes.keep(payload)
    assert (caught.value.code, caught.value.details) == ("invalid_request", {"fields": problems})


class Everything(Message):
    """One of each kind."""

    notes: Annotated[list[Note], Count(1, 2)]
    dated: dict[str, datetime | None]
    at: Moment
    line: Annotated[str, Line, Length(1, 5)]
    prose: Annotated[str, Prose, Length(0, 10)] = ""
    number: Annotated[int, Range(1, 9)] | None = None
    yes: bool = False


WHOLE = {
    "notes": [{"text": "a"}],
    "dated": {"a": "2026-12-03T08:00:00+01:00", "b": None},
    "at": "2026-12-03T07:00:00",
    "line": "  b ",
    "prose": "c \r\n\td\r\n",
}


def test_a_message_is_read_typed_and_written_again():
    read = Everything.load(WHOLE)
    assert read.at == datetime(2026, 12, 3, 7, tzinfo=UTC)
    assert (read.notes, read.line, read.prose, read.number) == ([Note(text="a")], "b", "c\n d", None)
    assert Everything.load(read.dump()) == read


def test_requests_are_strict_and_answers_of_a_newer_service_are_read():
    assert Everything.read(WHOLE | {"newer": 1, "notes": [{"text": "a", "newer": 2}]}) == Everything.load(WHOLE)
    with pytest.raises(Malformed, match=r"notes\.0\.text"):
        Everything.read(WHOLE | {"notes": [{}]})
    for wrong in ({"number": 10}, {"number": True}, {"yes": "true"}, {"notes": []}, {"at": "3001-01-01"}):
        with pytest.raises(Refusal):
            Everything.load(WHOLE | wrong)


class NotesClient(ServiceClient):
    """The client of the service of notes."""

    service = "notes"


class Silent:
    """A bus on which nothing is ever answered."""

    def __init__(self):
        self.keys = []

    def call(self, _service, _method, _payload, *, timeout, idempotency_key=None):
        self.keys.append(idempotency_key)
        raise RpcTimeout


@pytest.mark.parametrize(("method", "tries"), [(KEEP, 2), (STEP, 2), (GUESS, 1)])
def test_a_client_repeats_a_command_with_the_same_key_unless_it_must_not(method, tries):
    bus = Silent()
    with pytest.raises(RpcTimeout):
        NotesClient(bus)._do(method, Note(text="a"))
    assert len(bus.keys) == tries
    assert len(set(bus.keys)) == 1


def test_a_client_asks_a_question_once():
    bus = Silent()
    with pytest.raises(RpcTimeout):
        NotesClient(bus)._ask(LOOK, Nothing())
    assert bus.keys == [None]
