"""A bureau of five, each in a browser of his own: the key ceremony, the sealing, the tally (E3, E9).

Five members hold six keys: two of the administration, four of the delegates, of which one holds two (R211-545). All that
reaches the gateway, the bus and the ballot box is kept: neither a private key nor an activation code is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from deploy.holder import trustee
from deploy.holder.keys import key_file
from gateway.app import create_app
from gateway.pages.agents.keys import holder
from gateway.settings import Settings
from services.ballot.tally import tallying
from tests.servers.browser import windows
from tests.unit.gateway.conftest import VALUES
from tests.unit.gateway.key_portal import EVENT, Portal, assert_never_sent, portal_of, recorded

MEMBERS = {"ines": "president", "karim": "secretary", "delia": "delegate", "dario": "delegate", "dunya": "delegate"}
KEYS = ("ines", "karim", "delia", "delia", "dario", "dunya")


@pytest.fixture
def portal(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Portal]:
    """A ceremony opened for five members; codes are stretched less, which each file says."""
    for module in (key_file, holder):
        monkeypatch.setattr(module, "OPERATIONS", 1)
        monkeypatch.setattr(module, "MEMORY", 8192)
    with portal_of(MEMBERS, tmp_path, tmp_path_factory, monkeypatch) as made:
        seats = [
            {"agent": made.agent(name), "name": name.capitalize(), "role": MEMBERS[name], "replaces": None}
            for name in KEYS
        ]
        opening = {"voting_event": EVENT, "threshold": 3, "seats": seats, "restart": False}
        made.bus.caller.call("ballot", "open_ceremony", opening)
        yield made


@pytest.fixture
def url(portal: Portal, tmp_path: Path) -> Iterator[str]:
    """The gateway's address."""
    app: Flask = create_app(Settings(**VALUES, archive_dir=tmp_path / "archives"), portal)
    with recorded(app, portal) as address:
        yield address


@pytest.fixture
def member(chromium: Browser, url: str) -> Iterator[Callable[[str], Page]]:
    """The page of a member who is signed in, in a browser context of his own."""
    with windows(chromium) as opened:

        def at(name: str) -> Page:
            page = opened()
            page.context.add_cookies([{"name": "isoloir_agent", "value": f"session-of-{name}", "url": url}])
            page.goto(f"{url}/agents/cle")
            return page

        yield at


def press(page: Page, name: str) -> None:
    """Press a button."""
    page.get_by_role("button", name=name, exact=True).click()


def title(page: Page, words: str) -> None:
    """Wait for the step that begins so."""
    expect(page.get_by_role("heading", name=words)).to_be_visible()


def saved(page: Page, name: str, file: Path) -> Path:
    """Press what saves a file; the file."""
    with page.expect_download() as download:
        press(page, name)
    download.value.save_as(file)
    return file


def begin(page: Page, file: Path) -> str:
    """Steps one and two: the code, noted and typed again, and the file. Out: the code."""
    press(page, "Créer mon code")
    code = page.locator("[data-fill=code]").inner_text()
    press(page, "Je l’ai noté")
    page.get_by_label("Retapez votre code d’activation").fill("AAAA-AAAA-AAAA-AAAA-AAAA")
    press(page, "Faire mes clés")
    expect(page.get_by_text("Ce n’est pas le code qui vous a été montré.")).to_be_visible()
    page.get_by_label("Retapez votre code d’activation").fill(code.lower().replace("-", " "))
    press(page, "Faire mes clés")
    title(page, "Enregistrez le fichier de vos clés")
    saved(page, "Enregistrer le fichier", file)
    press(page, "Il est enregistré : continuer")
    return code


def give(page: Page, form: str, file: Path, code: str) -> None:
    """Choose the file and type the code."""
    page.locator(f"#{form}-file").set_input_files(file)
    page.locator(f"#{form}-code").fill(code)


def decrypt(page: Page, counts: tuple[str, str], file: Path, code: str) -> None:
    """Verify both urns, then open the file."""
    press(page, "Voir les scrutins clos")
    press(page, "Télécharger et vérifier les urnes")
    expect(page.get_by_text("Urne vérifiée. Son empreinte")).to_have_count(2)
    for field, count in zip(page.get_by_label("Nombre de bulletins").all(), counts, strict=True):
        field.fill(count)
    give(page, "decrypt", file, code)


def test_a_bureau_of_five_makes_its_keys_and_opens_two_urns(
    member: Callable[[str], Page], url: str, portal: Portal, tmp_path: Path
) -> None:
    pages = {name: member(name) for name in MEMBERS}
    codes: dict[str, str] = {}
    first = {name: tmp_path / f"{name}.json" for name in MEMBERS}
    whole = {name: tmp_path / f"{name}-complet.json" for name in MEMBERS}
    for name in ("ines", "karim", "delia", "dario"):
        codes[name] = begin(pages[name], first[name])
        title(pages[name], "Les autres porteurs")
    expect(pages["ines"].get_by_text("On attend l’inscription de l’appareil de : Dunya.")).to_be_visible()

    # One of them has no network once the page is loaded: the keys are made, and what must be sent waits.
    pages["dunya"].context.set_offline(True)
    codes["dunya"] = begin(pages["dunya"], first["dunya"])
    expect(pages["dunya"].get_by_text("sera envoyé de lui-même")).to_be_visible()
    pages["dunya"].context.set_offline(False)

    # Everything goes on by itself, but for one whose browser was closed, and who comes back with the file.
    pages["dario"].close(run_before_unload=False)
    pages["dario"] = member("dario")
    give(pages["dario"], "resume", first["karim"], codes["karim"])
    press(pages["dario"], "Ouvrir mes clés")
    expect(pages["dario"].get_by_text("Ce fichier contient les clés de Karim")).to_be_visible()
    give(pages["dario"], "resume", first["dario"], codes["dario"])
    press(pages["dario"], "Ouvrir mes clés")
    for name, page in pages.items():
        title(page, "Essayez vos clés")
        saved(page, "Enregistrer le fichier complet", whole[name])
    give(pages["ines"], "trial", first["ines"], codes["ines"])
    press(pages["ines"], "Essayer mes clés")
    expect(pages["ines"].get_by_text("Ce fichier est le premier")).to_be_visible()
    for name, page in pages.items():
        give(page, "trial", whole[name], codes[name])
        press(page, "Essayer mes clés")
        if name != "dunya":
            title(page, "Les autres porteurs")
    for page in pages.values():
        title(page, "Toutes les clés sont faites et essayées")
    assert len({page.locator("[data-fill=fingerprint]").inner_text() for page in pages.values()}) == 1

    urns = [portal.sealed_urn([0, 0, None]), portal.sealed_urn([1, 2])]

    # The first counts another number than the urn has; then without network from the verified urns to the sending.
    page = pages["karim"]
    decrypt(page, ("9", "2"), first["karim"], codes["karim"])
    page.context.set_offline(True)
    press(page, "Déchiffrer et envoyer ma part")
    expect(page.locator(".fault").get_by_text("l’urne reçue compte 3 bulletins")).to_be_visible()
    # Said at the top of the page, and in view below, where the button is.
    expect(page.get_by_text("sera envoyé de lui-même")).to_be_in_viewport()
    page.context.set_offline(False)
    expect(page.get_by_text("Votre part est reçue (clé")).to_have_count(1)
    page.get_by_label("Nombre de bulletins").first.fill("3")
    give(page, "decrypt", first["karim"], codes["karim"])
    press(page, "Déchiffrer et envoyer ma part")
    expect(page.get_by_text("Votre part est reçue (clé")).to_have_count(2)
    press(page, "Voir les scrutins clos")
    expect(page.get_by_text("Manquent encore : Delia, Dario, Dunya.")).to_have_count(2)

    for name in ("delia", "ines"):
        decrypt(pages[name], ("3", "2"), whole[name], codes[name])
        press(pages[name], "Déchiffrer et envoyer ma part")
        expect(pages[name].get_by_text("Votre part est reçue (clé")).to_have_count(2)
    # A key that a browser made decrypts by command.
    command = ["decrypt-all", str(whole["dunya"]), "--ballots", "S1=3", "--ballots", "S2=2", "--url", url]
    done = CliRunner(env={"ISOLOIR_TOKEN": "iso_dunya"}).invoke(trustee.command, command, input=codes["dunya"] + "\n")
    assert done.output.count("reçue. Parts reçues") == 2, done.output
    database = portal.bus.resources["ballot"].database
    assert [tallying.publish_result(database, urn.uuid).raw for urn in urns] == [
        '{"result":[[1,2,0,0]]}',
        '{"result":[[0,0,1,1]]}',
    ]

    everything = b"\n".join(portal.wire) + (tmp_path / "ballot.sqlite").read_bytes()
    assert b"bring_key_message" in everything
    assert b"bring_share" in everything
    for name in MEMBERS:
        assert_never_sent(everything, whole[name], codes[name])
