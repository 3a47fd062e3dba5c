"""Every sentence of the portal has its English, with the same placeholders, and the compiled catalogues are current."""

import re

import pytest

from gateway.i18n import catalogues

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}")
FRENCH_SPACING = re.compile(r"[«»]|\w [?!;:](\s|$)")


def forms(words: object) -> list[str]:
    return [str(form) for form in words] if isinstance(words, (list, tuple)) else [str(words)]


@pytest.fixture(scope="module")
def sources() -> list[str | tuple[str, ...]]:
    """What the code and the templates say today."""
    return [message.id for message in catalogues.extracted() if message.id]


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_catalogue_is_complete_and_holds_nothing_else(language: str, sources: list[str | tuple[str, ...]]) -> None:
    kept = catalogues.read(language)
    assert len(sources) > 250
    missing = [
        sentence for sentence in sources if not (kept.get(sentence) and catalogues.translated(kept[sentence].string))
    ]
    assert not missing, "run make translations, then write the English"
    assert not [message.id for message in kept if message.id and message.fuzzy]
    assert {message.id for message in kept if message.id} == set(sources), "run make translations"


def test_placeholders_are_the_same_in_both_languages() -> None:
    for message in catalogues.read("en"):
        if message.id:
            wanted = set(PLACEHOLDER.findall(" ".join(forms(message.id))))
            for form in forms(message.string) if catalogues.translated(message.string) else []:
                assert set(PLACEHOLDER.findall(form)) == wanted, message.id


def test_english_is_written_as_english() -> None:
    for message in catalogues.read("en"):
        for form in forms(message.string) if message.id else []:
            assert not FRENCH_SPACING.search(form), form
            assert form == form.strip(), form


def test_compiled_catalogues_say_what_the_sources_say() -> None:
    for language in catalogues.LANGUAGES:
        compiled = catalogues.po_file(language).with_suffix(".mo")
        assert compiled.is_file(), "run make setup"
        assert compiled.stat().st_mtime >= catalogues.po_file(language).stat().st_mtime, "run make setup"
