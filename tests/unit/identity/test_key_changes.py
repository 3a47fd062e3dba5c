"""An agent is told by mail of every change of his keys, whoever made it; no place that changes them can be forgotten."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from services.identity.agents import accounts, journal, key_changes, personal_tokens
from services.identity.agents.passkeys import own_keys
from services.identity.contract.staff.journal import OF_KEYS, Action
from services.identity.models import Agent, AgentPasskey, AgentToken
from services.notification.queue import rendering
from services.runtime.refusals import Refusal
from tests.unit.identity.agents_world import PASSWORD, agent, link_to, named, operator
from tests.unit.identity.authenticator import Authenticator
from tests.unit.identity.test_passkeys import EMAIL, ORIGIN, World, ways_in
from tests.unit.identity.world import NOW

LATER = NOW + timedelta(minutes=5)
AGENTS = Path(key_changes.__file__).parent

KEY_TABLES = {"AgentPasskey", "AgentToken"}
FACTORS = {"password_hash", "totp_sealed"}
OTHER_TABLES = {"AgentSession", "AgentInvitation", "PasskeyCeremony", "FourEyes", "JournalHead"}
TOLD_BY = {
    "accounts.close": "accounts.close",
    "accounts.use_up": ("entrance.accept", "passkeys/ways_in.accept"),
    "entrance.accept": "entrance.accept",
    "personal_tokens.make": "personal_tokens.make",
    "personal_tokens.revoke": "personal_tokens.revoke",
    "passkeys/own_keys.keep": ("passkeys/own_keys.add", "passkeys/ways_in.accept"),
    "passkeys/own_keys.remove": "passkeys/own_keys.remove",
}
"""Where keys change → where the agent is told of it."""
NOT_TOLD = {
    "accounts._account": "a new account, or a closed one that begins anew: the invitation is mailed, no key is left",
    "personal_tokens.forget_expired": "the agent chose the day",
}


@pytest.fixture
def world(database, letters):
    return World(database, letters)


@pytest.fixture
def luz(world):
    """An operator who has just followed her invitation."""
    return operator(world.database, world.letters)[0]


def told(mails, email=EMAIL):
    """What each message about keys says to an address: [(what, which key)]."""
    found = [mail["values"] for mail in mails() if mail["to"] == {"email": email} and "changes" in mail["values"]]
    return [[(change["what"], change["name"]) for change in values["changes"]] for values in found]


def test_whoever_opens_an_account_by_its_link_is_told(luz, mails):
    [mail] = [mail for mail in mails() if "changes" in mail["values"]]
    assert mail["to"] == {"email": EMAIL}
    assert mail["values"]["at"] == NOW.isoformat()
    assert told(mails) == [[("agent_activated", "")]]


def test_passkeys_that_come_and_go_are_told_and_one_that_was_refused_for_a_copy(world, luz, mails):
    device = Authenticator()
    world.add(device)
    world.log_in(device)
    device.count = 0
    with pytest.raises(Refusal, match="passkey_refused"):
        world.log_in(device)
    with world.database.transaction() as session:
        own_keys.remove(session, world.terms, luz.id, session.scalars(select(AgentPasskey.id)).one(), LATER)
        own_keys.remove(session, world.terms, luz.id, "not-hers-any-more", LATER)
    assert told(mails)[1:] == [
        [("passkey_added", "Clé bleue")],
        [("passkey_count_went_back", "Clé bleue")],
        [("passkey_removed", "Clé bleue")],
    ]


def test_an_invitation_followed_with_a_passkey_is_one_message_that_says_both(world, luz, mails):
    with world.database.transaction() as session:
        accounts.invite_again(session, world.terms, luz, luz.id, NOW)
    assert len(told(mails)) == 1, "nothing has changed until the link is followed; and the link is a mail itself"
    token = link_to(mails, EMAIL)
    ceremony = ways_in.begin_invitation(
        world.database, lambda work, *more: work(*more), world.terms, token=token, password=PASSWORD, now=LATER
    ).ceremony
    answer = Authenticator().create(world.options(ceremony, LATER), ORIGIN)
    ways_in.accept(
        world.database, world.terms, token=token, ceremony=ceremony, answer=answer, name="Clé verte", now=LATER
    )
    assert told(mails)[1:] == [[("agent_activated", ""), ("passkey_added", "Clé verte")]]


def test_tokens_that_are_made_and_revoked_are_told(world, luz, mails):
    with world.database.transaction() as session:
        her = session.get_one(Agent, luz.id)
        personal_tokens.make(session, world.letters, her, name="poste", rights=["watch"], days=2, now=LATER)
    with world.database.transaction() as session:
        her = session.get_one(Agent, luz.id)
        for token in (session.scalars(select(AgentToken.id)).one(), "gone-already"):
            personal_tokens.revoke(session, world.letters, her, token, LATER)
    assert told(mails)[1:] == [[("token_made", "poste")], [("token_revoked", "poste")]]


def test_whose_account_is_closed_is_told_once_and_who_closed_it_is_not(world, luz, mails, event):
    who, _ = named(world.database, world.letters, mails, luz, "ana@rivages.example", "operator")
    for _ in range(2):
        with world.database.transaction() as session:
            accounts.close(session, world.terms, luz, who.id, LATER)
    assert told(mails, "ana@rivages.example")[1:] == [[("agent_closed", "")]]
    assert len(told(mails)) == 1


def test_what_is_refused_is_not_told(world, luz, mails):
    with pytest.raises(Refusal, match="passkey_last"), world.database.transaction() as session:
        world_key = AgentPasskey(
            id="only",
            agent_id=luz.id,
            credential_id="c",
            public_key="p",
            sign_count=0,
            transports="",
            name="seule",
            added_at=NOW,
        )
        session.add(world_key)
        session.get_one(Agent, luz.id).totp_sealed = None
        session.flush()
        own_keys.remove(session, world.terms, luz.id, "only", LATER)
    assert len(told(mails)) == 1
    assert agent(world.database, EMAIL).totp_sealed is not None


@pytest.mark.parametrize("action", sorted(OF_KEYS))
def test_no_change_of_keys_is_noted_without_the_mail(action, database, luz):
    with database.transaction() as session, pytest.raises(ValueError, match="key_changes"):
        journal.append(session, luz, action, NOW)


def test_every_change_has_words_in_both_languages():
    for words in rendering.KEY_CHANGES.values():
        assert set(words) == {action.value for action in OF_KEYS}


def test_what_sounds_of_keys_in_the_journal_is_one_of_them():
    words = ("passkey", "token", "factor", "password", "key")
    assert {action for action in Action if any(word in action.value for word in words)} <= OF_KEYS


def test_every_place_that_changes_keys_tells_or_says_why_not():
    functions = dict(functions_of(AGENTS))
    changing = {name for name, node in functions.items() if changes_keys(node)}
    assert changing == set(TOLD_BY) | set(NOT_TOLD), "a place that changes agents' keys: tell the agent (key_changes)"
    for places in TOLD_BY.values():
        for place in (places,) if isinstance(places, str) else places:
            assert "tell" in calls_of(functions[place]), place


def test_nothing_outside_the_agents_room_has_their_keys_in_hand():
    identity = AGENTS.parent
    elsewhere = [path for path in identity.rglob("*.py") if AGENTS not in path.parents and "models" not in path.parts]
    assert [path for path in elsewhere if KEY_TABLES & names_in(ast.parse(path.read_text(encoding="utf-8")))] == []


def functions_of(folder):
    for path in sorted(folder.rglob("*.py")):
        module = path.relative_to(folder).with_suffix("").as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield f"{module}.{node.name}", node


def changes_keys(function):
    """Whether it sets a factor of an account, makes a key, or writes to a table by a statement that may be one of keys."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and FACTORS & {
            one.attr for target in node.targets for one in ast.walk(target) if isinstance(one, ast.Attribute)
        }:
            return True
        if isinstance(node, ast.Call) and name_of(node.func) in KEY_TABLES:
            return True
        if isinstance(node, ast.Call) and name_of(node.func) in {"delete", "update", "insert", "upsert"}:
            tables = {one.id for one in node.args if isinstance(one, ast.Name)} - {"session"}
            if tables and not tables <= OTHER_TABLES:
                return True
    return False


def calls_of(function):
    return {name_of(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)}


def name_of(node):
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def names_in(tree):
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} | {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names
    }
