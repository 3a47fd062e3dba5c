"""Claims and requests for assistance."""

import threading
from dataclasses import asdict
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError
from sqlalchemy import select

from services.identity.desk import assistance, claims
from services.identity.models import Voter
from services.identity.voting_events import voting_events
from services.runtime.contracts import kinds
from services.runtime.refusals import Refusal
from tests.unit.identity.test_accounts import refusal
from tests.unit.identity.test_attendance import voter_id
from tests.unit.identity.world import KEY, NOW, ONLINE, ONLINE_TOO, PAPER, definition, everything, import_roll, row

ANNE = "anne@ac-amiens.fr"
TEXT = "Mon affectation n’est pas la bonne."


def pages(queue):
    """The rows of a page, and where the next one begins."""
    return tuple(asdict(queue).values())


def submit(database, subject="other", election=None, identifier=ANNE, text=TEXT, now=NOW):
    with database.transaction() as session:
        voter = identity_of(session, identifier)
        claim = claims.submit(session, voter_id=voter, election=election, subject=subject, text=text, now=now)
        return claim.number


def identity_of(session, identifier):
    return session.scalar(select(Voter.id).where(Voter.identifier == identifier))


def answer(database, letters, number, state="accepted", text="Corrigé.", now=NOW):
    with database.transaction() as session:
        claims.answer(session, letters, number=number, state=state, text=text, now=now)


def mine(database, identifier=ANNE):
    with database.reading() as session:
        return [asdict(one) for one in claims.of_voter(session, identity_of(session, identifier))]


def ask_help(database, letters, email=ANNE, now=NOW, **changes):
    values = {"voter_id": None, "name": "Anne", "subject": "access", "text": TEXT, **changes}
    with database.transaction() as session:
        return assistance.submit(session, letters, email=email, **values, holder_key=KEY, now=now)


def test_a_claim_is_seen_with_its_state_and_answer(database, voters, letters, mails):
    first, second = submit(database, "wrong_assignment", ONLINE), submit(database)
    assert [(one["claim"], one["state"], one["answer"]) for one in mine(database)] == [
        (second, "submitted", None),
        (first, "submitted", None),
    ]
    assert mine(database, "bob@ac-amiens.fr") == []
    answer(database, letters, first, "examined", "")
    assert mails() == []
    answer(database, letters, first, "accepted", "Corrigé.", NOW + timedelta(days=1))
    (mail,) = mails()
    assert (mail["template"], mail["to"]["email"]) == ("claim_answered", ANNE)
    assert mail["values"] | {"number": first, "accepted": True, "answer": "Corrigé."} == mail["values"]
    assert mine(database)[1] | {"state": "accepted", "answer": "Corrigé.", "election": ONLINE} == mine(database)[1]
    assert mine(database)[1]["answered_at"] == NOW + timedelta(days=1)


def test_an_answer_is_given_once(database, voters, letters, mails):
    number = submit(database)
    for _ in range(2):
        answer(database, letters, number, "rejected", "Non.")
    assert len(mails()) == 1
    before = everything(database)
    refused = refusal(answer, database, letters, number, "accepted", "Si.")
    assert (refused.code, refused.details) == ("already_answered", {"state": "rejected"})
    assert refusal(answer, database, letters, number + 1).code == "claim_unknown"
    assert everything(database) == before


@pytest.mark.parametrize(
    ("subject", "election", "code"),
    [
        ("other", ONLINE_TOO, "not_entitled"),
        ("wrong_name", ONLINE_TOO, "not_entitled"),
        ("missing", "Z" * 14, "not_entitled"),
        ("missing", ONLINE_TOO, None),
        ("wrong_election", ONLINE_TOO, None),
        ("wrong_name", PAPER, None),
    ],
)
def test_elections_of_others_are_named_only_by_who_misses_from_them(database, voters, subject, election, code):
    before = everything(database)
    if code is None:
        assert submit(database, subject, election)
    else:
        assert refusal(submit, database, subject, election).code == code
        assert everything(database) == before


def test_a_voter_has_twenty_open_claims_at_most(database, voters, letters):
    numbers = [submit(database) for _ in range(claims.MOST_OPEN)]
    before = everything(database)
    refused = refusal(submit, database)
    assert (refused.code, refused.details) == ("too_many_claims", {"most": 20})
    assert everything(database) == before
    assert submit(database, identifier="bob@ac-amiens.fr")
    answer(database, letters, numbers[0])
    assert submit(database)


def test_the_limit_holds_for_simultaneous_claims(database, voters):
    for _ in range(claims.MOST_OPEN - 1):
        submit(database)
    ends = []

    def go():
        try:
            ends.append(submit(database))
        except Refusal as refused:
            ends.append(refused.code)

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert ends.count("too_many_claims") == 3
    assert len(mine(database)) == claims.MOST_OPEN


def test_claims_wait_for_their_date(database):
    with database.transaction() as session:
        voting_events.open_voting_event(session, definition(availability={"claims": NOW}))
    import_roll(database, [row(ANNE)])
    assert refusal(submit, database, now=NOW - timedelta(seconds=1)).code == "not_available_yet"
    assert submit(database, now=NOW)


def test_the_queue_comes_in_pages_and_by_state(database, voters, letters):
    numbers = [submit(database, identifier=name) for name in (ANNE, "bob@ac-amiens.fr", ANNE)]
    answer(database, letters, numbers[0], "examined", "")
    with database.reading() as session:
        page, following = pages(claims.queue(session, state=None, after=None, limit=2))
        assert [one["claim"] for one in page] == numbers[:2]
        assert page[1]["voter"]["identifier"] == "bob@ac-amiens.fr"
        rest, end = pages(claims.queue(session, state=None, after=following, limit=2))
        assert ([one["claim"] for one in rest], end) == (numbers[2:], None)
        waiting, _ = pages(claims.queue(session, state="submitted", after=None, limit=10))
        assert [one["claim"] for one in waiting] == numbers[1:]


def test_a_claim_outlives_its_voter_on_the_roll(database, voters, letters):
    number = submit(database)
    ask_help(database, letters, voter_id=voter_id(database, ANNE))
    import_roll(database, [row("bob@ac-amiens.fr")], import_id="import-2")
    with database.reading() as session:
        page, _ = pages(claims.queue(session, state=None, after=None, limit=10))
        assert [(one["claim"], one["voter"]) for one in page] == [(number, None)]
        requests, _ = pages(assistance.queue(session, state=None, after=None, limit=10))
        assert [one["signed_in"] for one in requests] == [False]
    answer(database, letters, number)


def test_a_request_is_acknowledged_without_its_own_words(database, voters, letters, mails):
    number = ask_help(database, letters, " Stranger@Example.ORG ", name="BUY NOW", text="http://evil.example BUY")
    (mail,) = mails()
    assert (mail["template"], mail["to"]["email"]) == ("assistance_received", "stranger@example.org")
    assert mail["values"] == {"portal": "https://vote.example.org", "number": number, "subject": "access"}


def test_voters_and_strangers_are_served_alike(database, voters, letters, mails):
    ask_help(database, letters, ANNE)
    ask_help(database, letters, "nobody@ac-amiens.fr")
    assert mails()[0]["values"].keys() == mails()[1]["values"].keys()


def test_an_address_sends_five_requests_an_hour(database, voters, letters, mails):
    for _ in range(assistance.MOST):
        ask_help(database, letters)
    before = everything(database)
    refused = refusal(ask_help, database, letters, " ANNE@ac-amiens.fr", NOW + timedelta(minutes=10))
    assert (refused.code, refused.details) == ("too_many_requests", {"retry_after": 3000})
    assert everything(database) == before
    assert ask_help(database, letters, "bob@ac-amiens.fr")
    assert ask_help(database, letters, now=NOW + assistance.WINDOW)


def test_a_request_is_answered_once_by_mail(database, voters, letters, mails):
    number = ask_help(database, letters)

    def reply(text, number=number):
        with database.transaction() as session:
            assistance.answer(session, letters, number=number, text=text, now=NOW)

    for _ in range(2):
        reply("Essayez l’autre adresse.")
    assert [mail["template"] for mail in mails()] == ["assistance_received", "assistance_answered"]
    assert mails()[1]["values"]["answer"] == "Essayez l’autre adresse."
    assert refusal(reply, "Autre chose").code == "already_answered"
    assert refusal(reply, "x", number + 1).code == "assistance_unknown"
    with database.reading() as session:
        assert pages(assistance.queue(session, state="open", after=None, limit=5)) == ([], None)


@given(st.text())
def test_tidying_twice_changes_nothing(written):
    once = kinds.tidied(written)
    assert kinds.tidied(once) == once
    assert "\r" not in once
    assert "\t" not in once
    assert once == once.strip()


@given(st.text(alphabet="ab \t\r\n\x00\x1f\x85\ud800"))
def test_prose_has_no_control_character_but_line_ends(written):
    try:
        loaded = kinds.Prose(validate=[kinds.Length(1, 20)], required=True).deserialize(written)
    except ValidationError:
        return
    assert 1 <= len(loaded) <= 20
    assert set(loaded) <= set("ab \n")


def test_a_request_for_help_is_answered_in_its_language(database, voters, letters, mails):
    number = ask_help(database, letters, language="en")
    with database.transaction() as session:
        assistance.answer(session, letters, number=number, text="Done.", now=NOW)
    assert [mail["language"] for mail in mails()] == ["en", "en"]
    with database.reading() as session:
        assert assistance.queue(session, state=None, after=None, limit=5).requests[0].language == "en"
