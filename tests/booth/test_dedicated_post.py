"""A dedicated post (B12), walked by two voters one after the other: the second finds nothing of the first."""

from playwright.sync_api import Page, expect

from services.ballot.belenios.ballot import tracker
from tests.booth.backend import CODE, UUID, Backend
from tests.booth.steps import heading, vote


def test_the_second_voter_finds_nothing_of_the_first(page: Page, backend: Backend, address: str) -> None:
    page.goto(f"{address}/poste-dedie")
    page.get_by_role("button", name="Faire de ce navigateur un poste dédié").click()
    expect(page.get_by_text("Ce navigateur est un poste dédié.")).to_be_visible()

    page.goto(f"{address}/test-sign-in")
    vote(page)
    heading(page, "Votre vote est enregistré")
    first = tracker(backend.received[0])
    for left in ("Télécharger", "En texte", "Copier"):
        expect(page.get_by_role("button", name=left)).to_have_count(0)
    page.get_by_role("button", name="Me l’envoyer par courriel").click()
    expect(page.get_by_text("Preuve de vote envoyée à votre adresse professionnelle.")).to_be_visible()
    [mailed] = backend.mailed
    assert (mailed["email"], mailed["tracker"]) == ("a@example.org", first)
    page.evaluate("window.print = () => { window.printed = true }")
    page.get_by_role("button", name="Imprimer").click()
    assert page.evaluate("window.printed")
    page.get_by_role("button", name="Terminer").click()
    _plain_heading(page, "C’est terminé")

    # Storage, cookies, the back button, fields.
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert page.request.get(f"{address}/accueil").url.endswith("/identification")
    for _step in range(6):
        page.go_back()
        page.wait_for_load_state()
        text = page.content()
        assert first not in text
        assert CODE not in text
        assert "Martin" not in text
        if page.url == "about:blank":
            break
    page.goto(f"{address}/poste-dedie")
    expect(page.get_by_text("Ce navigateur est un poste dédié.")).to_be_visible()
    page.goto(f"{address}/voter/{UUID}")
    _plain_heading(page, "Accès au portail Élections")


def _plain_heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)
