"""Credentials arrive in any order, more than once, and never after sealing."""

import json
import random

import pytest
from sqlalchemy import select

from services.ballot.belenios.keys.credential import public_credential
from services.ballot.elections.credentials import CredentialConflict
from services.ballot.models import Credential
from services.ballot.urn import chain
from services.ballot.urn.chain import EventType
from services.runtime.contracts.messages import Malformed
from tests.unit.ballot.urn import holder_of

NAMES = [f"voter {number}" for number in range(6)]


def refused(urn, action, *arguments, **named):
    """``action`` contradicts what is there; nothing was changed."""
    before = urn.snapshot()
    with pytest.raises((CredentialConflict, Malformed)):
        action(*arguments, **named)
    assert urn.snapshot() == before


@pytest.mark.parametrize("seed", range(4))
def test_any_order_and_any_repetition(draft, seed):
    order = random.Random(seed)
    entries = draft.entries(*NAMES)
    steps = [
        draft.create,
        draft.commit,
        draft.commit,
        *(lambda start=start: draft.receive(entries[start : start + 4]) for start in (0, 4, 8, 0, 4)),
    ]
    order.shuffle(steps)
    for step in steps:
        step()
    draft.set_trustees()
    assert draft.seal().credentials == len(entries)


def test_batches_that_overlap_add_only_what_is_new(draft):
    entries = draft.entries(*NAMES)
    assert draft.receive(entries[:8]) == 8
    assert draft.receive(entries[4:]) == 4
    assert draft.receive(entries) == 0


def test_rank_0_is_active_and_the_others_are_spares(draft):
    draft.receive(draft.entries("anne", ranks=(0, 1, 2, 3)))
    with draft.database.reading() as session:
        rows = session.execute(
            select(Credential.rank, Credential.state).where(Credential.election == draft.uuid).order_by(Credential.rank)
        ).all()
    assert [tuple(row) for row in rows] == [(0, "active"), (1, "spare"), (2, "spare"), (3, "spare")]


@pytest.mark.parametrize(
    "change",
    [
        {"holder": holder_of("somebody else")},
        {"rank": 7},
    ],
)
def test_a_credential_that_comes_back_different(draft, change):
    entries = draft.entries("anne")
    draft.receive(entries)
    refused(draft, draft.receive, [entries[0] | change])


@pytest.mark.parametrize(
    "change",
    [
        {"credential": "00" * 31 + "01"},
        {"credential": "ff" * 32},
        {"credential": "0" * 64},
        {"credential": "short"},
        {"holder": "anne"},
        {"holder": None},
        {"rank": -1},
        {"rank": True},
        {"rank": "0"},
    ],
)
def test_entries_that_are_none(draft, change):
    refused(draft, draft.receive, [draft.entries("anne")[0] | change])


def test_the_same_credential_twice_in_a_batch(draft):
    entry = draft.entries("anne")[0]
    refused(draft, draft.receive, [entry, entry | {"rank": 1}])


def test_after_sealing_only_what_is_known_is_accepted(urn):
    known = [
        {"holder": holder_of(name), "credential": public_credential(secret), "rank": rank}
        for (name, rank), secret in urn.secrets.items()
    ]
    before = urn.snapshot()
    assert urn.receive(known) == 0
    assert urn.snapshot() == before
    refused(urn, urn.receive, urn.entries("late"))
    refused(urn, urn.commit)


def test_the_largest_commitment_is_the_last_word(draft):
    draft.entries("anne")
    small = draft.commitment()
    draft.commit()
    draft.entries("anne", "bruno")
    draft.commit()
    draft.commit(**small)
    draft.create()
    draft.set_trustees()
    draft.receive(draft.entries("anne", "bruno"))
    assert draft.seal().credentials == 4


def test_the_greatest_revision_of_a_commitment_is_the_last_word(draft):
    draft.create()
    draft.set_trustees()
    draft.receive(draft.entries("anne"))
    larger = {**draft.commitment(), "count": 99, "digest": "0" * 64}
    for revision, changes in ((1, larger), (3, {}), (2, larger)):
        draft.commit(revision=revision, **changes)
    assert draft.seal().credentials == 2


def test_two_commitments_to_the_same_number(draft):
    draft.entries("anne")
    draft.commit()
    refused(draft, draft.commit, digest="0" * 64)


def test_the_published_list_is_sorted_with_spares_and_without_holders(urn):
    with urn.database.reading() as session:
        published = chain.objects_of(session, urn.uuid, EventType.SETUP)[2]
    points = json.loads(published)
    assert points == sorted(public_credential(secret) for secret in urn.secrets.values())
    assert all(holder_of(name) not in published for name, _ in urn.secrets)
