"""The key ceremony by command: each holder's device over HTTP, the real gateway, and the ballot box with its database.

Everything that the devices send is recorded: neither a private key nor an activation code is in it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from deploy.holder import trustee
from deploy.holder.keys import key_file
from deploy.operator.command import command as operator_command
from services.ballot.tally import tallying
from services.runtime.refusals import Refusal
from tests.unit.gateway.conftest import OPERATOR_TOKEN
from tests.unit.gateway.key_portal import Portal, assert_never_sent, portal_of, recorded

MEMBERS = {
    "ines": "president",
    "karim": "secretary",
    "delia": "delegate",
    "dario": "delegate",
    "dunya": "delegate",
    "sami": "substitute",
}
OPENING = [
    *("--administration", "ines@x.example", "--administration", "karim@x.example"),
    *("--delegate", "delia@x.example", "--delegate", "dario@x.example", "--delegate", "dunya@x.example"),
    *("--substitute", "sami@x.example=delia@x.example"),
]


def code(name: str) -> str:
    """An activation code that nobody else knows."""
    return f"le phare de {name} tourne"


@pytest.fixture
def portal(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Portal]:
    """A ballot box on an empty database."""
    with portal_of(MEMBERS, tmp_path, tmp_path_factory, monkeypatch) as made:
        yield made


@pytest.fixture
def url(app: Flask, portal: Portal) -> Iterator[str]:
    """The gateway's address."""
    with recorded(app, portal) as address:
        yield address


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The codes are stretched less: how much is another test's matter."""
    monkeypatch.setattr(key_file, "OPERATIONS", 1)
    monkeypatch.setattr(key_file, "MEMORY", 8192)


def opened(url: str, *more: str) -> Result:
    environment = {"COLUMNS": "200", "ISOLOIR_TOKEN": OPERATOR_TOKEN}
    arguments = ["--url", url, "ceremony", "open", *OPENING, "--threshold", "2", *more]
    return CliRunner(env=environment).invoke(operator_command, arguments)


def device(url: str, name: str, folder: Path, *arguments: str, typed: str | None = None) -> Result:
    """A holder's command on a device of the holder's own, which types the activation code as often as it is asked."""
    given = [str(folder / f"{name}.key") if argument == "FILE" else argument for argument in arguments]
    environment = {"COLUMNS": "200", "ISOLOIR_TOKEN": f"iso_{name}"}
    lines = f"{code(name) if typed is None else typed}\n" * 2
    return CliRunner(env=environment).invoke(trustee.command, [*given, "--url", url], input=lines)


def all_keys(url: str, folder: Path, *but: str) -> dict[str, Result]:
    """Everybody comes in turn until nobody can do more; the last word of each."""
    last: dict[str, Result] = {}
    for _turn in range(4):
        for name in MEMBERS:
            if name not in but:
                last[name] = device(url, name, folder, "make-key", "FILE", "--no-wait")
                assert last[name].exit_code == 0, last[name].output
    return last


def test_keys_made_on_six_devices_open_two_urns_and_never_leave_them(url: str, portal: Portal, tmp_path: Path) -> None:
    assert opened(url).exit_code == 0
    last = all_keys(url, tmp_path)
    assert "Toutes les clés sont faites et essayées" in last["sami"].output
    read = {line for one in last.values() for line in one.output.splitlines() if line.startswith("Empreinte")}
    assert len(read) <= 1
    status = device(url, "delia", tmp_path, "status")
    assert "Toutes les clés sont faites et essayées" in status.output

    first, second = portal.sealed_urn([0, 0, None]), portal.sealed_urn([1, 2])
    counted = ["--ballots", "S1=3", "--ballots", "S2=2"]
    for name in ("karim", "dario"):
        result = device(url, name, tmp_path, "decrypt-all", "FILE", *counted)
        assert result.exit_code == 0, result.output
        assert result.output.count("reçue. Parts reçues") == 2
    # Delia has lost her device: her substitute decrypts, once the board has said so.
    refused = device(url, "sami", tmp_path, "decrypt-all", "FILE", *counted)
    assert "R211-545" in refused.output
    assert device(url, "sami", tmp_path, "replace", "6", "--reason", "Appareil perdu").exit_code == 1
    assert device(url, "ines", tmp_path, "replace", "6", "--reason", "Appareil perdu").exit_code == 0
    assert device(url, "sami", tmp_path, "decrypt-all", "FILE", *counted).output.count("Parts reçues") == 2
    assert "déjà reçue" in device(url, "sami", tmp_path, "decrypt-all", "FILE", *counted).output
    assert (
        "compte 3 bulletin(s), et non 9"
        in device(url, "dunya", tmp_path, "decrypt-all", "FILE", "--ballots", "S1=9", "--ballots", "S2=2").output
    )
    database = portal.bus.resources["ballot"].database
    assert tallying.publish_result(database, first.uuid).raw == '{"result":[[1,2,0,0]]}'
    assert tallying.publish_result(database, second.uuid).raw == '{"result":[[0,0,1,1]]}'

    everything = b"\n".join(portal.wire) + (tmp_path / "ballot.sqlite").read_bytes()
    assert b"bring-key-message" in everything
    assert b"bring-share" in everything
    for name in MEMBERS:
        assert_never_sent(everything, tmp_path / f"{name}.key", code(name))


def test_a_holder_who_cannot_decrypt_is_named_and_the_election_is_not_sealed(
    url: str, portal: Portal, tmp_path: Path
) -> None:
    opened(url)
    for name in (*MEMBERS, *MEMBERS, "dunya"):
        device(url, name, tmp_path, "make-key", "FILE", "--no-wait")
    # The device of one of them breaks before the trial.
    (tmp_path / "dunya.key").unlink()
    last = all_keys(url, tmp_path, "dunya")
    assert "On attend l’essai de la clé de : Dunya." in last["ines"].output
    assert "sur un autre appareil" in device(url, "dunya", tmp_path, "make-key", "FILE", "--no-wait").output
    with pytest.raises(Refusal) as refused:
        portal.sealed_urn([0])
    assert refused.value.details == {"names": "Dunya"}


def test_a_list_of_holders_against_the_law_is_refused_with_its_article(url: str, portal: Portal) -> None:
    environment = {"COLUMNS": "200", "ISOLOIR_TOKEN": OPERATOR_TOKEN}
    refused = CliRunner(env=environment).invoke(
        operator_command, ["--url", url, "ceremony", "open", *OPENING[:10], "--threshold", "2"]
    )
    assert refused.exit_code == 1
    assert "R211-545" in refused.output
    assert "3 sur 5" in refused.output
    stranger = CliRunner(env=environment).invoke(
        operator_command, ["--url", url, "ceremony", "open", *OPENING, "--delegate", "x@x.example", "--threshold", "2"]
    )
    assert "x@x.example n’est pas le compte d’un membre du bureau" in stranger.output
    assert portal.call("ballot", "health", {})["database"] == "ok"


def test_a_device_that_was_interrupted_goes_on_where_it_was(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(url)
    for _turn in range(2):
        for name in MEMBERS:
            device(url, name, tmp_path, "make-key", "FILE", "--no-wait")
    # The portal has the key of one of them, and the answer is lost; the file had it first.
    from deploy.holder.keys.portal import HolderPortal

    real = HolderPortal.bring

    def lost(self: HolderPortal, ceremony: Any, owner: int, step: str, content: str) -> None:
        real(self, ceremony, owner, step, content)
        raise ConnectionError

    monkeypatch.setattr(HolderPortal, "bring", lost)
    assert isinstance(device(url, "dario", tmp_path, "make-key", "FILE", "--no-wait").exception, ConnectionError)
    monkeypatch.undo()
    monkeypatch.setattr(key_file, "OPERATIONS", 1)
    monkeypatch.setattr(key_file, "MEMORY", 8192)
    assert "Toutes les clés" in all_keys(url, tmp_path)["sami"].output
    # One's own code, one's own file, one's own ceremony.
    wrong = device(url, "dario", tmp_path, "make-key", "FILE", "--no-wait", typed="un autre code que le sien")
    assert "ne s’ouvre pas avec ce code" in wrong.output
    assert opened(url, "--restart", "--yes").exit_code == 0
    assert "d’une autre cérémonie" in device(url, "dario", tmp_path, "make-key", "FILE", "--no-wait").output


def test_without_a_personal_token_nobody_acts_for_a_holder(url: str, tmp_path: Path) -> None:
    opened(url)
    environment = {"ISOLOIR_TOKEN": OPERATOR_TOKEN}
    made = ["make-key", str(tmp_path / "x.key"), "--no-wait", "--url", url]
    result = CliRunner(env=environment).invoke(trustee.command, made, input=f"{code('x')}\n" * 2)
    assert "Aucune clé de cette cérémonie n’est la vôtre" in result.output
    assert not (tmp_path / "x.key").exists()
