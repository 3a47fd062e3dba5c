"""Home, rolls, lists, claims, assistance, profile, results: the voter's space over a fake bus (B1-B10)."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from services.runtime.refusals import Refusal
from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import (
    CAPTCHA,
    CAPTCHA_TEXT,
    IDENTIFIER,
    ONLINE,
    PAPER,
    SESSION,
    FakeRpc,
    described,
    entry,
)
from tests.unit.gateway.space import BEFORE, DURING, OTHER, session

LATER = "2026-12-08T07:00:00+00:00"
LATER_WORDS = "mardi 8 décembre 2026 à 08h00"
LISTS = f"/mes-scrutins/{ONLINE}/listes"
ROLL = f"/listes-electorales/{ONLINE}"

# part of the space → pages that wait for it, and the label that home greys
PARTS = {
    "profile": (["/mes-informations"], "Mes informations personnelles"),
    "elections": (["/mes-scrutins", LISTS], "Consulter mes scrutins (ceux pour lesquels je suis électeur)"),
    "lists": ([LISTS, f"{LISTS}/1/profession-de-foi"], ""),
    "roll": (["/listes-electorales", ROLL], "Consulter les listes électorales de mes scrutins"),
    "claims": (["/reclamations"], "Formuler une réclamation"),
    "vote": (["/voter"], "Je vote"),
    "results": (["/resultats"], "Accéder aux résultats"),
}
CLAIM = {"subject": "wrong_name", "election": ONLINE, "text": "Mon nom s’écrit autrement."}
REQUEST = {"name": "Ada Lovelace", "email": IDENTIFIER, "subject": "voting_code", "text": "Notice jamais reçue."}


@pytest.fixture(autouse=True)
def answers(rpc: FakeRpc) -> None:
    """Identity answers as the whole portal does."""
    session(rpc)


def linked(page: str, label: str) -> bool:
    """Whether a label is within a link of the page itself, the header's apart."""
    page = page.split("<main")[1]
    return re.search(rf"<a [^>]*>(?:<span>)?{re.escape(label)}", page) is not None


def test_home_has_the_labels_of_the_tutorials(voter: Browser) -> None:
    page = voter.get("/accueil").text
    assert page.count("<h1") == 1
    for block in ("Mes informations pratiques", "Mes scrutins", "Mon compte", "Le vote est ouvert"):
        assert re.search(rf"<h2 [^>]*>{block}</h2>", page)
    # What there is to do first comes first, at every width.
    assert page.index("btn-big") < page.index("Mes informations pratiques")
    for label in (
        "Édito",
        "Aide en ligne - Foire aux questions",
        "Formulaire de demande d’assistance",
        "Tutoriel «\u00a0Parcours électeur\u00a0»",
        "Tutoriel «\u00a0Parcours de vote\u00a0»",
        "Tutoriel «\u00a0Réassorts\u00a0»",
        "Consulter les listes électorales de mes scrutins",
        "Consulter mes scrutins (ceux pour lesquels je suis électeur) et leurs listes de candidats",
        "Formuler une réclamation",
        "Mes informations personnelles",
        "Je vote",
    ):
        assert linked(page, label), label
    assert "Ada Lovelace" in page
    assert "Dernière connexion" in page


def test_the_voting_event_is_read_again_only_when_it_has_changed(voter: Browser, rpc: FakeRpc) -> None:
    session(rpc)
    for page in ("/accueil", "/voter", "/mes-informations", "/accueil"):
        assert voter.get(page).status_code == 200
    assert len(rpc.made("identity", "voting_event")) == 1
    assert len(rpc.made("identity", "resume_session")) == 4
    session(rpc, availability={"vote": LATER})
    assert voter.get("/voter").status_code == 403
    assert len(rpc.made("identity", "voting_event")) == 2


def test_the_last_connection_is_told_to_the_hour(voter: Browser, rpc: FakeRpc) -> None:
    session(rpc, last_connection="2026-12-01T07:23:45+00:00")
    assert "mardi 1 décembre 2026 entre 08h00 et 09h00" in voter.get("/mes-informations").text


def test_every_link_of_the_home_opens(voter: Browser, rpc: FakeRpc) -> None:
    rpc.in_state("published", result='{"result": [[0, 1, 1]]}')
    page = voter.get("/accueil").text
    paths = set(re.findall(r'<a [^>]*href="(/[^"#]*)"', page.split("<main")[1]))
    assert len(paths) > 10
    for path in paths:
        answer = voter.get(path)
        assert answer.status_code == 200, path
        assert answer.text.count("<h1") == 1, path
        assert len(answer.data) < 60_000, path


@pytest.mark.parametrize("part", PARTS)
def test_before_its_date_an_entry_is_greyed_and_its_pages_refuse(part: str, voter: Browser, rpc: FakeRpc) -> None:
    session(rpc, availability={part: LATER})
    rpc.in_state("published", result='{"result": [[0, 1, 1]]}')
    paths, label = PARTS[part]
    home = voter.get("/accueil").text
    if label:
        assert not linked(home, label)
        assert label in home
        assert f"à partir du {LATER_WORDS}" in home
    for path in paths:
        answer = voter.get(path)
        assert answer.status_code == 403, path
        assert f"à partir du {LATER_WORDS}" in answer.text
    session(rpc, now=LATER, availability={part: LATER})
    home = voter.get("/accueil").text
    assert not label or linked(home, label)
    assert all(voter.get(path).status_code == 200 for path in paths)


def test_nothing_is_done_before_its_date(voter: Browser, rpc: FakeRpc) -> None:
    session(rpc, availability={"claims": LATER})
    assert voter.post("/reclamations", CLAIM).status_code == 403
    assert rpc.made("identity", "submit_claim") == []
    session(rpc, availability={"roll": LATER})
    voter.get(ROLL)
    assert rpc.made("identity", "search_roll") == []


def test_voting_waits_for_the_opening(voter: Browser, rpc: FakeRpc) -> None:
    session(rpc, now=BEFORE)
    rpc.in_state("sealed")
    home = voter.get("/accueil").text
    assert "btn-big" not in home
    assert "à partir du jeudi 3 décembre 2026 à 08h00" in home
    assert voter.get("/voter").status_code == 403


def test_results_are_greyed_until_one_is_published(voter: Browser, rpc: FakeRpc) -> None:
    home = voter.get("/accueil").text
    assert not linked(home, "Accéder aux résultats")
    assert "(après le dépouillement)" in home
    assert "Aucun résultat n’est encore publié" in voter.get("/resultats").text
    rpc.in_state("published", result='{"result": [[0, 1, 1]]}')
    assert linked(voter.get("/accueil").text, "Accéder aux résultats")
    page = voter.get("/resultats").text
    assert f'href="/urne/{ONLINE}"' in page
    assert f'href="/urne/{PAPER}"' not in page
    assert "salle du Baromètre" in page


@pytest.mark.parametrize(
    "path",
    ["/accueil", "/voter", "/mes-scrutins", LISTS, "/listes-electorales", ROLL, "/reclamations", "/mes-informations"],
)
def test_the_space_is_for_voters(path: str, browser: Browser, rpc: FakeRpc) -> None:
    answer = browser.get(path)
    assert (answer.status_code, answer.location) == (303, "/identification")


def test_an_unactivated_visit_says_what_will_happen(voter: Browser, rpc: FakeRpc) -> None:
    session(rpc, activated=False)
    assert "sans activer votre compte" in voter.get("/accueil").text
    assert "Non activé" in voter.get("/mes-informations").text
    session(rpc, last_connection=None)
    assert "C’est votre première connexion" in voter.get("/accueil").text
    assert "sans activer votre compte" not in voter.get("/accueil").text


def test_profile_shows_the_roll_and_the_account(voter: Browser) -> None:
    page = voter.get("/mes-informations").text
    for words in ("Lovelace", "Ada", IDENTIFIER, "Service des Giboulées", "Comité social", "Activé"):
        assert words in page
    assert linked(page, "Formuler une réclamation")


# The roll


def test_roll_is_searched_and_paged(voter: Browser, rpc: FakeRpc) -> None:
    people = [{"surname": f"Nom{i}", "first_name": "Zoé", "assignment": "Dunes"} for i in range(50)]
    rpc.table["identity", "search_roll"] = {"voters": people, "next": "50", "total": 120}
    page = voter.get(f"{ROLL}?recherche=zoe%00%0a&apres=").text
    assert rpc.made("identity", "search_roll")[0].payload == {
        "session": SESSION,
        "election": ONLINE,
        "query": "zoe",
        "after": None,
        "limit": 50,
    }
    assert "120 électeurs trouvés." in page
    assert "x@y" not in page, "surname, first name and place of assignment only"
    assert page.count('scope="row"') == 50
    assert "<caption" in page
    assert "apres=50" in page
    assert "recherche=zoe" in page
    assert "Début de la liste" not in page
    page = voter.get(f"{ROLL}?recherche=zoe&apres=50").text
    assert rpc.made("identity", "search_roll")[1].payload["after"] == "50"
    assert "Début de la liste" in page


@pytest.mark.parametrize("place", ["-1", "abc", "1" * 30, "%00", "1;2", "²"])
def test_any_other_place_is_the_first_page(place: str, voter: Browser, rpc: FakeRpc) -> None:
    assert voter.get(f"{ROLL}?apres={place}").status_code == 200
    after = rpc.made("identity", "search_roll")[0].payload["after"]
    assert after is None or re.fullmatch(r"[0-9]{1,9}", after)


def test_empty_rolls_are_told_apart(voter: Browser, rpc: FakeRpc) -> None:
    assert "ne compte aucun électeur" in voter.get(ROLL).text
    page = voter.get(f"{ROLL}?recherche=<b>xyz").text
    assert "Personne ne correspond" in page
    assert "&lt;b&gt;xyz" in page
    assert "<b>xyz" not in page


def test_too_many_found_ask_for_another_word(voter: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "search_roll"] = {"voters": [], "next": None, "total": None}
    page = voter.get(f"{ROLL}?recherche=dupont").text
    assert "Trop d’électeurs correspondent à « dupont »" in page.replace("\u00a0", " ")
    assert "Personne ne correspond" not in page
    assert 'value="dupont"' in page, "the word stays in the field, to be added to"


def test_rolls_of_ones_own_elections_only(voter: Browser, rpc: FakeRpc) -> None:
    page = voter.get("/listes-electorales").text
    assert f'href="{ROLL}"' in page
    assert voter.get(f"/listes-electorales/{OTHER}").status_code == 403
    assert rpc.made("identity", "search_roll") == []
    rpc.table["identity", "own_elections"] = {"elections": [entry()]}
    assert voter.get("/listes-electorales").location == ROLL
    rpc.table["identity", "own_elections"] = {"elections": []}
    assert "Aucun scrutin ne vous est attribué" in voter.get("/listes-electorales").text


# Elections and candidate lists


def test_elections_held_elsewhere_are_listed_with_the_reason(voter: Browser) -> None:
    page = voter.get("/mes-scrutins").text
    assert "Commission sur papier" in page
    assert '<p lang="fr">À l’urne, salle du Baromètre.</p>' in page, (
        "the operator's words are French on English pages too"
    )
    assert f'href="{LISTS}"' in page
    assert f"/mes-scrutins/{PAPER}/listes" not in page
    assert voter.get(f"/mes-scrutins/{PAPER}/listes").status_code == 409


@pytest.fixture
def presented(make_app: Callable[..., Flask], tmp_path: Path) -> Browser:
    """A voter of a portal with a presentation file and an operator's texts."""
    logo = "data:image/svg+xml;base64,AAAA"
    answers = [
        {"name": "Liste Nuages", "union": "Syndicat des Nuages", "logo": logo, "candidates": ["Zoé Z", "Ada A"]},
        {"name": "Liste Marées", "union": "Collectif des Marées"},
    ]
    file = tmp_path / "event.json"
    file.write_text(json.dumps({"elections": [{"uuid": ONLINE, "question": {"answers": answers}}]}), encoding="utf-8")
    room = tmp_path / "texts" / "lists" / "CSA"
    room.mkdir(parents=True)
    (room / "1.fr.md").write_text("# Nos idées\n\n<b>Plus haut.</b>", encoding="utf-8")
    (room / "2.pdf").write_bytes(b"%PDF-1.7 " + b"x" * 4000)
    app = make_app(presentation_file=str(file), content_dir=tmp_path / "texts")
    return Browser(app.test_client()).sign_in()


def test_lists_are_in_the_order_of_the_ballot(presented: Browser) -> None:
    page = presented.get(LISTS).text
    assert page.index("Liste Nuages") < page.index("Liste Marées")
    assert page.index("Zoé Z") < page.index("Ada A"), "candidates in the list's order, not sorted"
    assert "Syndicat des Nuages" in page
    assert "Les noms des candidats ne sont pas encore publiés." in page
    assert 'src="data:image/svg+xml;base64,AAAA"' in page
    assert linked(page, "Lire la profession de foi")
    assert "(PDF, 4 ko)" in page


def test_professions_de_foi_are_read_or_downloaded(presented: Browser) -> None:
    page = presented.get(f"{LISTS}/1/profession-de-foi").text
    assert "Plus haut." in page
    assert "<b>" not in page
    assert page.count("<h1") == 1
    answer = presented.get(f"{LISTS}/2/profession-de-foi")
    assert answer.mimetype == "application/pdf"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.data.startswith(b"%PDF")
    for number in (0, 3, 10**12):
        assert presented.get(f"{LISTS}/{number}/profession-de-foi").status_code == 404


def test_lists_before_the_ballot_is_made(presented: Browser, rpc: FakeRpc) -> None:
    rpc.table["ballot", "describe_election"] = described(election=None, state="draft")
    assert "Syndicat des Nuages" in presented.get(LISTS).text
    rpc.table["ballot", "describe_election"] = Refusal("election_unknown")
    assert "Syndicat des Nuages" in presented.get(LISTS).text


def test_no_lists_yet(voter: Browser, rpc: FakeRpc) -> None:
    rpc.table["ballot", "describe_election"] = Refusal("election_unknown")
    assert "ne sont pas encore publiées" in voter.get(LISTS).text


# Claims


def test_a_claim_is_recorded_and_its_number_said(voter: Browser, rpc: FakeRpc) -> None:
    answer = voter.post("/reclamations", {**CLAIM, "text": "  Première ligne.\r\nSeconde ligne.  "})
    assert (answer.status_code, answer.location) == (303, "/reclamations")
    made = rpc.made("identity", "submit_claim")[0]
    assert made.payload == {
        "session": SESSION,
        "election": ONLINE,
        "subject": "wrong_name",
        "text": "Première ligne.\nSeconde ligne.",
    }
    assert made.idempotency_key
    page = voter.get("/reclamations").text
    assert "Votre réclamation n° 7 est enregistrée" in page.replace("\u00a0", " ")
    voter.post("/reclamations", {**CLAIM, "election": ""})
    assert rpc.made("identity", "submit_claim")[1].payload["election"] is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"subject": ""}, "subject"),
        ({"subject": "nonsense"}, "subject"),
        ({"election": "nonsense"}, "election"),
        ({"election": OTHER}, "election"),
        ({"text": ""}, "text"),
        ({"text": "court"}, "text"),
        ({"text": "x" * 2001}, "text"),
        ({"text": "un texte avec \x00 dedans"}, "text"),
        ({"text": "un texte avec \x85 dedans"}, "text"),
    ],
)
def test_errors_of_a_claim_are_at_their_field(
    changes: dict[str, str], field: str, voter: Browser, rpc: FakeRpc
) -> None:
    answer = voter.post("/reclamations", {**CLAIM, **changes})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert f'href="#{field}"' in answer.text
    assert re.search(rf'id="{field}"[^>]*aria-invalid="true"', answer.text)
    assert re.search(rf'id="{field}"[^>]*aria-describedby="[^"]*{field}-error', answer.text)
    assert "<title>Erreur" in answer.text
    assert "Not a valid" not in answer.text
    assert rpc.made("identity", "submit_claim") == []


def test_claims_about_other_elections(voter: Browser, rpc: FakeRpc) -> None:
    assert "Autres scrutins" in voter.get("/reclamations").text
    assert voter.post("/reclamations", {**CLAIM, "subject": "missing", "election": OTHER}).status_code == 303
    rpc.table["identity", "submit_claim"] = Refusal("too_many_claims", most=20)
    answer = voter.post("/reclamations", CLAIM)
    assert answer.status_code == 429
    assert "Mon nom s’écrit autrement." in answer.text, "what was typed is not lost"


def test_claims_show_their_state_and_answer(voter: Browser, rpc: FakeRpc) -> None:
    claim: dict[str, Any] = {
        "claim": 3,
        "election": ONLINE,
        "subject": "wrong_name",
        "text": "Première\n<script>",
        "state": "submitted",
        "answer": None,
        "submitted_at": "2026-12-01T07:00:00+00:00",
        "answered_at": None,
    }
    answered = {**claim, "claim": 4, "state": "rejected", "answer": "Vu & refusé.", "answered_at": DURING}
    answered["submitted_at"] = "2026-12-02T07:00:00+00:00"
    rpc.table["identity", "list_claims"] = {"claims": [claim, answered]}
    page = voter.get("/reclamations").text.replace("\u00a0", " ")
    assert page.index("Réclamation n° 4") < page.index("Réclamation n° 3"), "newest first"
    for words in (
        "Reçue",
        "Rejetée",
        "Vu &amp; refusé.",
        "Pas encore de réponse.",
        "&lt;script&gt;",
        "1 décembre 2026",
    ):
        assert words in page
    assert "<script>" not in page


# Assistance


def test_assistance_of_a_voter_is_acknowledged_with_its_number(voter: Browser, rpc: FakeRpc) -> None:
    page = voter.get("/assistance").text
    assert f'value="{IDENTIFIER}"' in page
    assert 'value="Ada Lovelace"' in page
    answer = voter.post("/assistance", REQUEST)
    assert (answer.status_code, answer.location) == (303, "/assistance/accuse-de-reception")
    assert rpc.made("identity", "submit_assistance")[0].payload == {"session": SESSION, **REQUEST, "language": "fr"}
    page = voter.get(answer.location).text
    assert "<strong>31</strong>" in page


def test_no_acknowledgement_without_a_request(voter: Browser) -> None:
    assert voter.get("/assistance/accuse-de-reception").location == "/assistance"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"email": "nobody"}, "email"),
        ({"email": "a@b\x00.fr"}, "email"),
        ({"subject": "nonsense"}, "subject"),
        ({"text": "court"}, "text"),
    ],
)
def test_errors_of_a_request_are_at_their_field(
    changes: dict[str, str], field: str, voter: Browser, rpc: FakeRpc
) -> None:
    answer = voter.post("/assistance", {**REQUEST, **changes})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert rpc.made("identity", "submit_assistance") == []


def test_refusals_of_identity_are_said_in_the_form(voter: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "submit_assistance"] = Refusal("too_many_requests", retry_after=60)
    answer = voter.post("/assistance", REQUEST)
    assert answer.status_code == 429
    assert 'id="email-error"' in answer.text
    assert "Notice jamais reçue." in answer.text
    rpc.table["identity", "submit_assistance"] = Refusal("invalid_request", fields={"email": ["no"]})
    answer = voter.post("/assistance", REQUEST)
    assert answer.status_code == 422
    assert 'id="email-error"' in answer.text


def test_forms_need_the_anti_forgery_token(voter: Browser, rpc: FakeRpc) -> None:
    assert voter.client.post("/reclamations", data=CLAIM).status_code == 400
    assert voter.client.post("/assistance", data=REQUEST).status_code == 400
    assert rpc.made("identity", "submit_claim") == rpc.made("identity", "submit_assistance") == []


def test_assistance_without_a_session_asks_for_a_code(browser: Browser, rpc: FakeRpc) -> None:
    page = browser.get("/assistance").text
    assert 'name="captcha_id"' in page
    assert IDENTIFIER not in page
    answer = browser.post("/assistance", {**REQUEST, "captcha_id": CAPTCHA, "captcha": CAPTCHA_TEXT})
    assert (answer.status_code, answer.location) == (303, "/assistance/accuse-de-reception")
    assert rpc.made("identity", "check_captcha")[0].payload["form"] == "assistance"
    assert rpc.made("identity", "submit_assistance")[0].payload == {"session": None, **REQUEST, "language": "fr"}
    assert "<strong>31</strong>" in browser.get(answer.location).text


def test_no_request_without_the_right_code(browser: Browser, rpc: FakeRpc) -> None:
    browser.get("/assistance")
    assert browser.post("/assistance", REQUEST).status_code == 422
    rpc.table["identity", "check_captcha"] = Refusal("captcha_wrong")
    answer = browser.post("/assistance", {**REQUEST, "captcha_id": CAPTCHA, "captcha": "wrong"})
    assert answer.status_code == 422
    assert 'id="captcha-error"' in answer.text
    assert "Notice jamais reçue." in answer.text
    answer = browser.post("/assistance", {**REQUEST, "captcha_id": CAPTCHA, "another_code": "1"})
    assert answer.status_code == 200
    assert "Notice jamais reçue." in answer.text
    assert rpc.made("identity", "submit_assistance") == []


def test_assistance_lets_the_browser_work_instead(
    make_app: Callable[..., Flask], rpc: FakeRpc, browser: Browser
) -> None:
    visitor = Browser(make_app(challenge="proof_of_work").test_client())
    assert "data-challenge" in visitor.get("/assistance").text
    assert visitor.post("/assistance", REQUEST).status_code == 422
    assert visitor.post("/assistance", {**REQUEST, "challenge": visitor.solved("assistance")}).status_code == 303
    assert visitor.post("/assistance", {**REQUEST, "challenge": visitor.solved("access")}).status_code == 422
    assert len(rpc.made("identity", "submit_assistance")) == 1
