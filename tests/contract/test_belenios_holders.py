"""An election of ours whose holders use belenios-tool, and one of our keys that the tool opens (E3, E9)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.ballot.belenios import tally, trial
from services.ballot.belenios.canonical import loads
from services.ballot.belenios.checking import archive
from services.ballot.belenios.checking.verify import verify_archive
from services.ballot.belenios.keys import pedersen
from services.runtime.storage.database import Database
from tests.contract.conftest import Tool
from tests.servers.databases import MigratedDatabases
from tests.unit.ballot.test_ceremony import BOARD, Devices, ready
from tests.unit.ballot.test_life_cycle import archive_of, close, encrypted_tally, publish, submit
from tests.unit.ballot.urn import Urn
from tests.vectors.samples import TIMESTAMP

STEP = ("setup", "generate-trustee-key-threshold", "--group", "Ed25519")


@pytest.fixture
def database(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with MigratedDatabases("ballot", tmp_path_factory.mktemp("ballot"), lambda: 0).fresh("sqlite", tmp_path) as made:
        yield made


class ToolHolders(Devices):
    """Holders who make and try their keys with belenios-tool; Isoloir carries their messages."""

    def __init__(self, database: Database, tool: Tool, folder: Path) -> None:
        super().__init__(database)
        self.tool, self.folder = tool, folder
        self.seeds = dict.fromkeys(range(1, len(BOARD) + 1), "")

    def certificate(self, owner: int) -> str:
        group = self.group(owner)
        index = owner if owner <= 2 else owner - 2
        before = set(self.folder.glob("*.key"))
        self.tool(*STEP, "--step", "1", "--threshold-context", f"{index}/{group.threshold}/{group.size}")
        [key] = set(self.folder.glob("*.key")) - before
        key.rename(self.folder / f"holder{owner}.seed")
        self.seeds[owner] = (self.folder / f"holder{owner}.seed").read_text().strip()
        return key.with_suffix(".cert").read_text().strip()

    def certificates(self, owner: int) -> tuple[str, ...]:
        group = self.group(owner)
        (self.folder / "certs.jsons").write_text("".join(f"{one}\n" for one in group.certificates))
        index = owner if owner <= 2 else owner - 2
        context = f"{index}/{group.threshold}/{group.size}"
        return (*STEP, "--certs", "certs.jsons", "--threshold-context", context, "--key", f"holder{owner}.seed")

    def polynomial(self, owner: int) -> str:
        return self.tool(*self.certificates(owner), "--step", "3").stdout.strip()

    def output(self, owner: int) -> str:
        [given] = [one.text for one in self.look(owner).inputs if one.owner == owner]
        made = self.tool(*self.certificates(owner), "--step", "5", stdin=given).stdout.strip()
        self.secrets[owner] = pedersen.open_decryption_key(self.seeds[owner], self.group(owner).certificates, made)
        (self.folder / f"holder{owner}.dkey").write_text(loads(made)["private_key"])
        return made

    def trial(self, owner: int) -> str:
        mock, trustees = trial.trial_of(self.look().public_key), self.look().trustees
        writer = archive.ArchiveWriter(TIMESTAMP)
        credentials = archive.make_public_credentials([self.look().public_key])
        sized = tally.sized_encrypted_tally(sum(trial.COUNTS), mock.encrypted_tally)
        content = writer.beginning() + writer.setup(mock.election.raw, trustees, credentials)
        content += writer.end_ballots() + writer.encrypted_tally(mock.encrypted_tally, sized)
        return decrypted(self.tool, self.folder / f"{mock.election.uuid}.bel", content, owner)


def decrypted(tool: Tool, path: Path, content: bytes, owner: int) -> str:
    """The tool's share of what an archive has added up, with the key files of a holder beside it."""
    path.write_bytes(content)
    try:
        said = tool(
            *("election", "decrypt-threshold", "--key", f"holder{owner}.seed"),
            *("--decryption-key", f"holder{owner}.dkey", "--trustee-id", str(owner)),
        )
    finally:
        path.unlink()
    return str(said.stdout.splitlines()[0])


def voted(urn: Urn) -> Urn:
    urn.seal()
    for name, choice in (("anne", 0), ("bruno", 1), ("chloé", None)):
        urn.vote(name, choice)
    close(urn)
    encrypted_tally(urn)
    return urn


def opened(urn: Urn, tool: Tool, folder: Path) -> None:
    assert publish(urn).raw == '{"result":[[1,1,1,0]]}'
    content = archive_of(urn)
    assert verify_archive(io.BytesIO(content), processes=1).finished
    (folder / f"{urn.uuid}.bel").write_bytes(content)
    assert "all checks passed" in tool("election", "verify").stderr


def test_keys_made_by_the_tool_run_an_election_of_ours_and_open_it(
    tool: Tool, database: Database, tmp_path: Path
) -> None:
    holders = ToolHolders(database, tool, tmp_path).open()
    urn = ready(database, "anne", "bruno", "chloé")
    holders.made()
    holders.all("trial")
    assert holders.look().step == "complete"
    voted(urn)
    content = archive_of(urn)
    for owner in (2, 4):
        submit(urn, owner, decrypted(tool, tmp_path / f"{urn.uuid}.bel", content, owner))
    # One who made his key with the tool may as well decrypt with ours.
    encrypted = encrypted_tally(urn)
    submit(urn, 5, tally.partial_decryption(encrypted.files.election, encrypted.raw, holders.secrets[5]))
    opened(urn, tool, tmp_path)


def test_keys_made_by_ours_are_opened_by_the_tool(tool: Tool, database: Database, tmp_path: Path) -> None:
    holders = Devices(database).open()
    urn = ready(database, "anne", "bruno", "chloé")
    made: dict[int, str] = {}
    real = holders.output

    def output(owner: int) -> str:
        made[owner] = real(owner)
        return made[owner]

    holders.output = output
    holders.made()
    holders.all("trial")
    voted(urn)
    content = archive_of(urn)
    for owner in (1, 3, 4):
        (tmp_path / f"holder{owner}.seed").write_text(holders.seeds[owner])
        (tmp_path / f"holder{owner}.dkey").write_text(loads(made[owner])["private_key"])
        submit(urn, owner, decrypted(tool, tmp_path / f"{urn.uuid}.bel", content, owner))
    opened(urn, tool, tmp_path)
