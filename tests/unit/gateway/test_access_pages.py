"""From the identifier to the voter's home, as a browser goes."""

import pytest
from werkzeug.test import TestResponse

from services.runtime.refusals import Refusal
from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import CAPTCHA_TEXT, IDENTIFIER, LINK_TOKEN, ONLINE, PASSWORD, SESSION, FakeRpc, states


def without_variables(answer: TestResponse) -> str:
    """A page without the anti-forgery tokens and the hour, which differ from one request to the next."""
    return "\n".join(line for line in answer.text.splitlines() if "csrf" not in line and 'id="again"' not in line)


def test_root_leads_to_identification_or_home(browser: Browser) -> None:
    assert browser.get("/").location == "/identification"
    assert browser.sign_in().get("/").location == "/accueil"


def test_identification_page_has_the_known_labels(browser: Browser) -> None:
    page = browser.get("/identification").text
    for label in ("Accès au portail Élections", "Identifiant électeur", "Connexion", "Aller au contenu"):
        assert label in page
    assert page.count("<h1") == 1
    assert 'autocomplete="username"' in page


def test_unknown_and_unactivated_addresses_see_the_same(browser: Browser) -> None:
    # identity answers link_sent to both; the page must not add anything that differs.
    first = browser.identify("known@ac-demo.fr")
    page_of_first = without_variables(browser.get(first.location))
    second = browser.identify("nobody@ac-demo.fr")
    page_of_second = without_variables(browser.get(second.location))
    assert (first.status_code, first.location, first.text) == (second.status_code, second.location, second.text)
    # The address is shown as it was typed, to be corrected; nothing else differs.
    assert page_of_first.count("known@ac-demo.fr") == 1
    assert page_of_first.replace("known@", "") == page_of_second.replace("nobody@", "")
    for words in ("Un mail vient de vous être envoyé", "Vous êtes invités à fermer cette fenêtre", "15 minutes"):
        assert words in page_of_first


def test_identifier_is_sent_without_surrounding_blanks(browser: Browser, rpc: FakeRpc) -> None:
    browser.identify(f"  {IDENTIFIER} ")
    assert rpc.made("identity", "request_access")[0].payload == {"identifier": IDENTIFIER, "language": "fr"}


@pytest.mark.parametrize("identifier", ["", "   ", "ada", "a b@c.fr", "a\x00@c.fr", "x" * 260 + "@c.fr"])
def test_errors_are_tied_to_their_field(identifier: str, browser: Browser, rpc: FakeRpc) -> None:
    answer = browser.identify(identifier)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert "identifier-error" in answer.text
    assert 'href="#identifier"' in answer.text
    assert "autofocus" in answer.text
    assert "<title>Erreur" in answer.text
    assert rpc.made("identity", "request_access") == []
    # The code is not used up by a slip elsewhere, and stays as it was typed.
    assert rpc.made("identity", "check_captcha") == []
    assert f'value="{CAPTCHA_TEXT}"' in answer.text


def test_activated_voter_signs_in_with_the_password(browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "request_access"] = {"next": "password", "sent_since": None, "retry_after": 0}
    assert browser.identify(IDENTIFIER).location == "/mot-de-passe"
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
    rpc.table["identity", "request_access"] = {"next": "password", "sent_since": None, "retry_after": 0}
    rpc.table["identity", "log_in"] = refusal
    browser.identify(IDENTIFIER)
    answer = browser.post("/mot-de-passe", {"password": PASSWORD})
    assert answer.status_code == status
    assert words in answer.text
    assert PASSWORD not in answer.text
    assert 'aria-invalid="true"' in answer.text
    # A second try by ourselves would count as a second guess.
    assert len(rpc.made("identity", "log_in")) == 1


def test_forgotten_password_sends_a_link(browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "request_access"] = {"next": "password", "sent_since": None, "retry_after": 0}
    browser.identify(IDENTIFIER)
    assert browser.post("/mot-de-passe/oubli").location == "/lien-envoye"
    assert rpc.made("identity", "request_password_link")[0].payload == {"identifier": IDENTIFIER, "language": "fr"}


@pytest.mark.parametrize("path", ["/mot-de-passe", "/mot-de-passe/oubli"])
def test_password_page_without_an_identifier_leads_back(path: str, browser: Browser) -> None:
    assert browser.post(path, {"password": PASSWORD}).location == "/identification"


def test_home_shows_the_four_blocks_and_paris_time(voter: Browser, rpc: FakeRpc) -> None:
    page = voter.get("/accueil").text
    for label in ("Mes informations pratiques", "Mes scrutins", "Mon compte", "Je vote", "Se déconnecter"):
        assert label in page
    assert "Ouvert du jeudi 3 décembre 2026 à 08h00 au jeudi 10 décembre 2026 à 17h00 (Heure de Paris)" in page
    assert "À l’urne, salle du Baromètre." in page
    assert "Ada Lovelace" in page
    assert page.count("<h1") == 1
    assert "A voté" not in page
    rpc.table["ballot", "election_states"] = states("open", ONLINE)
    assert "A voté" in voter.get("/accueil").text


def test_home_stands_when_the_ballot_box_is_away(voter: Browser, rpc: FakeRpc) -> None:
    from services.runtime.contracts.client import RpcUnavailable

    rpc.table["ballot", "election_states"] = RpcUnavailable("ballot")
    assert "État momentanément indisponible" in voter.get("/accueil").text
    assert voter.get("/voter").status_code == 200


def test_expired_session_is_dropped_and_said(voter: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "resume_session"] = Refusal("session_expired")
    answer = voter.get("/accueil")
    assert (answer.status_code, answer.location) == (303, "/session-expiree")
    assert "Votre session a pris fin" in voter.get("/session-expiree").text
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
    assert headers["X-CSRFToken"]
    client = browser.client
    asked = browser.send_solved("access", "/api/v1/access", {"identifier": IDENTIFIER})
    assert asked.json == {"next": "link_sent", "sent_since": None, "retry_after": 120}
    assert browser.send_solved("password", "/api/v1/password-link", {"identifier": IDENTIFIER}).json == asked.json
    link = browser.send("/api/v1/link", {"token": LINK_TOKEN}).json
    assert link is not None
    assert (link["purpose"], link["questions"]) == ("activation", ["first_pet", "dream_trip"])
    assert "identifier" not in link
    body = {"token": LINK_TOKEN, "password": PASSWORD, "question": "first_pet", "answer": "Bidule"}
    answer = browser.send_solved("activation", "/api/v1/activation", body)
    assert answer.status_code == 201
    assert rpc.made("identity", "activate")[0].payload.items() >= body.items()
    assert answer.json is not None
    assert answer.json["voter"]["surname"] == "Lovelace"
    assert answer.json["activated"] is True
    headers = {"X-CSRFToken": answer.json["csrf_token"]}
    assert client.delete("/api/v1/session", headers=headers).status_code == 204
    assert client.get("/api/v1/elections").status_code == 401
    answer = browser.send_solved("login", "/api/v1/session", {"identifier": IDENTIFIER, "password": PASSWORD})
    assert answer.status_code == 201
    assert client.get("/api/v1/session").json["signed_in"] is True  # type: ignore[index]


def test_api_enters_without_activation(browser: Browser, rpc: FakeRpc) -> None:
    body = {"token": LINK_TOKEN, "password": PASSWORD, "without_activation": True}
    assert browser.send_solved("activation", "/api/v1/activation", body).status_code == 201
    assert rpc.made("identity", "prepare_activation")[0].payload == {"token": LINK_TOKEN, "password": PASSWORD}
    assert rpc.made("identity", "enter_without_activation")[0].payload["token"] == LINK_TOKEN
    assert rpc.made("identity", "activate") == []


def test_a_resend_says_since_when_a_message_is_on_its_way(browser: Browser, rpc: FakeRpc) -> None:
    browser.identify(IDENTIFIER)
    page = browser.get("/lien-envoye").text
    assert "déjà en route" not in page
    assert "Un nouvel envoi pourra être demandé à partir de" in page
    rpc.table["identity", "request_access"] = {
        "next": "link_sent",
        "sent_since": "2026-12-01T07:03:00+00:00",
        "retry_after": 0,
    }
    assert browser.post("/lien-envoye/renvoyer").location == "/lien-envoye"
    assert rpc.made("identity", "request_access")[-1].payload == {"identifier": IDENTIFIER, "language": "fr"}
    page = browser.get("/lien-envoye").text
    assert "déjà en route depuis 08h03 (heure de Paris)" in page
    assert "Renvoyer le message" in page
    assert IDENTIFIER in page


def test_a_resend_of_a_password_link_asks_for_the_same_again(browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "request_access"] = {"next": "password", "sent_since": None, "retry_after": 0}
    browser.identify(IDENTIFIER)
    browser.post("/mot-de-passe/oubli")
    browser.post("/lien-envoye/renvoyer")
    assert len(rpc.made("identity", "request_password_link")) == 2
    assert len(rpc.made("identity", "request_access")) == 1


def test_a_resend_after_activation_elsewhere_leads_to_the_password(browser: Browser, rpc: FakeRpc) -> None:
    browser.identify(IDENTIFIER)
    rpc.table["identity", "request_access"] = {"next": "password", "sent_since": None, "retry_after": 0}
    assert browser.post("/lien-envoye/renvoyer").location == "/mot-de-passe"


def test_nothing_is_sent_again_for_whoever_asked_for_nothing(browser: Browser, rpc: FakeRpc) -> None:
    assert browser.get("/lien-envoye").location == "/", "no message was sent, and none is said to have been"
    assert browser.post("/lien-envoye/renvoyer").location == "/identification"
    assert rpc.made("identity", "request_access") == []


def test_help_tells_how_to_find_ones_identifier(browser: Browser) -> None:
    assert 'href="/aide/identifiant"' in browser.get("/identification").text
    page = browser.get("/aide/identifiant").text
    for words in ("plusieurs adresses", "annuaire des agents", "minuscules", "navigation privée", "soutien"):
        assert words in page


def test_profile_of_2018_has_its_own_labels(browser: Browser, rpc: FakeRpc) -> None:
    known = rpc.table["identity", "voting_event"]
    known |= {"profile": "2018", "availability": {"profile": "2018-03-01T09:00:00+00:00"}}
    page = browser.get("/identification").text
    for words in ("Espace électeur", "Veuillez saisir votre adresse de messagerie professionnelle", "Continuer"):
        assert words in page
    assert "Consulter votre profil (à partir du jeudi 1er mars 2018 à 10h00)" in page
    assert "Connexion" not in page
    browser.identify(IDENTIFIER)
    page = browser.get("/lien-envoye").text
    assert "peut prendre jusqu’à 15 mn selon les systèmes de sécurité académique" in page
    assert "OK, j’ai compris" in page
    rpc.table["identity", "request_access"] = {"next": "password", "sent_since": None, "retry_after": 0}
    browser.identify(IDENTIFIER)
    page = browser.get("/mot-de-passe").text
    for words in ("Saisie du mot de passe personnel électeur", "Mot de passe personnel électeur", "Se connecter"):
        assert words in page
    browser.post("/mot-de-passe/oubli")
    page = browser.get("/lien-envoye").text
    assert "afin de choisir un nouveau mot de passe" in page
    assert "finaliser la création" not in page


def test_a_locked_account_says_after_how_long_to_come_back(browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "request_access"] = {"next": "password", "sent_since": None, "retry_after": 0}
    rpc.table["identity", "log_in"] = Refusal("account_locked", minutes=7)
    browser.identify(IDENTIFIER)
    assert browser.post("/mot-de-passe", {"password": PASSWORD}).headers["Retry-After"] == "420"
