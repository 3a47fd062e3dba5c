"""Repeated votes: taken where the election itself says so, the last one counted, an old one never brought back."""

import io
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from deploy.holder import verified_urn
from deploy.holder.verify import command
from services.ballot.belenios import revoting, tally
from services.ballot.belenios.ballot import tracker
from services.ballot.belenios.checking import archive
from services.ballot.belenios.checking.following import follow
from services.ballot.belenios.checking.verify import verify_archive
from tests.vectors.revoting import COUNTS, revoting_sample, votes
from tests.vectors.verdicts import fault_of, report_of


def test_the_last_ballot_of_each_counts() -> None:
    s = revoting_sample()
    cast = votes(s)
    report = report_of(s.finished(cast), trackers=[tracker(cast[0])])
    assert report.fault is None
    assert report.finished
    assert (report.ballots, report.replaced, report.num_tallied, report.revoting) == (6, 3, 3, True)
    assert [(one.counts, one.blank) for one in report.result] == COUNTS
    assert report.found_trackers == [tracker(cast[0])]


def test_it_is_refused_where_the_election_does_not_say_so() -> None:
    for description in (
        "Pour les tests.",
        "",
        f"{revoting.RULE} Ou pas.",
        revoting.RULE[:-1],
        revoting.RULE.replace("dernier", "premier"),
    ):
        s = revoting_sample(description)
        assert not s.election.revoting
        assert fault_of(s.finished(votes(s))) == ("ballot", "credential-used-twice")


def test_the_rule_cannot_be_brought_in_once_ballots_are_cast() -> None:
    honest, altered = revoting_sample("Pour les tests."), revoting_sample()
    assert fault_of(altered.finished(votes(honest))) == ("ballot", "wrong-election")
    assert fault_of(honest.finished(votes(altered))) == ("ballot", "wrong-election")
    # Neither can its bytes alone: the chain names the file by its hash.
    content = honest.finished(votes(honest)[:2]).replace(b"Pour les tests.", b"pour les tests.")
    assert fault_of(content) == ("archive", "wrong-hash")


@pytest.mark.parametrize("order", [[0, 0], [0, 2, 0], [0, 2, 4, 2], [0, 1, 2, 3, 4, 0]])
def test_an_old_ballot_never_comes_back(order: list[int]) -> None:
    s = revoting_sample()
    cast = votes(s)
    assert fault_of(s.finished([cast[place] for place in order])) == ("ballot", "ballot-replayed")
    report = report_of(s.urn([cast[place] for place in order]))
    # The entries before: BELENIOS, four objects and the event of Setup, two for each ballot.
    assert report.fault.entry == 7 + 2 * (len(order) - 1)


def test_a_tally_of_other_ballots_is_refused() -> None:
    s = revoting_sample()
    cast = votes(s)
    right, _ = s.tally(cast)
    replaced, everything = (tally.encrypted_tally(s.election, some) for some in (cast[:2] + cast[3:4], cast))
    for encrypted, number, fault in (
        (replaced, 3, "wrong-encrypted-tally"),
        (everything, 3, "wrong-encrypted-tally"),
        (everything, 6, "wrong-number-of-ballots"),
        (right, 6, "wrong-number-of-ballots"),
    ):
        sized = tally.sized_encrypted_tally(number, encrypted)
        assert fault_of(s.urn(cast) + s.writer.encrypted_tally(encrypted, sized)) == ("EncryptedTally", fault)


def test_many_more_ballots_than_credentials_over_processes() -> None:
    s = revoting_sample()
    cast = [s.ballot(0, [1, 0, 0], [0, 1, 0]) for _ in range(260)]
    report = verify_archive(io.BytesIO(s.finished(cast)), processes=2)
    assert report.fault is None
    assert (report.ballots, report.replaced, report.num_tallied) == (260, 259, 1)


def test_who_follows_an_urn_counts_as_who_reads_it_whole(tmp_path: Path) -> None:
    s = revoting_sample()
    cast = votes(s)
    content = s.finished(cast)
    ends = [entry.end for entry in archive.read_archive(io.BytesIO(content)) if entry.kind == "event"]
    path, checked = tmp_path / "archive.bel", None
    for end in ends:
        path.write_bytes(content[:end])
        found = follow(path, checked, processes=1)
        assert found.report.fault is None
        checked = found.checked
    assert (found.report.ballots, found.report.replaced, found.report.finished) == (6, 3, True)
    assert checked is not None
    assert sorted(checked.heights) == [0, 4, 5, 6]
    path.write_bytes(content[: ends[6]])
    seen = follow(path, None, processes=1).checked
    path.write_bytes(s.urn([*cast, cast[0]]))
    assert follow(path, seen, processes=1).report.fault.code == "ballot-replayed"


def test_the_reports_say_how_many_were_replaced(tmp_path: Path) -> None:
    s = revoting_sample()
    path = tmp_path / "urn.bel"
    path.write_bytes(s.finished(votes(s)))
    page = tmp_path / "verdict.txt"
    said = CliRunner().invoke(command, [str(path), "--report", str(page), "--processes", "1"])
    assert said.exit_code == 0, said.output
    assert "Bulletins remplacés      3 (chacun peut voter à nouveau, le dernier compte)" in said.stdout
    assert "le résultat est celui du dernier bulletin de chacun" in said.stdout
    text = page.read_text()
    assert "Bulletins remplacés par un autre du même code : 3" in text
    assert "seul le dernier bulletin d'un code compte" in text
    assert "aucun code n'a servi deux fois" not in text
    report = json.loads(CliRunner().invoke(command, [str(path), "--json", "--processes", "1"]).stdout)
    assert (report["revoting"], report["replaced"], report["num_tallied"]) == (True, 3, 3)


def test_who_looks_for_a_replaced_ballot_is_told_that_it_is_replaced(tmp_path: Path) -> None:
    s = revoting_sample()
    cast = votes(s)
    path, page = tmp_path / "urn.bel", tmp_path / "verdict.txt"
    path.write_bytes(s.finished(cast))
    first, last = tracker(cast[0]), tracker(cast[4])
    asked = ["--tracker", first, "--tracker", last, "--processes", "1"]
    said = CliRunner().invoke(command, [str(path), *asked, "--report", str(page)])
    assert said.exit_code == 0, said.output
    assert f"Bulletin présent dans l'urne, remplacé par un vote ultérieur : {first}" in said.stdout
    assert f"Bulletin présent dans l'urne : {last}" in said.stdout
    assert f"Bulletin trouvé, remplacé par un autre du même code : {first}" in page.read_text()
    assert f"Bulletin trouvé : {last}" in page.read_text()
    report = json.loads(CliRunner().invoke(command, [str(path), *asked, "--json"]).stdout)
    assert (report["found_trackers"], report["replaced_trackers"]) == ([first, last], [first])


def test_a_stream_that_cannot_be_read_twice_is_said(tmp_path: Path) -> None:
    s = revoting_sample()
    reading, writing = os.pipe()
    os.write(writing, s.urn(votes(s)[:1]))
    os.close(writing)
    with os.fdopen(reading, "rb") as stream, pytest.raises(OSError, match="must be a file"):
        verify_archive(stream, processes=1)


def test_a_holder_decrypts_the_sum_of_the_last_ballots(tmp_path: Path) -> None:
    s = revoting_sample()
    path = tmp_path / "urn.bel"
    path.write_bytes(s.finished(votes(s)))
    urn = verified_urn.verified(path, s.election.uuid, 6, [])
    assert "6 bulletin(s) dont 3 remplacé(s)" in urn.words
    with pytest.raises(verified_urn.UrnRefused, match="compte 6"):
        verified_urn.verified(path, s.election.uuid, 3, [])
