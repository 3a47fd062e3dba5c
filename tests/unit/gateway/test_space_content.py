"""Texts that operators write (B2): found, cleaned, and never from elsewhere."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.content.files import BUILT_IN, MOST_BYTES, Contents, Found, Text
from gateway.content.markdown import render
from tests.unit.gateway import catalogues
from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import EVENT_UUID, FakeRpc

PATHS = (
    "/informations/edito",
    "/informations/aide",
    "/informations/tutoriels/parcours-electeur",
    "/informations/tutoriels/parcours-de-vote",
    "/informations/tutoriels/reassorts",
)
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An operator's folder, empty."""
    made = tmp_path / "texts"
    made.mkdir()
    return made


@pytest.fixture
def reader(make_app: Callable[..., Flask], folder: Path) -> Browser:
    """A browser of a portal whose operator has a folder of texts."""
    return Browser(make_app(content_dir=folder).test_client())


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("path", PATHS)
def test_built_in_texts_are_there_in_both_languages(path: str, language: str, browser: Browser) -> None:
    answer = browser.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1
    assert "n’est pas encore rédigé" not in answer.text
    assert len(answer.data) < 40_000
    assert 'class="prose content"' in answer.text
    assert 'content" lang=' not in answer.text, "each text is in the reader's own language"


@pytest.mark.parametrize("profile", ["2022", "2018"])
@pytest.mark.parametrize("name", list(Text))
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_link_of_the_built_in_texts_leads_somewhere(name: Text, language: str, profile: str, app: Flask) -> None:
    found = Contents(None, profile=profile).text(name, language)
    assert found is not None
    addresses = app.url_map.bind("localhost")
    for address in render(found.markdown).html.split('href="')[1:]:
        path = address.split('"')[0].split("#")[0]
        if path.startswith("/"):
            addresses.match(path)
        else:
            assert path.startswith("https://") or not path


def test_faq_answers_what_voters_ask(browser: Browser) -> None:
    page = browser.get("/informations/aide").text
    for words in ("Je n’ai pas reçu de message avec mon lien", "Je tourne en boucle", "messagerie professionnelle"):
        assert words in page
    assert "Cellules de soutien aux utilisateurs (CSU)" in page
    assert "<caption>Cellules de soutien inventées</caption>" in page
    assert 'href="/assistance"' in page


@pytest.mark.parametrize("path", ["/informations/tutoriels/parcours-electeur", "/informations/tutoriels/reassorts"])
def test_tutorials_of_2018_name_the_buttons_of_2018(path: str, browser: Browser, rpc: FakeRpc) -> None:
    assert "Continuer" not in browser.get(path).text
    rpc.table["identity", "voting_event"]["profile"] = "2018"
    page = browser.get(path).text
    for words in ("Espace électeur", "Continuer", "Création de mon mot de passe", "Valider"):
        assert words in page
    for words in ("Accès au portail Élections", "Connexion", "Initialisation", "question défi", "Activer son compte"):
        assert words not in page


def test_unknown_tutorials_are_not_found(browser: Browser) -> None:
    assert browser.get("/informations/tutoriels/autre").status_code == 404
    assert browser.get("/informations/tutoriels/..%2f..%2fapp.py").status_code == 404


def test_an_edited_file_shows_without_a_restart(reader: Browser, folder: Path) -> None:
    (folder / "edito.fr.md").write_text("# Bonjour\n\nPremière version.", encoding="utf-8")
    assert "Première version." in reader.get("/informations/edito").text
    (folder / "edito.fr.md").write_text("# Bonjour\n\nSeconde version.", encoding="utf-8")
    page = reader.get("/informations/edito").text
    assert "Seconde version." in page
    assert page.count("<h1") == 1
    assert ">Bonjour</h2>" in page


def test_the_events_own_folder_comes_first(reader: Browser, folder: Path, rpc: FakeRpc) -> None:
    (folder / "edito.fr.md").write_text("Pour toutes les échéances.", encoding="utf-8")
    (folder / EVENT_UUID).mkdir()
    (folder / EVENT_UUID / "edito.fr.md").write_text("Pour celle-ci.", encoding="utf-8")
    assert "Pour celle-ci." in reader.get("/informations/edito").text
    rpc.table["identity", "voting_event"] = {**rpc.table["identity", "voting_event"], "voting_event": "../.."}
    assert "Pour toutes les échéances." in reader.get("/informations/edito").text


def test_other_languages_fall_back_to_french_and_say_so(reader: Browser, folder: Path) -> None:
    (folder / "edito.fr.md").write_text("Bonjour à tous.", encoding="utf-8")
    page = reader.get("/informations/edito", headers={"Accept-Language": "en"}).text
    assert "Bonjour à tous." in page
    assert 'lang="fr"' in page
    (folder / "edito.en.md").write_text("Hello everybody.", encoding="utf-8")
    assert "Hello everybody." in reader.get("/informations/edito", headers={"Accept-Language": "en"}).text


def test_missing_texts_are_said_kindly(reader: Browser) -> None:
    answer = reader.get("/informations/edito")
    assert answer.status_code == 200
    assert "Ce texte n’est pas encore rédigé." in answer.text
    assert "inventées" not in reader.get("/informations/aide").text, "somebody else's support cells are not shown"
    assert "Je me connecte au portail" in reader.get("/informations/aide").text, "the general texts are"


def test_unreadable_and_huge_files_are_as_if_missing(folder: Path) -> None:
    (folder / "edito.fr.md").write_bytes(b"\xff\xfe not utf-8")
    assert Contents(folder).text(Text.EDITO, "fr") is None
    (folder / "edito.fr.md").write_bytes(b"a" * (MOST_BYTES + 1))
    assert Contents(folder).text(Text.EDITO, "fr") is None
    (folder / "edito.fr.md").unlink()
    (folder / "edito.fr.md").mkdir()
    assert Contents(folder).text(Text.EDITO, "fr") is None


def test_links_out_of_the_folder_are_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("secret", encoding="utf-8")
    (folder / "edito.fr.md").symlink_to(tmp_path / "secret.md")
    assert Contents(folder).text(Text.EDITO, "fr") is None


@UNHURRIED
@given(st.text(), st.integers(), st.text(max_size=5))
def test_no_code_number_or_language_leads_elsewhere(code: str, number: int, language: str) -> None:
    contents = Contents(BUILT_IN / "nowhere", code)
    assert contents.profession_de_foi(code, number, language) is None
    assert contents.text(Text.EDITO, language) is None


@pytest.mark.parametrize("code", ["..", "../..", ".", "a/b", "a\\b", "/etc", "", "x" * 60, "a\x00"])
def test_codes_that_are_no_folder_names_have_no_texts(code: str, folder: Path) -> None:
    (folder / "1.fr.md").write_text("hors de lists", encoding="utf-8")
    (folder / "lists").mkdir()
    (folder / "lists" / "1.fr.md").write_text("sans code", encoding="utf-8")
    assert Contents(folder).profession_de_foi(code, 1, "fr") is None


def test_professions_de_foi_are_texts_or_files(folder: Path) -> None:
    room = folder / "lists" / "CSA-M"
    room.mkdir(parents=True)
    (room / "1.fr.md").write_text("Nous voulons.", encoding="utf-8")
    (room / "2.pdf").write_bytes(b"%PDF-1.7")
    contents = Contents(folder)
    assert contents.profession_de_foi("CSA-M", 1, "en") == Found("Nous voulons.", "fr")
    assert contents.profession_de_foi("CSA-M", 2, "en") == (room / "2.pdf").resolve()
    assert contents.profession_de_foi("CSA-M", 3, "fr") is None
    assert contents.profession_de_foi("CSA-M", 0, "fr") is None
    assert contents.profession_de_foi("CSA-M", -1, "fr") is None


@pytest.mark.parametrize(
    "written",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "[x](vbscript:alert(1))",
        '<img src=x onerror="alert(1)">',
        "![x](https://elsewhere.example/pixel.png)",
        '<a href="https://x.example" onclick="alert(1)">x</a>',
        "<iframe src=https://x.example></iframe>",
        "<style>body{display:none}</style>",
        '[x](https://x.example "onmouseover=alert(1)")',
    ],
)
def test_nothing_of_a_text_runs_or_is_fetched(written: str) -> None:
    tags = Tags()
    tags.feed(str(render(written).html))
    assert not {name for name, _attributes in tags.found} & {"script", "img", "iframe", "style", "object"}
    for _name, attributes in tags.found:
        assert not {key for key in attributes if key.startswith("on")}
        assert attributes.get("href", "https:").startswith("https:")


class Tags(HTMLParser):
    """The tags of a page as a browser sees them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note one."""
        self.found.append((tag, {key: value or "" for key, value in attrs}))


def test_headings_start_below_the_pages_own_and_never_jump() -> None:
    found = render("# A\n\n#### B\n\n## C\n\n###### D\n\n# A\n")
    assert [(heading.level, heading.text) for heading in found.headings] == [
        (2, "A"),
        (3, "B"),
        (3, "C"),
        (4, "D"),
        (2, "A"),
    ]
    assert len({heading.id for heading in found.headings}) == 5
    assert "<h1" not in found.html
    assert [heading.level for heading in render("### A\n\n### B", top=4).headings] == [4, 4]


@UNHURRIED
@given(st.lists(st.integers(1, 6), min_size=1, max_size=20))
def test_any_headings_make_a_sound_outline(levels: list[int]) -> None:
    outline = [heading.level for heading in render("\n\n".join(f"{'#' * one} Titre" for one in levels)).headings]
    assert len(outline) == len(levels)
    assert outline[0] == 2
    assert all(2 <= after <= before + 1 for before, after in pairwise(outline))


def test_tables_have_caption_scope_and_can_be_scrolled() -> None:
    html = render("Tableau : Nos contacts\n\n| A | B |\n|---|:--|\n| 1 | 2 |\n").html
    assert "<caption>Nos contacts</caption>" in html
    assert html.count('<th scope="col">') == 2
    assert '<td data-label="A">1</td>' in html
    assert '<td data-label="B">2</td>' in html
    assert 'role="region" tabindex="0" aria-label="Nos contacts"' in html
    assert "Tableau :" not in html
    assert "<caption" not in render("Bonjour.\n\n| A |\n|---|\n| 1 |\n").html
    assert "<script>" not in render('Tableau : <script>"\n\n| A |\n|---|\n| 1 |\n').html


@UNHURRIED
@given(st.text(max_size=300))
def test_any_text_can_be_rendered(text: str) -> None:
    assert "<script" not in render(text).html


@pytest.mark.parametrize("profile", ["2022", "2018"])
@pytest.mark.parametrize("name", [Text.TUTORIAL_VOTER, Text.TUTORIAL_VOTE, Text.TUTORIAL_REISSUE])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_tutorials_name_what_the_screens_say(name: Text, language: str, profile: str) -> None:
    # What is bold in a tutorial is a label: somebody who looks for it on the page must find it, word for word.
    known = {str(sentence) for sentence in catalogues.sentences()}
    if language == "en":
        known = {str(message.string) for message in catalogues.english()}
    found = Contents(None, profile=profile).text(name, language)
    assert found is not None
    labels = set(re.findall(r"\*\*([^*]+)\*\*", found.markdown))
    assert len(labels) > 4
    assert labels <= known
