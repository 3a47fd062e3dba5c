"""Elections that ask several questions: each is presented, read and counted by itself, on every page (C8, B10, C6, E10)."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader

from gateway.elections.results import readable
from services.record.candidates import ListCandidates, QuestionCandidates
from services.record.facts import Facts
from tests.unit.gateway.conftest import OPERATOR_TOKEN, Browser
from tests.unit.gateway.fake_rpc import ELECTION, ONLINE, FakeRpc, described
from tests.unit.gateway.space import session

LISTS = f"/mes-scrutins/{ONLINE}/listes"
LOGO = "data:image/svg+xml;base64,AAAA"
ASKED: list[dict[str, Any]] = [
    {"question": "Quelle liste ?", "answers": ["Les Nuages", "Les Marées"], "blank": True, "min": 1, "max": 1},
    {"question": "Quelles personnes ?", "answers": ["Les Nuages", "Basile", "Luce"], "blank": True, "min": 0, "max": 2},
    {"question": "Un accord ?", "answers": ["Oui", "Non"], "blank": False, "min": 0, "max": 1},
]
SEVERAL = json.dumps({**json.loads(ELECTION), "questions": ASKED})
FILE: dict[str, Any] = {
    "uuid": ONLINE,
    "question": {
        "women_percent": 61.5,
        "answers": [
            {"name": "Les Nuages", "union": "Syndicat inventé", "women": 1, "men": 3},
            {"name": "Les Marées", "union": "Union inventée"},
        ],
    },
    "further_questions": [
        {
            "answers": [
                {"name": "Les Nuages", "union": "Autre syndicat", "logo": LOGO, "candidates": ["Zoé Z"]},
                {"name": "Basile"},
                {"name": "Luce"},
            ]
        },
        {"answers": [{"name": "Oui"}, {"name": "Non"}]},
    ],
}


@pytest.fixture(autouse=True)
def urn(rpc: FakeRpc) -> None:
    """An election of three questions."""
    session(rpc)
    rpc.table["ballot", "describe_election"] = described(election=SEVERAL)
    rpc.table["ballot", "booth_material"] |= {"election": SEVERAL}


@pytest.fixture
def portal(make_app: Callable[..., Flask], tmp_path: Path) -> Callable[..., Browser]:
    """A voter's browser of a portal whose file says this of the election, and which has texts of two lists."""
    room = tmp_path / "texts" / "lists" / "CSA"
    room.mkdir(parents=True)
    (room / "1.fr.md").write_text("Le texte des Nuages.", encoding="utf-8")
    (room / "2-1.fr.md").write_text("Le texte de la question 2.", encoding="utf-8")
    (room / "2-3.pdf").write_bytes(b"%PDF-1.7 " + b"x" * 4000)

    def made(entry: Any = FILE) -> Browser:
        file = tmp_path / "event.json"
        file.write_text(json.dumps({"elections": [entry]}), encoding="utf-8")
        app = make_app(presentation_file=str(file), content_dir=tmp_path / "texts")
        return Browser(app.test_client()).sign_in()

    return made


def unions(browser: Browser) -> list[list[str]]:
    """The union of each list, by question, as the booth gets them."""
    shown = browser.get(f"/api/v1/elections/{ONLINE}/booth").json["presentation"]
    return [[one["union"] for one in lists] for lists in shown]


def test_the_booth_is_given_the_lists_of_each_question(portal: Callable[..., Browser]) -> None:
    first, second, third = portal().get(f"/api/v1/elections/{ONLINE}/booth").json["presentation"]
    assert [(one["union"], one["document"].rsplit("/", 3)[1:]) for one in first] == [
        ("Syndicat inventé", ["listes", "1", "profession-de-foi"]),
        ("Union inventée", []),
    ]
    assert second[0] == {
        "name": "Les Nuages",
        "union": "Autre syndicat",
        "logo": LOGO,
        "candidates": ["Zoé Z"],
        "document": f"/mes-scrutins/{ONLINE}/questions/2/listes/1/profession-de-foi",
    }
    assert [one["name"] for one in second + third] == ["Les Nuages", "Basile", "Luce", "Oui", "Non"]
    assert (first[0]["women"], first[0]["men"], "women" in first[1]) == (1, 3, False)


def test_each_question_is_believed_or_not_by_itself(portal: Callable[..., Browser], rpc: FakeRpc) -> None:
    """A file that would swap the lists of one question says nothing of that one, and goes on for the others."""
    swapped = {"answers": FILE["further_questions"][0]["answers"][::-1]}
    assert unions(portal({**FILE, "further_questions": [swapped]})) == [
        ["Syndicat inventé", "Union inventée"],
        ["", "", ""],
        ["", ""],
    ]
    old = {key: value for key, value in FILE.items() if key != "further_questions"}
    assert unions(portal(old)) == [["Syndicat inventé", "Union inventée"], ["", "", ""], ["", ""]]
    for broken in ({**FILE, "further_questions": ["x"]}, {**FILE, "question": []}, {"uuid": ONLINE}, 3):
        assert unions(portal(broken)) == [["", ""], ["", "", ""], ["", ""]]
    headers = {"Authorization": f"Bearer {OPERATOR_TOKEN}"}
    found = portal({**FILE, "further_questions": [swapped]}).client.post(
        "/api/v1/operator/texts", json={}, headers=headers
    )
    # Question 2 has texts, but whose they are cannot be said of lists in another order.
    assert found.json["elections"][0] == {"code": "CSA", "lists": 7, "undocumented": ["2", "2-2"], "differing": [2]}


def test_the_page_of_lists_goes_question_by_question(portal: Callable[..., Browser]) -> None:
    browser = portal()
    page = browser.get(LISTS).text
    places = [
        page.index(words) for words in ("Question 1 sur 3", "Union inventée", "Question 2 sur 3", "Autre syndicat")
    ]
    assert places == sorted(places)
    assert "Femmes\u00a0: 1, hommes\u00a0: 3. Part des femmes\u00a0: 25,0\u00a0%" in page
    assert "Part des femmes parmi les personnes représentées\u00a0: 61,5\u00a0%" in page
    assert page.count("n’a pas remis de profession de foi") == 2, "yes and no have none to hand in"
    assert page.count("ne sont pas encore publiés") == 2, "where no list has candidates, there are none to come"
    assert len(set(_ids(page))) == len(_ids(page))
    assert (
        "Le texte de la question 2."
        in browser.get(f"/mes-scrutins/{ONLINE}/questions/2/listes/1/profession-de-foi").text
    )
    assert "Le texte des Nuages." in browser.get(f"{LISTS}/1/profession-de-foi").text
    file = browser.get(f"/mes-scrutins/{ONLINE}/questions/2/listes/3/profession-de-foi")
    assert "profession-de-foi-CSA-2-3.pdf" in file.headers["Content-Disposition"]
    for question, number in ((0, 1), (3, 3), (4, 1), (10**12, 1)):
        address = f"/mes-scrutins/{ONLINE}/questions/{question}/listes/{number}/profession-de-foi"
        assert browser.get(address).status_code == 404


def _ids(page: str) -> list[str]:
    return [part.split('"', 1)[0] for part in page.split(' id="')[1:]]


COUNTED = '{"result":[[1,3,2],[1,4,3,0],[2,3]]}'


def test_the_result_of_each_question_has_its_own_table(portal: Callable[..., Browser], rpc: FakeRpc) -> None:
    rpc.table["ballot", "describe_election"] = described(election=SEVERAL, state="published", result=COUNTED, ballots=6)
    page = portal().get(f"/urne/{ONLINE}").text
    first, second, third = page.split("<table")[1:4]
    assert "Syndicat inventé" in first
    assert "Autre syndicat" not in first
    assert "Autre syndicat" in second
    assert "Syndicat inventé" not in second
    # Four of the five ballots that are not blank have the first name, whatever else they have.
    assert "80,00\u00a0%" in second
    assert "Bulletins qui ne sont pas blancs" in second
    assert "Suffrages exprimés" not in second
    assert "40,00\u00a0%" in third
    assert "Bulletins sans choix" in third
    assert [page.count(f"Question {number} sur 3") for number in (1, 2, 3)] == [1, 1, 1]


def test_votes_of_one_choice_are_counted_and_ballots_of_several() -> None:
    one, some, deal = readable(SEVERAL, COUNTED, 6)
    assert (one.expressed, some.expressed, deal.expressed) == (5, 5, 5)
    assert (one.unmarked, some.unmarked, deal.unmarked) == (0, 0, 1)
    assert [row.share for row in some.rows] == [80, 60, 0]


def test_no_ballot_that_a_later_one_replaces_is_one_that_is_not_blank(
    portal: Callable[..., Browser], rpc: FakeRpc
) -> None:
    def shown(**counts: object) -> tuple[str, str]:
        rpc.table["ballot", "describe_election"] = described(
            election=SEVERAL, state="published", result=COUNTED, revoting=True, **counts
        )
        page = portal().get(f"/urne/{ONLINE}").text
        record = PdfReader(io.BytesIO(portal().get(f"/api/v1/elections/{ONLINE}/record.pdf").data)).pages
        said = " ".join(" ".join(one.extract_text() for one in record).split())
        return "<table" + page.partition("<table")[2].partition("</section>")[0], said

    once, (rows, said) = shown(ballots=6, replaced=0), shown(ballots=9, replaced=3)
    assert rows == once[0]
    assert "Bulletins qui ne sont pas blancs 5" in once[1]
    assert "Bulletins qui ne sont pas blancs 5" in said


def test_the_record_has_women_and_men_of_the_lists_that_the_file_counts(
    portal: Callable[..., Browser], rpc: FakeRpc
) -> None:
    rpc.table["ballot", "describe_election"] = described(election=SEVERAL, state="published", result=COUNTED, ballots=6)
    facts = Facts.parse(portal().get(f"/api/v1/elections/{ONLINE}/record").json)
    assert facts.candidates == (QuestionCandidates(1, 61.5, (ListCandidates("Les Nuages", 1, 3),)),)
    swapped = {"answers": FILE["question"]["answers"][::-1]}
    told = Facts.parse(portal({**FILE, "question": swapped}).get(f"/api/v1/elections/{ONLINE}/record").json)
    assert told.candidates == (), "a file that describes other lists is not believed"


def test_the_record_numbers_the_questions(browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["ballot", "describe_election"] = described(election=SEVERAL, state="published", result=COUNTED, ballots=6)
    pages = PdfReader(io.BytesIO(browser.get(f"/api/v1/elections/{ONLINE}/record.pdf").data)).pages
    said = " ".join(" ".join(page.extract_text() for page in pages).split())
    for words in ("Résultat, question 2 sur 3 Quelles personnes ?", "Bulletins qui ne sont pas blancs 5", "Oui 2"):
        assert words in said, words
