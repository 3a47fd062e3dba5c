"""What a voter does in the booth, and what is seen there."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.booth.backend import CODE


def heading(page: Page, words: str) -> None:
    heading = page.locator("section:not([hidden]) h1")
    expect(heading).to_contain_text(words)
    expect(heading).to_be_focused()


def type_code(page: Page, code: str = CODE) -> None:
    page.get_by_label("Code de vote").fill(code)
    page.keyboard.press("Enter")


def vote(page: Page) -> None:
    heading(page, "Saisissez votre code de vote")
    type_code(page)
    heading(page, "Faites votre choix")
    page.get_by_label("Liste C").check()
    page.get_by_role("button", name="Continuer").click()
    heading(page, "Vous avez choisi")
    page.get_by_role("button", name="Je vote").click()
