import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from services.identity.access import access_requests, activation, links, resumption
from services.identity.letters.requests import request_email
from services.identity.models import AccessRequest, Account, Link, Voter
from services.runtime.refusals import Refusal
from tests.servers.together import exhausted, together
from tests.unit.identity.world import COST, KEY, LIFETIME, NOW, everything

PASSWORD = "2022jevote-CGTI"


def ask(database, identifier, now=NOW):
    with database.transaction() as session:
        return access_requests.request_access(session, identifier, holder_key=KEY, now=now).next


def answer(database, letters, now=NOW):
    with database.transaction() as session:
        return access_requests.answer_requests(session, letters, now=now, lifetime=LIFETIME)


def token_in(mail):
    return mail["values"]["link"].rpartition("/lien/")[2]


def direct(function, *args):
    return function(*args)


def activate(database, token, *, slow=direct, now=NOW, **given):
    """Activate as the page does: password, question and answer at once, unless the test says otherwise."""
    values = {"password": PASSWORD, "question": "first_pet", "answer": "Médor", **given}
    hashing = activation.Hashing(slow, COST)
    return activation.activate(database, hashing, token=token, **values, holder_key=KEY, now=now)


def test_the_answer_is_the_same_for_strangers(database, voters, letters, mails):
    assert ask(database, "nobody@ac-amiens.fr") == ask(database, " ANNE@ac-amiens.fr") == "link_sent"
    assert mails() == []
    assert answer(database, letters) == 2
    assert [mail["to"]["email"] for mail in mails()] == ["anne@ac-amiens.fr"]
    with database.reading() as session:
        assert session.scalars(select(AccessRequest)).all() == []


def test_the_message_says_what_the_template_needs(database, voters, letters, mails):
    ask(database, "anne@ac-amiens.fr")
    answer(database, letters)
    (mail,) = mails()
    assert (mail["channel"], mail["template"]) == ("email", "activation_link")
    assert mail["expires_at"] == (NOW + LIFETIME).isoformat()
    assert mail["values"]["first_name"] == "Zoé"
    assert mail["values"]["surname"] == "Nom-anne"
    assert mail["values"]["minutes"] == 24 * 60
    assert mail["values"]["until"] == mail["expires_at"]
    assert mail["values"]["link"].startswith("https://vote.example.org/lien/")
    assert token_in(mail) not in str(everything(database))


def test_within_the_cooldown_nothing_new_is_sent(database, voters, letters, mails):
    ask(database, "anne@ac-amiens.fr")
    answer(database, letters)
    assert ask(database, "anne@ac-amiens.fr", NOW + timedelta(seconds=119)) == "link_sent"
    answer(database, letters, NOW + timedelta(seconds=119))
    assert len(mails()) == 1


def test_links_sent_before_stay_valid_until_one_is_used(database, voters, letters, mails):
    for now in (NOW, NOW + timedelta(minutes=2)):
        ask(database, "anne@ac-amiens.fr", now)
        answer(database, letters, now)
    old, new = map(token_in, mails())
    later = NOW + timedelta(minutes=3)
    with database.transaction() as session:
        assert links.find(session, new, later).purpose == "activation"
        links.consume(session, links.find(session, old, later), later)
    with database.reading() as session, pytest.raises(Refusal) as refused:
        links.find(session, new, later)
    # Nothing in the mailbox is called expired while it could still do: it says that one has served.
    assert refused.value.code == "link_used"


def test_looking_at_a_link_does_not_use_it_up(database, voters, letters, mails):
    ask(database, "anne@ac-amiens.fr")
    answer(database, letters)
    for _ in range(2):
        with database.reading() as session:
            followed = activation.follow(session, token_in(mails()[0]), NOW)
            assert followed.identifier == "anne@ac-amiens.fr"
            assert followed.link.expires_at == NOW + LIFETIME


@pytest.mark.parametrize(("later", "code"), [(LIFETIME, "link_expired"), (timedelta(0), "link_unknown")])
def test_expired_and_unknown_links_are_refused(database, voters, letters, mails, later, code):
    ask(database, "anne@ac-amiens.fr")
    answer(database, letters)
    token = token_in(mails()[0]) if code == "link_expired" else "x" * 43
    before = everything(database)
    with pytest.raises(Refusal) as refused:
        activate(database, token, now=NOW + later)
    assert refused.value.code == code
    assert everything(database) == before


def test_of_two_simultaneous_clicks_one_succeeds(database, voters, letters, mails):
    ask(database, "anne@ac-amiens.fr")
    answer(database, letters)
    token = token_in(mails()[0])
    both_have_read = threading.Barrier(2, timeout=60)
    ends = []

    def slow(function, *args):
        # Both have found the link unused by now: only the database can tell them apart.
        both_have_read.wait()
        return function(*args)

    def click():
        try:
            ends.append(activate(database, token, slow=slow))
        except Refusal as refusal:
            ends.append(refusal)

    threads = [threading.Thread(target=click) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    refusals = [end.code for end in ends if isinstance(end, Refusal)]
    assert len(ends) == 2
    assert refusals == ["link_used"]


def test_a_link_ended_meanwhile_is_not_consumed(database, voters, letters, mails):
    ask(database, "anne@ac-amiens.fr")
    answer(database, letters)
    with database.reading() as session:
        found = links.find(session, token_in(mails()[0]), NOW)
    with database.transaction() as session:
        links.end_all(session, [found.voter_id], NOW)
    with pytest.raises(Refusal) as refused, database.transaction() as session:
        links.consume(session, found, NOW)
    assert refused.value.code == "link_used"
    with database.reading() as session:
        assert session.scalar(select(Link.consumed_at)) is None


def test_requests_of_two_processes_send_one_link(database, voters, letters, mails):
    for _ in range(4):
        ask(database, "anne@ac-amiens.fr")
    together(lambda: exhausted(lambda: answer(database, letters)))
    assert len(mails()) == 1


def test_a_link_made_while_the_account_is_activated_is_for_a_password(database, voters, letters, mails):
    """An activation link of an active account would ask for another challenge answer, and offer to do without."""
    ask(database, "anne@ac-amiens.fr")
    answer(database, letters)
    later = NOW + timedelta(minutes=3)
    ask(database, "anne@ac-amiens.fr", later)
    with database.reading() as session:
        found = links.find(session, token_in(mails()[0]), later)
    answering = threading.Thread(target=answer, args=(database, letters, later))
    with database.transaction() as activating:
        links.consume(activating, found, later)
        activating.add(Account(voter_id=found.voter_id, password_hash="x", activated_at=later))
        activating.flush()
        answering.start()
        answering.join(timeout=0.5)  # it waits for the voter's row by now
    answering.join(timeout=120)
    assert [mail["template"] for mail in mails()] == ["activation_link", "password_link"]
    with database.reading() as session:
        assert links.find(session, token_in(mails()[1]), later).purpose == links.PASSWORD


def test_who_asks_on_an_english_page_is_answered_in_english(database, voters, letters, mails):
    for identifier, language in (("anne@ac-amiens.fr", "en"), ("bob@ac-amiens.fr", "fr")):
        with database.transaction() as session:
            access_requests.request_access(session, identifier, language=language, holder_key=KEY, now=NOW)
    answer(database, letters)
    assert {mail["to"]["email"]: mail["language"] for mail in mails()} == {
        "anne@ac-amiens.fr": "en",
        "bob@ac-amiens.fr": "fr",
    }
    with database.reading() as session:
        # Anybody may ask in anybody's name: nothing is learnt of the voter by it.
        assert session.scalars(select(Voter.language)).all() == [None] * 3


def test_a_voter_is_written_to_in_the_language_of_the_last_page(database, voters, letters, mails):
    ask(database, "anne@ac-amiens.fr")
    answer(database, letters)
    token = activate(database, token_in(mails()[0]))
    for language, known in ((None, None), ("en", "en"), ("en", "en"), (None, "en"), ("fr", "fr"), ("en", "en")):
        resumption.resume(database, token, now=NOW, idle=LIFETIME, language=language)
        with database.reading() as session:
            assert session.scalar(select(Voter.language).where(Voter.identifier == "anne@ac-amiens.fr")) == known
    with database.transaction() as session:
        anne = session.scalars(select(Voter).where(Voter.identifier == "anne@ac-amiens.fr")).one()
        request_email(session, letters, anne, template="attendance", values={}, expires_at=None)
    assert [mail["language"] for mail in mails()] == ["fr", "en"]
