"""Every sentence of the portal has its English, with the same placeholders, and the compiled catalogue is current."""

import re

from tests.unit.gateway.catalogues import ENGLISH, GATEWAY, english, sentences, translated

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}")
FRENCH_SPACING = re.compile(r"[«»]|\w [?!;:](\s|$)")


OTHER_WORDS = {
    r"\bproofs? of vote": "receipt",
    r"\btrackers?\b": "tracking number",
    r"\burns?\b": "ballot box",
    r"\bsupport cells?\b": "support unit",
    r"\bvoting (booklet|paper)": "voting notice",
}
"""What might be said in other words → the one that is used everywhere (docs/glossary.md)."""
TEXTS = (
    "gateway/content/default/*.en.md",
    "services/notification/templates/*/en/*",
    "services/notification/templates/*.en.html",
)
CODE = re.compile(r"\{[{%#].*?[}%#]\}|\]\([^)]*\)", re.DOTALL)
"""What nobody reads of a template or a text: expressions, tags, targets of links."""


def forms(words: object) -> list[str]:
    return [str(form) for form in words] if isinstance(words, (list, tuple)) else [str(words)]


def test_catalogue_is_complete_and_holds_nothing_else() -> None:
    kept = english()
    assert len(sentences()) > 250
    missing = [sentence for sentence in sentences() if not (kept.get(sentence) and translated(kept[sentence].string))]
    assert not missing, "run make translations, then write the English"
    assert not [message.id for message in kept if message.id and message.fuzzy]
    assert {message.id for message in kept if message.id} == sentences(), "run make translations"


def test_placeholders_are_the_same_in_both_languages() -> None:
    for message in english():
        if message.id:
            wanted = set(PLACEHOLDER.findall(" ".join(forms(message.id))))
            for form in forms(message.string) if translated(message.string) else []:
                assert set(PLACEHOLDER.findall(form)) == wanted, message.id


def test_english_is_written_as_english() -> None:
    for message in english():
        for form in forms(message.string) if message.id else []:
            assert not FRENCH_SPACING.search(form), form
            assert form == form.strip(), form
            # Merged catalogues once had sentences that were said twice over.
            assert len(form) < 40 or form[: len(form) // 2] != form[len(form) // 2 :], form
            assert "(s)" not in form, form


def test_one_thing_has_one_name_in_english() -> None:
    said = {form: "catalogue" for message in english() if message.id for form in forms(message.string)}
    root = GATEWAY.parent
    said |= {CODE.sub("", path.read_text()): path.name for pattern in TEXTS for path in root.glob(pattern)}
    assert len(said) > 1000
    for text, where in said.items():
        for other, word in OTHER_WORDS.items():
            assert not re.search(other, text, re.IGNORECASE), f"{where}: say “{word}” in: {text[:200]}"


def test_compiled_catalogues_say_what_the_sources_say() -> None:
    compiled = ENGLISH.with_suffix(".mo")
    assert compiled.is_file(), "run make setup"
    assert compiled.stat().st_mtime >= ENGLISH.stat().st_mtime, "run make setup"
