"""What comes between the choice and the receipt: cuts, log-outs, closing, browsers that lack something."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from services.ballot.belenios.ballot import tracker
from tests.booth.backend import Backend
from tests.booth.steps import heading, type_code, vote


def test_the_same_ballot_is_sent_again_after_a_cut(page: Page, backend: Backend, address: str) -> None:
    """First the network is cut, then the session has expired, then the permit: one ballot, in the end one receipt."""
    backend.refusals = ["session_expired", "permit_expired"]
    page.route("**/ballots", lambda route: route.abort(), times=1)
    vote(page)
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
    heading(page, "Votre vote est enregistré")
    assert len(backend.received) == 3
    assert len(set(backend.received)) == 1
    assert tracker(backend.received[0]) == shown


def test_leaving_before_the_acknowledgement_is_warned_of(page: Page) -> None:
    """The browser asks before the choice is lost, and no longer once the receipt is shown."""
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    heading(page, "Saisissez votre code de vote")
    type_code(page)
    heading(page, "Faites votre choix")
    page.get_by_label("Liste C").check()
    with page.expect_event("dialog"):
        page.evaluate("setTimeout(() => location.reload())")
    assert asked == ["beforeunload"]
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name="Je vote").click()
    heading(page, "Votre vote est enregistré")
    with page.expect_download():
        page.get_by_role("button", name="Télécharger").click()
    page.reload()
    assert asked == ["beforeunload"]


@pytest.mark.parametrize("cookies_too", [False, True], ids=["log-out", "emptied cookies"])
def test_a_log_out_in_another_tab_is_told_as_what_it_is(
    page: Page, backend: Backend, address: str, cookies_too: bool
) -> None:
    """With whether the ballot is recorded, and a way on: the same ballot goes once the voter is known again."""
    heading(page, "Saisissez votre code de vote")
    type_code(page)
    heading(page, "Faites votre choix")
    page.get_by_label("Liste C").check()
    page.get_by_role("button", name="Continuer").click()
    heading(page, "Vous avez choisi")
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
    heading(page, "Votre vote est enregistré")
    assert len(backend.received) == 1


def test_a_closing_after_a_lost_answer_leaves_the_tracker(page: Page, backend: Backend) -> None:
    """The first sending may have reached the urn: nothing says that it has not, and the tracker tells."""
    backend.refusals = ["election_closed"]
    page.route("**/ballots", lambda route: route.abort(), times=1)
    vote(page)
    expect(page.get_by_text("L’urne n’a pas répondu")).to_be_visible()
    page.get_by_role("button", name="Réessayer").click()
    heading(page, "Le vote est clos")
    expect(page.get_by_text("un envoi précédent est resté sans réponse")).to_be_visible()
    expect(page.locator('[data-fill="unavailable-tracker"]')).to_have_text(tracker(backend.received[0]))


@pytest.mark.parametrize("lacks", ["AbortSignal.timeout = undefined", "delete Object.hasOwn"])
def test_a_browser_without_a_function_that_can_be_spared_is_served(page: Page, lacks: str) -> None:
    """Safari 15 and Firefox before 100 have no AbortSignal.timeout."""
    page.add_init_script(lacks)
    page.reload()
    vote(page)
    heading(page, "Votre vote est enregistré")


def test_a_browser_that_lacks_what_voting_needs_is_told_by_name(page: Page) -> None:
    page.add_init_script("delete window.Worker")
    page.reload()
    heading(page, "Votre navigateur est trop ancien pour voter")
    expect(page.locator('[data-fill="unavailable"]')).to_contain_text("Worker")
