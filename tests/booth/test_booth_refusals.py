"""What the booth refuses: another election, another receipt, and what it tells of the urn's refusals."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from services.ballot.belenios import revoting
from services.ballot.belenios.ballot import tracker
from services.ballot.belenios.election import Election, make_election
from services.ballot.belenios.keys.credential import private_from_credential, public_credential
from services.ballot.belenios.keys.trustees import single_key
from services.reassort.codes import voting_code
from tests.booth.backend import EVENT, ITERATIONS, UUID, Backend
from tests.booth.steps import heading, type_code, vote


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
    vote(page)
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
    vote(page)
    heading(page, "Attention")
    expect(page.locator('[data-fill="alarm-tracker"]')).to_have_text(tracker(backend.received[0]))
    assert page.locator("body").get_by_role("heading", name="Votre vote est enregistré").is_hidden()


def test_a_code_that_is_replaced_while_the_voter_chooses_keeps_the_choice(page: Page, backend: Backend) -> None:
    """Old code accepted, re-issue meanwhile: nothing is recorded, the new code is asked for, the marks are still there."""
    heading(page, "Saisissez votre code de vote")
    type_code(page)
    heading(page, "Faites votre choix")
    page.get_by_label("Liste C").check()
    page.get_by_role("button", name="Continuer").click()
    heading(page, "Vous avez choisi")
    new = voting_code.generate()
    backend.retired = [{"credential": backend.credential, "hour": "2026-12-04T07:00:00+00:00"}]
    backend.credential = public_credential(
        private_from_credential(UUID, voting_code.credential_from_code(new, EVENT, ITERATIONS))
    )
    backend.refusals = ["credential_retired"]
    page.get_by_role("button", name="Je vote").click()
    heading(page, "Saisissez votre code de vote")
    expect(page.locator("#voting-code-error")).to_contain_text(
        "Votre vote n’est pas enregistré : un réassort a remplacé votre code, vendredi 4 décembre 2026 entre 08h00 et 09h00"
    )
    type_code(page)
    expect(page.locator("#voting-code-error")).to_contain_text("Ce code n’est plus valable")
    type_code(page, new)
    heading(page, "Faites votre choix")
    expect(page.get_by_label("Liste C")).to_be_checked()
    page.get_by_role("button", name="Continuer").click()
    heading(page, "Vous avez choisi")
    page.get_by_role("button", name="Je vote").click()
    heading(page, "Votre vote est enregistré")
    assert len(set(backend.received)) == 2


def test_a_refusal_that_is_final_says_so(page: Page, backend: Backend) -> None:
    """The election was closed meanwhile."""
    backend.refusals = ["election_closed"]
    vote(page)
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
    """Before any code is asked, in the heading and below it; who has voted in the colour of what went well."""
    backend.state, backend.voted = state, voted
    page.reload()
    heading(page, sentence)
    shown = page.locator('[data-step="unavailable"] .notice:visible')
    expect(shown).to_contain_text(f"{sentence} pour ce scrutin")
    expect(shown).to_contain_class("notice-ok" if voted else "notice-warn")
    expect(page.get_by_label("Code de vote")).to_be_hidden()


def test_who_may_vote_again_is_told_what_the_ballot_replaces(page: Page, backend: Backend) -> None:
    """Where the sealed election itself says so: with the code of the first vote, and until the closing."""
    raw = backend.election.raw.replace('"description":""', f'"description":"{revoting.RULE}"')
    backend.election, backend.voted = Election.parse(raw), True
    page.reload()
    heading(page, "Saisissez votre code de vote")
    expect(page.get_by_text("le code avec lequel vous avez voté")).to_be_visible()
    type_code(page)
    page.get_by_label("Liste C").check()
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_text("remplacera celui que vous avez déjà dans l’urne")).to_be_visible()
    expect(page.get_by_text("Il sera définitif")).to_be_hidden()
    page.get_by_role("button", name="Je vote").click()
    heading(page, "Votre vote est enregistré")
    expect(page.get_by_text("un vote ultérieur remplace celui-ci")).to_be_visible()


def test_an_altered_election_is_refused(page: Page, backend: Backend) -> None:
    """An election file that is not of this address, or not canonical, is never voted in."""
    backend.election = replace(backend.election, raw=backend.election.raw.replace(UUID, UUID[::-1]))
    page.reload()
    expect(page.get_by_text("Les données du scrutin reçues ne sont pas valables")).to_be_visible()
