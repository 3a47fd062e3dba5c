"""The gettext catalogues: French sentences are the keys, English is complete, compiled files are not kept in git.

`python -m gateway.i18n.catalogues compile` (part of `make setup`) writes each messages.mo beside its messages.po;
`python -m gateway.i18n.catalogues update` (`make translations`) takes up what the sources say today.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

GATEWAY = Path(__file__).resolve().parents[1]
FOLDER = GATEWAY / "i18n" / "translations"
LANGUAGES = ("fr", "en")
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None, "lazy_ngettext": (1, 2)}
HEADER = "# Sentences of the portal. Keys are the French sentences: make translations."


def po_file(language: str) -> Path:
    """Where the catalogue of a language is."""
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


def extracted() -> Catalog:
    """Every sentence marked in the gateway's code and templates, read afresh."""
    with (GATEWAY / "i18n" / "babel.cfg").open(encoding="utf-8") as settings:
        methods, options = parse_mapping_cfg(settings)  # type: ignore[no-untyped-call]
    found = Catalog(fuzzy=False)
    for name, _line, message, comments, _context in extract_from_dir(
        GATEWAY, method_map=methods, options_map=options, keywords=KEYWORDS
    ):
        found.add(message, None, [(name, 0)], auto_comments=comments)
    return found


def read(language: str) -> Catalog:
    """The catalogue of a language as it is kept."""
    with po_file(language).open("rb") as file:
        return read_po(file, locale=language)


def update() -> list[str]:
    """Bring the catalogues up to the sources. Out: the sentences that have no English yet."""
    fresh = extracted()
    for language in LANGUAGES:
        catalogue = Catalog(locale=language, fuzzy=False, header_comment=HEADER, project="isoloir", version="1")
        kept = read(language) if po_file(language).exists() else catalogue
        for message in fresh:
            if message.id:
                known = kept.get(message.id)
                words = known.string if known else ("" if isinstance(message.id, str) else ("", ""))
                if language == "fr":
                    words = message.id
                catalogue.add(message.id, words, sorted({(name, 0) for name, _line in message.locations}))
        # git knows when: a date here would change the file each time it is written.
        catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
        po_file(language).parent.mkdir(parents=True, exist_ok=True)
        with po_file(language).open("wb") as file:
            write_po(file, catalogue, width=120, sort_output=True, include_lineno=False, omit_header=False)
    return [str(message.id) for message in read("en") if message.id and not translated(message.string)]


def translated(words: object) -> bool:
    """Whether a message has its words, in every form of the plural."""
    return all(words) if isinstance(words, (list, tuple)) else bool(words)


def compile_all() -> None:
    """Write the binary catalogues that the application reads."""
    for language in LANGUAGES:
        with po_file(language).with_suffix(".mo").open("wb") as file:
            write_mo(file, read(language))


if __name__ == "__main__":
    if sys.argv[1:] == ["compile"]:
        compile_all()
    elif sys.argv[1:] == ["update"]:
        for sentence in update():
            sys.stderr.write(f"Without English: {sentence}\n")
        compile_all()
    else:
        sys.exit("python -m gateway.i18n.catalogues compile|update")
