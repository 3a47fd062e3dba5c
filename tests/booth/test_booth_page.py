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
from services.ballot.urn import receipt
from services.reassort.codes import voting_code
from services.runtime.refusals import Refusal
from tests.unit.gateway.fake_rpc import RECEIPT_SEED, permit

ROOT = Path(__file__).resolve().parents[2]
UUID = "3yT9RzCXGmGW5w"
EVENT = "5f0c1a52-93b1-4c3e-9c39-0d2f3f1f6c11"
ITERATIONS = 1000
NEXT = "4zU8SADYHnHX6x"


@dataclass
class Backend:
    """All services at once: what they answer, and what they were sent."""

    election: Election
    credential: str
    state: str = "open"
    voted: bool = False
    refusals: list[str] = field(default_factory=list)
    tracker: str | None = None
    next_election: Election | None = None
    next_credential: str = ""
    asked: str = UUID
    received: list[str] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)
    """What stands in the place of the first receipts' signatures."""
    sealed: str = ""
    """The fingerprint that identity recorded, where it is not that of the election that the urn shows."""

    def call(self, service: str, method: str, payload: dict[str, Any], **_options: Any) -> dict[str, Any]:
        """The answer of a service."""
        return dict(getattr(self, f"_{method}")(payload))

    def close(self) -> None:
        """Nothing is held."""

    def _own_elections(self, _payload: dict[str, Any]) -> dict[str, Any]:
        other = {"uuid": NEXT, "code": "CAP", "name": "CAP nationale", "mode": "online", "notice": "", "permit": None}
        entry = {"uuid": UUID, "code": "CSA", "name": "CSA", "mode": "online", "notice": "", "permit": None}
        return {"elections": [entry, other]}

    def _voting_event(self, _payload: dict[str, Any]) -> dict[str, Any]:
        opens = {"opens_at": "2026-12-01T08:00:00Z", "closes_at": "2026-12-10T16:00:00Z", "now": "2026-12-02T08:00:00Z"}
        return {
            "voting_event": EVENT,
            "name": "Élections",
            "profile": "2022",
            "availability": {},
            "roll_sealed": True,
            "grace_minutes": 30,
            "version": 1,
            "elections": [],
            **opens,
        }

    def _resume_session(self, _payload: dict[str, Any]) -> dict[str, Any]:
        voter = {"surname": "Martin", "first_name": "Anne", "identifier": "a@example.org", "assignment": ""}
        return {
            "voter": voter,
            "last_connection": None,
            "activated": True,
            "expires_at": "2026-12-02T09:00:00Z",
            "votes_until": "2026-12-10T16:30:00Z",
            "voting_event": EVENT,
            "version": 1,
            "now": "2026-12-02T08:00:00Z",
        }

    def _election_states(self, payload: dict[str, Any]) -> dict[str, Any]:
        return {"states": dict.fromkeys(payload["elections"], "open"), "voted": []}

    def _issue_permit(self, payload: dict[str, Any]) -> dict[str, Any]:
        self.asked = payload["election"]
        of = self.next_election if self.asked == NEXT and self.next_election else self.election
        return {"permit": permit(self.asked, fingerprint=self.sealed or of.hash), "expires_at": "2026-12-02T09:00:00Z"}

    def _confirm_permit(self, _payload: dict[str, Any]) -> dict[str, Any]:
        return {"permit": "to-cast"}

    def _close_session(self, _payload: dict[str, Any]) -> dict[str, Any]:
        return {}

    def _open_captcha(self, _payload: dict[str, Any]) -> dict[str, Any]:
        return {"captcha": "captcha-1", "text": "2fh9k"}

    def _captcha_text(self, _payload: dict[str, Any]) -> dict[str, Any]:
        return {"text": "2fh9k"}

    def _code_parameters(self, _payload: dict[str, Any]) -> dict[str, Any]:
        return {"iterations": ITERATIONS}

    def _booth_material(self, _payload: dict[str, Any]) -> dict[str, Any]:
        if self.asked == NEXT and self.next_election:
            common = {"election": self.next_election.raw, "credential": self.next_credential}
        else:
            common = {"election": self.election.raw, "credential": self.credential}
        return {**common, "voted": self.voted, "state": self.state}

    def _cast_ballot(self, payload: dict[str, Any]) -> dict[str, Any]:
        self.received.append(payload["ballot"])
        if self.refusals:
            raise Refusal(self.refusals.pop(0))
        own = self.tracker or tracker(payload["ballot"])
        given = receipt.sign(RECEIPT_SEED, election=self.asked, tracker=own, head="ab" * 32, height=7).dump()
        return {"receipt": {**given, "signature": self.signatures.pop(0)} if self.signatures else given}


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
    following = make_election(
        NEXT, "CAP nationale", "", key["public_key"], [Question("Quelle liste ?", lists, True, 1, 1)]
    )
    credential = voting_code.credential_from_code(CODE, EVENT, ITERATIONS)
    own, other = (public_credential(private_from_credential(uuid, credential)) for uuid in (UUID, NEXT))
    return Backend(Election.parse(raw), own, next_election=Election.parse(following), next_credential=other)


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
    assert page.locator(".bulletin .bulletin-name").all_text_contents() == [
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
    assert page.locator("[data-chosen] .bulletin-name").all_text_contents() == ["Ensemble <b>au</b> travail"]
    expect(page.get_by_text("Vous n’avez pas encore voté.")).to_be_visible()
    page.get_by_role("button", name="Modifier mon choix").click()
    _heading(page, "Faites votre choix")
    page.get_by_label("Vote blanc").check()
    page.get_by_role("button", name="Continuer").click()
    _heading(page, "Vous avez choisi")
    assert page.locator("[data-chosen] .bulletin-name").all_text_contents() == ["Vote blanc"]
    assert backend.received == []
    page.get_by_role("button", name="Je vote").click()
    _heading(page, "Votre vote est enregistré")
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
        document.querySelector("[data-form=choice] [type=submit]").click();
        document.querySelector("[data-button=cast]").click();
        }"""
    )
    _heading(page, "Vous avez choisi")
    expect(page.get_by_role("button", name="Je vote")).to_be_enabled()
    _heading(page, "Vous avez choisi")
    assert backend.received == []
    page.get_by_role("button", name="Je vote").dblclick()
    _heading(page, "Votre vote est enregistré")
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
    expect(page.get_by_text("Vous n’êtes plus identifié")).to_be_visible()
    expect(page.get_by_text("Votre vote n’est pas confirmé")).to_be_visible()
    expect(page.get_by_role("button", name="M’identifier")).to_be_visible()
    other_tab = page.context.new_page()
    other_tab.goto(f"{address}/test-sign-in")
    other_tab.close()
    page.get_by_role("button", name="Réessayer").click()
    expect(page.get_by_text("Votre autorisation de voter a expiré")).to_be_visible()
    page.get_by_role("button", name="Réessayer").click()
    _heading(page, "Votre vote est enregistré")
    assert len(backend.received) == 3
    assert len(set(backend.received)) == 1
    assert tracker(backend.received[0]) == shown


def test_the_booth_refuses_an_election_that_is_not_the_sealed_one(page: Page, backend: Backend, address: str) -> None:
    """The urn alone hands out another key: the fingerprint that came by identity says so, before a choice is made."""
    _secret, key = single_key()
    backend.sealed = backend.election.hash
    questions = list(backend.election.questions)
    raw = make_election(UUID, "CSA ministériel", "", key["public_key"], questions)
    backend.election = Election.parse(raw)
    page.goto(f"{address}/voter/{UUID}")
    expect(page.get_by_text("n’est pas celui qui a été scellé")).to_be_visible()
    expect(page.locator("#voting-code")).to_be_hidden()
    assert backend.received == []


def test_what_the_urn_did_not_sign_is_no_receipt(page: Page, backend: Backend) -> None:
    """It is said, the same ballot is sent again, and a receipt is shown once the urn has signed it."""
    backend.signatures = ["not a signature", "00" * 64]
    _vote(page)
    for _ in range(2):
        expect(page.get_by_text("ce n’est pas une preuve de vote")).to_be_visible()
        expect(page.get_by_text("Votre vote est enregistré", exact=True)).to_be_hidden()
        page.get_by_role("button", name="Réessayer").click()
    expect(page.locator('[data-step="receipt"]')).to_be_visible()
    assert len(backend.received) == 3
    assert len(set(backend.received)) == 1


def test_a_receipt_for_another_ballot_is_an_alarm(page: Page, backend: Backend) -> None:
    """A server that shows the same tracker to two voters is caught by the browser."""
    backend.tracker = "A" * 43
    _vote(page)
    _heading(page, "Attention")
    expect(page.locator('[data-fill="alarm-tracker"]')).to_have_text(tracker(backend.received[0]))
    assert page.locator("body").get_by_role("heading", name="Votre vote est enregistré").is_hidden()


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
    assert page.locator("[data-chosen] .bulletin-name").all_text_contents() == ["Bilal", "Chloé"]
    page.get_by_role("button", name="Je vote").click()
    _heading(page, "Votre vote est enregistré")
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
    _heading(page, "Votre vote est enregistré")
    with page.expect_download():
        page.get_by_role("button", name="Télécharger").click()
    page.reload()
    assert asked == ["beforeunload"]


def test_back_leads_to_the_step_before_with_what_was_chosen(page: Page, backend: Backend) -> None:
    """And forward again; once the ballot is sent, Back takes nothing back and asks about the receipt."""
    _heading(page, "Saisissez votre code de vote")
    _type_code(page)
    _heading(page, "Faites votre choix")
    expect(page.get_by_text("Étape 2 sur 5")).to_be_visible()
    page.get_by_label("Liste C").check()
    page.get_by_role("button", name="Continuer").click()
    _heading(page, "Vous avez choisi")
    page.go_back()
    _heading(page, "Faites votre choix")
    assert page.get_by_label("Liste C").is_checked()
    page.go_back()
    _heading(page, "Saisissez votre code de vote")
    page.go_forward()
    _heading(page, "Faites votre choix")
    page.get_by_role("button", name="Revenir au code").click()
    _heading(page, "Saisissez votre code de vote")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Vérifier mon code").click()  # known: need not be typed again
    _heading(page, "Faites votre choix")
    page.get_by_role("button", name="Continuer").click()
    _heading(page, "Vous avez choisi")
    expect(page.get_by_role("button", name="Je vote")).to_be_enabled()
    page.get_by_role("button", name="Je vote").click()
    _heading(page, "Votre vote est enregistré")
    page.go_back()
    kept = page.get_by_role("dialog", name="Vous n’avez pas gardé votre preuve de vote")
    kept.get_by_role("button", name="Rester sur cette page").click()
    expect(page.locator('[data-fill="receipt-tracker"]')).to_have_text(tracker(backend.received[0]))
    page.get_by_role("button", name="Revenir à mes scrutins").click()
    kept.get_by_role("button", name="Continuer sans la garder").click()
    page.wait_for_url("**/voter")
    assert len(backend.received) == 1


def test_one_code_serves_for_all_elections(page: Page, backend: Backend) -> None:
    """Typed once; the next election follows on, and the end says that all is done."""
    assert backend.next_election is not None
    _vote(page)
    _heading(page, "Votre vote est enregistré")
    expect(page.get_by_role("heading", name="Il vous reste un scrutin")).to_be_visible()
    with page.expect_download():
        page.get_by_role("button", name="Télécharger").click()
    page.get_by_role("button", name="Voter au scrutin suivant").click()
    _heading(page, "Faites votre choix")
    assert page.url.endswith(f"/voter/{NEXT}")
    expect(page.locator('[data-step="choice"] [data-election-name]')).to_have_text("CAP nationale")
    assert page.locator("input:checked").count() == 0
    page.get_by_label("Vote blanc").check()
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name="Je vote").click()
    _heading(page, "Votre vote est enregistré")
    expect(page.get_by_role("heading", name="Vous avez voté dans tous vos scrutins")).to_be_visible()
    first, second = backend.received
    assert check_ballot(backend.election, first)
    assert check_ballot(backend.next_election, second)
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


@pytest.mark.parametrize("cookies_too", [False, True], ids=["log-out", "emptied cookies"])
def test_a_log_out_in_another_tab_is_told_as_what_it_is(
    page: Page, backend: Backend, address: str, cookies_too: bool
) -> None:
    """With whether the ballot is recorded, and a way on: the same ballot goes once the voter is known again."""
    _heading(page, "Saisissez votre code de vote")
    _type_code(page)
    _heading(page, "Faites votre choix")
    page.get_by_label("Liste C").check()
    page.get_by_role("button", name="Continuer").click()
    _heading(page, "Vous avez choisi")
    other_tab = page.context.new_page()
    other_tab.goto(f"{address}/mes-informations")
    other_tab.get_by_text("Menu", exact=True).click()
    other_tab.get_by_role("button", name="Se déconnecter").click()
    other_tab.wait_for_url("**/au-revoir")
    if cookies_too:
        page.context.clear_cookies()
    page.get_by_role("button", name="Je vote").click()
    expect(page.get_by_text("vous vous êtes déconnecté dans un autre onglet")).to_be_visible()
    expect(page.get_by_text("Votre bulletin n’est pas enregistré.")).to_be_visible()
    assert backend.received == []
    other_tab = page.context.new_page()
    other_tab.goto(f"{address}/test-sign-in")
    other_tab.close()
    page.get_by_role("button", name="Réessayer").click()
    _heading(page, "Votre vote est enregistré")
    assert len(backend.received) == 1


def test_a_closing_after_a_lost_answer_leaves_the_tracker(page: Page, backend: Backend) -> None:
    """The first sending may have reached the urn: nothing says that it has not, and the tracker tells."""
    backend.refusals = ["election_closed"]
    page.route("**/ballots", lambda route: route.abort(), times=1)
    _vote(page)
    expect(page.get_by_text("L’urne n’a pas répondu")).to_be_visible()
    page.get_by_role("button", name="Réessayer").click()
    _heading(page, "Le vote est clos")
    expect(page.get_by_text("un envoi précédent est resté sans réponse")).to_be_visible()
    expect(page.locator('[data-fill="unavailable-tracker"]')).to_have_text(tracker(backend.received[0]))


@pytest.mark.parametrize("lacks", ["AbortSignal.timeout = undefined", "delete Object.hasOwn"])
def test_a_browser_without_a_function_that_can_be_spared_is_served(page: Page, lacks: str) -> None:
    """Safari 15 and Firefox before 100 have no AbortSignal.timeout."""
    page.add_init_script(lacks)
    page.reload()
    _vote(page)
    _heading(page, "Votre vote est enregistré")


def test_a_browser_that_lacks_what_voting_needs_is_told_by_name(page: Page) -> None:
    page.add_init_script("delete window.Worker")
    page.reload()
    _heading(page, "Votre navigateur est trop ancien pour voter")
    expect(page.locator('[data-fill="unavailable"]')).to_contain_text("Worker")


def test_lists_are_read_without_leaving(page: Page, backend: Backend) -> None:
    """Names are French whatever the page's language, and no translator touches them."""
    _heading(page, "Saisissez votre code de vote")
    _type_code(page)
    _heading(page, "Faites votre choix")
    name = page.locator(".bulletin-name").first
    assert (name.get_attribute("lang"), name.get_attribute("translate")) == ("fr", "no")
    expect(page.get_by_text("Clôture du vote : jeudi 10 décembre 2026")).to_be_visible()


def test_nothing_moves_while_the_booth_gets_ready(browser: Browser, address: str) -> None:
    """The shift of the layout, as browsers measure it, from the first paint to the code's field."""
    context = browser.new_context(locale="fr-FR", viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.add_init_script(
        """window.shift = 0; new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.shift += entry.value
        }).observe({type: 'layout-shift', buffered: true})"""
    )
    page.goto(f"{address}/test-sign-in")
    _heading(page, "Saisissez votre code de vote")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate("window.shift") < 0.02
    context.close()
