"""The booth's page in a real browser, with the real gateway over services that answer as told.

What only a browser shows: sections and focus, the worker under the content security policy, the field emptied, the same
ballot sent again, the receipt compared.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from services.ballot.belenios.ballot import check_ballot, tracker
from services.ballot.belenios.election import Election, Question, make_election
from services.ballot.belenios.keys.credential import private_from_credential, public_credential
from services.reassort.codes import voting_code
from tests.booth.backend import CODE, EVENT, ITERATIONS, NEXT, UUID, Backend
from tests.booth.conftest import SETTINGS
from tests.booth.steps import heading, type_code, vote


def test_a_vote_from_the_code_to_the_receipt(page: Page, backend: Backend) -> None:
    """The whole way, with the keyboard where a voter would use it, at 320 px."""
    heading(page, "Saisissez votre code de vote")
    type_code(page, voting_code.format_code(CODE).lower())
    heading(page, "Faites votre choix")
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
    heading(page, "Vous avez choisi")
    assert page.locator("[data-chosen] .bulletin-name").all_text_contents() == ["Ensemble <b>au</b> travail"]
    expect(page.get_by_text("Vous n’avez pas encore voté.")).to_be_visible()
    page.get_by_role("button", name="Modifier mon choix").click()
    heading(page, "Faites votre choix")
    page.get_by_label("Vote blanc").check()
    page.get_by_role("button", name="Continuer").click()
    heading(page, "Vous avez choisi")
    assert page.locator("[data-chosen] .bulletin-name").all_text_contents() == ["Vote blanc"]
    assert backend.received == []
    page.get_by_role("button", name="Je vote").click()
    heading(page, "Votre vote est enregistré")
    checked = check_ballot(backend.election, backend.received[0])
    expect(page.locator('[data-fill="receipt-tracker"]')).to_have_text(checked.tracker)
    assert checked.credential == backend.credential
    assert page.locator("input:checked").count() == 0
    assert page.locator("[data-chosen]").text_content() == ""
    with page.expect_download() as download:
        page.get_by_role("button", name="Télécharger la preuve de vote (PDF)").click()
    assert checked.tracker in PdfReader(download.value.path()).pages[0].extract_text()
    with page.expect_download() as download:
        page.get_by_role("button", name="En texte simple").click()
    kept = Path(download.value.path()).read_text(encoding="utf-8")
    assert checked.tracker in kept
    assert "Vote blanc" not in kept
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_several_questions_one_after_the_other(page: Page, backend: Backend, shared_app: Flask, tmp_path: Path) -> None:
    """A list or blank, then two or three names, then a yes or no without a blank vote; back and forth, one ballot."""
    names = [{"name": "Ada", "union": "Union des Essais", "candidates": ["Ada Exemple"]}]
    names += [{"name": name} for name in ("Blaise", "Chloé", "Denis")]
    event = {"elections": [{"uuid": UUID, "question": {}, "further_questions": [{"answers": names}]}]}
    (tmp_path / "event.json").write_text(json.dumps(event), encoding="utf-8")
    shared_app.extensions["isoloir_settings"] = SETTINGS.model_copy(
        update={"presentation_file": str(tmp_path / "event.json")}
    )
    key = json.loads(backend.election.raw)["public_key"]
    asked = (
        backend.election.questions[0],
        Question("Quelles personnes ?", ("Ada", "Blaise", "Chloé", "Denis"), True, 2, 3),
        Question("Un accord ?", ("Oui", "Non"), False, 0, 1),
    )
    raw = make_election(UUID, "CSA ministériel", "", str(key), list(asked))
    backend.election = Election.parse(raw)
    page.reload()
    type_code(page)
    heading(page, "Faites votre choix")
    shown = page.locator("[data-choices]")
    expect(shown).to_contain_text("Question 1 sur 3")
    page.get_by_label("Liste C").check()
    page.get_by_role("button", name="Continuer").click()
    expect(shown).to_contain_text("Quelles personnes ?")
    expect(shown).to_contain_text("De 2 à 3 choix possibles")
    assert "Question 2 sur 3" in page.title()
    assert page.locator("input:visible").count() == 5
    expect(shown.get_by_text("Union des Essais")).to_be_visible()
    assert shown.locator("details:visible li").all_text_contents() == ["Ada Exemple"]
    page.get_by_label("Ada").check()
    page.get_by_role("button", name="Continuer").click()
    expect(page.locator("#choice-error")).to_have_text("Il faut au moins 2 choix.")
    page.get_by_label("Denis").check()
    page.get_by_role("button", name="Continuer").click()
    expect(shown).to_contain_text("Un accord ?")
    expect(shown).to_contain_text("Vous pouvez aussi ne rien choisir.")
    # Back to the first, whose mark is there; then forth again with another.
    page.get_by_role("button", name="Revenir à la question précédente").click()
    expect(page.get_by_label("Denis")).to_be_checked()
    page.get_by_role("button", name="Revenir à la question précédente").click()
    expect(page.get_by_label("Liste C")).to_be_checked()
    page.get_by_role("radio", name="Vote blanc").check()
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name="Continuer").click()
    page.get_by_label("Non").check()
    page.get_by_role("button", name="Continuer").click()
    heading(page, "Vous avez choisi")
    chosen = page.locator("[data-chosen]")
    assert chosen.locator("[data-asked]").all_text_contents() == [one.question for one in asked]
    assert chosen.locator(".bulletin-name").all_text_contents() == ["Vote blanc", "Ada", "Denis", "Non"]
    # The first is asked again, alone; Back leads to what was chosen, and the button too.
    expect(page.get_by_role("button", name="Modifier mon choix")).to_be_hidden()
    page.get_by_role("button", name=f"Modifier cette réponse : {asked[0].question}").click()
    expect(shown).to_contain_text(asked[0].question)
    page.get_by_role("radio", name="Liste C").check()
    page.get_by_role("button", name="Revenir à mes choix").click()
    heading(page, "Vous avez choisi")
    assert chosen.locator(".bulletin-name").all_text_contents() == ["Vote blanc", "Ada", "Denis", "Non"]
    page.get_by_role("button", name=f"Modifier cette réponse : {asked[0].question}").click()
    expect(page.get_by_role("radio", name="Vote blanc")).to_be_checked()
    page.get_by_role("radio", name="Liste C").check()
    page.get_by_role("button", name="Continuer").click()
    heading(page, "Vous avez choisi")
    assert chosen.locator(".bulletin-name").all_text_contents() == ["Liste C", "Ada", "Denis", "Non"]
    page.get_by_role("button", name="Je vote").click()
    heading(page, "Votre vote est enregistré")
    checked = check_ballot(backend.election, backend.received[0])
    expect(page.locator('[data-fill="receipt-tracker"]')).to_have_text(checked.tracker)
    assert chosen.text_content() == ""
    assert page.locator("input:checked").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


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
    heading(page, "Saisissez votre code de vote")
    type_code(page, typed)
    expect(page.locator("#voting-code-error")).to_contain_text(sentence)
    expect(page.locator("#voting-code")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#voting-code")).to_be_focused()
    assert page.locator("#voting-code").input_value() == typed
    # The words have the width of the sheet: in a narrow column they once stood a letter a line.
    assert page.locator("#voting-code-error").evaluate("element => element.getBoundingClientRect().width") > 150
    type_code(page)
    heading(page, "Faites votre choix")


def test_a_code_that_was_replaced_is_told_when(page: Page, backend: Backend, address: str) -> None:
    """Whoever types the notice's code after a re-issue reads since when it is none any more, to the hour."""
    old = voting_code.generate()
    replaced = public_credential(
        private_from_credential(UUID, voting_code.credential_from_code(old, EVENT, ITERATIONS))
    )
    backend.retired = [{"credential": replaced, "hour": "2026-12-04T07:00:00+00:00"}]
    page.goto(f"{address}/test-sign-in")
    heading(page, "Saisissez votre code de vote")
    type_code(page, old)
    expect(page.locator("#voting-code-error")).to_contain_text(
        "un réassort l’a remplacé, vendredi 4 décembre 2026 entre 08h00 et 09h00 (heure de Paris)"
    )
    type_code(page)
    heading(page, "Faites votre choix")


def test_anothers_code_is_told_from_a_slip(page: Page) -> None:
    """A well-formed code that is not this voter's."""
    heading(page, "Saisissez votre code de vote")
    assert page.locator("#voting-code").get_attribute("aria-invalid") is None
    for _attempt in range(3):
        type_code(page, voting_code.generate())
        expect(page.locator("#voting-code-error")).to_contain_text("ce n’est pas votre code de vote actuel")
        expect(page.locator("#voting-code")).to_have_value("")
    type_code(page)
    heading(page, "Faites votre choix")


def test_a_double_click_on_continue_is_no_vote(page: Page, backend: Backend) -> None:
    """« Je vote » may come to lie under the pointer between two clicks: it takes none at first."""
    heading(page, "Saisissez votre code de vote")
    type_code(page)
    heading(page, "Faites votre choix")
    page.get_by_label("Liste C").check()
    page.evaluate(
        """() => {
        document.querySelector("[data-form=choice] [type=submit]").click();
        document.querySelector("[data-button=cast]").click();
        }"""
    )
    heading(page, "Vous avez choisi")
    expect(page.get_by_role("button", name="Je vote")).to_be_enabled()
    heading(page, "Vous avez choisi")
    assert backend.received == []
    page.get_by_role("button", name="Je vote").dblclick()
    heading(page, "Votre vote est enregistré")
    assert len(backend.received) == 1


def test_several_choices_are_counted_before_the_confirmation(page: Page, backend: Backend) -> None:
    """One or two candidates among three, or blank: boxes instead of buttons, and each mistake has its sentence."""
    question = Question("Qui ?", ("Anne", "Bilal", "Chloé"), True, 1, 2)
    raw = make_election(UUID, "CAP", "", backend.election.public_key, [question])
    backend.election = Election.parse(raw)
    page.reload()
    heading(page, "Saisissez votre code de vote")
    type_code(page)
    heading(page, "Faites votre choix")
    boxes = [page.get_by_role("checkbox", name=name) for name in ("Anne", "Bilal", "Chloé", "Vote blanc")]
    problem = page.locator("#choice-error")
    assert boxes[0].evaluate("box => getComputedStyle(box).borderRadius") != "50%", "round is for one choice alone"
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
    heading(page, "Vous avez choisi")
    assert page.locator("[data-chosen] .bulletin-name").all_text_contents() == ["Bilal", "Chloé"]
    page.get_by_role("button", name="Je vote").click()
    heading(page, "Votre vote est enregistré")
    check_ballot(backend.election, backend.received[0])


def test_back_leads_to_the_step_before_with_what_was_chosen(page: Page, backend: Backend) -> None:
    """And forward again; once the ballot is sent, Back takes nothing back and asks about the receipt."""
    heading(page, "Saisissez votre code de vote")
    type_code(page)
    heading(page, "Faites votre choix")
    expect(page.get_by_text("Étape 2 sur 5")).to_be_visible()
    page.get_by_label("Liste C").check()
    page.get_by_role("button", name="Continuer").click()
    heading(page, "Vous avez choisi")
    page.go_back()
    heading(page, "Faites votre choix")
    assert page.get_by_label("Liste C").is_checked()
    page.go_back()
    heading(page, "Saisissez votre code de vote")
    page.go_forward()
    heading(page, "Faites votre choix")
    page.get_by_role("button", name="Revenir au code").click()
    heading(page, "Saisissez votre code de vote")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Vérifier mon code").click()  # known: need not be typed again
    heading(page, "Faites votre choix")
    page.get_by_role("button", name="Continuer").click()
    heading(page, "Vous avez choisi")
    expect(page.get_by_role("button", name="Je vote")).to_be_enabled()
    page.get_by_role("button", name="Je vote").click()
    heading(page, "Votre vote est enregistré")
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
    vote(page)
    heading(page, "Votre vote est enregistré")
    expect(page.get_by_role("heading", name="Il vous reste un scrutin")).to_be_visible()
    with page.expect_download():
        page.get_by_role("button", name="Télécharger").click()
    page.get_by_role("button", name="Voter au scrutin suivant").click()
    heading(page, "Faites votre choix")
    assert page.url.endswith(f"/voter/{NEXT}")
    expect(page.locator('[data-step="choice"] [data-election-name]')).to_have_text("CAP nationale")
    assert page.locator("input:checked").count() == 0
    page.get_by_label("Vote blanc").check()
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name="Je vote").click()
    heading(page, "Votre vote est enregistré")
    expect(page.get_by_role("heading", name="Vous avez voté dans tous vos scrutins")).to_be_visible()
    first, second = backend.received
    assert check_ballot(backend.election, first)
    assert check_ballot(backend.next_election, second)
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_lists_are_read_without_leaving(page: Page, backend: Backend) -> None:
    """Names are French whatever the page's language, and no translator touches them."""
    heading(page, "Saisissez votre code de vote")
    type_code(page)
    heading(page, "Faites votre choix")
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
    heading(page, "Saisissez votre code de vote")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate("window.shift") < 0.02
    context.close()
