"""Rolls, elections, candidate lists: the voter's space over a fake bus (B3, B4)."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from services.runtime.refusals import Refusal
from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import (
    ONLINE,
    PAPER,
    SESSION,
    FakeRpc,
    described,
    entry,
)
from tests.unit.gateway.space import OTHER, linked, session

LISTS = f"/mes-scrutins/{ONLINE}/listes"
ROLL = f"/listes-electorales/{ONLINE}"


@pytest.fixture(autouse=True)
def answers(rpc: FakeRpc) -> None:
    """Identity answers as the whole portal does."""
    session(rpc)


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
