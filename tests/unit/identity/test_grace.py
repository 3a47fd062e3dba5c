"""Who may vote in the grace period (L9, R211-563): sessions opened before the closing; a log-out ends the right for good."""

import base64
import json
from datetime import timedelta

import pytest

from services.identity.access import resumption, sessions
from services.identity.voting_events import entitlements, permits, voting_events
from services.runtime.refusals import Refusal
from tests.unit.identity.test_attendance import voter_id
from tests.unit.identity.world import KEYS, ONLINE, definition, seal

CLOSES = definition().closes_at
ENDS = CLOSES + timedelta(minutes=30)
IDLE = timedelta(minutes=30)
HOUR = timedelta(hours=1)
ANNE = "anne@ac-amiens.fr"


def claims(text):
    body = text.partition(".")[0]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


def sign_in(database, now):
    """A session of anne's; its token."""
    with database.transaction() as session:
        return sessions.open_unactivated(session, voter_id(database, ANNE), now)


def permit(database, token, now):
    """The booth's permit, for the session of a token that is open then."""
    with database.reading() as session:
        opened = sessions.find(session, token, now=now, idle=IDLE)
        text, _ = entitlements.issue_permit(session, opened=opened, election=ONLINE, keys=KEYS, now=now, lifetime=HOUR)
    return text, opened


@pytest.fixture
def sealed(database, voters):
    seal(database, ONLINE)


@pytest.mark.parametrize(
    ("signed_in", "until"),
    [(CLOSES - timedelta(microseconds=1), ENDS), (CLOSES, CLOSES), (CLOSES + timedelta(minutes=1), CLOSES)],
)
def test_only_a_session_opened_before_the_closing_votes_after_it(database, sealed, signed_in, until):
    token = sign_in(database, signed_in)
    now = CLOSES + timedelta(minutes=2)
    text, opened = permit(database, token, now)
    cast = permits.confirm(KEYS, text, session_id=opened.id, now=now)
    for one in (text, cast):
        assert claims(one)["votes_until"] == int(until.timestamp())
    shown = resumption.resume(database, token, now=now, idle=IDLE, language=None)
    with database.reading() as session:
        own = entitlements.own_elections(session, opened, KEYS, now)
    assert shown.votes_until == until
    permitted = [one.permit for one in own if one.permit]
    assert permitted
    assert all(claims(one)["votes_until"] == int(until.timestamp()) for one in permitted)


def test_a_log_out_within_the_grace_period_is_final(database, sealed):
    token = sign_in(database, CLOSES - HOUR / 60)
    now = CLOSES + timedelta(minutes=2)
    text, _ = permit(database, token, now)
    with database.transaction() as session:
        sessions.close(session, token)
    with pytest.raises(Refusal) as refused:
        permit(database, token, now)
    assert refused.value.code == "session_expired"
    _, again = permit(database, sign_in(database, now), now)
    assert again.opened_at == now
    # The permit of the session before is of no use to the new one.
    with pytest.raises(Refusal) as refused:
        permits.confirm(KEYS, text, session_id=again.id, now=now)
    assert refused.value.code == "permit_other_session"


def test_who_is_idle_too_long_is_logged_out(database, sealed):
    token = sign_in(database, CLOSES - timedelta(minutes=29))
    with pytest.raises(Refusal) as refused:
        permit(database, token, CLOSES + timedelta(minutes=1))
    assert refused.value.code == "session_expired"


def test_a_new_token_of_the_same_session_changes_nothing(database, sealed):
    token = sign_in(database, CLOSES - HOUR / 60)
    now = CLOSES + timedelta(minutes=2)
    _, opened = permit(database, token, now)
    with database.transaction() as session:
        renewed = sessions.replace_token(session, opened.id)
    text, _ = permit(database, renewed, now)
    assert claims(text)["votes_until"] == int(ENDS.timestamp())


def test_the_event_says_how_long(database, event):
    with database.transaction() as session:
        changes = voting_events.open_voting_event(session, definition(grace_minutes=10, correct=True))
    assert [(change.field, change.before, change.after) for change in changes] == [("grace_minutes", "30", "10")]
    with database.reading() as session:
        kept = voting_events.current_voting_event(session)
        assert voting_events.votes_until(kept, CLOSES - HOUR) == CLOSES + timedelta(minutes=10)
