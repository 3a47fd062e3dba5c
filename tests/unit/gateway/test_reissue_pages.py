"""The pages of re-issue: the words of the tutorials, what is said of each refusal, and that there is always a way out."""

import pytest

from services.runtime.refusals import Refusal
from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import CAPTCHA, CAPTCHA_TEXT, IDENTIFIER, PASSWORD, SESSION, FakeRpc, newest, standing

FACTS = {
    "number": "f" * 22,
    "phone": "06 12 34 56 78",
    "numen": "13e0812345abc",
    "birth_date": "07/04/1980",
    "captcha_id": CAPTCHA,
    "captcha": CAPTCHA_TEXT,
}
KEY = "ab" * 32


@pytest.fixture
def of_2018(rpc: FakeRpc) -> FakeRpc:
    rpc.table["identity", "voting_event"]["profile"] = "2018"
    rpc.table["identity", "reissue_standing"] = standing(proof="facts", question=None, left=2)
    return rpc


def page_after(voter: Browser, path: str, form: dict[str, str]) -> str:
    """What a form leads to."""
    answer = voter.post(path, form)
    if answer.status_code in (422, 429):
        return answer.text  # the browser of the tests has gone back to the form
    assert answer.status_code == 303
    return voter.get(answer.location).text


def test_2018_in_the_sentences_of_the_tutorial(voter: Browser, of_2018: FakeRpc) -> None:
    page = voter.get("/reassort").text
    for sentence in (
        "Demande d’un nouvel identifiant électeur",
        "Vous n’avez pas reçu ou vous avez égaré votre notice de vote contenant votre identifiant électeur.",
        "ne peut être faite que 3 fois.",
        "Il vous reste 2 demandes sur 3",
        "Je souhaite recevoir un nouvel identifiant électeur par SMS au numéro suivant",
        "(vous pouvez obtenir votre NUMEN auprès de votre service RH académique)",
        "Date de naissance (jj/mm/aaaa)",
        "Code de sécurité",
        "Vous recevrez un e-mail de confirmation à l’adresse suivante",
        IDENTIFIER.replace("@", "@<wbr>"),
    ):
        assert sentence in page, sentence
    asked = newest(channel="sms", masked="06xxxxxxx")
    of_2018.table["identity", "reissue_standing"] = [
        standing(proof="facts", left=2),
        standing(proof="facts", left=1, newest=asked),
    ]
    done = page_after(voter, "/reassort", FACTS)
    assert "Votre identifiant sera envoyé au 06xxxxxxx dans un délai maximum de 15 minutes" in done
    assert "Il vous reste 1 demande sur 3" in done
    [call] = of_2018.made("identity", "ask_reissue")
    assert call.payload["session"] == SESSION
    assert (call.payload["form"], call.payload["numen"]) == (FACTS["number"], FACTS["numen"])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"phone": "03 22 12 34 56"}, "téléphone fixe"),
        ({"phone": "28 12 34"}, "+687"),
        ({"numen": "13E08"}, "deux chiffres, une lettre, sept chiffres, trois lettres"),
        ({"birth_date": "31/02/1980"}, "jj/mm/aaaa"),
    ],
)
def test_a_slip_is_said_at_its_field_and_asks_nobody(
    voter: Browser, of_2018: FakeRpc, wrong: dict[str, str], said: str
) -> None:
    page = page_after(voter, "/reassort", FACTS | wrong)
    assert said in page
    assert of_2018.made("identity", "ask_reissue") == []
    with voter.client.session_transaction() as session:
        assert "0812345" not in str(dict(session)).upper()


def test_a_wrong_proof_says_neither_which_nor_more(voter: Browser, of_2018: FakeRpc) -> None:
    voter.get("/reassort")
    of_2018.table["identity", "ask_reissue"] = Refusal("reissue_proof_wrong")
    page = page_after(voter, "/reassort", FACTS)
    assert "ne correspondent pas à celles que nous connaissons" in page
    assert 'id="numen-error"' in page
    assert 'id="birth_date-error"' in page
    of_2018.table["identity", "ask_reissue"] = Refusal("reissue_resting", minutes=4)
    assert "attendez 4 minutes" in page_after(voter, "/reassort", FACTS)


@pytest.mark.parametrize(
    ("changes", "said", "support"),
    [
        ({"is_open": False}, "du jeudi 3 décembre 2026", False),
        ({"is_open": False, "opens_at": None}, "ne sont pas encore produits", False),
        ({"voted_everywhere": True}, "Vous avez voté pour tous vos scrutins", False),
        ({"left": 0}, "Vous avez déjà obtenu 3 nouveaux codes", True),
        ({"proof": None}, "Vous n’avez pas choisi de question défi", True),
    ],
)
def test_whoever_can_ask_for_nothing_is_told_why_and_what_is_left(
    voter: Browser, rpc: FakeRpc, changes: dict[str, object], said: str, support: bool
) -> None:
    rpc.table["identity", "reissue_standing"] = standing(**changes)
    page = voter.get("/reassort").text
    assert said in page
    assert ("Contacter la cellule de soutien" in page) is support
    assert '<form method="post" action="/reassort"' not in page
    assert voter.post("/reassort", {"answer": "Rex"}).status_code == 409
    assert rpc.made("identity", "answer_reissue") == []


def test_2022_the_day_of_birth_is_asked_for_where_the_roll_has_it(voter: Browser, rpc: FakeRpc) -> None:
    assert "Date de naissance" not in voter.get("/reassort").text
    rpc.table["identity", "reissue_standing"] = standing(asks_birth_date=True)
    assert "et indiquez votre date de naissance" in voter.get("/reassort").text
    assert "Indiquez votre date de naissance." in page_after(voter, "/reassort", {"answer": "Rex"})
    assert rpc.made("identity", "answer_reissue") == []
    rpc.table["identity", "answer_reissue"] = Refusal("reissue_proof_wrong")
    page = page_after(voter, "/reassort", {"answer": "Rex", "birth_date": "7/4/1980"})
    assert page.count("Les informations saisies ne correspondent pas") >= 2, (
        "at both fields: which is wrong is not said"
    )
    assert "7/4/1980" not in page, "what proves is not kept in the cookie"
    assert rpc.made("identity", "answer_reissue")[-1].payload["birth_date"] == "7/4/1980"


def test_2022_question_link_and_choice(voter: Browser, rpc: FakeRpc) -> None:
    page = voter.get("/reassort").text
    assert "Quel était le nom de mon premier animal de compagnie" in page
    assert "Il vous reste 3 demandes sur 3" in page
    sent = page_after(voter, "/reassort", {"answer": "Rex"})
    assert "Consultez votre messagerie" in sent
    assert "4 décembre 2026" in sent
    followed = voter.get("/reassort/lien/a-token-that-must-not-stay")
    assert (followed.status_code, followed.location) == (303, "/reassort/code")
    assert "Recevoir le nouveau code" in voter.get("/reassort/code").text
    assert "Choisissez le SMS" in page_after(voter, "/reassort/code", {"way": "screen"})
    assert rpc.made("identity", "follow_reissue_link") == []
    rpc.table["identity", "reissue_standing"] = standing(newest=newest(), left=2)
    shown = page_after(voter, "/reassort/code", {"way": "screen", "browser_key": KEY})
    assert "data-shown-code" in shown
    assert "il ne s’affiche qu’une fois" in shown
    [call] = rpc.made("identity", "follow_reissue_link")
    assert call.payload["token"] == "a-token-that-must-not-stay"
    assert voter.get("/reassort").location == "/reassort/suivi"


def test_a_link_that_is_dead_or_somebody_else_s_says_so_and_offers_another(voter: Browser, rpc: FakeRpc) -> None:
    voter.get("/reassort/lien/t")
    rpc.table["identity", "follow_reissue_link"] = Refusal("link_expired")
    answer = voter.post("/reassort/code", {"way": "sms", "phone": "0612345678"})
    assert answer.status_code == 410
    assert "Demander un nouveau lien" in answer.text
    assert voter.get("/reassort/code").location == "/reassort"


def test_a_stranger_with_a_link_is_led_to_identification_and_nothing_is_used(browser: Browser, rpc: FakeRpc) -> None:
    answer = browser.get("/reassort/lien/t")
    assert answer.location == "/identification"
    assert "n’a pas encore servi" in browser.get("/identification").text
    assert rpc.made("identity", "follow_reissue_link") == []


def test_after_identification_the_voter_arrives_where_the_link_led(browser: Browser, rpc: FakeRpc) -> None:
    browser.get("/reassort/lien/a-token-that-must-not-stay")
    rpc.table["identity", "request_access"] = {"next": "password", "sent_since": None, "retry_after": 0}
    assert browser.identify(IDENTIFIER).location == "/mot-de-passe"
    entered = browser.post("/mot-de-passe", {"password": PASSWORD})
    assert (entered.status_code, entered.location) == (303, "/reassort/code")
    assert browser.post("/reassort/code", {"way": "sms", "phone": "0612345678"}).status_code == 303
    [call] = rpc.made("identity", "follow_reissue_link")
    assert call.payload["token"] == "a-token-that-must-not-stay"


def test_a_log_out_forgets_the_link(voter: Browser) -> None:
    voter.get("/reassort/lien/t")
    voter.post("/deconnexion")
    with voter.client.session_transaction() as session:
        assert "reissue_link" not in session


def test_a_code_that_did_not_arrive_is_sent_again_from_its_page(voter: Browser, rpc: FakeRpc) -> None:
    failed = newest(channel="sms", masked="06xxxxxxx", state="issued", delivery="failed", may_resend=True)
    rpc.table["identity", "reissue_standing"] = standing(newest=failed, left=2)
    assert "sans que cela compte comme une demande" in voter.get("/reassort/suivi").text
    assert voter.post("/reassort/suivi", {"number": "g" * 22, "phone": "0756123456"}).status_code == 303
    [call] = rpc.made("identity", "resend_reissue")
    assert call.payload == {"session": SESSION, "form": "g" * 22, "phone": "0756123456"}
    arrived = newest(channel="sms", masked="07xxxxxxx", state="issued", delivery="delivered")
    rpc.table["identity", "reissue_standing"] = standing(newest=arrived, left=2)
    assert "a remis le SMS au 07xxxxxxx" in voter.get("/reassort/suivi").text


def test_a_request_that_came_too_late_says_that_nothing_was_counted(voter: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "reissue_standing"] = standing(is_open=False, newest=newest(state="late"))
    page = voter.get("/reassort/suivi").text
    assert "aucune demande n’a été comptée" in page
    assert "Faire une autre demande" not in page
