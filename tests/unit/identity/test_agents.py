"""Agents: how they come in, what ends their sessions and tokens, and that nobody else comes in."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from services.identity.agents import accounts, entrance, personal_tokens, sessions
from services.identity.contract.staff.rights import RIGHTS, Right, Role
from services.identity.models import Agent, AgentInvitation, AgentSession, AgentToken, JournalEntry
from services.runtime.refusals import Refusal
from tests.unit.identity.agents_world import (
    IDLE,
    LONGEST,
    PASSWORD,
    accepted,
    digits,
    link_to,
    log_in,
    named,
    operator,
    plainly,
    secret_of,
    terms,
)
from tests.unit.identity.world import KEY, NOW, ONLINE, ONLINE_TOO, everything

LATER = NOW + timedelta(minutes=5)


def refusal(work, *arguments, **more):
    with pytest.raises(Refusal) as refused:
        work(*arguments, **more)
    return refused.value


def test_the_first_operator_comes_by_the_command_and_no_second_one(database, letters):
    operator(database, letters)
    with database.transaction() as session:
        assert (
            refusal(accounts.invite_first, session, KEY, email="x@rivages.example", name="X", now=NOW).code
            == "agent_known"
        )


def test_an_invitation_is_used_once_and_a_newer_one_takes_its_place(database, letters, mails, event):
    inviter, _, _ = operator(database, letters)
    with database.transaction() as session:
        invited = accounts.invite(
            session, terms(letters), inviter, email="Come@Rivages.example", name="Côme", role="support",
            elections=[ONLINE], now=NOW,
        )  # fmt: skip
    older = link_to(mails, "come@rivages.example")
    with database.transaction() as session:
        accounts.invite_again(session, terms(letters), inviter, invited.id, NOW)
    newer = link_to(mails, "come@rivages.example")
    with database.reading() as session:
        assert refusal(entrance.invitation, session, KEY, older, NOW).code == "invitation_unknown"
        later = NOW + accounts.INVITATION_LIFETIME
        assert refusal(entrance.invitation, session, KEY, newer, later).code == "invitation_unknown"
    accepted(database, letters, newer)
    with database.reading() as session:
        assert refusal(entrance.invitation, session, KEY, newer, NOW).code == "invitation_unknown"


def test_a_weak_password_and_wrong_digits_leave_the_invitation_good(database, letters):
    with database.transaction() as session:
        token = accounts.invite_first(session, KEY, email="a@rivages.example", name="A", now=NOW)
    before = everything(database)
    right = digits(secret_of(database, token), NOW)

    def accept(password, code):
        return entrance.accept(database, plainly, terms(letters), token=token, password=password, code=code, now=NOW)

    assert refusal(accept, "court", right).code == "password_refused"
    assert refusal(accept, PASSWORD, "000000" if right != "000000" else "111111").code == "second_factor_wrong"
    assert everything(database) == before
    assert accept(PASSWORD, right)


def test_log_in_asks_for_both_and_digits_serve_once(database, letters):
    who, _, secret = operator(database, letters)
    assert refusal(log_in, database, letters, who.email, secret, LATER, password="x").code == "agent_log_in_refused"
    assert refusal(log_in, database, letters, who.email, secret, LATER, code="").code == "agent_log_in_refused"
    assert refusal(log_in, database, letters, "nobody@x.fr", secret, LATER).code == "agent_log_in_refused"
    assert log_in(database, letters, who.email, secret, LATER)
    assert refusal(log_in, database, letters, who.email, secret, LATER).code == "agent_log_in_refused"
    assert log_in(database, letters, who.email, secret, LATER + timedelta(seconds=30))


def test_guesses_are_slowed_down_also_with_the_right_password(database, letters):
    who, _, secret = operator(database, letters)
    for _ in range(5):
        assert refusal(log_in, database, letters, who.email, secret, LATER, code="123").code == "agent_log_in_refused"
    assert refusal(log_in, database, letters, who.email, secret, LATER).code == "agent_locked"
    assert log_in(database, letters, who.email, secret, LATER + timedelta(minutes=2))


def test_a_session_ends_by_idleness_and_at_its_absolute_end(database, letters):
    _, token, _ = operator(database, letters)
    now = NOW
    while now + timedelta(minutes=20) < NOW + LONGEST:
        now += timedelta(minutes=20)
        sessions.resume(database, token, now=now, idle=IDLE)
    with database.reading() as session:
        assert sessions.find(session, token, now=now, idle=IDLE).expires_at == NOW + LONGEST
        over = {"now": NOW + LONGEST, "idle": IDLE}
        assert refusal(sessions.find, session, token, **over).code == "agent_session_expired"
    with database.transaction() as session:
        sessions.forget_ended(session, NOW + LONGEST, IDLE)
        assert session.scalars(select(AgentSession)).all() == []


def test_a_session_left_alone_and_a_closed_one_open_nothing(database, letters):
    _, token, _ = operator(database, letters)
    with database.reading() as session:
        assert refusal(sessions.find, session, token, now=NOW + IDLE, idle=IDLE).code == "agent_session_expired"
    with database.transaction() as session:
        sessions.close(session, token, NOW)
    with database.reading() as session:
        assert refusal(sessions.find, session, token, now=NOW, idle=IDLE).code == "agent_session_expired"


def test_a_closed_account_takes_sessions_tokens_and_link_with_it(database, letters, mails, event):
    inviter, _, _ = operator(database, letters)
    who, token = named(database, letters, mails, inviter, "ana@rivages.example", "operator")
    with database.transaction() as session:
        value = personal_tokens.make(
            session, letters, session.get_one(Agent, who.id), name="poste", rights=["watch"], days=1, now=NOW
        ).value
        accounts.invite_again(session, terms(letters), inviter, who.id, NOW)
    with database.transaction() as session:
        assert refusal(accounts.close, session, terms(letters), inviter, inviter.id, NOW).code == "agent_himself"
        accounts.close(session, terms(letters), inviter, who.id, NOW)
    with database.reading() as session:
        assert refusal(sessions.find, session, token, now=NOW, idle=IDLE).code == "agent_session_expired"
        assert refusal(personal_tokens.agent_of, session, value, NOW).code == "token_refused"
        assert session.scalars(select(AgentInvitation)).all() == []
    with database.transaction() as session:
        assert refusal(accounts.invite_again, session, terms(letters), inviter, who.id, NOW).code == "agent_unknown"


def test_a_token_is_kept_hashed_and_good_for_its_rights_its_time_and_its_elections(database, letters, mails, event):
    inviter, _, _ = operator(database, letters)
    who, _ = named(database, letters, mails, inviter, "vio@rivages.example", "president", [ONLINE])
    with database.transaction() as session:
        agent = session.get_one(Agent, who.id)
        assert (
            refusal(
                personal_tokens.make, session, letters, agent, name="x", rights=["run_elections"], days=1, now=NOW
            ).code
            == "right_missing"
        )
        value = personal_tokens.make(
            session, letters, agent, name="poste", rights=["bring_keys"], days=2, now=NOW
        ).value
    assert value not in repr(everything(database))
    with database.transaction() as session:
        assert personal_tokens.authorize(session, value, Right.BRING_KEYS, ONLINE, NOW).id == who.id
        for right, election in ((Right.WATCH, None), (Right.RUN_ELECTIONS, None), (Right.BRING_KEYS, ONLINE_TOO)):
            assert refusal(personal_tokens.authorize, session, value, right, election, NOW).code == "right_missing"
        late = NOW + timedelta(days=2)
        assert refusal(personal_tokens.authorize, session, value, Right.BRING_KEYS, None, late).code == "token_refused"
        personal_tokens.revoke(session, letters, inviter, session.scalars(select(AgentToken.id)).one(), NOW)
        assert personal_tokens.authorize(session, value, Right.BRING_KEYS, None, NOW), "another's token stays"
        personal_tokens.revoke(session, letters, agent, session.scalars(select(AgentToken.id)).one(), NOW)
        assert refusal(personal_tokens.authorize, session, value, Right.BRING_KEYS, None, NOW).code == "token_refused"


def test_whoever_is_named_for_some_elections_changes_nothing_that_all_share(database, letters, mails, event):
    """Roll, codes, campaign: by a token of the command line and from a page alike."""
    inviter, _, _ = operator(database, letters)
    who, _ = named(database, letters, mails, inviter, "vio@rivages.example", "operator", [ONLINE])
    with database.transaction() as session:
        limited, whole = session.get_one(Agent, who.id), session.get_one(Agent, inviter.id)
        tokens = {
            agent: personal_tokens.make(
                session, letters, agent, name="poste", rights=["run_elections"], days=2, now=NOW
            ).value
            for agent in (limited, whole)
        }  # fmt: skip

        def authorized(agent, election, **how):
            return personal_tokens.authorize(session, tokens[agent], Right.RUN_ELECTIONS, election, NOW, **how)

        for agent, election, how in (
            (limited, ONLINE, {}), (limited, None, {}), (whole, ONLINE_TOO, {}), (whole, None, {"whole_event": True}),
        ):  # fmt: skip
            assert authorized(agent, election, **how).id == agent.id
        assert refusal(authorized, limited, None, whole_event=True).code == "right_missing"
        assert refusal(authorized, limited, ONLINE_TOO).code == "right_missing"
        noted = personal_tokens.note_on_page
        assert noted(session, limited, "close-election", ONLINE, NOW)
        assert noted(session, whole, "start-commit-roll", None, NOW)
        for election in (None, ONLINE_TOO):
            assert refusal(noted, session, limited, "start-commit-roll", election, NOW).code == "right_missing"


def test_what_is_done_on_a_page_is_noted_under_the_name_of_whose_session_it_is(database, letters, mails, event):
    inviter, _, _ = operator(database, letters)
    who, _ = named(database, letters, mails, inviter, "vio@rivages.example", "president", [ONLINE])
    with database.transaction() as session:
        agent = session.get_one(Agent, who.id)
        noted = session.get_one(JournalEntry, personal_tokens.note(session, agent, "bring-share", ONLINE, NOW))
        assert (noted.agent_id, noted.actor) == (agent.id, agent.name)


def test_the_table_gives_each_right_to_somebody_and_voters_names_to_support_alone():
    assert set(RIGHTS) == set(Role)
    assert set().union(*RIGHTS.values()) == set(Right)
    for right in (Right.SEE_VOTERS, Right.HELP_VOTERS, Right.APPROVE):
        assert [role for role in Role if right in RIGHTS[role]] == [Role.SUPPORT]
    assert [role for role in Role if Right.MANAGE_AGENTS in RIGHTS[role]] == [Role.OPERATOR]
    assert not [role for role in Role if {Right.READ_JOURNAL, Right.RUN_ELECTIONS} <= RIGHTS[role]]
