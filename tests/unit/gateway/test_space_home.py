"""Home and its dates, profile, results: the voter's space over a fake bus (B1, B6, B8-B10)."""

import re

import pytest

from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import (
    IDENTIFIER,
    ONLINE,
    PAPER,
    FakeRpc,
    entry,
)
from tests.unit.gateway.space import BEFORE, CLAIM, linked, session

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


@pytest.fixture(autouse=True)
def answers(rpc: FakeRpc) -> None:
    """Identity answers as the whole portal does."""
    session(rpc)


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


@pytest.mark.parametrize("page", ["/accueil", "/voter", "/mes-scrutins", "/resultats", f"/voter/{ONLINE}"])
def test_a_page_asks_identity_once(page: str, voter: Browser, rpc: FakeRpc) -> None:
    """The voter and his elections come in one answer: at an opening every question counts a million times."""
    voter.get("/accueil")
    rpc.calls.clear()
    assert voter.get(page).status_code == 200
    assert [call.method for call in rpc.calls if call.service == "identity"] == ["resume_session"]


def test_the_last_connection_is_told_to_the_hour(voter: Browser, rpc: FakeRpc) -> None:
    session(rpc, last_connection="2026-12-01T07:23:45+00:00")
    assert "mardi 1er décembre 2026 entre 08h00 et 09h00" in voter.get("/mes-informations").text


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


def test_a_long_name_is_short_where_there_is_little_room(voter: Browser, rpc: FakeRpc) -> None:
    """Cards have both; lists and the home the short one alone; the booth and the urn what was sealed."""
    session(rpc)
    long = "Commission administrative paritaire nationale des rédacteurs"
    rpc.table["identity", "own_elections"] = {
        "elections": [{**entry(), "name": long, "short_name": "CAP des rédacteurs"}, entry(PAPER, "paper")]
    }
    home = voter.get("/accueil").text
    assert "CAP des rédacteurs" in home
    assert long not in home
    card = voter.get("/voter").text
    assert "CAP des rédacteurs</h3>" in card
    assert long in card
    assert (voter.get("/api/v1/elections").json or [])[0]["short_name"] == "CAP des rédacteurs"
