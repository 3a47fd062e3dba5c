"""A re-issue at the credential authority: the spare is kept, then used, entered and sent in one act."""

import io
import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from nacl.signing import SigningKey
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from services.ballot.contract.events import UrnHead
from services.identity.contract.events import HolderIn, ReissueGranted
from services.reassort.models import Base, PublicCredential, Reissue, Spare, outbox
from services.reassort.register import entries, public_register
from services.reassort.reissue import reissues
from services.reassort.reissue.reissues import Keys, NotYet
from services.runtime.sealing_box import new_keypair, open_sealed, seal
from tests.servers.databases import owners_transaction
from tests.servers.killed import killed_at
from tests.unit.reassort.roll import CODE_KEY, pseudonym, simultaneously

PRIVATE, PUBLIC = new_keypair()
KEYS = Keys(CODE_KEY, PUBLIC)
SEED = "5e" * 32
NOW = datetime(2026, 12, 3, 10, 42, tzinfo=UTC)


@pytest.fixture
def anne(roll):
    """A voter of both elections who has codes."""
    made = roll.bearer("anne", "csa", "cap")
    roll.generate(made, roll.bearer("bruno", "csa"), last=True)
    return made


def grant(roll, bearer, number=1, channel="sms", sealed=None):
    contact = {"to": {"phone": "+33612345678"}, "values": {}}
    return ReissueGranted(
        request=str(uuid.UUID(int=number)),
        voting_event=roll.voting_event,
        bearer=bearer.bearer,
        channel=channel,
        sealed=sealed or seal(PUBLIC, contact),
        holders=[HolderIn(election=one.election, holder=one.holder) for one in bearer.holders],
    )


def take(roll, granted):
    with roll.database.transaction() as session:
        reissues.take_spare(session, granted)


def issue(roll, granted, height=4):
    heads = [UrnHead(election=one.election, height=height, head="ab" * 32) for one in granted.holders]
    with roll.database.transaction() as session:
        reissues.issue(session, KEYS, granted.request, heads, NOW)


def give_back(roll, granted):
    with roll.database.transaction() as session:
        reissues.give_back(session, granted.request)


def register(roll, name):
    lines, after = [], -1
    while after is not None:
        with roll.database.reading() as session:
            page = entries.page_of(session, SEED, roll.elections[name], after, 1)
        lines += page.lines
        after = page.next
    return public_register.read(lines)


def sent_codes(roll):
    """The opened messages about re-issued codes, in order."""
    return [
        open_sealed(PRIVATE, message["sealed"])
        for message in roll.events("message_requested")
        if message["template"] == "reissued_code"
    ]


def used(roll, bearer):
    with roll.database.reading() as session:
        return list(session.scalars(select(Spare.rank).where(Spare.bearer == bearer.bearer, Spare.used)))


def credential(roll, bearer, name, rank):
    holder = {holder.election: holder.holder for holder in bearer.holders}[roll.elections[name]]
    with roll.database.reading() as session:
        return session.scalar(
            select(PublicCredential.credential).where(PublicCredential.holder == holder, PublicCredential.rank == rank)
        )


def test_the_urn_is_asked_and_nothing_is_revealed_yet(roll, anne):
    granted = grant(roll, anne)
    take(roll, granted)
    [asked] = roll.events("activate")
    assert asked["request"] == granted.request
    assert {(e["election"], e["retired"], e["spare"]) for e in asked["elections"]} == {
        (roll.elections[name], credential(roll, anne, name, 0), credential(roll, anne, name, 1))
        for name in ("csa", "cap")
    }
    assert (sent_codes(roll), used(roll, anne), register(roll, "csa").entries) == ([], [], ())


def test_the_answer_of_the_urn_uses_the_spare_enters_it_and_sends_the_code(roll, anne):
    granted = grant(roll, anne)
    take(roll, granted)
    issue(roll, granted)
    assert used(roll, anne) == [1]
    [message] = sent_codes(roll)
    assert open_sealed(PRIVATE, message["contact"])["to"] == {"phone": "+33612345678"}
    assert len(message["values"]["voting_code"].replace("-", "")) == 16
    for name in ("csa", "cap"):
        [entry] = register(roll, name).entries
        assert (entry.attempt, entry.channel, entry.height, entry.hour) == (1, "sms", 4, "2026-12-03T10:00Z")
        assert (entry.retired, entry.spare) == tuple(credential(roll, anne, name, rank) for rank in (0, 1))
    assert roll.events("reissue_settled") == [{"request": granted.request, "outcome": "issued"}]


def test_the_register_names_nobody_whom_another_service_knows(roll, anne):
    granted = grant(roll, anne)
    take(roll, granted)
    issue(roll, granted)
    raw = "".join(entry.line() for name in ("csa", "cap") for entry in register(roll, name).entries)
    assert anne.bearer not in raw
    assert not any(holder.holder in raw for holder in anne.holders)
    subjects = {register(roll, name).entries[0].subject for name in ("csa", "cap")}
    assert len(subjects) == 2


def test_every_step_again_changes_nothing(roll, anne):
    granted = grant(roll, anne)
    for _ in range(2):
        take(roll, granted)
    issue(roll, granted)
    before = roll.snapshot()
    issue(roll, granted)
    give_back(roll, granted)
    take(roll, granted)
    assert roll.snapshot() == before
    assert len(roll.events("activate")) == len(sent_codes(roll)) == len(register(roll, "csa").entries) == 1


def test_two_deliveries_at_once_take_one_spare(roll, anne):
    granted = grant(roll, anne)
    simultaneously(lambda: take(roll, granted), lambda: take(roll, granted))
    assert len(roll.events("activate")) == 1


def test_too_late_leaves_the_spare_and_the_register_alone(roll, anne):
    granted = grant(roll, anne)
    take(roll, granted)
    give_back(roll, granted)
    assert (used(roll, anne), sent_codes(roll), register(roll, "csa").entries) == ([], [], ())
    assert roll.events("reissue_settled") == [{"request": granted.request, "outcome": "late"}]
    following = grant(roll, anne, 2)
    take(roll, following)
    assert roll.events("activate")[0]["elections"] == roll.events("activate")[1]["elections"]
    issue(roll, following)
    assert used(roll, anne) == [1]


def test_the_second_time_the_first_spare_is_retired(roll, anne):
    for number in (1, 2):
        granted = grant(roll, anne, number)
        take(roll, granted)
        issue(roll, granted)
    first, second = register(roll, "cap").entries
    assert (second.attempt, second.retired) == (2, first.spare)
    assert register(roll, "cap").beginning.limit == 2


def test_whoever_has_no_spare_left_waits_for_people_and_changes_nothing(roll, anne):
    for number in (1, 2):
        granted = grant(roll, anne, number)
        take(roll, granted)
        issue(roll, granted)
    before = roll.snapshot()
    with pytest.raises(NotYet):
        take(roll, grant(roll, anne, 3))
    assert roll.snapshot() == before


def test_what_comes_too_early_waits(roll, anne):
    with pytest.raises(NotYet):
        take(roll, grant(roll, roll.bearer("denis", "csa")))
    with pytest.raises(NotYet):
        issue(roll, grant(roll, anne))
    take(roll, grant(roll, anne))
    with pytest.raises(NotYet):
        take(roll, grant(roll, anne, 2))


def test_a_code_for_the_screen_opens_with_the_key_of_the_browser_alone(roll, anne):
    private, public = new_keypair()
    granted = grant(roll, anne, channel="screen", sealed=public)
    take(roll, granted)
    issue(roll, granted)
    with roll.database.reading() as session:
        shown = reissues.shown_code(session, granted.request, NOW)
        assert reissues.shown_code(session, granted.request, NOW + reissues.SHOWN_FOR) is None
    assert len(open_sealed(private, shown)["voting_code"].replace("-", "")) == 16
    assert sent_codes(roll) == []
    with roll.database.transaction() as session:
        reissues.forget_shown(session, NOW, granted.request)
    with roll.database.reading() as session:
        assert reissues.shown_code(session, granted.request, NOW) is None


def again(roll, granted, message="m2"):
    with roll.database.transaction() as session:
        contact = seal(PUBLIC, {"to": {"phone": "+33699999999"}, "values": {}})
        reissues.send_again(session, KEYS, granted.request, message, contact, NOW)


def arrived(roll, message):
    with roll.database.transaction() as session:
        reissues.forget_delivered(session, message)


def test_a_code_that_did_not_arrive_goes_out_again_the_same_without_a_spare_or_an_entry(roll, anne):
    granted = grant(roll, anne)
    take(roll, granted)
    with pytest.raises(NotYet):
        again(roll, granted)
    issue(roll, granted)
    before = register(roll, "csa").entries
    again(roll, granted)
    again(roll, granted)
    first, second = sent_codes(roll)
    assert first["values"] == second["values"]
    assert open_sealed(PRIVATE, second["contact"])["to"] == {"phone": "+33699999999"}
    assert [one["message_id"] for one in roll.events("message_requested")][-2:] == [granted.request, "m2"]
    assert (register(roll, "csa").entries, used(roll, anne)) == (before, [1])


def test_a_code_that_arrived_is_forgotten_and_never_sent_again(roll, anne):
    granted = grant(roll, anne)
    take(roll, granted)
    issue(roll, granted)
    again(roll, granted)
    arrived(roll, granted.request)  # the message before: it is not the one that counts any more
    again(roll, granted, "m3")
    arrived(roll, "m3")
    with roll.database.reading() as session:
        rows = select(Spare.sealed_code).where(Spare.bearer == anne.bearer).order_by(Spare.rank)
        assert [bool(code) for code in session.scalars(rows)] == [False, True]
    with pytest.raises(NotYet):
        again(roll, granted, "m4")


def test_what_is_settled_keeps_neither_contact_nor_holders_nor_code(roll, anne):
    sms, screen = grant(roll, anne), grant(roll, roll.bearer("bruno", "csa"), 2, "screen", PUBLIC)
    for granted in (sms, screen):
        take(roll, granted)
        issue(roll, granted)
    with roll.database.transaction() as session:
        reissues.forget_shown(session, NOW + timedelta(hours=1))
    with roll.database.reading() as session:
        for row in session.scalars(select(Reissue)):
            assert (row.sealed, row.holders, row.shown, row.until) == (None, None, None, None)


def test_no_code_is_in_the_outbox_in_clear(roll, anne):
    granted = grant(roll, anne)
    take(roll, granted)
    issue(roll, granted)
    code = sent_codes(roll)[0]["values"]["voting_code"]
    with roll.database.reading() as session:
        stored = io.StringIO()
        for payload in session.scalars(select(outbox.c.payload)):
            stored.write(payload)
    assert code not in stored.getvalue()
    assert code.replace("-", "") not in stored.getvalue()


def test_the_head_is_signed_and_a_page_more_changes_it(roll, anne):
    with roll.database.reading() as session:
        empty = json.loads(entries.head_of(session, SEED, roll.elections["csa"]))
    granted = grant(roll, anne)
    take(roll, granted)
    issue(roll, granted)
    read = register(roll, "csa")
    assert empty["entries"] == 0
    assert empty["head"] != read.head
    assert read.public_key == bytes(SigningKey(bytes.fromhex(SEED)).verify_key).hex()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE register_entries SET raw = '{}'",
        "DELETE FROM register_entries",
        "INSERT INTO register_entries (election, number, spare, retired, hour, hash, raw)"
        " SELECT election, 3, 's', 'r', hour, hash, raw FROM register_entries",
    ],
)
def test_the_register_is_append_only_in_the_database(roll, anne, statement):
    granted = grant(roll, anne)
    take(roll, granted)
    issue(roll, granted)
    with pytest.raises(DatabaseError), owners_transaction(roll.database) as session:
        session.execute(text(statement))


def test_pseudonyms_of_the_register_need_the_key_of_the_authority():
    assert entries.subject_of(CODE_KEY, "e", pseudonym("h")) != entries.subject_of("0d" * 32, "e", pseudonym("h"))


def everything(roll):
    """All rows of all tables."""
    with roll.database.reading() as session:
        return {
            table.name: sorted(map(tuple, session.execute(select(table)).all()), key=repr)
            for table in Base.metadata.sorted_tables
        }


STEPS = {"take_spare": take, "issue": issue, "give_back": give_back}


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("step", list(STEPS))
def test_a_step_that_dies_at_its_commit_is_done_once_when_its_event_comes_again(roll, anne, step, moment):
    granted = grant(roll, anne)
    if step != "take_spare":
        take(roll, granted)
    before = everything(roll)

    def work(database):
        roll.database = database
        STEPS[step](roll, granted)

    killed_at(f"{step}.{moment}", roll.database, work)
    assert (everything(roll) == before) is (moment == "before")
    STEPS[step](roll, granted)
    done = everything(roll)
    assert done != before
    STEPS[step](roll, granted)
    assert everything(roll) == done
    asked, answered = roll.events("activate"), roll.events("reissue_settled")
    assert [event["request"] for event in asked] == [granted.request]
    assert len(answered) == (step != "take_spare")
    assert len(sent_codes(roll)) == len(register(roll, "csa").entries) == len(used(roll, anne)) == (step == "issue")
