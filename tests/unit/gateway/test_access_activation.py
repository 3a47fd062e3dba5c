"""From a link in an e-mail to the voter's home: password, challenge question, or one visit without activation."""

from urllib.parse import urlsplit

import pytest

from services.runtime.contracts.client import RpcTimeout
from services.runtime.refusals import Refusal
from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import CAPTCHA, CAPTCHA_TEXT, IDENTIFIER, LINK_TOKEN, PASSWORD, SESSION, FakeRpc

ANSWER = {"question": "first_pet", "answer": "Bidule", "confirmation": "Bidule"}


@pytest.fixture
def follower(browser: Browser) -> Browser:
    """A browser that has followed a link."""
    answer = browser.get(f"/lien/{LINK_TOKEN}")
    assert (answer.status_code, answer.location) == (303, "/activation")
    return browser


@pytest.fixture
def prepared(follower: Browser, rpc: FakeRpc) -> Browser:
    """A browser whose password has been chosen."""
    rpc.table["identity", "open_link"]["prepared"] = True
    return follower


def test_a_scanners_visit_uses_nothing_up(follower: Browser, rpc: FakeRpc) -> None:
    assert rpc.calls == []
    follower.get(f"/lien/{LINK_TOKEN}")
    follower.get("/activation")
    assert {call.method for call in rpc.calls} <= {"open_link", "open_captcha", "voting_event"}


def test_the_token_is_in_no_later_address_and_no_page(follower: Browser, rpc: FakeRpc) -> None:
    seen = [follower.get("/activation"), follower.choose_password(PASSWORD)]
    rpc.table["identity", "open_link"]["prepared"] = True
    seen += [follower.get("/question-defi"), follower.post("/question-defi", ANSWER), follower.get("/accueil")]
    for answer in seen:
        assert LINK_TOKEN not in answer.text
        assert LINK_TOKEN not in (answer.location or "")
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert LINK_TOKEN not in urlsplit(answer.request.url).geturl()
    with follower.client.session_transaction() as session:
        assert session["voter"] == SESSION
        assert "link" not in session


@pytest.mark.parametrize("path", ["/activation", "/question-defi"])
def test_going_back_to_a_step_that_is_done_leads_home(path: str, prepared: Browser) -> None:
    assert "Ce lien n’est pas reconnu" not in prepared.get(path).text
    prepared.post("/question-defi", ANSWER)
    assert prepared.get(path).location == "/accueil"


def test_password_page_of_2022(follower: Browser) -> None:
    page = follower.get("/activation").text
    for words in (
        "Initialisation du mot de passe Élections",
        "entre 12 caractères et 256 caractères",
        "au moins une lettre en minuscule non-accentuée",
        "au moins une lettre en majuscule non-accentuée",
        "au moins un chiffre",
        "au moins un caractère spécial",
        "Confirmation du mot de passe Élections",
        "CAPTCHA",
        "Connexion",
        IDENTIFIER,
    ):
        assert words in page
    assert page.count('autocomplete="new-password"') == 2
    assert 'data-policy-for="password"' in page


def test_password_page_of_2018_leads_home_at_once(follower: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "open_link"] |= {"profile": "2018", "questions": []}
    page = follower.get("/activation").text
    for words in (
        "Création de mon mot de passe",
        "Mot de passe personnel électeur",
        "Confirmation du mot de passe personnel électeur",
        "entre 8 et 24 caractères",
        "différent de votre adresse",
    ):
        assert words in page
    assert "caractère spécial" not in page
    assert follower.choose_password(PASSWORD).location == "/accueil"
    sent = {"token": LINK_TOKEN, "password": PASSWORD, "question": None, "answer": None}
    assert rpc.made("identity", "activate")[0].payload.items() >= sent.items()
    assert rpc.made("identity", "prepare_activation") == []
    assert "Votre compte a bien été activé" in follower.get("/accueil").text


def test_a_reissued_password_asks_no_question(follower: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "open_link"] |= {"purpose": "password", "questions": []}
    assert "reste valable" in follower.get("/activation").text
    assert follower.choose_password(PASSWORD).location == "/accueil"
    assert "Votre nouveau mot de passe est enregistré" in follower.get("/accueil").text


def test_the_challenge_question_activates_the_account(follower: Browser, rpc: FakeRpc) -> None:
    assert follower.get("/question-defi").location == "/activation"
    assert follower.choose_password(PASSWORD).location == "/question-defi"
    assert rpc.made("identity", "prepare_activation")[0].payload == {"token": LINK_TOKEN, "password": PASSWORD}
    rpc.table["identity", "open_link"]["prepared"] = True
    page = follower.get("/question-defi").text
    for words in (
        "Choix de la Question défi",
        "Répondre à la Question défi choisie",
        "Ressaisir la réponse à la Question défi",
        "Activer son compte",
        "Accès sans activation",
        "Vous avez le choix",
        "procédure de réassort de votre code de vote",
        "Quel était le nom de mon premier animal",
        "Ma propre question",
    ):
        assert words in page
    assert "Dans quelle rue" not in page, "only what identity proposes"
    assert follower.post("/question-defi", ANSWER).location == "/accueil"
    sent = {"token": LINK_TOKEN, "password": None, "question": "first_pet", "answer": "Bidule"}
    assert rpc.made("identity", "activate")[0].payload.items() >= sent.items()
    home = follower.get("/accueil").text
    assert "Votre compte a bien été activé. Votre question défi et votre réponse secrète ont été enregistrées." in home


def test_ones_own_question(prepared: Browser, rpc: FakeRpc) -> None:
    own = {**ANSWER, "question": "own"}
    answer = prepared.post("/question-defi", own)
    assert answer.status_code == 422
    assert 'href="#own"' in answer.text
    assert prepared.post("/question-defi", {**own, "own": " Le surnom de mon vélo ? "}).location == "/accueil"
    assert rpc.made("identity", "activate")[0].payload["question"] == "Le surnom de mon vélo ?"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"question": ""}, "question"),
        ({"question": "childhood_street"}, "question"),
        ({"answer": ""}, "answer"),
        ({"confirmation": "Machin"}, "confirmation"),
        ({"confirmation": ""}, "confirmation"),
        ({"answer": "x" * 201, "confirmation": "x" * 201}, "answer"),
        ({"answer": "a\x07b", "confirmation": "a\x07b"}, "answer"),
    ],
)
def test_slips_in_the_answer_are_tied_to_their_field(
    change: dict[str, str], field: str, prepared: Browser, rpc: FakeRpc
) -> None:
    answer = prepared.post("/question-defi", {**ANSWER, **change})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}-error"' in answer.text
    assert rpc.made("identity", "activate") == []


def test_what_identity_refuses_of_the_answer_is_explained(prepared: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "activate"] = Refusal("answer_refused", broken=["too_short", "same_as_question"])
    answer = prepared.post("/question-defi", ANSWER)
    assert answer.status_code == 422
    assert "trop courte" in answer.text
    assert "répète la question" in answer.text
    rpc.table["identity", "activate"] = Refusal("activation_not_prepared")
    assert prepared.post("/question-defi", ANSWER).location == "/activation"
    assert "n’est plus en mémoire" in prepared.get("/activation").text


def test_access_without_activation(prepared: Browser, rpc: FakeRpc) -> None:
    assert prepared.post("/question-defi/sans-activation").location == "/accueil"
    assert rpc.made("identity", "enter_without_activation")[0].payload["token"] == LINK_TOKEN
    assert rpc.made("identity", "activate") == []


def test_the_answer_typed_twice_may_differ_in_capitals_and_accents(prepared: Browser, rpc: FakeRpc) -> None:
    typed = ANSWER | {"answer": "Bélier  Noir", "confirmation": "belier noir"}
    assert prepared.post("/question-defi", typed).location == "/accueil"
    assert rpc.made("identity", "activate")[0].payload["answer"] == "Bélier  Noir"


def test_without_activation_is_not_for_every_profile(prepared: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "enter_without_activation"] = Refusal("not_in_this_profile")
    assert prepared.post("/question-defi/sans-activation").status_code == 409


def test_broken_rules_and_different_confirmation_are_explained(follower: Browser, rpc: FakeRpc) -> None:
    answer = follower.choose_password(PASSWORD, confirmation="other")
    assert answer.status_code == 422
    assert "Les deux saisies sont différentes" in answer.text
    assert rpc.made("identity", "check_captcha") == [], "the code serves again"
    rpc.table["identity", "prepare_activation"] = Refusal("password_refused", broken=["too_short", "digit"])
    answer = follower.choose_password(PASSWORD)
    assert answer.status_code == 422
    assert "trop court" in answer.text
    assert "au moins un chiffre." in answer.text
    assert PASSWORD not in answer.text


@pytest.mark.parametrize(("code", "status"), [("link_unknown", 404), ("link_expired", 410), ("link_used", 410)])
@pytest.mark.parametrize("path", ["/activation", "/question-defi"])
def test_a_dead_link_says_so_and_offers_a_new_one(
    path: str, code: str, status: int, follower: Browser, rpc: FakeRpc
) -> None:
    rpc.table["identity", "open_link"] = Refusal(code)
    answer = follower.get(path)
    assert answer.status_code == status
    assert 'href="/identification"' in answer.text
    assert "Demander un nouveau lien" in answer.text
    with follower.client.session_transaction() as session:
        assert "link" not in session


def test_a_link_that_is_used_meanwhile_says_so(prepared: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "activate"] = Refusal("link_used")
    answer = prepared.post("/question-defi", ANSWER)
    assert answer.status_code == 410
    assert "Ce lien a déjà servi" in answer.text


def test_nothing_typed_comes_back_as_markup(prepared: Browser) -> None:
    bad = "<script>alert(1)</script>"
    answer = prepared.post("/question-defi", {"question": bad, "own": bad, "answer": bad, "confirmation": "x"})
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text
    fields = {"password": bad, "confirmation": "x", "captcha_id": CAPTCHA, "captcha": bad}
    answer = prepared.post("/activation", fields)
    assert "<script>alert" not in answer.text
    fields = {"identifier": f'"{bad}"@x', "captcha_id": f'"{bad}', "captcha": CAPTCHA_TEXT, "another_code": bad}
    assert "<script>alert" not in prepared.post("/identification", fields).text


@pytest.mark.parametrize("step", ["/activation", "/question-defi"])
def test_a_link_that_this_browser_has_used_without_an_answer_leads_home(
    step: str, prepared: Browser, rpc: FakeRpc
) -> None:
    rpc.table["identity", "activate"] = RpcTimeout("identity.activate")
    assert prepared.post("/question-defi", ANSWER).status_code == 503
    asked_by = rpc.made("identity", "activate")[-1].payload["browser"]
    assert asked_by
    rpc.table["identity", "open_link"] = Refusal("link_used")
    rpc.table["identity", "answer_again"] = {"session": SESSION}
    answer = prepared.get(step)
    assert (answer.status_code, answer.location) == (303, "/accueil")
    assert rpc.made("identity", "answer_again")[-1].payload == {"token": LINK_TOKEN, "browser": asked_by}
    assert "avait abouti" in prepared.get("/accueil").text


def test_another_browsers_used_link_is_still_refused(follower: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "open_link"] = Refusal("link_used")
    answer = follower.get("/activation")
    assert answer.status_code == 410
    assert "déjà servi" in answer.text
