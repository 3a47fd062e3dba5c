"""The booth's page in a real browser, with the real gateway over services that answer as told.

What only a browser shows: sections and focus, the worker under the content security policy, the field emptied, the same
ballot sent again, the receipt compared.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from flask import redirect, session
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from gateway.app import create_app
from gateway.settings import Settings
from services.ballot.belenios.ballot import check_ballot, tracker
from services.ballot.belenios.credential import private_from_credential, public_credential
from services.ballot.belenios.election import Election, Question, make_election
from services.ballot.belenios.trustees import single_key
from services.reassort.codes import voting_code
from services.runtime.refusals import Refusal
from tests.unit.gateway.fake_rpc import permit

ROOT = Path(__file__).resolve().parents[2]
UUID = "3yT9RzCXGmGW5w"
EVENT = "5f0c1a52-93b1-4c3e-9c39-0d2f3f1f6c11"
ITERATIONS = 1000


@dataclass
class Backend:
    """All services at once: what they answer, and what they were sent."""

    election: Election
    credential: str
    state: str = "open"
    voted: bool = False
    refusals: list[str] = field(default_factory=list)
    tracker: str | None = None
    received: list[str] = field(default_factory=list)

    def call(self, service: str, method: str, payload: dict[str, Any], **_options: Any) -> dict[str, Any]:
        """The answer of a service."""
        return dict(getattr(self, f"_{method}")(payload))

    def close(self) -> None:
        """Nothing is held."""

    def _resume_session(self, _payload: dict[str, Any]) -> dict[str, Any]:
        entry = {"uuid": UUID, "code": "CSA", "name": "CSA", "mode": "online", "notice": "", "permit": None}
        opens = {"opens_at": "2026-12-01T08:00:00Z", "closes_at": "2026-12-10T16:00:00Z", "now": "2026-12-02T08:00:00Z"}
        voter = {"surname": "Martin", "first_name": "Anne", "identifier": "a@example.org", "assignment": ""}
        event = {
            "voting_event": EVENT,
            "name": "Élections",
            "profile": "2022",
            "availability": {},
            "roll_sealed": True,
            "elections": [],
            **opens,
        }
        return {
            "voter": voter,
            "last_connection": None,
            "activated": True,
            "expires_at": "2026-12-02T09:00:00Z",
            "voting_event": event,
            "elections": [entry],
        }

    def _issue_permit(self, _payload: dict[str, Any]) -> dict[str, Any]:
        return {"permit": permit(UUID, fingerprint=self.election.hash), "expires_at": "2026-12-02T09:00:00Z"}

    def _confirm_permit(self, _payload: dict[str, Any]) -> dict[str, Any]:
        return {"permit": "to-cast"}

    def _code_parameters(self, _payload: dict[str, Any]) -> dict[str, Any]:
        return {"iterations": ITERATIONS}

    def _booth_material(self, _payload: dict[str, Any]) -> dict[str, Any]:
        common = {"election": self.election.raw, "credential": self.credential}
        return {**common, "voted": self.voted, "state": self.state}

    def _cast_ballot(self, payload: dict[str, Any]) -> dict[str, Any]:
        self.received.append(payload["ballot"])
        if self.refusals:
            raise Refusal(self.refusals.pop(0))
        own = self.tracker or tracker(payload["ballot"])
        return {"receipt": {"election": UUID, "tracker": own, "head": "ab" * 32, "height": 7, "signature": "cd" * 64}}


@pytest.fixture(scope="module")
def browser(chromium: Browser) -> Browser:
    """The run's browser, once there is a booth to show."""
    assert (ROOT / "gateway" / "static" / "build" / "booth.js").is_file(), "the booth is not built: make setup"
    return chromium


CODE = voting_code.generate()


@pytest.fixture
def backend() -> Backend:
    """An open election of three lists and a blank vote, and the voter's code."""
    lists = ("Liste Unie", "Ensemble <b>au</b> travail", "Liste C")
    _secret, key = single_key()
    raw = make_election(UUID, "CSA ministériel", "", key["public_key"], [Question("Quelle liste ?", lists, True, 1, 1)])
    credential = voting_code.credential_from_code(CODE, EVENT, ITERATIONS)
    return Backend(Election.parse(raw), public_credential(private_from_credential(UUID, credential)))


@pytest.fixture
def address(backend: Backend) -> Iterator[str]:
    """The gateway on a free port of this machine."""
    app = create_app(Settings(secret_key="x" * 40), backend)  # type: ignore[arg-type]

    @app.get("/test-sign-in")
    def sign_in() -> Any:
        session["voter"] = "session"
        return redirect(f"/voter/{UUID}")

    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=10)


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The booth, opened by a voter who has signed in; any error in the page fails the test."""
    context = browser.new_context(locale="fr-FR", viewport={"width": 320, "height": 640})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if "Content Security" in message.text else None)
    page.goto(f"{address}/test-sign-in")
    yield page
    context.close()
    assert errors == []


def _heading(page: Page, words: str) -> None:
    heading = page.locator("section:not([hidden]) h1")
    expect(heading).to_contain_text(words)
    expect(heading).to_be_focused()


def _type_code(page: Page, code: str = CODE) -> None:
    page.get_by_label("Code de vote").fill(code)
    page.keyboard.press("Enter")


def _vote(page: Page) -> None:
    _heading(page, "Saisissez votre code de vote")
    _type_code(page)
    _heading(page, "Faites votre choix")
    page.get_by_label("Liste C").check()
    page.get_by_role("button", name="Continuer").click()
    _heading(page, "Vous avez choisi")
    page.get_by_role("button", name="Je vote").click()


def test_a_vote_from_the_code_to_the_receipt(page: Page, backend: Backend) -> None:
    """The whole way, with the keyboard where a voter would use it, at 320 px."""
    _heading(page, "Saisissez votre code de vote")
    _type_code(page, voting_code.format_code(CODE).lower())
    _heading(page, "Faites votre choix")
    assert page.locator("#voting-code").input_value() == ""
    assert page.locator(".choice .choice-name").all_text_contents() == [
        "Liste Unie",
        "Ensemble <b>au</b> travail",
        "Liste C",
        "Vote blanc",
    ]
    assert page.locator("input:checked").count() == 0
    page.get_by_role("button", name="Continuer").click()
    expect(page.locator("#choice-error")).to_have_text("Choisissez une liste ou le vote blanc.")
    page.get_by_label("Ensemble").check()
    page.keyboard.press("Enter")
    _heading(page, "Vous avez choisi")
    assert page.locator("[data-chosen] .choice-name").all_text_contents() == ["Ensemble <b>au</b> travail"]
    expect(page.get_by_text("Vous n’avez pas encore voté.")).to_be_visible()
    page.get_by_role("button", name="Modifier mon choix").click()
    _heading(page, "Faites votre choix")
    page.get_by_label("Vote blanc").check()
    page.get_by_role("button", name="Continuer").click()
    _heading(page, "Vous avez choisi")
    assert page.locator("[data-chosen] .choice-name").all_text_contents() == ["Vote blanc"]
    assert backend.received == []
    page.get_by_role("button", name="Je vote").click()
    _heading(page, "Accusé de réception")
    checked = check_ballot(backend.election, backend.received[0])
    expect(page.locator('[data-fill="receipt-tracker"]')).to_have_text(checked.tracker)
    assert checked.credential == backend.credential
    assert page.locator("input:checked").count() == 0
    assert page.locator("[data-chosen]").text_content() == ""
    with page.expect_download() as download:
        page.get_by_role("button", name="Télécharger").click()
    kept = Path(download.value.path()).read_text(encoding="utf-8")
    assert checked.tracker in kept
    assert "Vote blanc" not in kept
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Saisissez votre code de vote."),
        ("F226", "Il manque des caractères : vous en avez saisi 4"),
        (CODE + "A", "Il y a trop de caractères : vous en avez saisi 17"),
        ("U" + CODE[1:], "Le caractère « U » n’existe pas"),
        (("0" if CODE[0] != "0" else "1") + CODE[1:], "Il y a une erreur de frappe"),
    ],
    ids=["none", "short", "long", "no such symbol", "a slip"],
)
def test_a_slip_is_named_and_the_code_can_be_corrected(page: Page, typed: str, sentence: str) -> None:
    """What was typed stays, the field is marked and described, and the right code then passes."""
    _heading(page, "Saisissez votre code de vote")
    _type_code(page, typed)
    expect(page.locator("#voting-code-error")).to_contain_text(sentence)
    expect(page.locator("#voting-code")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#voting-code")).to_be_focused()
    assert page.locator("#voting-code").input_value() == typed
    _type_code(page)
    _heading(page, "Faites votre choix")


def test_anothers_code_is_told_from_a_slip(page: Page) -> None:
    """A well-formed code that is not this voter's."""
    _heading(page, "Saisissez votre code de vote")
    # Pico draws "false" as a green tick, in a field that is still empty.
    assert page.locator("#voting-code").get_attribute("aria-invalid") is None
    for _attempt in range(3):
        _type_code(page, voting_code.generate())
        expect(page.locator("#voting-code-error")).to_contain_text("ce n’est pas votre code de vote actuel")
        expect(page.locator("#voting-code")).to_have_value("")
    _type_code(page)
    _heading(page, "Faites votre choix")


def test_a_double_click_on_continue_is_no_vote(page: Page, backend: Backend) -> None:
    """« Je vote » may come to lie under the pointer between two clicks: it takes none at first."""
    _heading(page, "Saisissez votre code de vote")
    _type_code(page)
    _heading(page, "Faites votre choix")
    page.get_by_label("Liste C").check()
    page.evaluate(
        """() => {
        document.querySelector("[data-form=choice] button").click();
        document.querySelector("[data-button=cast]").click();
        }"""
    )
    _heading(page, "Vous avez choisi")
    expect(page.get_by_role("button", name="Je vote")).to_be_enabled()
    _heading(page, "Vous avez choisi")
    assert backend.received == []
    page.get_by_role("button", name="Je vote").dblclick()
    _heading(page, "Accusé de réception")
    assert len(backend.received) == 1


def test_the_same_ballot_is_sent_again_after_a_cut(page: Page, backend: Backend, address: str) -> None:
    """First the network is cut, then the session has expired, then the permit: one ballot, in the end one receipt."""
    backend.refusals = ["session_expired", "permit_expired"]
    page.route("**/ballots", lambda route: route.abort(), times=1)
    _vote(page)
    expect(page.get_by_text("L’urne n’a pas répondu")).to_be_visible()
    expect(page.get_by_text("Votre vote n’est pas encore enregistré.")).to_be_visible()
    shown = page.locator('[data-fill="tracker"]').text_content()
    page.get_by_role("button", name="Réessayer").click()
    # The ballot whose answer was lost may well be in the urn: nothing says that it is not.
    expect(page.get_by_text("Votre session a expiré : votre vote n’est pas confirmé.")).to_be_visible()
    expect(page.get_by_role("button", name="M’identifier")).to_be_visible()
    other_tab = page.context.new_page()
    other_tab.goto(f"{address}/test-sign-in")
    other_tab.close()
    page.get_by_role("button", name="Réessayer").click()
    expect(page.get_by_text("Votre autorisation de voter a expiré")).to_be_visible()
    page.get_by_role("button", name="Réessayer").click()
    _heading(page, "Accusé de réception")
    assert len(backend.received) == 3
    assert len(set(backend.received)) == 1
    assert tracker(backend.received[0]) == shown


def test_a_receipt_for_another_ballot_is_an_alarm(page: Page, backend: Backend) -> None:
    """A server that shows the same tracker to two voters is caught by the browser."""
    backend.tracker = "A" * 43
    _vote(page)
    _heading(page, "Attention")
    expect(page.locator('[data-fill="alarm-tracker"]')).to_have_text(tracker(backend.received[0]))
    assert page.locator("body").get_by_text("Votre vote est enregistré.").is_hidden()


def test_a_refusal_that_is_final_says_so(page: Page, backend: Backend) -> None:
    """The election was closed meanwhile."""
    backend.refusals = ["election_closed"]
    _vote(page)
    expect(page.get_by_text("Le vote est clos pour ce scrutin")).to_be_visible()
    expect(page.get_by_role("button", name="Réessayer")).to_be_hidden()


@pytest.mark.parametrize(
    ("state", "voted", "sentence"),
    [
        ("open", True, "Vous avez déjà voté"),
        ("sealed", False, "Le vote n’est pas encore ouvert"),
        ("closed", False, "Le vote est clos"),
    ],
)
def test_who_cannot_vote_is_told_why(page: Page, backend: Backend, state: str, voted: bool, sentence: str) -> None:
    """Before any code is asked, in the heading and below it."""
    backend.state, backend.voted = state, voted
    page.reload()
    _heading(page, sentence)
    expect(page.locator('[data-fill="unavailable"]')).to_contain_text(f"{sentence} pour ce scrutin")
    expect(page.get_by_label("Code de vote")).to_be_hidden()


def test_several_choices_are_counted_before_the_confirmation(page: Page, backend: Backend) -> None:
    """One or two candidates among three, or blank: boxes instead of buttons, and each mistake has its sentence."""
    question = Question("Qui ?", ("Anne", "Bilal", "Chloé"), True, 1, 2)
    raw = make_election(UUID, "CAP", "", backend.election.public_key, [question])
    backend.election = Election.parse(raw)
    page.reload()
    _heading(page, "Saisissez votre code de vote")
    _type_code(page)
    _heading(page, "Faites votre choix")
    boxes = [page.get_by_role("checkbox", name=name) for name in ("Anne", "Bilal", "Chloé", "Vote blanc")]
    problem = page.locator("#choice-error")
    for box in boxes[:3]:
        box.check()
    page.get_by_role("button", name="Continuer").click()
    expect(problem).to_have_text("Il faut au plus 2 choix.")
    boxes[0].uncheck()
    boxes[3].check()
    page.get_by_role("button", name="Continuer").click()
    expect(problem).to_have_text("Un vote blanc ne peut pas être accompagné d’un autre choix.")
    boxes[3].uncheck()
    page.get_by_role("button", name="Continuer").click()
    _heading(page, "Vous avez choisi")
    assert page.locator("[data-chosen] .choice-name").all_text_contents() == ["Bilal", "Chloé"]
    page.get_by_role("button", name="Je vote").click()
    _heading(page, "Accusé de réception")
    check_ballot(backend.election, backend.received[0])


def test_an_altered_election_is_refused(page: Page, backend: Backend) -> None:
    """An election file that is not of this address, or not canonical, is never voted in."""
    backend.election = replace(backend.election, raw=backend.election.raw.replace(UUID, UUID[::-1]))
    page.reload()
    expect(page.get_by_text("Les données du scrutin reçues ne sont pas valables")).to_be_visible()


def test_leaving_before_the_acknowledgement_is_warned_of(page: Page) -> None:
    """The browser asks before the choice is lost, and no longer once the receipt is shown."""
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    _heading(page, "Saisissez votre code de vote")
    _type_code(page)
    _heading(page, "Faites votre choix")
    page.get_by_label("Liste C").check()
    with page.expect_event("dialog"):
        page.evaluate("setTimeout(() => location.reload())")
    assert asked == ["beforeunload"]
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name="Je vote").click()
    _heading(page, "Accusé de réception")
    page.reload()
    assert asked == ["beforeunload"]
