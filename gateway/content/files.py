"""Where the texts are: the operator's folder, a sub-folder of it per voting event, then the built-in texts.

Files are looked for at each request, so that an edited one shows without a restart. Names come from closed sets,
and whatever is found must lie in its folder: no address can lead elsewhere.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from services.runtime.telemetry.logs import get_logger

log = get_logger()

BUILT_IN = Path(__file__).with_name("default")
FALLBACK = "fr"
MOST_BYTES = 200_000
MOST_PDF_BYTES = 10_000_000
# Codes of elections name folders: no separator, no leading dot.
FOLDER = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,49}")
LANGUAGE = re.compile(r"[a-z]{2}")


class Text(StrEnum):
    """The texts of « Mes informations pratiques », by the names of their files."""

    EDITO = "edito"
    FAQ = "faq"
    SUPPORT_CELLS = "support_cells"
    TUTORIAL_VOTER = "tutorial_voter"
    TUTORIAL_VOTE = "tutorial_vote"
    TUTORIAL_REISSUE = "tutorial_reissue"


# These speak of our screens, which are the same for every event. The others speak of one event: an operator who
# has a folder of his own and has not written them must not be given somebody else's.
GENERAL = {Text.FAQ, Text.TUTORIAL_VOTER, Text.TUTORIAL_VOTE, Text.TUTORIAL_REISSUE}


@dataclass(frozen=True)
class Found:
    """A text and the language it is in, which may not be the reader's."""

    markdown: str
    language: str


@dataclass(frozen=True)
class Contents:
    """The texts of one voting event.

    In: the operator's folder (None: the built-in texts alone), the event's uuid and its profile ('' where none is
    known). Tutorials name buttons and pages: where a profile has others, its own tutorials are in a folder of that name.
    """

    folder: Path | None
    voting_event: str = ""
    profile: str = ""

    def text(self, name: Text, language: str) -> Found | None:
        """A text in the language, else in French; the nearest folder that has either decides. None: nobody wrote it."""
        folders = self._folders()
        if self.folder is None or name in GENERAL:
            folders += [BUILT_IN / self.profile, BUILT_IN] if FOLDER.fullmatch(self.profile) else [BUILT_IN]
        for folder in folders:
            found = _in_language(folder, name.value, language)
            if found:
                return found
        return None

    def model_answers(self) -> str:
        """What support cells answer from, in French: voters read it. Sections, each with a title of the second level."""
        for folder in [*self._folders(), BUILT_IN]:
            found = _in_language(folder, "model_answers", FALLBACK)
            if found:
                return found.markdown
        return ""

    def profession_de_foi(
        self, election_code: str, number: int, language: str, question: int = 1
    ) -> Found | Path | None:
        """What the nth list of a question (both from 1, as on the ballot) says: a text, the path of a PDF file, or None."""
        if not FOLDER.fullmatch(election_code) or number < 1 or question < 1:
            return None
        list_name = document_name(question, number)
        for folder in self._folders():
            room = folder / "lists" / election_code
            found = _in_language(room, list_name, language)
            if found:
                return found
            for name in (f"{list_name}.{language}.pdf", f"{list_name}.{FALLBACK}.pdf", f"{list_name}.pdf"):
                path = _inside(room, name)
                if path and path.stat().st_size <= MOST_PDF_BYTES:
                    return path
        return None

    def _folders(self) -> list[Path]:
        if self.folder is None:
            return []
        if FOLDER.fullmatch(self.voting_event):
            return [self.folder / self.voting_event, self.folder]
        return [self.folder]


def document_name(question: int, number: int) -> str:
    """What the profession de foi of a list is called, without its suffix: "3", of a further question "2-3"."""
    return str(number) if question == 1 else f"{question}-{number}"


def _in_language(folder: Path, name: str, language: str) -> Found | None:
    for wanted in dict.fromkeys((language, FALLBACK)):
        if not LANGUAGE.fullmatch(wanted):
            continue
        path = _inside(folder, f"{name}.{wanted}.md")
        markdown = _read(path) if path else None
        if markdown is not None:
            return Found(markdown, wanted)
    return None


def _inside(folder: Path, name: str) -> Path | None:
    """The file of that name in the folder, unless it is missing or a link that leads out."""
    try:
        path = (folder / name).resolve(strict=True)
        return path if path.is_file() and path.is_relative_to(folder.resolve()) else None
    except (OSError, ValueError, RuntimeError):
        return None


def _read(path: Path) -> str | None:
    """The text, None where it cannot be read: the page then says that it is missing, and the log why."""
    try:
        if path.stat().st_size > MOST_BYTES:
            log.warning("content_too_large", file=path.name)
            return None
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        log.warning("content_unreadable", file=path.name, kind=type(error).__name__)
        return None
