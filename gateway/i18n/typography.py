"""French spacing: the space before ? ! ; : » and after « must not break, or the sign ends up alone on a line.

Done where texts go out, so that sources and catalogues keep plain spaces that people can type.
"""

import re
from typing import Any

from flask_babel import get_locale
from flask_babel.speaklater import LazyString
from markupsafe import Markup

BEFORE = re.compile(r" (?=[?!;:»%](?:\s|[<.,)…]|$))")
AFTER = re.compile(r"(?<=«) ")
APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
NO_BREAK = "\u00a0"


def spaced(text: str) -> str:
    """The text with its spaces made unbreakable, in French; unchanged in other languages."""
    locale = get_locale()
    if locale is not None and locale.language != "fr":
        return text
    return AFTER.sub(NO_BREAK, BEFORE.sub(NO_BREAK, text))


def typeset(text: str) -> str:
    """An operator's own French, whatever the reader's language, with curved apostrophes and spaces that do not break."""
    return APOSTROPHE.sub("’", AFTER.sub(NO_BREAK, BEFORE.sub(NO_BREAK, text)))


def colon() -> str:
    """The sign between a name and what it names, with the spaces that the reader's language puts around it."""
    locale = get_locale()
    return f"{NO_BREAK}: " if locale is None or locale.language == "fr" else ": "


def address(text: str) -> Markup:
    """An e-mail address that breaks before its signs, where it must break at all."""
    parts = re.split(r"(?=[@.])", text)
    return Markup("<wbr>").join(parts)


def finalize(value: Any) -> Any:
    """For Jinja: our own sentences (markup, lazy texts) are spaced, data are left as they are."""
    if isinstance(value, LazyString):
        return spaced(str(value))
    return Markup(spaced(value)) if isinstance(value, Markup) else value  # noqa: S704  it was markup before
