"""What views ask for: a text of the running application, rendered in the reader's language."""

from pathlib import Path

from flask import current_app
from flask_babel import get_locale
from flask_babel import gettext as _

from gateway.content.files import BUILT_IN, FALLBACK, Contents, Found, Text
from gateway.content.markdown import Rendered, render
from gateway.hours import countdown


def language() -> str:
    """The reader's language, two letters."""
    locale = get_locale()
    return str(locale.language) if locale is not None else FALLBACK


def contents() -> Contents:
    """The contents of the running application, for the current voting event where an operator has a folder."""
    folder: Path = current_app.extensions["isoloir_settings"].content_dir
    return Contents(None if folder == BUILT_IN else folder, *countdown.current_event())


class Page:
    """A rendered text: `html`, `headings`, and `language` where it is not the reader's (else '')."""

    def __init__(self, found: Found, top: int = 2, prefix: str = "texte") -> None:
        rendered: Rendered = render(found.markdown, _("Tableau"), top, prefix)
        self.html = rendered.html
        self.headings = rendered.headings
        self.language = found.language if found.language != language() else ""


def page(name: Text, top: int = 2, prefix: str = "texte") -> Page | None:
    """One of the texts of « Mes informations pratiques »; None where nobody wrote it."""
    found = contents().text(name, language())
    return Page(found, top, prefix) if found else None
