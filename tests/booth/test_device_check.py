"""A voter checks the device (C10): the ballot that it had committed to is opened, looked at elsewhere, and never cast."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser, Page, Request, expect

from deploy.holder.own_ballot import challenge
from services.ballot.belenios.ballot import check_ballot
from services.ballot.belenios.checking import opened
from services.ballot.belenios.checking.archive import ArchiveWriter
from tests.booth.backend import ROOT, UUID, Backend
from tests.booth.steps import heading, type_code

FLIPS = """
const listen = self.addEventListener.bind(self);
self.addEventListener = (type, hear) => listen(type, ({ data }) =>
  hear({ data: data.type === "make" ? { ...data, choices: [{ blank: false, answers: [0] }] } : data }));
"""
"""Before the worker's own code: whatever the voter chooses, the first list is encrypted."""


@pytest.fixture
def other_device(browser: Browser) -> Iterator[Page]:
    """A telephone that has no session."""
    context = browser.new_context(locale="fr-FR", viewport={"width": 320, "height": 640})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if "Content Security" in message.text else None)
    yield page
    context.close()
    assert errors == []


def choose(page: Page, name: str) -> str:
    """From the code to the confirmation. Out: the tracker that the booth commits to."""
    heading(page, "Saisissez votre code de vote")
    type_code(page)
    heading(page, "Faites votre choix")
    page.get_by_label(name).check()
    return confirm(page)


def confirm(page: Page) -> str:
    page.get_by_role("button", name="Continuer").click()
    heading(page, "Vous avez choisi")
    expect(page.get_by_text("Bulletin chiffré, prêt à partir.")).to_be_visible()
    return page.locator('[data-fill="committed-tracker"]').text_content() or ""


def open_ballot(page: Page) -> str:
    """Have the ballot opened. Out: the address that the code holds, read by a program."""
    page.get_by_role("button", name="Contrôler mon appareil").click()
    heading(page, "Contrôlez votre appareil")
    code = page.locator(".scan svg")
    code.wait_for()
    side = int((code.get_attribute("viewBox") or "").split()[-1])
    assert side <= 20 * 4 + 17 + 8, "a telephone reads it: at most version 20"
    dark = {
        (int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1", code.locator("path").nth(1).get_attribute("d") or "")
    }
    rows = [[(x, y) in dark for x in range(side)] for y in range(side)]
    command = ["node", str(ROOT / "tests" / "booth" / "read-code.js")]
    done = subprocess.run(command, input=json.dumps(rows), capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def watch(page: Page) -> Callable[[], list[str]]:
    """What a page sends from now on: addresses, bodies."""
    sent: list[str] = []

    def hear(request: Request) -> None:
        sent.append(f"{request.method} {request.url} {request.post_data}")

    page.context.on("request", hear)
    return lambda: sent


def test_a_ballot_is_opened_looked_at_elsewhere_and_another_is_cast(
    page: Page, other_device: Page, backend: Backend, address: str, tmp_path: Path
) -> None:
    noted = choose(page, "Ensemble")
    sent, looked_up = watch(page), watch(other_device)
    link = open_ballot(page)
    assert link.startswith(f"{address}/controle#")
    with page.expect_download() as download:
        page.get_by_role("button", name="Télécharger le bulletin ouvert").click()
    file = Path(download.value.path())
    ballot = opened.read(file.read_text(encoding="utf-8"))
    assert (ballot.tracker, ballot.choices) == (noted, (0, 0, 1, 0))
    assert page.locator("body").get_by_text(noted).count() == 0, "the number noted before is not shown again"

    other_device.goto(link)
    expect(other_device.get_by_role("heading", name="Est‑ce le numéro que vous aviez noté ?")).to_be_focused()
    expect(other_device.locator('[data-fill="tracker"]')).to_have_text(noted)
    assert other_device.get_by_text("Ensemble").is_hidden()
    assert other_device.url == f"{address}/controle"
    other_device.get_by_role("button", name="Oui, c’est ce numéro").click()
    expect(other_device.get_by_role("heading", name="Ce bulletin contient :")).to_be_focused()
    assert other_device.locator("[data-contents] li").all_text_contents() == ["Ensemble <b>au</b> travail"]
    other_device.locator("#opened-file").set_input_files(file)
    other_device.get_by_role("button", name="Lire ce fichier").click()
    other_device.get_by_role("button", name="Non, c’est un autre").click()
    expect(other_device.get_by_role("heading", name="Votre appareil a triché")).to_be_focused()

    archive, writer = tmp_path / "urn.bel", ArchiveWriter(1_790_000_000)
    archive.write_bytes(writer.beginning() + writer.setup(backend.election.raw, "[]", "[]"))
    said = CliRunner().invoke(challenge.command, [str(file), "--election", str(archive)])
    assert "Ce bulletin contient :\n  Ensemble <b>au</b> travail\n" in said.output

    # The first device loads what draws the code; the other asks for the election. Neither says a word of the ballot.
    assert [one.split("?")[0] for one in sent()] == [f"GET {address}/static/build/shown.js"]
    public = f"GET {address}/api/v1/elections/{UUID}"
    assert {f"{public}/election None", f"{public}/sealing None"} < set(looked_up())
    carried = link.partition("#")[2]
    for one in sent() + looked_up():
        assert one.startswith("GET ")
        assert one.endswith(" None")
        for secret in (noted, ballot.seed.hex(), carried, ballot.tracker.replace("+", "%2B").replace("/", "%2F")):
            assert secret not in one
    assert backend.received == []

    page.go_back()
    heading(page, "Vous avez choisi")
    expect(page.get_by_role("button", name="Contrôler mon appareil")).to_be_visible()
    assert page.locator('[data-fill="committed-tracker"]').text_content() != noted, "Back brings another ballot"
    assert page.locator(".scan svg").count() == 0
    open_ballot(page)
    page.get_by_role("button", name="Faire un nouveau bulletin").click()
    heading(page, "Faites votre choix")
    assert page.get_by_label("Ensemble").is_checked()
    last = confirm(page)
    page.get_by_role("button", name="Je vote").click()
    heading(page, "Votre vote est enregistré")
    [cast] = backend.received
    assert check_ballot(backend.election, cast).tracker == last != noted
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_a_booth_altered_to_flip_the_choice_is_caught(page: Page, other_device: Page, backend: Backend) -> None:
    """Its page shows what the voter chose; the second device tells that it is not what was encrypted."""
    built = (ROOT / "gateway" / "static" / "build" / "worker.js").read_text(encoding="utf-8")
    page.context.route(
        "**/build/worker.js*", lambda route: route.fulfill(body=FLIPS + built, content_type="text/javascript")
    )
    page.reload()
    noted = choose(page, "Liste C")
    assert page.locator("[data-chosen] .bulletin-name").all_text_contents() == ["Liste C"]
    other_device.goto(open_ballot(page))
    expect(other_device.get_by_role("heading", name="Votre appareil a triché")).to_be_focused()
    expect(other_device.locator('[data-fill="announced"]')).to_have_text(noted)
    expect(other_device.locator('[data-fill="computed"]')).not_to_have_text(noted)
    assert other_device.get_by_text("Liste C").is_hidden()
    assert backend.received == []
