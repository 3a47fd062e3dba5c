"""The pages of a proof of identity at a provider: the way there and back, and that no refusal is a dead end (A11)."""

import pytest

from services.runtime.refusals import Refusal
from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import SESSION, FakeRpc, standing

BACK = "/reassort/identite/retour?code=a-code-that-must-not-stay&state=a-state&iss=https%3A%2F%2Fprovider.example.org"
BUTTON = "S’identifier avec FranceConnect"


@pytest.fixture
def offered(rpc: FakeRpc) -> FakeRpc:
    rpc.table["identity", "reissue_standing"] = standing(provider="FranceConnect")
    return rpc


def test_there_and_back_to_the_mailed_link(voter: Browser, offered: FakeRpc) -> None:
    page = voter.get("/reassort").text
    assert BUTTON in page
    assert "Votre question défi" in page
    begun = voter.post("/reassort/identite")
    assert (begun.status_code, begun.location) == (303, "/reassort/identite")
    leaving = voter.get("/reassort/identite").text
    assert 'href="https://provider.example.org/authorize?state=s"' in leaving
    assert "Ils sont comparés à la liste électorale, puis oubliés." in leaving
    back = voter.get(BACK)
    # The address of the answer is left at once.
    assert (back.status_code, back.location) == (303, "/reassort/lien-envoye")
    [call] = offered.made("identity", "end_identity_check")
    assert call.payload == {
        "session": SESSION,
        "state": "a-state",
        "code": "a-code-that-must-not-stay",
        "error": None,
        "issuer": "https://provider.example.org",
    }
    assert "Consultez votre messagerie" in voter.get(back.location).text
    assert voter.get("/reassort/identite").location == "/reassort"
    with voter.client.session_transaction() as session:
        assert "must-not-stay" not in str(dict(session))


def test_without_a_setting_nothing_of_it_is_shown(voter: Browser, rpc: FakeRpc) -> None:
    page = voter.get("/reassort").text
    assert "/reassort/identite" not in page
    assert voter.get("/reassort/identite").location == "/reassort"


def test_whoever_has_no_question_is_offered_the_provider_instead_of_a_dead_end(
    voter: Browser, offered: FakeRpc
) -> None:
    offered.table["identity", "reissue_standing"] = standing(provider="FranceConnect", proof=None, question=None)
    page = voter.get("/reassort").text
    assert BUTTON in page
    assert "Vous n’avez pas choisi de question défi, mais FranceConnect peut confirmer qui vous êtes." in page
    assert voter.post("/reassort", {"answer": "Rex"}).location == "/reassort"
    assert offered.made("identity", "answer_reissue") == []


def test_a_dedicated_post_leaves_no_session_open_elsewhere(voter: Browser, offered: FakeRpc) -> None:
    voter.client.set_cookie("isoloir_poste", "1")
    assert BUTTON not in voter.get("/reassort").text
    assert voter.post("/reassort/identite").location == "/reassort"
    assert offered.made("identity", "begin_identity_check") == []


@pytest.mark.parametrize(
    ("code", "status", "said"),
    [
        ("provider_away", 503, "FranceConnect ne répond pas"),
        ("identity_check_unknown", 409, "ne peut plus servir"),
        ("identity_check_cancelled", 409, "abandonnée chez FranceConnect"),
        ("identity_check_refused", 409, "n’a pas pu être vérifiée"),
        ("identity_differs", 409, "n’est pas celle que la liste électorale a pour vous"),
        ("reissue_resting", 429, "attendez 4 minutes"),
    ],
)
def test_each_refusal_is_said_and_leads_on(voter: Browser, offered: FakeRpc, code: str, status: int, said: str) -> None:
    offered.table["identity", "end_identity_check"] = Refusal(code, provider="FranceConnect", minutes=4)
    back = voter.get(BACK)
    assert (back.status_code, back.location) == (303, "/reassort/identite/refus")
    page = voter.get(back.location)
    assert page.status_code == status
    assert said in page.text
    assert "Aucune demande n’a été comptée." in page.text
    assert 'href="/reassort"' in page.text
    assert "Contacter la cellule de soutien" in page.text
    assert voter.get(back.location).status_code == status  # a reload says the same


@pytest.mark.parametrize("query", ["", "?state=" + "s" * 5000, "?state=%00", "?error=access_denied"])
def test_junk_in_the_address_is_refused_in_words(voter: Browser, offered: FakeRpc, query: str) -> None:
    offered.table["identity", "end_identity_check"] = Refusal("identity_check_unknown", provider="FranceConnect")
    back = voter.get("/reassort/identite/retour" + query)
    assert back.location == "/reassort/identite/refus"
    assert "Recommencez ici." in voter.get(back.location).text


def test_a_provider_that_is_away_at_the_start_is_said(voter: Browser, offered: FakeRpc) -> None:
    offered.table["identity", "begin_identity_check"] = Refusal("provider_away", provider="FranceConnect")
    assert voter.post("/reassort/identite").location == "/reassort/identite/refus"
    assert voter.get("/reassort/identite").location == "/reassort"


def test_an_answer_in_a_browser_that_is_not_signed_in_asks_nobody_and_says_so(browser: Browser, rpc: FakeRpc) -> None:
    assert browser.get(BACK).location == "/identification"
    assert "recommencez dans ce navigateur" in browser.get("/identification").text
    assert rpc.made("identity", "end_identity_check") == []
    assert browser.get("/reassort/identite/refus").location == "/identification"
