"""`isoloir operator archive-all`: all that is kept, for anybody's tools, and nothing of a person in clear (E11)."""

import hashlib
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pyrage
import pytest
from click.testing import CliRunner, Result

from deploy.operator.command import command
from deploy.production.erasure.kept_archive import read
from services.ballot.belenios.checking.verify import verify_archive
from services.runtime.integrity import software
from tests.unit.observer.portal import Recorded, Shown, at, served
from tests.vectors.samples import LISTS, Sample, bits, sample


@pytest.fixture(scope="module")
def finished() -> Sample:
    return sample(LISTS, voters=12)


@pytest.fixture(scope="module")
def archive(finished: Sample) -> bytes:
    return finished.finished([finished.ballot(voter, bits(LISTS, voter)) for voter in range(3)])


@pytest.fixture
def shown(archive: bytes) -> Shown:
    urn = Recorded((0, 0))
    made = Shown(urn.uuid, archive, [urn.head(0, 0, at(8))], urn.file([]), urn.sealing())
    made.documents = {"record": {"format": "isoloir-record-facts"}, "result": {"result": "[[1,1,1]]"}}
    return made


@pytest.fixture
def address(shown: Shown) -> Iterator[str]:
    with served(shown) as made:
        yield made


@pytest.fixture
def personal(tmp_path: Path) -> Path:
    folder = tmp_path / "bases"
    folder.mkdir()
    (folder / "identity.sql").write_text("INSERT INTO voters VALUES ('Ondine Quetzalcoatlus');")
    return folder


def run(address: str, *options: object) -> Result:
    arguments = ["--url", address, "archive-all", *(str(one) for one in options)]
    return CliRunner(env={"COLUMNS": "200", "ISOLOIR_TOKEN": "none"}).invoke(command, arguments)


def test_all_is_in_one_file_and_anybody_checks_it(
    address: str, shown: Shown, archive: bytes, personal: Path, tmp_path: Path
) -> None:
    key = pyrage.x25519.Identity.generate()
    target = tmp_path / "vote.tar"
    documents = tmp_path / "professions"
    documents.mkdir()
    (documents / "liste-a.txt").write_text("Votez pour nous.")
    made = run(
        address, "--to", target, "--sealed", personal, "--recipient", key.to_public(), "--public", documents
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    assert made.output.rstrip().splitlines()[-1].startswith("Ensuite : copiez vote.tar")
    assert b"Quetzalcoatlus" not in target.read_bytes()
    folder = tmp_path / "opened"
    with tarfile.open(target) as tar:
        tar.extractall(folder, filter="data")
    sums = (folder / "SHA256SUMS").read_text()
    listed = dict(reversed(line.split("  ", 1)) for line in sums.splitlines())
    files = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
    assert set(listed) == files - {"SHA256SUMS"}
    assert all(hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest for name, digest in listed.items())
    # The digest that the record of the archiving names stands for all of it.
    assert hashlib.sha256(sums.encode()).hexdigest() in made.output
    uuid = shown.uuid
    kinds = ("bel", "heads.jsonl", "register.jsonl", "sealing.json", "record.json", "result.json")
    assert {f"scrutins/{uuid}.{kind}" for kind in kinds} <= files
    assert (folder / f"scrutins/{uuid}.bel").read_bytes() == archive
    assert verify_archive(folder / f"scrutins/{uuid}.bel", processes=1).finished
    sources = {name for name in software.manifest() if "/" in name}
    assert {f"logiciel/{name}" for name in sources} <= files
    assert "library click " in (folder / "logiciel/bibliotheques.txt").read_text()
    assert (folder / "documents/professions/liste-a.txt").read_text() == "Votez pour nous."
    opened = pyrage.decrypt((folder / "scelle/bases/identity.sql.age").read_bytes(), [key])
    assert opened == (personal / "identity.sql").read_bytes()
    manifest = json.loads((folder / "manifest.json").read_text())
    assert next(one["ballots"] for one in manifest["files"] if one["name"].endswith(".bel")) == 3
    page = (folder / "LISEZ-MOI.txt").read_text()
    assert "sha256sum --check SHA256SUMS" in page
    assert "belenios-tool election verify" in page
    assert "3 bulletin(s), urne et résultat vérifiés" in page


def test_the_public_part_alone_says_that_it_does_not_suffice(address: str, tmp_path: Path) -> None:
    target = tmp_path / "public.tar"
    assert run(address, "--to", target, "--public-only").exit_code == 0
    with tarfile.open(target) as tar:
        page = tar.extractfile("LISEZ-MOI.txt")
        assert page is not None
        assert "Elle ne suffit pas à l'article R211-580" in page.read().decode()
    again = run(address, "--to", target, "--public-only")
    assert (again.exit_code, "existe déjà" in again.output) == (1, True)


def test_a_vote_that_was_stopped_is_kept_with_the_reason_and_read_again_before_it_is_erased(
    address: str, shown: Shown, finished: Sample, archive: bytes, personal: Path, tmp_path: Path
) -> None:
    key, target = pyrage.x25519.Identity.generate().to_public(), tmp_path / "vote.tar"

    def archived(why: str = "Vote annulé\npar jugement", uuid: str = shown.uuid) -> Result:
        return run(
            address, "--to", target, "--sealed", personal, "--recipient", key, "--without-result", uuid, why
        )  # fmt: skip

    for said, wrong in (
        ("retirez --without-result", archived()),
        ("n'est pas un scrutin en ligne de ce vote", archived(uuid="A" * 14)),
        ("le motif, entre guillemets", archived(" ")),
    ):
        assert (wrong.exit_code, said in wrong.output) == (1, True), wrong.output
    shown.archive = finished.begin() + finished.writer.ballot(finished.ballot(0, bits(LISTS, 0)))
    assert "l'urne n'est pas fermée" in archived().output
    assert not target.exists()
    shown.archive = finished.urn([finished.ballot(0, bits(LISTS, 0))])
    shown.documents.clear()
    made = archived()
    assert made.exit_code == 0, made.output
    assert "1 bulletin(s), urne vérifiée, SANS RÉSULTAT : Vote annulé par jugement" in made.output
    with tarfile.open(target) as tar:
        names = [name for name in tar.getnames() if name.startswith("scrutins/")]
        page = tar.extractfile("LISEZ-MOI.txt")
        assert page is not None
        assert "SANS RÉSULTAT : Vote annulé par jugement" in page.read().decode()
    assert not [name for name in names if "record" in name or "result" in name]
    (urn,) = read(target, processes=1).urns
    assert (urn.ballots, urn.name.endswith("(sans résultat : Vote annulé par jugement)")) == (1, True)


def test_nothing_is_written_that_is_not_whole(
    address: str, shown: Shown, finished: Sample, archive: bytes, personal: Path, tmp_path: Path
) -> None:
    target = tmp_path / "vote.tar"

    def refused(*options: object) -> str:
        result = run(address, "--to", target, *options)
        assert result.exit_code == 1, result.output
        assert not list(tmp_path.glob("vote.tar*"))
        return result.output

    assert "--sealed DOSSIER" in refused()
    assert "clé publique age" in refused("--sealed", personal, "--recipient", "age1false")
    shown.archive = archive[:-100]
    assert "a un défaut" in refused("--public-only")
    shown.archive = finished.urn([finished.ballot(0, bits(LISTS, 0))])
    assert "n'a pas de résultat" in refused("--public-only")
    shown.archive = archive
    del shown.documents["result"]
    assert "le résultat n'est pas publié" in refused("--public-only")
