"""The verifier's page for a delegate: true to the verdict, readable, one page, accessible."""

import hashlib
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from pypdf import PdfReader

from deploy.holder import plain_report
from deploy.holder.verify import command
from services.ballot.belenios.checking.verify import verify_archive
from tests.servers import verapdf
from tests.vectors.samples import TEN, WITH_BLANK, Sample, sample

NOW = datetime(2026, 12, 10, 17, tzinfo=UTC)
SENTENCES = 7


@pytest.fixture(scope="module")
def s() -> Sample:
    return sample(WITH_BLANK, voters=3)


@pytest.fixture(scope="module")
def finished(s: Sample) -> bytes:
    return s.finished([s.ballot(0, [0, 1, 0]), s.ballot(1, [0, 1, 0]), s.ballot(2, [1, 0, 0])])


def page_of(path: Path, content: bytes, missing: tuple[str, ...] = ()) -> plain_report.Page:
    path.write_bytes(content)
    return plain_report.page(verify_archive(path), hashlib.sha256(content).hexdigest(), missing, NOW)


def answers(said: plain_report.Page) -> list[str]:
    return [answer for answer, _ in said.checks]


def test_a_finished_election_is_said_in_words_with_its_result(finished: bytes, tmp_path: Path) -> None:
    said = page_of(tmp_path / "urn.bel", finished)
    assert answers(said) == [plain_report.YES] * SENTENCES
    text = plain_report.as_text(said)
    for words in (
        "Tout est juste. Le résultat est celui des bulletins de l'urne.",
        "jeudi 10 décembre 2026 à 18h00",
        "        2  Liste A",
        "        1  Vote blanc",
        hashlib.sha256(finished).hexdigest(),
        "Ce que ce contrôle ne dit pas",
    ):
        assert words in text, words


def test_what_has_not_happened_yet_is_not_said_to_be_checked(s: Sample, tmp_path: Path) -> None:
    said = page_of(tmp_path / "urn.bel", s.begin() + s.writer.ballot(s.ballot(0, [0, 1, 0])))
    assert answers(said) == [plain_report.YES] * 3 + [plain_report.NOT_YET] * 4
    assert "pas encore de résultat" in said.verdict
    closed = page_of(tmp_path / "urn.bel", s.urn([s.ballot(0, [0, 1, 0])]))
    assert answers(closed) == [plain_report.YES] * 4 + [plain_report.NOT_YET] * 3


def test_after_a_fault_nothing_is_said_to_be_sure_and_no_result_is_shown(finished: bytes, tmp_path: Path) -> None:
    said = page_of(tmp_path / "urn.bel", finished[:-1])
    assert (said.good, said.results) == (False, ())
    assert answers(said) == [plain_report.NO] * SENTENCES
    assert said.verdict.startswith("Un défaut a été trouvé")
    assert "Vote blanc" not in plain_report.as_text(said)


def test_what_was_looked_for_and_is_not_there_is_the_verdict(finished: bytes, tmp_path: Path) -> None:
    said = page_of(tmp_path / "urn.bel", finished, ("A" * 43,))
    assert not said.good
    assert "A" * 43 in said.verdict


def test_the_page_is_one_page_and_pdf_ua(finished: bytes, tmp_path: Path) -> None:
    (tmp_path / "finished.bel").write_bytes(finished)
    ten = sample(TEN, voters=1)
    (tmp_path / "ten.bel").write_bytes(ten.finished([ten.ballot(0, [1, *[0] * 9])]))
    made = []
    for name in ("finished", "ten"):
        pdf = tmp_path / f"{name}.pdf"
        ran = CliRunner().invoke(command, [str(tmp_path / f"{name}.bel"), "--report", str(pdf), "--processes", "1"])
        assert ran.exit_code == 0, ran.output
        made.append(pdf)
        reader = PdfReader(io.BytesIO(pdf.read_bytes()))
        assert len(reader.pages) == 1
        assert "Tout est juste" in reader.pages[0].extract_text()
    try:
        found = verapdf.failures(*made)
    except verapdf.VeraPdfMissing as missing:
        pytest.skip(f"veraPDF cannot be had: {missing}")
    assert found == {"finished.pdf": [], "ten.pdf": []}
