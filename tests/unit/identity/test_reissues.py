"""Another voting code: when, how often, by which proof, and that nothing is spent or said that should not be."""

import json
import secrets
import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from services.identity.access import passwords
from services.identity.contract.event.wording import without_accents
from services.identity.models import Account, PollBookEntry, ReissueRequest, SharedPhone, Voter, VotingEvent, outbox
from services.identity.reissue import mailed_link, requests, resending, rules
from services.identity.voting_events import holders, voting_events
from services.runtime.refusals import Refusal
from services.runtime.sealing_box import open_sealed
from tests.servers.killed import killed_at
from tests.unit.identity.world import (
    COST,
    EVENT,
    KEY,
    NOW,
    ONLINE,
    ONLINE_TOO,
    definition,
    everything,
    import_roll,
    row,
)

NUMEN = "13E0812345ABC"
BIRTH = "07/04/1980"
PHONE = "06 12 34 56 78"
ANSWER = "Vert d’eau"


def slow(function, *arguments):
    return function(*arguments)


def opened(database, profile):
    """A voting event of a profile with three voters whose codes are made; anne alone has no NUMEN."""
    with database.transaction() as session:
        voting_events.open_voting_event(session, definition(profile=profile))
    facts = {"numen": NUMEN, "date_naissance": BIRTH}
    import_roll(
        database,
        [
            row("anne@ac-amiens.fr", numen="", date_naissance="", scrutins="CSA-M"),
            row("bob@ac-amiens.fr", scrutins="CSA-M|CAP-1|CCP", **facts),
            row("chloe@ac-amiens.fr", scrutins="CSA-M", **facts),
        ],
    )
    with database.transaction() as session:
        session.get_one(VotingEvent, EVENT).codes_listed_at = NOW - timedelta(days=20)


def id_of(database, name):
    with database.reading() as session:
        return session.scalars(select(Voter.id).where(Voter.identifier == f"{name}@ac-amiens.fr")).one()


@pytest.fixture
def terms(letters):
    return requests.Terms(letters, KEY, most=3, voters_per_phone=2)


@pytest.fixture
def of_2018(database):
    opened(database, "2018")
    return database


@pytest.fixture
def of_2022(database):
    opened(database, "2022")
    for name in ("bob", "chloe"):
        with database.transaction() as session:
            session.add(
                Account(
                    voter_id=session.scalars(select(Voter.id).where(Voter.identifier == f"{name}@ac-amiens.fr")).one(),
                    password_hash="x",
                    activated_at=NOW,
                    challenge_question="first_car_colour",
                    answer_hash=passwords.hash_password(without_accents(ANSWER), COST),
                )
            )
    return database


def ask(database, terms, name="bob", now=NOW, **changes):
    given = {"form": secrets.token_urlsafe(16), "phone": PHONE, "numen": NUMEN, "birth_date": BIRTH} | changes
    return requests.by_facts(database, terms, voter_id=id_of(database, name), now=now, **given)


def settle(database, asked, outcome="issued"):
    with database.transaction() as session:
        requests.settle(session, asked.request, outcome)


def events(database, kind):
    with database.reading() as session:
        found = select(outbox.c.payload).where(outbox.c.type == kind).order_by(outbox.c.sequence)
        return [json.loads(payload) for payload in session.scalars(found)]


def standing(database, name, now=NOW):
    with database.reading() as session:
        return rules.standing(session, id_of(database, name), 3, now)


def refused(code, action, *arguments, **options):
    with pytest.raises(Refusal) as refusal:
        action(*arguments, **options)
    assert refusal.value.code == code
    return refusal.value.details


def test_2018_a_granted_request_says_all_that_reassort_needs_and_no_name(of_2018, terms, keypair):
    asked = ask(of_2018, terms)
    assert (asked.masked, asked.left, asked.new) == ("06xxxxxxx", 2, True)
    [granted] = events(of_2018, "reissue_granted")
    voter = id_of(of_2018, "bob")
    assert granted["holders"] == [
        {"election": election, "holder": holders.holder(KEY, election, voter)} for election in (ONLINE, ONLINE_TOO)
    ]
    assert (granted["request"], granted["bearer"]) == (asked.request, holders.bearer(KEY, EVENT, voter))
    assert open_sealed(keypair[0], granted["sealed"])["to"] == {"phone": "+33612345678"}
    said = json.dumps({name: value for name, value in granted.items() if name != "sealed"})
    assert not any(secret in said for secret in ("612345678", "bob", voter, NUMEN))
    [mail] = events(of_2018, "message_requested")
    confirmation = open_sealed(keypair[0], mail["sealed"])
    assert (mail["template"], confirmation["to"]) == ("reissue_confirmation", {"email": "bob@ac-amiens.fr"})
    assert confirmation["values"]["masked"] == "06xxxxxxx"


def test_two_clicks_make_one_request(of_2018, terms):
    first = ask(of_2018, terms)
    again = ask(of_2018, terms, numen="", phone="06 99 99 99 99")
    assert (again.request, again.new) == (first.request, False)
    assert len(events(of_2018, "reissue_granted")) == 1
    assert standing(of_2018, "bob").left == 2


def test_the_same_form_sent_again_when_all_is_over_is_still_one_request(of_2018, terms):
    first = ask(of_2018, terms, form="f" * 22)
    settle(of_2018, first)
    again = ask(of_2018, terms, form="f" * 22, numen="")
    assert (again.request, again.new, again.left) == (first.request, False, 2)
    assert ask(of_2018, terms, "chloe", form="f" * 22).request != first.request
    assert ask(of_2018, terms, form="g" * 22).left == 1


def test_clicks_at_once_make_one_request(of_2018, terms):
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(ask(of_2018, terms))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert len({asked.request for asked in answers}) == 1
    assert len(answers) == 4
    assert len(events(of_2018, "reissue_granted")) == 1


def test_three_and_no_more_and_how_many_are_left_is_known_before(of_2018, terms):
    for left in (3, 2, 1):
        assert standing(of_2018, "bob").left == left
        settle(of_2018, ask(of_2018, terms))
    before = everything(of_2018)
    assert refused("reissue_used_up", ask, of_2018, terms) == {"most": 3}
    assert everything(of_2018) == before


def test_an_attempt_that_came_too_late_is_given_back_once(of_2018, terms):
    asked = ask(of_2018, terms)
    for _ in range(2):
        settle(of_2018, asked, "late")
    settle(of_2018, asked, "issued")
    assert standing(of_2018, "bob").left == 3
    assert standing(of_2018, "bob").newest.state == "late"


@pytest.mark.parametrize(
    "wrong", [{"numen": "13E0812345ABD"}, {"birth_date": "08/04/1980"}, {"numen": "", "birth_date": "?"}]
)
def test_wrong_proofs_do_not_say_what_is_wrong_and_spend_nothing(of_2018, terms, wrong):
    assert refused("reissue_proof_wrong", ask, of_2018, terms, **wrong) == {}
    assert standing(of_2018, "bob").left == 3
    assert events(of_2018, "reissue_granted") == []


def test_wrong_proofs_are_bounded_a_voter(of_2018, terms):
    for _ in range(5):
        refused("reissue_proof_wrong", ask, of_2018, terms, numen="13E0000000ABC")
    assert refused("reissue_resting", ask, of_2018, terms) == {"minutes": 1}
    ask(of_2018, terms, "chloe")
    ask(of_2018, terms, now=NOW + timedelta(minutes=2))


def test_numen_and_date_are_understood_as_people_write_them(of_2018, terms):
    ask(of_2018, terms, numen=" 13e 0812345 abc", birth_date=" 7.4.1980 ")


def test_whom_the_roll_knows_too_little_of_is_told(of_2018, terms):
    assert standing(of_2018, "anne").proof is None
    refused("reissue_proof_missing", ask, of_2018, terms, "anne")


def test_the_window_of_2018_is_open_before_the_vote_and_until_closing(of_2018, terms):
    event = definition()
    assert standing(of_2018, "bob", event.opens_at - timedelta(days=10)).is_open
    assert standing(of_2018, "bob", event.closes_at - timedelta(seconds=1)).is_open
    details = refused("reissue_closed", ask, of_2018, terms, now=event.closes_at)
    assert details["closes_at"] == event.closes_at.isoformat()
    assert not standing(of_2018, "bob", NOW - timedelta(days=21)).is_open


def test_nobody_asks_before_codes_are_made(of_2018, terms):
    with of_2018.transaction() as session:
        session.get_one(VotingEvent, EVENT).codes_listed_at = None
    assert refused("reissue_closed", ask, of_2018, terms)["opens_at"] is None


def test_the_window_of_2022_is_the_vote(of_2022):
    event = definition()
    assert not standing(of_2022, "bob", event.opens_at - timedelta(seconds=1)).is_open
    assert standing(of_2022, "bob", event.opens_at).is_open
    assert not standing(of_2022, "bob", event.closes_at).is_open


def sign(database, name, *elections):
    for election in elections:
        with database.transaction() as session:
            holder = holders.holder(KEY, election, id_of(database, name))
            session.add(
                PollBookEntry(id=holder[:36], voter_id=id_of(database, name), election=election, signed_in_hour=NOW)
            )


def test_one_who_has_voted_in_one_election_may_ask_and_reassort_does_not_learn_where(of_2018, terms):
    sign(of_2018, "bob", ONLINE)
    ask(of_2018, terms)
    assert len(events(of_2018, "reissue_granted")[0]["holders"]) == 2


def test_one_who_has_voted_everywhere_has_nothing_to_ask_for(of_2018, terms):
    sign(of_2018, "bob", ONLINE, ONLINE_TOO)
    refused("reissue_nothing_left", ask, of_2018, terms)


@pytest.mark.parametrize(
    ("phone", "problem"),
    [
        ("03 22 12 34 56", "fixed_line"),
        ("0899 12 34 56", "premium"),
        ("+44 7911 123456", "foreign"),
        ("six", "not_a_number"),
    ],
)
def test_only_mobiles_of_france(of_2018, terms, phone, problem):
    assert refused("phone_refused", ask, of_2018, terms, phone=phone) == {"problem": problem}


def test_a_number_of_too_many_voters_is_refused_and_shown(of_2018, terms):
    one = requests.Terms(terms.letters, KEY, most=3, voters_per_phone=1)
    settle(of_2018, ask(of_2018, one))
    refused("phone_shared", ask, of_2018, one, "chloe")
    settle(of_2018, ask(of_2018, one))
    assert standing(of_2018, "chloe").left == 3
    with of_2018.reading() as session:
        [shown] = session.scalars(select(SharedPhone))
        assert (shown.masked, shown.refused) == ("06xxxxxxx", 1)


def resend(database, terms, form="r" * 22, phone="07 56 12 34 56", now=NOW):
    return resending.resend(database, terms, voter_id=id_of(database, "bob"), message=form, phone=phone, now=now)


def failed(database, message):
    with database.transaction() as session:
        resending.note_delivery(session, message, "failed")


def test_a_code_that_did_not_arrive_is_sent_again_to_another_number_without_a_try(of_2018, terms, keypair):
    asked = ask(of_2018, terms)
    refused("reissue_not_failed", resend, of_2018, terms)
    settle(of_2018, asked)
    refused("reissue_not_failed", resend, of_2018, terms)
    failed(of_2018, asked.request)
    again = resend(of_2018, terms)
    assert (again.request, again.masked, again.left) == (asked.request, "07xxxxxxx", 2)
    assert resend(of_2018, terms).new is False
    [event] = events(of_2018, "reissue_resent")
    assert event["request"] == asked.request
    assert open_sealed(keypair[0], event["sealed"])["to"] == {"phone": "+33756123456"}
    failed(of_2018, asked.request)  # of the message before
    refused("reissue_not_failed", resend, of_2018, terms, "s" * 22)
    assert len([one for one in events(of_2018, "message_requested") if one["template"] == "reissue_confirmation"]) == 2


def test_one_code_is_sent_again_so_many_times_and_no_more(of_2018, terms):
    asked = ask(of_2018, terms)
    settle(of_2018, asked)
    failed(of_2018, asked.request)
    for number in range(rules.MOST_RESENT):
        resend(of_2018, terms, f"form-number-{number:010}")
        failed(of_2018, events(of_2018, "reissue_resent")[-1]["message"])
    refused("reissue_not_failed", resend, of_2018, terms)
    refused("reissue_closed", resend, of_2018, terms, now=definition().closes_at)


def challenge(database, terms, answer=ANSWER, name="bob", now=NOW, birth_date=BIRTH):
    return requests.answer_challenge(
        database, slow, terms, voter_id=id_of(database, name), answer=answer, birth_date=birth_date, now=now
    )


def mailed_token(database, keypair):
    sealed = [m["sealed"] for m in events(database, "message_requested") if m["template"] == "reissue_link"]
    return open_sealed(keypair[0], sealed[-1])["values"]["link"].rsplit("/", 1)[1]


def follow(database, terms, token, name="bob", now=NOW, **by):
    return requests.by_link(
        database, terms, voter_id=id_of(database, name), token=token, now=now, **(by or {"browser_key": "ab" * 32})
    )


def test_2022_answer_then_link_then_code_on_the_screen(of_2022, terms, keypair):
    challenge(of_2022, terms, " VERT d'EAU ")
    assert standing(of_2022, "bob").left == 3  # nothing is spent yet
    asked = follow(of_2022, terms, mailed_token(of_2022, keypair))
    [granted] = events(of_2022, "reissue_granted")
    assert (asked.channel, granted["channel"], granted["sealed"]) == ("screen", "screen", "ab" * 32)


def test_2022_by_sms(of_2022, terms, keypair):
    challenge(of_2022, terms)
    asked = follow(of_2022, terms, mailed_token(of_2022, keypair), phone=PHONE)
    assert (asked.channel, asked.masked) == ("sms", "06xxxxxxx")


def test_a_link_serves_once_its_own_voter_and_for_an_hour(of_2022, terms, keypair):
    challenge(of_2022, terms)
    token = mailed_token(of_2022, keypair)
    refused("link_unknown", follow, of_2022, terms, token, "chloe")
    refused("link_expired", follow, of_2022, terms, token, now=NOW + mailed_link.LINK_LIFETIME)
    refused("phone_refused", follow, of_2022, terms, token, phone="0")
    first = follow(of_2022, terms, token)
    settle(of_2022, first)
    again = follow(of_2022, terms, token, browser_key="cd" * 32)
    assert (again.request, again.new, again.left) == (first.request, False, 2)
    refused("link_unknown", follow, of_2022, terms, "another")
    assert len(events(of_2022, "reissue_granted")) == 1


def test_a_wrong_answer_sends_nothing_and_is_bounded(of_2022, terms):
    for _ in range(5):
        assert refused("reissue_proof_wrong", challenge, of_2022, terms, "Rouge") == {}
    refused("reissue_resting", challenge, of_2022, terms)
    assert events(of_2022, "message_requested") == []


def test_who_opened_the_account_with_the_mail_alone_gets_no_code(of_2022, terms):
    """The answer is the opener's own; the day of birth is not in the mail (docs/adr/0038)."""
    assert standing(of_2022, "bob").asks_birth_date
    details = refused("invalid_request", challenge, of_2022, terms, birth_date=" ")
    assert list(details["fields"]) == ["birth_date"]
    for guess in ("08/04/1980", "7", "31/02/1980", "04/07/1980", "7/4/80"):  # an empty field was not counted as a try
        assert refused("reissue_proof_wrong", challenge, of_2022, terms, birth_date=guess) == {}
    refused("reissue_resting", challenge, of_2022, terms)
    assert events(of_2022, "message_requested") == []


def test_a_roll_without_days_of_birth_asks_for_none(of_2022, terms):
    with of_2022.transaction() as session:
        session.get_one(Voter, id_of(of_2022, "bob")).birth_date_tag = None
    assert not standing(of_2022, "bob").asks_birth_date
    challenge(of_2022, terms, birth_date="")


def test_two_answers_in_a_row_send_one_link(of_2022, terms):
    challenge(of_2022, terms)
    challenge(of_2022, terms, now=NOW + timedelta(minutes=1))
    assert len(events(of_2022, "message_requested")) == 1


def test_whoever_has_no_challenge_is_told_what_is_left(of_2022, terms):
    assert standing(of_2022, "anne").proof is None
    refused("reissue_proof_missing", challenge, of_2022, terms, name="anne")


def test_facts_do_not_open_the_channel_of_2022(of_2022, terms):
    refused("reissue_proof_missing", ask, of_2022, terms)


def test_neither_numen_nor_date_nor_number_is_kept(of_2018, terms):
    ask(of_2018, terms)
    stored = repr(everything(of_2018))
    assert not any(secret in stored for secret in (NUMEN, "1980-04-07", BIRTH, "612345678"))


def test_the_roll_file_says_what_is_wrong_with_both(database):
    with database.transaction() as session:
        voting_events.open_voting_event(session, definition())
    rows = [
        row("a@ac-amiens.fr", numen="13E08", date_naissance=BIRTH),
        row("b@ac-amiens.fr", numen="", date_naissance="31/02/1980"),
    ]
    details = refused("roll_invalid", import_roll, database, rows)
    assert [(error["line"], error["column"]) for error in details["errors"]] == [(2, "numen"), (3, "date_naissance")]


def test_a_corrected_roll_corrects_both(of_2018, terms):
    with of_2018.transaction() as session:
        session.get_one(VotingEvent, EVENT).codes_listed_at = None
    corrected = {"numen": "14E0812345ABC", "date_naissance": BIRTH, "scrutins": "CSA-M"}
    import_roll(of_2018, [row("bob@ac-amiens.fr", **corrected)], "import-2")
    with of_2018.transaction() as session:
        session.get_one(VotingEvent, EVENT).codes_listed_at = NOW
    refused("reissue_proof_wrong", ask, of_2018, terms)
    ask(of_2018, terms, numen="14E0812345ABC")


def test_requests_are_one_row_each(of_2018, terms):
    ask(of_2018, terms)
    with of_2018.reading() as session:
        [kept] = session.scalars(select(ReissueRequest))
        assert (kept.state, kept.channel, kept.masked) == ("open", "sms", "06xxxxxxx")


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_grant_that_dies_at_its_commit_is_one_attempt_when_the_form_is_sent_again(of_2018, terms, moment):
    form = "f" * 20
    killed_at(f"grant.{moment}", of_2018, lambda database: ask(database, terms, form=form))
    assert len(events(of_2018, "reissue_granted")) == (moment == "after")
    again = ask(of_2018, terms, form=form)
    assert (again.left, again.new) == (2, moment == "before")
    [granted] = events(of_2018, "reissue_granted")
    assert granted["request"] == again.request
    # One mail confirms it: it is of the same commit.
    assert [event["template"] for event in events(of_2018, "message_requested")] == ["reissue_confirmation"]
