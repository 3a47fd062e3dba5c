import base64
import json
from dataclasses import asdict
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.signing import SigningKey, VerifyKey
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from services.identity.contract.entrance import permits as written
from services.identity.contract.event import sealings as sealings_contract
from services.identity.models import Voter
from services.identity.voting_events import entitlements, holders, permits, sealings
from services.runtime.refusals import Refusal
from tests.servers.databases import owners_transaction
from tests.unit.identity.test_attendance import voter_id
from tests.unit.identity.world import (
    EVENT,
    FINGERPRINT,
    KEY,
    KEYS,
    NOW,
    ONLINE,
    ONLINE_TOO,
    PAPER,
    RECEIPT_KEY,
    SIGNING_KEY,
    definition,
    everything,
    import_roll,
    opened,
    row,
    seal,
)


def issue(database, identifier, election=ONLINE, session_id="a-session"):
    with database.transaction() as session:
        return entitlements.issue_permit(
            session,
            opened=opened(voter_id(database, identifier), session_id),
            election=election,
            keys=KEYS,
            now=NOW,
            lifetime=timedelta(hours=1),
        )


@pytest.fixture
def sealed(database, voters):
    """The two elections held here are sealed."""
    seal(database, ONLINE, ONLINE_TOO)


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_a_permit_is_signed_and_names_a_pseudonym_only(database, sealed):
    permit, expires_at = issue(database, "anne@ac-amiens.fr", ONLINE)
    body, _, signature = permit.partition(".")
    VerifyKey(SigningKey(bytes.fromhex(SIGNING_KEY)).verify_key.encode()).verify(body.encode(), decoded(signature))
    claims = json.loads(decoded(body))
    voter = voter_id(database, "anne@ac-amiens.fr")
    assert claims == {
        "election": ONLINE,
        "holder": holders.holder(KEY, ONLINE, voter),
        "use": "booth",
        "session": holders.session_tag(KEY, ONLINE, "a-session"),
        "fingerprint": FINGERPRINT,
        "receipt_key": RECEIPT_KEY,
        "issued_at": int(NOW.timestamp()),
        "expires_at": int(expires_at.timestamp()),
        "votes_until": int((definition().closes_at + timedelta(minutes=30)).timestamp()),
    }
    assert expires_at == NOW + timedelta(hours=1)
    assert voter not in str(claims)


@pytest.mark.parametrize(
    ("identifier", "election", "code"),
    [
        ("anne@ac-amiens.fr", ONLINE_TOO, "not_entitled"),
        ("anne@ac-amiens.fr", "Z" * 14, "not_entitled"),
        ("anne@ac-amiens.fr", PAPER, "election_elsewhere"),
        ("bob@ac-amiens.fr", PAPER, "not_entitled"),
    ],
)
def test_no_permit_without_a_right_to_vote_here(database, sealed, identifier, election, code):
    with pytest.raises(Refusal) as refused:
        issue(database, identifier, election)
    assert refused.value.code == code


def refusal_of(given, *arguments, **more):
    with pytest.raises(Refusal) as refused:
        given(*arguments, **more)
    return refused.value.code


def confirm(permit, session_id="a-session", now=NOW):
    return permits.confirm(KEYS, permit, session_id=session_id, now=now)


def test_no_permit_before_the_urn_has_said_what_is_sealed(database, voters):
    assert refusal_of(issue, database, "anne@ac-amiens.fr") == "election_not_sealed"


def test_a_session_casts_by_its_own_permit_for_a_moment(database, sealed):
    """L9: a log-out is final. No other session can use what is left of this one, be it of the same voter."""
    permit, expires_at = issue(database, "anne@ac-amiens.fr")
    public = VerifyKey(SigningKey(bytes.fromhex(SIGNING_KEY)).verify_key.encode()).encode().hex()
    cast = written.verify(confirm(permit), public)
    assert (cast.use, cast.expires_at) == (written.Use.CAST, NOW.replace(microsecond=0) + permits.MOMENT)
    assert cast.holder == written.verify(permit, public).holder
    assert refusal_of(confirm, permit, session_id="the-next-session") == "permit_other_session"
    assert refusal_of(confirm, permit, now=expires_at) == "permit_expired"
    assert refusal_of(confirm, confirm(permit)) == "permit_invalid", "a permit to cast is none to be confirmed"
    assert refusal_of(confirm, permit[:-3] + "AAA") == "permit_invalid"


def test_own_elections_bring_permits_to_ask_the_urn_with(database, sealed):
    with database.reading() as session:
        anne = opened(voter_id(database, "anne@ac-amiens.fr"))
        own = entitlements.own_elections(session, anne, KEYS, NOW)
    public = SigningKey(bytes.fromhex(SIGNING_KEY)).verify_key.encode().hex()
    assert [(election.code, election.mode) for election in own] == [("CSA-M", "online"), ("CCP", "paper")]
    assert written.verify(own[0].permit, public).use is written.Use.STATE
    assert own[1].permit is None


def test_a_sealing_is_recorded_once_and_never_changed(database, sealed):
    before = everything(database)
    seal(database, ONLINE)
    assert everything(database) == before
    for change in ({"fingerprint": "R" * 43}, {"receipt_key": "cd" * 32}, {"election": PAPER}, {"election": "Z" * 14}):
        told = {"election": ONLINE, "fingerprint": FINGERPRINT, "receipt_key": RECEIPT_KEY} | change
        with pytest.raises(sealings.SealingConflict), database.transaction() as session:
            sealings.record(session, **told)
    for statement in ("UPDATE sealed_elections SET fingerprint = 'x'", "DELETE FROM sealed_elections"):
        with pytest.raises(DBAPIError, match="append-only"), owners_transaction(database) as session:
            session.execute(text(statement))
    assert everything(database) == before


def test_anybody_can_check_what_identity_says_of_a_sealing(database, sealed):
    with database.reading() as session:
        told = sealings.statement(session, SIGNING_KEY, ONLINE)
        assert refusal_of(sealings.statement, session, SIGNING_KEY, PAPER) == "election_not_sealed"
    signed = sealings_contract.signed_text(told.election, told.fingerprint, told.receipt_key)
    VerifyKey(bytes.fromhex(told.identity_key)).verify(signed.encode(), bytes.fromhex(told.signature))
    assert (told.fingerprint, told.receipt_key) == (FINGERPRINT, RECEIPT_KEY)


def page(database, after, limit):
    with database.transaction() as session:
        listed = entitlements.list_bearers(
            session, voting_event=EVENT, after=after, limit=limit, holder_key=KEY, now=NOW
        )
    return tuple(asdict(listed).values())


def test_bearers_come_page_by_page_without_those_who_vote_on_paper_only(database, voters):
    first, following, unsaid = page(database, None, 1)
    second, end, total = page(database, following, 1)
    assert (unsaid, end, total) == (2, None, 2)
    found = {bearer["bearer"]: bearer for bearer in first + second}
    bob = voter_id(database, "bob@ac-amiens.fr")
    assert set(found) == {
        holders.bearer(KEY, EVENT, voter_id(database, name)) for name in ("anne@ac-amiens.fr", "bob@ac-amiens.fr")
    }
    assert found[holders.bearer(KEY, EVENT, bob)] == {
        "bearer": holders.bearer(KEY, EVENT, bob),
        "notice": {
            "name": "Zoé Nom-bob",
            "lines": ["1 rue de l’Été", "80000 Amiens"],
            "place": "Lycée Œuvre",
            "posted": True,
        },
        "holders": [
            {"election": election, "holder": holders.holder(KEY, election, bob)} for election in (ONLINE, ONLINE_TOO)
        ],
    }


def test_one_page_suffices_when_all_fit(database, voters):
    bearers, following, total = page(database, None, 2)
    assert (len(bearers), following, total) == (2, None, 2)


def test_no_pseudonym_is_stored(database, voters):
    """L1: the dump of identity holds nothing that the dumps of ballot and reassort hold."""
    bearers, *_ = page(database, None, 10)
    stored = str(everything(database))
    for bearer in bearers:
        assert bearer["bearer"] not in stored
        for holder in bearer["holders"]:
            assert holder["holder"] not in stored


@given(st.sampled_from([ONLINE, ONLINE_TOO]), st.uuids(), st.uuids())
def test_pseudonyms_differ_between_voters_elections_and_uses(election, one, other):
    made = {
        holders.holder(KEY, election, str(one)),
        holders.holder(KEY, PAPER, str(one)),
        holders.bearer(KEY, election, str(one)),
        holders.lookup_tag(KEY, holders.holder(KEY, election, str(one))),
        holders.holder("33" * 32, election, str(one)),
    }
    assert len(made) == 5
    assert (holders.holder(KEY, election, str(other)) in made) == (one == other)


def test_pages_follow_a_keyed_tag_and_not_the_roll(database, event):
    import_roll(database, [row(f"v{number}@ac-amiens.fr") for number in range(30)])
    found, cursors, following = [], [], None
    while True:
        bearers, following, _ = page(database, following, 7)
        found += [bearer["bearer"] for bearer in bearers]
        if following is None:
            break
        cursors.append(following)
    assert len(set(found)) == 30
    with database.reading() as session:
        voters = sorted(session.scalars(select(Voter.id)).all())
    by_tag = sorted(voters, key=lambda voter: holders.page_tag(KEY, voter))
    assert found == [holders.bearer(KEY, EVENT, voter) for voter in by_tag]
    assert by_tag != voters
    assert not set(cursors) & (set(voters) | set(found))


def test_voters_imported_before_tags_existed_are_tagged(database, voters):
    with database.transaction() as session:
        session.execute(update(Voter).values(page_tag=None))
    bearers, following, _ = page(database, None, 10)
    assert (len(bearers), following) == (2, None)
