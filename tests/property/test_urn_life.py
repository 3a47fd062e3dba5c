"""The urn through votes, votes again, repetitions, re-issues and the closing in any order, with and without re-voting.

No path counts two ballots of one voter, none loses one that was acknowledged, and where voters may vote again the last of
each counts. What is drawn is held against a model of three lines; in the end the verifier says the same of the archive.
"""

import io
import json
import tempfile
import uuid
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from services.ballot.belenios import tally
from services.ballot.belenios.checking.verify import verify_archive
from services.ballot.belenios.keys.trustees import make_trustees, single_key
from services.ballot.elections import closing
from services.ballot.integrity import chain_check
from services.ballot.records import archive_pages
from services.ballot.tally import tallying
from services.ballot.urn import activation, attendance, chain, trackers
from services.reassort.contract.events import CredentialExchange
from services.runtime.refusals import Refusal
from tests.servers.databases import MigratedDatabases
from tests.unit.ballot.urn import AFTER, DURING, Urn, holder_of

TEMPLATE = Path(tempfile.mkdtemp())
NAMES = ("anne", "bruno", "chloé")
SECRET, KEY = single_key()
TRUSTEES = make_trustees([("Single", KEY)])


class UrnLife(RuleBasedStateMachine):
    """Three voters with one spare each. `cast`: every acknowledged ballot; `last`: the one of each voter that counts."""

    @initialize(revoting=st.booleans())
    def begin(self, revoting):
        self.folder = tempfile.TemporaryDirectory()
        migrated = MigratedDatabases("ballot", TEMPLATE, lambda: 0)
        self.kept = migrated.fresh("sqlite", Path(self.folder.name))
        self.urn = Urn(self.kept.__enter__(), TRUSTEES).sealed(*NAMES, revoting=revoting)
        self.revoting, self.closed, self.told = revoting, False, set()
        self.rank = dict.fromkeys(NAMES, 0)
        self.cast, self.last = {}, {}

    @rule(name=st.sampled_from(NAMES), choice=st.sampled_from([0, 1, 2, None]), rank=st.integers(0, 1))
    def vote(self, name, choice, rank):
        raw = self.urn.ballot(name, choice, rank=rank)
        allowed = not self.closed and rank == self.rank[name] and (self.revoting or name not in self.last)
        try:
            receipt = self.urn.cast(self.urn.permit(name), raw)
        except Refusal:
            assert not allowed
        else:
            assert allowed
            self.cast[raw] = (name, choice, receipt)
            self.last[name] = raw

    @precondition(lambda self: self.cast)
    @rule(data=st.data())
    def send_again(self, data):
        raw = data.draw(st.sampled_from(list(self.cast)))
        name, _choice, receipt = self.cast[raw]
        assert self.urn.cast(self.urn.permit(name), raw) == receipt
        other = next(one for one in NAMES if one != name)
        with pytest.raises(Refusal):
            self.urn.cast(self.urn.permit(other), raw)

    @rule(name=st.sampled_from(NAMES))
    def reissue(self, name):
        """The spare takes the place of the code, but where its voter has voted."""
        if self.rank[name]:
            return
        own, spare = (json.loads(self.urn.ballot(name, 0, rank=rank))["credential"] for rank in (0, 1))
        exchange = CredentialExchange(election=self.urn.uuid, holder=holder_of(name), retired=own, spare=spare)
        with self.urn.database.transaction() as session:
            activation.activate(session, str(uuid.uuid4()), [exchange], AFTER if self.closed else DURING)
        self.rank[name] = int(not self.closed and name not in self.last)

    @rule()
    def tell(self):
        with self.urn.database.transaction() as session:
            attendance.cut(session, self.urn.uuid, attendance.Rhythm(DURING - DURING, 1), DURING)

    @precondition(lambda self: not self.closed and len(self.cast) > 2)
    @rule()
    def close(self):
        with self.urn.database.transaction() as session:
            closing.close(session, self.urn.uuid, "fin", AFTER)
        self.closed = True

    @invariant()
    def one_ballot_of_each_counts(self):
        if not hasattr(self, "urn"):
            return
        with self.urn.database.reading() as session:
            assert chain.ballot_count(session, self.urn.uuid) == len(self.cast)
            assert chain.counted(session, self.urn.uuid) == len(self.last)
            counted = list(tallying.counted_ballots(session, self.urn.uuid))
            for raw, (_name, _choice, receipt) in self.cast.items():
                there = trackers.find(session, self.urn.uuid, receipt.tracker)
                assert (there.height, there.replaced) == (receipt.height, raw not in self.last.values())
        assert sorted(counted) == sorted(self.last.values())

    def teardown(self):
        if not hasattr(self, "urn"):
            return
        try:
            self._finish()
        finally:
            self.kept.__exit__(None, None, None)
            self.folder.cleanup()

    def _finish(self):
        uuid_ = self.urn.uuid
        with self.urn.database.transaction() as session:
            closing.close(session, uuid_, "fin", AFTER)
        with self.urn.database.transaction() as session:
            attendance.cut(session, uuid_, attendance.Rhythm(DURING - DURING, 1), AFTER)
        tallying.add_up(self.urn.database, uuid_)
        with self.urn.database.reading() as session:
            encrypted = tallying.stored_tally(session, uuid_)
            assert chain_check.differences(session, uuid_, lambda done, total: None) == []
            told = [one for batch in range(9) for one in attendance.part_of(session, batch, 0).holders]
        assert sorted(told) == sorted(map(holder_of, self.last))
        share = tally.partial_decryption(encrypted.files.election, encrypted.raw, SECRET)
        tallying.submit_partial_decryption(self.urn.database, uuid_, 1, share)
        counts = json.loads(tallying.publish_result(self.urn.database, uuid_).raw)["result"][0]
        chosen = [self.cast[raw][1] for raw in self.last.values()]
        assert counts == [chosen.count(None), *(chosen.count(place) for place in range(3))]
        report = verify_archive(io.BytesIO(self._archive()), processes=1)
        assert report.finished, report.fault
        assert (report.ballots, report.replaced) == (len(self.cast), len(self.cast) - len(self.last))

    def _archive(self):
        parts, page = [], None
        while page is None or not page.complete:
            with self.urn.database.reading() as session:
                place = archive_pages.Place() if page is None else page.end
                page = archive_pages.page_of(session, self.urn.uuid, place)
            parts.append(page.data)
        return b"".join(parts)


@pytest.mark.timeout(600)
def test_no_path_counts_two_ballots_of_a_voter_and_none_loses_one():
    run_state_machine_as_test(UrnLife, settings=settings(max_examples=10, stateful_step_count=14, deadline=None))
