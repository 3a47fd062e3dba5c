"""`pip install isoloir` without extras: what an auditor and a holder of a key need, and nothing that serves."""

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from services.ballot.belenios.checking.archive import ArchiveWriter
from tests.vectors.samples import WITH_BLANK, sample, vectors

ROOT = Path(__file__).resolve().parents[2]
SERVED = {
    "nameko",
    "kombu",
    "pika",
    "flask",
    "sqlalchemy",
    "twilio",
    "gunicorn",
    "eventlet",
    "psycopg2-binary",
    "pydantic",
}


def run(*arguments, **more):
    return subprocess.run([str(part) for part in arguments], capture_output=True, text=True, check=False, **more)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built from a copy: setuptools writes beside what it builds."""
    source = tmp_path_factory.mktemp("source")
    for folder in ("services", "gateway", "deploy", "requirements"):
        shutil.copytree(ROOT / folder, source / folder, ignore=shutil.ignore_patterns("__pycache__", "target"))
    for file in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / file, source)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    built = run(*pip, "--wheel-dir", source / "out", source)
    assert built.returncode == 0, built.stderr[-2000:]
    return next((source / "out").glob("isoloir-*.whl"))


@pytest.fixture(scope="module")
def small(wheel, tmp_path_factory):
    """The programs of an environment with the small install alone."""
    folder = tmp_path_factory.mktemp("small")
    assert run(sys.executable, "-m", "venv", folder).returncode == 0
    pip = [folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check"]
    for arguments in (["--require-hashes", "-r", ROOT / "requirements" / "holder.txt"], ["--no-deps", wheel]):
        installed = run(*pip, *arguments)
        assert installed.returncode == 0, installed.stderr[-2000:]
    return folder / "bin"


def test_nothing_that_serves_is_pulled(small):
    listed = json.loads(run(small / "pip", "list", "--format=json", "--disable-pip-version-check").stdout)
    names = {package["name"].lower() for package in listed}
    assert "isoloir" in names
    assert not names & SERVED
    assert run(small / "pip", "check").returncode == 0


def test_an_archive_is_verified(small, tmp_path):
    election = sample(WITH_BLANK)
    archive = tmp_path / f"{election.election.uuid}.bel"
    archive.write_bytes(election.finished([election.ballot(0, [0, 1, 0]), election.ballot(1, [1, 0, 0])]))
    verified = run(small / "isoloir", "verify", archive, "--processes", "1", cwd=tmp_path)
    assert verified.returncode == 0, verified.stderr
    assert "Tout est juste" in verified.stdout
    archive.write_bytes(archive.read_bytes()[:-2000])
    assert run(small / "isoloir", "verify", archive, "--processes", "1", cwd=tmp_path).returncode == 1


def test_an_opened_ballot_is_looked_at(small, tmp_path):
    opened = vectors("opened")["opened"][0]
    writer = ArchiveWriter(1_790_000_000)
    archive, file = tmp_path / "urn.bel", tmp_path / "bulletin-ouvert.json"
    archive.write_bytes(writer.beginning() + writer.setup(opened["election"], "[]", "[]"))
    file.write_text(opened["file"], encoding="utf-8")
    looked = run(small / "isoloir", "challenge", file, "--election", archive, cwd=tmp_path)
    assert looked.returncode == 0, looked.stderr
    assert "Ce bulletin contient :\n  Liste B\n" in looked.stdout


def test_commands_of_the_servers_say_what_they_need(small, tmp_path):
    listed = run(small / "isoloir", "--help", cwd=tmp_path)
    assert listed.returncode == 0, listed.stderr
    assert "isoloir[server]" in listed.stdout
    for of_holders in ("trustee", "observe"):
        assert run(small / "isoloir", of_holders, "--help", cwd=tmp_path).returncode == 0
    # The first imports its libraries when it is loaded, the second when it runs.
    for command in (["relay"], ["serve", "identity"]):
        refused = run(small / "isoloir", *command, cwd=tmp_path)
        assert refused.returncode == 1, command
        assert "isoloir[server]" in refused.stderr
        assert "Traceback" not in refused.stderr


def test_the_wheel_holds_what_the_servers_read(wheel):
    held = set(zipfile.ZipFile(wheel).namelist())
    kept = run("git", "ls-files", "services", "gateway", "deploy", cwd=ROOT)
    read = (".html", ".sql", ".md", ".svg", ".po", ".txt")
    missing = [name for name in kept.stdout.split() if name.endswith((*read, ".py")) and name not in held]
    assert missing == []
