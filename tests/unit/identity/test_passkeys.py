"""Agents' passkeys: who comes in by one, what is not believed, and that nobody is left without a second factor."""

import dataclasses
from datetime import timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy import select

from services.identity.agents import accounts, sessions
from services.identity.agents.passkeys import ceremonies, own_keys, ways_in
from services.identity.agents.passkeys.relying_party import RelyingParty, relying_party
from services.identity.agents.passkeys.webauthn_library import counts_on
from services.identity.contract.staff.passkeys import MOST_PASSKEYS
from services.identity.models import Agent, AgentPasskey, JournalEntry, PasskeyCeremony
from services.identity.settings import Settings
from services.runtime.refusals import Refusal
from tests.unit.identity.agents_world import (
    IDLE,
    PASSWORD,
    agent,
    link_to,
    log_in,
    operator,
    plainly,
    terms,
)
from tests.unit.identity.authenticator import PRESENT, Authenticator
from tests.unit.identity.world import KEY, NOW, everything

ORIGIN = "https://vote.example.org"
PARTY = RelyingParty("vote.example.org", (ORIGIN,))
LATER = NOW + timedelta(minutes=5)
EMAIL = "luz.bergamote@rivages.example"


class World:
    """One database with its terms, and the steps that a browser and its authenticator go through."""

    def __init__(self, database, letters):
        self.database = database
        self.letters = letters
        self.terms = dataclasses.replace(terms(letters), passkeys=PARTY)

    def options(self, ceremony, now=NOW):
        with self.database.reading() as session:
            return ceremonies.options(session, self.terms.passkeys, ceremony, now).options

    def begin_adding(self, email=EMAIL, password=PASSWORD, now=NOW):
        who = agent(self.database, email)
        return own_keys.begin(self.database, plainly, self.terms, who, password=password, now=now).ceremony

    def add(self, device, email=EMAIL, name="Clé bleue", now=NOW):
        ceremony = self.begin_adding(email, now=now)
        answer = device.create(self.options(ceremony, now), ORIGIN)
        who = agent(self.database, email)
        own_keys.add(self.database, self.terms, who.id, ceremony=ceremony, answer=answer, name=name, now=now)

    def begin(self, email=EMAIL, password=PASSWORD, now=LATER):
        return ways_in.begin_log_in(
            self.database, plainly, self.terms, email=email, password=password, now=now
        ).ceremony

    def answer(self, ceremony, answer, now=LATER):
        return ways_in.log_in(self.database, self.terms, ceremony=ceremony, answer=answer, now=now).session

    def log_in(self, device, now=LATER, origin=ORIGIN, **changes):
        ceremony = self.begin(now=now)
        return self.answer(ceremony, device.get(self.options(ceremony, now), origin, **changes), now)

    def owner_of(self, session, now=LATER):
        with self.database.reading() as opened:
            return sessions.find(opened, session, now=now, idle=IDLE).agent.email

    def journal(self):
        with self.database.reading() as session:
            return [(row.action, row.details) for row in session.scalars(select(JournalEntry))]

    def rows(self, table):
        with self.database.reading() as session:
            return session.scalars(select(table)).all()


@pytest.fixture
def world(database, letters):
    return World(database, letters)


@pytest.fixture
def luz(world):
    """An operator with a telephone and one passkey: the device, and the secret of the telephone."""
    _, _, secret = operator(world.database, world.letters)
    device = Authenticator()
    world.add(device)
    return device, secret


def code(work, *arguments, **more):
    with pytest.raises(Refusal) as refused:
        work(*arguments, **more)
    return refused.value.code


def test_password_then_passkey_opens_a_session_and_the_telephone_still_does(world, luz):
    device, secret = luz
    assert world.owner_of(world.log_in(device)) == EMAIL
    assert world.owner_of(log_in(world.database, world.letters, EMAIL, secret, LATER)) == EMAIL
    row = world.rows(AgentPasskey)[0]
    assert (row.sign_count, row.last_used_at, row.transports) == (1, LATER, "internal")
    assert world.journal()[-3:] == [
        ("passkey_added", '{"as": "operator", "name": "Clé bleue"}'),
        ("agent_logged_in", '{"as": "operator", "factor": "passkey", "name": "Clé bleue"}'),
        ("agent_logged_in", '{"as": "operator", "factor": "totp"}'),
    ]


def test_an_answer_serves_once_and_a_challenge_one_answer(world, luz):
    device, _ = luz
    ceremony = world.begin()
    answer = device.get(world.options(ceremony), ORIGIN)
    world.answer(ceremony, answer)
    assert code(world.answer, ceremony, answer) == "passkey_over"
    # The same answer, replayed for a challenge that waits; and that challenge is gone with it.
    other = world.begin()
    right = device.get(world.options(other), ORIGIN)
    assert code(world.answer, other, answer) == "passkey_refused"
    assert code(world.answer, other, right) == "passkey_over"


def test_a_challenge_waits_five_minutes_and_is_forgotten(world, luz):
    device, _ = luz
    ceremony = world.begin()
    answer = device.get(world.options(ceremony), ORIGIN)
    end = LATER + ceremonies.LIFETIME
    assert code(world.options, ceremony, end) == "passkey_over"
    assert code(world.answer, ceremony, answer, end) == "passkey_over"
    with world.database.transaction() as session:
        ceremonies.forget_expired(session, end)
    assert world.rows(PasskeyCeremony) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://vote.example.org.evil.example"},
        {"origin": "http://vote.example.org"},
        {"rp_id": "example.org"},
        {"challenge": "AAAA"},
    ],
    ids=["another origin", "no TLS", "another name", "another challenge"],
)
def test_an_answer_that_was_given_elsewhere_or_to_something_else_is_refused(wrong, world, luz):
    device, _ = luz
    assert code(world.log_in, device, **wrong) == "passkey_refused"
    assert world.log_in(device)


@pytest.mark.parametrize("written", ["{}", "[]", '"x"', "null", "[" * 5000, '{"id": 3}', '{"id": "é"}', "nothing"])
def test_what_is_no_answer_is_refused_like_a_wrong_one(written, world, luz):
    assert code(world.answer, world.begin(), written) == "passkey_refused"
    ceremony = world.begin_adding(now=LATER)
    who = agent(world.database, EMAIL)
    more = {"ceremony": ceremony, "answer": written, "name": "x", "now": LATER}
    assert code(own_keys.add, world.database, world.terms, who.id, **more) == "passkey_refused"


def test_another_agents_key_and_another_agents_challenge_open_nothing(world, luz, mails):
    come = "come.safran@rivages.example"
    with world.database.transaction() as session:
        inviter = session.scalars(select(Agent)).one()
        accounts.invite(
            session, world.terms, inviter, email=come, name="Côme Safran", role="support", elections=(), now=NOW
        )
    theirs = Authenticator()
    comes_by_passkey(world, link_to(mails, come), theirs)
    ceremony = world.begin()
    assert code(world.answer, ceremony, theirs.get(world.options(ceremony), ORIGIN)) == "passkey_refused"
    # A key that was made is added to nobody else's account, whoever brings the answer.
    ceremony = world.begin_adding(now=LATER)
    answer = Authenticator().create(world.options(ceremony), ORIGIN)
    stranger = agent(world.database, come)
    more = {"ceremony": ceremony, "answer": answer, "name": "x", "now": LATER}
    assert code(own_keys.add, world.database, world.terms, stranger.id, **more) == "passkey_over"
    # A key of somebody else's is none of mine.
    ceremony = world.begin_adding(now=LATER)
    again = theirs.create(world.options(ceremony), ORIGIN)
    mine = agent(world.database, EMAIL)
    more = {"ceremony": ceremony, "answer": again, "name": "x", "now": LATER}
    assert code(own_keys.add, world.database, world.terms, mine.id, **more) == "passkey_known"


def test_a_count_that_goes_back_is_refused_and_stands_in_the_journal(world, luz):
    device, _ = luz
    world.log_in(device)
    world.log_in(device)
    device.count = 1
    assert code(world.log_in, device) == "passkey_refused"
    assert world.journal()[-1] == ("passkey_count_went_back", '{"as": "operator", "name": "Clé bleue"}')
    assert world.rows(AgentPasskey)[0].sign_count == 2
    assert [counts_on(*pair) for pair in ((0, 0), (0, 1), (5, 6), (5, 5), (5, 4), (5, 0))] == [
        True, True, True, False, False, False,
    ]  # fmt: skip


def test_a_log_in_for_one_purpose_is_none_for_another(world, luz):
    device, _ = luz
    ceremony = world.begin()
    answer = device.get(world.options(ceremony), ORIGIN)
    mine = agent(world.database, EMAIL)
    more = {"ceremony": ceremony, "answer": answer, "name": "x", "now": LATER}
    assert code(own_keys.add, world.database, world.terms, mine.id, **more) == "passkey_over"
    assert world.answer(ceremony, answer), "and it was not used up by that"


def test_who_has_no_key_a_wrong_password_or_no_account_is_told_the_same_and_slowed_down(world):
    operator(world.database, world.letters)
    for email, password in ((EMAIL, PASSWORD), (EMAIL, "x"), ("nobody@x.example", PASSWORD)):
        assert code(world.begin, email, password) == "passkey_log_in_refused"
    for _ in range(3):
        assert code(world.begin, EMAIL, "x") == "passkey_log_in_refused"
    assert code(world.begin) == "agent_locked"
    assert code(world.begin_adding, now=LATER) == "agent_locked"
    assert world.rows(PasskeyCeremony) == []


def test_guesses_with_the_right_password_and_no_key_are_slowed_down_too(world, luz):
    for _ in range(5):
        assert code(world.answer, world.begin(), "{}") == "passkey_refused"
    assert code(world.begin) == "agent_locked"


def test_a_key_is_added_with_the_password_alone_and_to_a_limit(world, luz):
    before = world.rows(AgentPasskey)
    assert code(world.begin_adding, password="x") == "agent_password_wrong"
    for place in range(MOST_PASSKEYS - len(before)):
        world.add(Authenticator(), name=f"Clé {place}")
    assert code(world.begin_adding) == "too_many_passkeys"


def test_the_last_second_factor_stays(world, luz, mails):
    device, _ = luz
    who = agent(world.database, EMAIL)
    with world.database.transaction() as session:
        own_keys.remove(session, world.terms, who.id, world.rows(AgentPasskey)[0].id, NOW)
    assert world.rows(AgentPasskey) == [], "the telephone is left"
    assert code(world.begin) == "passkey_log_in_refused"
    with world.database.transaction() as session:
        token = accounts._link(session, KEY, session.get_one(Agent, who.id), NOW)
    comes_by_passkey(world, token, device)
    only = world.rows(AgentPasskey)[0]
    with world.database.transaction() as session:
        assert code(own_keys.remove, session, world.terms, who.id, only.id, NOW) == "passkey_last"
    world.add(Authenticator(), name="Seconde")
    with world.database.transaction() as session:
        own_keys.remove(session, world.terms, who.id, only.id, NOW)
        own_keys.remove(session, world.terms, who.id, only.id, NOW)
        assert own_keys.listed(session, world.terms, who).passkeys[0].name == "Seconde"
    assert world.journal()[-1][0] == "passkey_removed"


def comes_by_passkey(world, token, device, now=NOW):
    ceremony = ways_in.begin_invitation(
        world.database, plainly, world.terms, token=token, password=PASSWORD, now=now
    ).ceremony
    answer = device.create(world.options(ceremony, now), ORIGIN)
    return ways_in.accept(
        world.database, world.terms, token=token, ceremony=ceremony, answer=answer, name="Clé", now=now
    ).session


def test_an_invitation_is_accepted_by_passkey_and_takes_earlier_ways_in_with_it(world, luz):
    device, secret = luz
    earlier = world.log_in(device)
    waiting = world.begin()
    with world.database.transaction() as session:
        token = accounts._link(session, KEY, session.scalars(select(Agent)).one(), NOW)
    before = everything(world.database)
    weak = {"token": token, "password": "court", "now": NOW}
    assert code(ways_in.begin_invitation, world.database, plainly, world.terms, **weak) == "password_refused"
    assert everything(world.database) == before
    assert world.log_in(device), "nothing is lost before it is accepted"
    session = comes_by_passkey(world, token, device)
    assert world.owner_of(session) == EMAIL
    assert code(comes_by_passkey, world, token, Authenticator()) == "invitation_unknown"
    assert code(world.owner_of, earlier) == "agent_session_expired"
    assert code(world.options, waiting) == "passkey_over"
    assert [row.name for row in world.rows(AgentPasskey)] == ["Clé"]
    assert code(log_in, world.database, world.letters, EMAIL, secret, LATER) == "agent_log_in_refused"
    assert world.log_in(device)


def test_a_closed_account_keeps_no_key(world, luz):
    device, _ = luz
    ceremony = world.begin()
    answer = device.get(world.options(ceremony), ORIGIN)
    with world.database.transaction() as session:
        closer = Agent(id="another", name="X", role="operator")
        accounts.close(session, world.terms, closer, session.scalars(select(Agent)).one().id, NOW)
    assert (world.rows(AgentPasskey), world.rows(PasskeyCeremony)) == ([], [])
    assert code(world.answer, ceremony, answer) == "passkey_over"


def test_whether_the_owner_was_checked_matters_where_the_setting_says_so(world, luz):
    strict = dataclasses.replace(PARTY, user_verification="required")
    plain = Authenticator(flags=PRESENT)
    world.add(plain, name="Sans code")
    assert world.log_in(plain)
    world.terms = dataclasses.replace(world.terms, passkeys=strict)
    assert code(world.log_in, plain) == "passkey_refused"
    assert world.log_in(luz[0])


def test_an_authenticator_that_does_not_count_is_believed(world):
    operator(world.database, world.letters)
    device = Authenticator(count=None)
    world.add(device)
    assert world.log_in(device)
    assert world.log_in(device)


def test_no_secret_is_kept_in_clear(world, luz):
    ceremony = world.begin()
    assert ceremony not in repr(everything(world.database))


# What passkeys are bound to


def test_passkeys_are_bound_to_the_portals_own_name():
    assert relying_party("https://Vote.example.org:443") == PARTY
    assert relying_party("https://vote.example.org:8443").origins == ("https://vote.example.org:8443",)
    wide = relying_party(ORIGIN, "example.org", "https://agents.example.org, https://vote.example.org:444")
    assert wide.id == "example.org"
    assert wide.origins == (ORIGIN, "https://agents.example.org", "https://vote.example.org:444")
    # A demonstration is opened by the one name that needs no TLS.
    assert relying_party("http://127.0.0.1:8080") == RelyingParty("localhost", ("http://localhost:8080",))
    for address in ("http://vote.example.org", "https://192.0.2.7", "http://[2001:db8::1]:80"):
        assert relying_party(address) is None


@pytest.mark.parametrize(
    ("rp_id", "origins"),
    [
        ("example.net", ""),
        ("ote.example.org", ""),
        ("org.", ""),
        ("example.org", "https://example.net"),
        ("", "http://vote.example.org"),
        ("", "https://vote.example.org/agents"),
    ],
)
def test_an_identity_whose_passkeys_are_of_another_portal_does_not_start(rp_id, origins, tmp_path):
    values = {
        "holder_key": KEY,
        "permit_private_key": KEY,
        "mail_public_key": KEY,
        "sms_public_key": KEY,
        "public_url": ORIGIN,
        "passkey_origins": origins,
    }
    with pytest.raises(ValidationError, match="ISOLOIR_IDENTITY_PASSKEY_RP_ID"):
        Settings(**values, passkey_rp_id=rp_id)
    assert Settings(**values | {"passkey_origins": ""}).relying_party() == PARTY


def test_a_portal_without_a_name_or_tls_has_none(world, luz):
    world.terms = dataclasses.replace(world.terms, passkeys=None)
    assert code(world.begin) == "passkeys_off"
    assert code(world.begin_adding) == "passkeys_off"
    with world.database.reading() as session:
        assert own_keys.listed(session, world.terms, agent(world.database, EMAIL)).possible is False
