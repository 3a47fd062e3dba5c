"""`isoloir trustee`: a holder decrypts the sum of the urn that he has verified, whatever the portal asks for."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.holder import trustee
from deploy.holder.ceremony import TrusteeKey, save_key
from deploy.operator.client import OperatorRefusal
from services.ballot.belenios.tally import check_partial_decryption
from tests.vectors.samples import WITH_BLANK, Sample, sample


class Portal:
    """What the holder's command asks of a portal: it answers with this archive, and keeps what it is sent."""

    def __init__(self, archive: bytes) -> None:
        self.archive_bytes = archive
        self.received: list[tuple[str, int, str]] = []

    def encrypted_tally(self, _election: str) -> dict[str, str]:
        return {"encrypted_tally": "[]"}

    def archive(self, _election: str) -> Iterator[bytes]:
        yield self.archive_bytes[:1000]
        yield self.archive_bytes[1000:]

    def submit_partial_decryption(self, election: str, owner: int, raw: str) -> list[int]:
        self.received.append((election, owner, raw))
        return [owner]


@pytest.fixture
def s() -> Sample:
    return sample(WITH_BLANK)


@pytest.fixture
def ballots(s: Sample) -> list[str]:
    return [s.ballot(0, [0, 1, 0]), s.ballot(1, [1, 0, 0])]


def tallied(s: Sample, ballots: list[str]) -> bytes:
    return s.urn(ballots) + s.writer.encrypted_tally(*s.tally(ballots))


def decrypt(
    monkeypatch: pytest.MonkeyPatch, folder: Path, s: Sample, portal: Portal, *more: str, owner: int = 1, key: int = 1
) -> Result:
    monkeypatch.setattr(trustee, "OperatorClient", lambda _url, _token: portal)
    path = save_key(TrusteeKey(owner, "administration", "Présidente", s.secrets[key]), folder)
    return CliRunner(env={"ISOLOIR_TOKEN": "t"}).invoke(
        trustee.command, ["decrypt", str(path), s.election.uuid, "--ballots", "2", *more]
    )


def test_the_share_of_the_verified_urn(s, ballots, monkeypatch, tmp_path) -> None:
    archive = tallied(s, ballots)
    head = s.writer.parent
    portal = Portal(archive)
    result = decrypt(monkeypatch, tmp_path, s, portal, "--head", str(head))
    assert result.exit_code == 0, result.output
    assert f"2 bulletin(s), empreinte de l'urne {head}" in result.output.replace("\n", " ").replace("  ", " ")
    [(election, owner, raw)] = portal.received
    assert (election, owner) == (s.election.uuid, 1)
    check_partial_decryption(s.election, s.trustees, 1, s.tally(ballots)[0], raw)


def test_a_portal_that_asks_for_one_ballot_gets_nothing(s, ballots, monkeypatch, tmp_path) -> None:
    one, sized = s.tally(ballots[:1])
    portal = Portal(s.urn(ballots) + s.writer.encrypted_tally(one, sized.replace('"num_tallied":1', '"num_tallied":2')))
    result = decrypt(monkeypatch, tmp_path, s, portal)
    assert result.exit_code == 1
    assert "la somme chiffrée des bulletins" in result.output
    assert portal.received == []


def test_an_urn_of_one_ballot_made_for_this_holder(s, ballots, monkeypatch, tmp_path) -> None:
    portal = Portal(tallied(s, ballots[:1]))
    result = decrypt(monkeypatch, tmp_path, s, portal)
    assert (result.exit_code, portal.received) == (1, [])
    assert "compte 1 bulletin(s), et non 2" in result.output


def test_an_urn_that_left_the_published_one(s, ballots, monkeypatch, tmp_path) -> None:
    s.begin()
    s.writer.ballot(ballots[1])
    published = str(s.writer.parent)
    portal = Portal(tallied(s, ballots))
    result = decrypt(monkeypatch, tmp_path, s, portal, "--head", published)
    assert (result.exit_code, portal.received) == (1, [])
    assert "ne prolonge pas l'empreinte donnée" in result.output


def test_an_urn_that_is_open_or_another_elections(s, ballots, monkeypatch, tmp_path) -> None:
    other = sample(WITH_BLANK, uuid="othersampLeE1e")
    elsewhere = [other.ballot(voter, [0, 1, 0]) for voter in (0, 1)]
    for archive in (s.begin() + b"".join(map(s.writer.ballot, ballots)), s.urn(ballots), tallied(other, elsewhere)):
        portal = Portal(archive)
        result = decrypt(monkeypatch, tmp_path, s, portal)
        assert (result.exit_code, portal.received) == (1, [])
        assert "n'est pas celle de ce scrutin" in result.output


def test_a_key_that_is_not_the_holders(s, ballots, monkeypatch, tmp_path) -> None:
    for owner, key in ((3, 4), (9, 1)):
        portal = Portal(tallied(s, ballots))
        result = decrypt(monkeypatch, tmp_path, s, portal, owner=owner, key=key)
        assert (result.exit_code, portal.received) == (1, [])
        assert f"n'est pas celle du porteur n° {owner}" in result.output


def test_garbage_for_an_archive(s, monkeypatch, tmp_path) -> None:
    for archive in (b"", b"\0" * 5000, b"<html>"):
        portal = Portal(archive)
        result = decrypt(monkeypatch, tmp_path, s, portal)
        assert (result.exit_code, portal.received) == (1, [])
        assert "le fichier d'archive" in result.output


def test_what_the_portal_refuses_is_said(s, ballots, monkeypatch, tmp_path) -> None:
    portal = Portal(tallied(s, ballots))

    def refuse(_election: str) -> dict[str, str]:
        raise OperatorRefusal("election_not_closed", "Le scrutin n'est pas clos.")

    portal.encrypted_tally = refuse
    result = decrypt(monkeypatch, tmp_path, s, portal)
    assert (result.exit_code, result.output) == (1, "Error: Le scrutin n'est pas clos.\n")


@pytest.mark.parametrize("content", [b"", b"\xff", b"[]", b'{"owner":1}', json.dumps({"owner": "x"}).encode()])
def test_files_that_are_no_keys(content, monkeypatch, tmp_path) -> None:
    path = tmp_path / "key.json"
    path.write_bytes(content)
    result = CliRunner(env={"ISOLOIR_TOKEN": "t"}).invoke(
        trustee.command, ["decrypt", str(path), "e", "--ballots", "2"]
    )
    assert (result.exit_code, "n'est pas une clé de porteur lisible" in result.output) == (1, True)
    if content == b"\xff":
        result = CliRunner(env={"ISOLOIR_TOKEN": "t"}).invoke(trustee.command, ["hand-over", str(path), "e"])
        assert (result.exit_code, "n'est pas un fichier de clés publiques" in result.output) == (1, True)
