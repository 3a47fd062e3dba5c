"""From the identifier to the voter's home, as a browser goes."""

import pytest
from werkzeug.test import TestResponse

from services.runtime.refusals import Refusal
from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import IDENTIFIER, LINK_TOKEN, PASSWORD, SESSION, FakeRpc, entry


def without_variables(answer: TestResponse) -> str:
    """A page without the anti-forgery tokens, which differ from one request to the next."""
    return "\n".join(line for line in answer.text.splitlines() if "csrf" not in line)


def test_root_leads_to_identification_or_home(browser: Browser) -> None:
    assert browser.get("/").location == "/identification"
    assert browser.sign_in().get("/").location == "/accueil"


def test_identification_page_has_the_known_labels(browser: Browser) -> None:
    page = browser.get("/identification").text
    for label in ("Accès au portail Élections", "Identifiant électeur", "CONNEXION", "Aller au contenu"):
        assert label in page
    assert page.count("<h1") == 1
    assert 'autocomplete="username"' in page


def test_unknown_and_unactivated_addresses_see_the_same(browser: Browser) -> None:
    # identity answers link_sent to both; the page must not add anything that differs.
    first = browser.post("/identification", {"identifier": "known@ac-demo.fr"})
    page_of_first = without_variables(browser.get(first.location))
    second = browser.post("/identification", {"identifier": "nobody@ac-demo.fr"})
    page_of_second = without_variables(browser.get(second.location))
    assert (first.status_code, first.location, first.text) == (second.status_code, second.location, second.text)
    assert page_of_first == page_of_second
    assert "known@" not in page_of_first
    for words in ("Un mail vient de vous être envoyé", "Vous êtes invités à fermer cette fenêtre", "15 minutes"):
        assert words in page_of_first


def test_identifier_is_sent_without_surrounding_blanks(browser: Browser, rpc: FakeRpc) -> None:
    browser.post("/identification", {"identifier": f"  {IDENTIFIER} "})
    assert rpc.made("identity", "request_access")[0].payload == {"identifier": IDENTIFIER}


@pytest.mark.parametrize("identifier", ["", "   ", "ada", "a b@c.fr", "a\x00@c.fr", "x" * 260 + "@c.fr"])
def test_errors_are_tied_to_their_field(identifier: str, browser: Browser, rpc: FakeRpc) -> None:
    answer = browser.post("/identification", {"identifier": identifier})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert "identifier-error" in answer.text
    assert 'href="#identifier"' in answer.text
    assert "autofocus" in answer.text
    assert "<title>Erreur" in answer.text
    assert rpc.calls == []


def test_activated_voter_signs_in_with_the_password(browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "request_access"] = {"next": "password"}
    assert browser.post("/identification", {"identifier": IDENTIFIER}).location == "/mot-de-passe"
    page = browser.get("/mot-de-passe").text
    assert "Saisie du mot de passe" in page
    assert "Mot de passe oublié\u00a0?" in page
    assert 'autocomplete="current-password"' in page
    answer = browser.post("/mot-de-passe", {"password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/accueil")
    assert rpc.made("identity", "log_in")[0].payload == {"identifier": IDENTIFIER, "password": PASSWORD}
    assert "Bienvenue sur votre portail Élections" in browser.get("/accueil").text


@pytest.mark.parametrize(
    ("refusal", "status", "words"),
    [(Refusal("log_in_refused"), 401, "incorrect"), (Refusal("account_locked", minutes=7), 429, "pendant 7 minute")],
)
def test_a_refused_password_is_said_in_the_form(
    refusal: Refusal, status: int, words: str, browser: Browser, rpc: FakeRpc
) -> None:
    rpc.table["identity", "request_access"] = {"next": "password"}
    rpc.table["identity", "log_in"] = refusal
    browser.post("/identification", {"identifier": IDENTIFIER})
    answer = browser.post("/mot-de-passe", {"password": PASSWORD})
    assert answer.status_code == status
    assert words in answer.text
    assert PASSWORD not in answer.text
    assert 'aria-invalid="true"' in answer.text
    # A second try by ourselves would count as a second guess.
    assert len(rpc.made("identity", "log_in")) == 1


def test_forgotten_password_sends_a_link(browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "request_access"] = {"next": "password"}
    browser.post("/identification", {"identifier": IDENTIFIER})
    assert browser.post("/mot-de-passe/oubli").location == "/lien-envoye"
    assert rpc.made("identity", "request_password_link")[0].payload == {"identifier": IDENTIFIER}


@pytest.mark.parametrize("path", ["/mot-de-passe", "/mot-de-passe/oubli"])
def test_password_page_without_an_identifier_leads_back(path: str, browser: Browser) -> None:
    assert browser.post(path, {"password": PASSWORD}).location == "/identification"


def test_link_token_stays_in_no_address_and_no_page(browser: Browser, rpc: FakeRpc) -> None:
    answer = browser.get(f"/lien/{LINK_TOKEN}")
    assert (answer.status_code, answer.location) == (303, "/activation")
    assert rpc.calls == []  # mail filters follow links: nothing is used up, nothing even asked
    page = browser.get("/activation")
    assert LINK_TOKEN not in page.text
    assert IDENTIFIER in page.text
    assert "Initialisation du mot de passe Élections" in page.text
    assert page.text.count('autocomplete="new-password"') == 2
    answer = browser.post("/activation", {"password": PASSWORD, "confirmation": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/accueil")
    assert rpc.made("identity", "activate")[0].payload == {"token": LINK_TOKEN, "password": PASSWORD}
    with browser.client.session_transaction() as session:
        assert dict(session).keys() == {"voter"}
        assert session["voter"] == SESSION


def test_broken_rules_and_different_confirmation_are_explained(browser: Browser, rpc: FakeRpc) -> None:
    browser.get(f"/lien/{LINK_TOKEN}")
    answer = browser.post("/activation", {"password": PASSWORD, "confirmation": "other"})
    assert answer.status_code == 422
    assert "Les deux saisies sont différentes" in answer.text
    assert rpc.made("identity", "activate") == []
    rpc.table["identity", "activate"] = Refusal("password_refused", broken=["too_short", "digit"])
    answer = browser.post("/activation", {"password": PASSWORD, "confirmation": PASSWORD})
    assert answer.status_code == 422
    assert "trop court" in answer.text
    assert "au moins un chiffre." in answer.text
    assert PASSWORD not in answer.text


@pytest.mark.parametrize(("code", "status"), [("link_unknown", 404), ("link_expired", 410), ("link_used", 410)])
def test_a_dead_link_says_so_and_offers_a_new_one(code: str, status: int, browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "open_link"] = Refusal(code)
    browser.get(f"/lien/{LINK_TOKEN}")
    answer = browser.get("/activation")
    assert answer.status_code == status
    assert 'href="/identification"' in answer.text


def test_home_shows_the_four_blocks_and_paris_time(voter: Browser, rpc: FakeRpc) -> None:
    page = voter.get("/accueil").text
    for label in ("Mes informations pratiques", "Mes scrutins", "Mon Compte", "Je Vote", "Se déconnecter"):
        assert label in page
    assert "Ouvert du jeudi 3 décembre 2026 à 08h00 au jeudi 10 décembre 2026 à 17h00 (Heure de Paris)" in page
    assert "À l’urne, salle du Baromètre." in page
    assert "Ada Lovelace" in page
    assert page.count("<h1") == 1
    assert "A voté" not in page
    rpc.table["identity", "resume_session"]["elections"] = [entry(signed=True)]
    assert "A voté" in voter.get("/accueil").text


def test_home_stands_when_the_ballot_box_is_away(voter: Browser, rpc: FakeRpc) -> None:
    from services.runtime.rpc import RpcUnavailable

    rpc.table["ballot", "describe_election"] = RpcUnavailable("ballot")
    assert "État momentanément indisponible" in voter.get("/accueil").text
    assert voter.get("/voter").status_code == 200


def test_expired_session_is_dropped_and_said(voter: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "resume_session"] = Refusal("session_expired")
    answer = voter.get("/accueil")
    assert (answer.status_code, answer.location) == (303, "/identification")
    assert "Votre session a pris fin" in voter.get("/identification").text
    with voter.client.session_transaction() as session:
        assert "voter" not in session
    assert voter.get("/accueil").location == "/identification"


def test_signing_out_ends_the_session_at_both_ends(voter: Browser, rpc: FakeRpc) -> None:
    assert voter.post("/deconnexion").location == "/au-revoir"
    assert rpc.made("identity", "close_session")[0].payload == {"session": SESSION}
    assert voter.get("/voter").location == "/identification"
    assert voter.get("/deconnexion").status_code == 405


def test_api_walks_the_same_way(browser: Browser, rpc: FakeRpc) -> None:
    first = browser.get("/api/v1/session").json
    assert first is not None
    assert first["signed_in"] is False
    headers = {"X-CSRFToken": first["csrf_token"]}
    client = browser.client
    assert client.post("/api/v1/access", json={"identifier": IDENTIFIER}, headers=headers).json == {"next": "link_sent"}
    link = client.post("/api/v1/link", json={"token": LINK_TOKEN}, headers=headers).json
    assert link == {"purpose": "activation", "expires_at": "2026-12-05T07:00:00+00:00"}
    body = {"token": LINK_TOKEN, "password": PASSWORD}
    answer = client.post("/api/v1/activation", json=body, headers=headers)
    assert answer.status_code == 201
    assert answer.json is not None
    assert answer.json["voter"]["surname"] == "Lovelace"
    headers = {"X-CSRFToken": answer.json["csrf_token"]}
    assert client.delete("/api/v1/session", headers=headers).status_code == 204
    assert client.get("/api/v1/elections").status_code == 401
    headers = {"X-CSRFToken": client.get("/api/v1/session").json["csrf_token"]}  # type: ignore[index]
    body = {"identifier": IDENTIFIER, "password": PASSWORD}
    assert client.post("/api/v1/session", json=body, headers=headers).status_code == 201
    assert client.get("/api/v1/session").json["signed_in"] is True  # type: ignore[index]
