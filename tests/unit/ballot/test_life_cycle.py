"""From an empty database to an archive that the verifier accepts."""

import io
import json

import pytest
from sqlalchemy import select

from services.ballot.belenios import tally
from services.ballot.belenios.checking import archive
from services.ballot.belenios.checking.verify import verify_archive
from services.ballot.elections import closing, credentials
from services.ballot.models import ChainObject, ChainObjectPart
from services.ballot.records import archive_pages
from services.ballot.tally import tallying
from services.ballot.urn import trackers
from services.runtime.jobs.job_queue import LeaseLost
from services.runtime.refusals import Refusal
from tests.unit.ballot.urn import AFTER, BEFORE, DURING, holder_of


def refusal_of(urn, action, *arguments):
    before = urn.snapshot()
    with pytest.raises(Refusal) as caught:
        action(*arguments)
    assert urn.snapshot() == before
    return caught.value


def close(urn, now=AFTER, reason="fin du scrutin"):
    with urn.database.transaction() as session:
        return closing.close(session, urn.uuid, reason, now)


def encrypted_tally(urn):
    """The encrypted tally, added up first where it is not yet."""
    tallying.add_up(urn.database, urn.uuid)
    with urn.database.reading() as session:
        return tallying.stored_tally(session, urn.uuid)


def decryption(urn, board, owner):
    encrypted = encrypted_tally(urn)
    return tally.partial_decryption(encrypted.files.election, encrypted.raw, board[1][owner])


def submit(urn, owner, raw):
    return tallying.submit_partial_decryption(urn.database, urn.uuid, owner, raw)


def publish(urn):
    return tallying.publish_result(urn.database, urn.uuid)


def pages_of(urn):
    """The archive in pages, each continuing the one before."""
    place, head, complete = archive_pages.Place(), None, False
    while not complete:
        with urn.database.reading() as session:
            page = archive_pages.page_of(session, urn.uuid, place)
        assert page.before == head
        place, head, complete = page.end, page.head, page.complete
        yield page.data


def archive_of(urn):
    return b"".join(pages_of(urn))


def verified(urn):
    report = verify_archive(io.BytesIO(archive_of(urn)), processes=1)
    assert report.ok, report
    return report


def test_a_whole_election(draft, board):
    names = [f"voter {number}" for number in range(7)]
    draft.sealed(*names)
    verified(draft)
    for name, choice in zip(names, [0, 0, 1, None, 0, 2], strict=False):
        draft.vote(name, choice)
    verified(draft)
    assert refusal_of(draft, encrypted_tally, draft).code == "election_not_closed"
    assert refusal_of(draft, publish, draft).code == "election_not_closed"

    assert close(draft).ballots == 6
    assert draft.describe(AFTER).state == "closed"
    assert refusal_of(draft, publish, draft).code == "decryptions_missing"
    encrypted = encrypted_tally(draft)
    before = draft.snapshot()
    assert encrypted_tally(draft) == encrypted
    assert draft.snapshot() == before
    assert json.loads(encrypted.sized)["num_tallied"] == 6
    assert draft.describe(AFTER).state == "tallied"

    assert submit(draft, 2, decryption(draft, board, 2)) == [2]
    assert submit(draft, 5, decryption(draft, board, 5)) == [2, 5]
    assert refusal_of(draft, publish, draft).details == {"received": [2, 5]}
    assert submit(draft, 3, decryption(draft, board, 3)) == [2, 3, 5]
    verified(draft)

    result = publish(draft)
    assert json.loads(result.raw) == {"result": [[1, 3, 1, 1]]}
    assert result.ballots == 6
    described = draft.describe(AFTER)
    assert (described.state, described.result) == ("published", result.raw)
    before = draft.snapshot()
    assert publish(draft) == result
    assert submit(draft, 4, decryption(draft, board, 4)) == [2, 3, 5]
    assert close(draft).ballots == 6
    assert draft.snapshot() == before
    verified(draft)


def test_nothing_published_names_a_holder(urn):
    urn.vote("anne")
    published = archive_of(urn)
    assert all(holder_of(name).encode() not in published for name in ("anne", "bruno", "chloé"))


def test_an_election_without_any_ballot(urn, board):
    assert close(urn).ballots == 0
    for owner in (1, 4, 5):
        submit(urn, owner, decryption(urn, board, owner))
    assert json.loads(publish(urn).raw) == {"result": [[0, 0, 0, 0]]}
    verified(urn)


def test_pages_in_a_row_are_the_archive(draft, monkeypatch):
    """At every limit: of a page, of its events, and of the pieces in which the list of credentials is kept."""
    draft.sealed("anne", "bruno", "chloé", "denis")
    for name in ("anne", "bruno", "chloé"):
        draft.vote(name)
    close(draft)
    whole = archive_of(draft)
    assert whole.startswith(b"BELENIOS\0")
    for limit, value in (("MOST_EVENTS", 1), ("MOST_EVENTS", 2), ("PAGE_SIZE", 1)):
        with monkeypatch.context() as patch:
            patch.setattr(archive_pages, limit, value)
            pages = list(pages_of(draft))
        assert b"".join(pages) == whole
        assert len(pages) >= 3
    # In whatever place a copy was broken off.
    for skip in (1, 511, 1024, 3000):
        with draft.database.reading() as session:
            page = archive_pages.page_of(session, draft.uuid, archive_pages.Place(-1, skip))
        assert whole[skip:].startswith(page.data)


def test_a_long_list_of_credentials_is_kept_and_handed_out_in_pieces(draft, board, monkeypatch):
    """What 1.2 million voters need, with limits lowered: nothing ever holds the list as one text."""
    monkeypatch.setattr(credentials, "PAGE", 3)
    monkeypatch.setattr(archive_pages, "PAGE_SIZE", 500)
    names = [f"voter {number}" for number in range(7)]
    draft.sealed(*names)
    draft.vote(names[0])
    with draft.database.reading() as session:
        kept = session.execute(select(ChainObjectPart.part, ChainObjectPart.data)).all()
        beginning = session.scalars(select(ChainObject.data).where(ChainObject.position == 2)).one()
    listed = sorted(entry["credential"] for entry in draft.entries(*names))
    assert len(listed) == 14
    assert beginning + "".join(row.data for row in kept) == archive.make_public_credentials(listed)
    assert len(kept) == 4
    pages = list(pages_of(draft))
    assert len(pages) > 4
    assert all(archive.make_public_credentials(listed).encode() not in page for page in pages)
    report = verify_archive(io.BytesIO(b"".join(pages)), processes=1)
    assert (report.ok, report.credentials, report.ballots) == (True, 14, 1)


def test_a_list_that_nobody_could_verify_is_not_sealed(draft, monkeypatch):
    draft.create()
    draft.set_trustees()
    draft.receive(draft.entries("anne", "bruno"))
    draft.commit()
    monkeypatch.setattr("services.ballot.belenios.keys.public_credentials.MOST_CREDENTIALS", 3)
    refusal = refusal_of(draft, draft.seal)
    assert (refusal.code, refusal.details) == ("too_many_credentials", {"limit": 3, "received": 4})


def test_credentials_that_come_while_sealing_stop_it(draft, monkeypatch):
    draft.create()
    draft.set_trustees()
    draft.receive(draft.entries("anne"))
    draft.commit()
    complete = credentials.complete_list

    def then_one_more(*given):
        listed = complete(*given)
        draft.receive(draft.entries("bruno"))
        return listed

    monkeypatch.setattr(credentials, "complete_list", then_one_more)
    with pytest.raises(Refusal, match="credentials_incomplete"):
        draft.seal()
    assert draft.describe().state == "draft"


def test_the_archive_only_grows(urn):
    urn.vote("anne")
    earlier = archive_of(urn)
    urn.vote("bruno")
    assert archive_of(urn).startswith(earlier)


def test_no_archive_of_a_draft(draft):
    def page():
        with draft.database.reading() as session:
            archive_pages.page_of(session, draft.uuid, archive_pages.Place())

    assert refusal_of(draft, page).code == "election_unknown"
    draft.create()
    assert refusal_of(draft, page).code == "election_not_open"


def test_closing_needs_an_open_election(draft):
    assert refusal_of(draft, close, draft).code == "election_unknown"
    draft.create()
    assert refusal_of(draft, close, draft).code == "election_not_open"


def test_a_sealed_election_is_not_closed_before_it_opens(urn):
    assert refusal_of(urn, close, urn, BEFORE).code == "election_not_open"


def test_closing_twice_changes_nothing(urn):
    first = close(urn)
    before = urn.snapshot()
    assert close(urn, reason="encore") == first
    assert urn.snapshot() == before


def test_what_is_due_is_closed_once(urn, draft):
    def due(now):
        with urn.database.reading() as session:
            return urn.uuid in closing.due(session, now)

    assert not due(DURING)
    assert due(AFTER)
    close(urn)
    assert not due(AFTER)


@pytest.mark.parametrize("owner", [0, 6, 99])
def test_an_owner_who_does_not_exist(urn, board, owner):
    close(urn)
    raw = decryption(urn, board, 1)
    refusal = refusal_of(urn, submit, urn, owner, raw)
    assert (refusal.code, refusal.details) == ("decryption_invalid", {"reason": "unknown-owner"})


def test_decryptions_are_checked(urn, board):
    close(urn)
    raw = decryption(urn, board, 1)
    proof = json.loads(raw)["decryption_proofs"][0][0]["response"]
    for altered in (raw.replace(proof, "7"), "{}", "", "[]", raw + " "):
        assert refusal_of(urn, submit, urn, 1, altered).code == "decryption_invalid"
    assert refusal_of(urn, submit, urn, 3, raw).details == {"reason": "bad-proof"}


def test_one_holders_decryption_is_not_anothers(urn, board):
    close(urn)
    raw = decryption(urn, board, 1)
    submit(urn, 1, raw)
    # Threshold 1: the share of holder 2 is the same, so only its being a copy tells.
    assert refusal_of(urn, submit, urn, 2, raw).details == {"reason": "copied"}
    assert submit(urn, 2, decryption(urn, board, 2)) == [1, 2]


def test_an_owners_first_decryption_counts(urn, board):
    close(urn)
    submit(urn, 1, decryption(urn, board, 1))
    before = urn.snapshot()
    assert submit(urn, 1, decryption(urn, board, 1)) == [1]
    assert urn.snapshot() == before


def test_one_group_alone_cannot_decrypt(urn, board):
    urn.vote("anne")
    close(urn)
    for owner in (3, 4, 5):
        submit(urn, owner, decryption(urn, board, owner))
    assert refusal_of(urn, publish, urn).code == "decryptions_missing"


def test_trackers_page_by_page(urn):
    given = [urn.vote(name) for name in ("anne", "bruno", "chloé")]
    with urn.database.reading() as session:
        first = trackers.page_of(session, urn.uuid, 0, 2)
        second = trackers.page_of(session, urn.uuid, first.next, 2)
    listed = [*first.trackers, *second.trackers]
    assert [(one.height, one.tracker) for one in listed] == [(one.height, one.tracker) for one in given]
    assert (first.next, second.next, first.total) == (2, None, 3)


def test_trackers_of_an_unknown_election(draft):
    with pytest.raises(Refusal) as caught, draft.database.reading() as session:
        trackers.page_of(session, draft.uuid, 0, 10)
    assert caught.value.code == "election_unknown"


def test_tally_reads_page_after_page(urn, board, monkeypatch):
    monkeypatch.setattr(tallying, "PAGE", 2)
    for name in ("anne", "bruno", "chloé"):
        urn.vote(name, 1)
    close(urn)
    for owner in (1, 3, 4):
        submit(urn, owner, decryption(urn, board, owner))
    assert json.loads(publish(urn).raw) == {"result": [[0, 0, 3, 0]]}


def test_a_tally_that_is_not_confirmed_is_not_stored(urn):
    """Two workers add up the same urn: the one that has lost the job stores nothing."""
    urn.vote("anne", 1)
    close(urn)
    before = urn.snapshot()

    def lost(_session):
        raise LeaseLost

    with pytest.raises(LeaseLost):
        tallying.add_up(urn.database, urn.uuid, confirm=lost)
    assert urn.snapshot() == before
    assert refusal_of(urn, submit, urn, 1, "{}").code == "tally_missing"


def test_adding_up_says_how_far_it_is(urn, monkeypatch):
    monkeypatch.setattr(tallying, "PAGE", 2)
    for name in ("anne", "bruno", "chloé"):
        urn.vote(name, 1)
    close(urn)
    told = []
    tallying.add_up(urn.database, urn.uuid, lambda done, total: told.append((done, total)))
    assert told == [(0, 3), (2, 3)]
