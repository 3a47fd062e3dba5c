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
NO_BREAK = "\u00a0"


def spaced(text: str) -> str:
    """The text with its spaces made unbreakable, in French; unchanged in other languages."""
    locale = get_locale()
    if locale is not None and locale.language != "fr":
        return text
    return AFTER.sub(NO_BREAK, BEFORE.sub(NO_BREAK, text))


def finalize(value: Any) -> Any:
    """For Jinja: our own sentences (markup, lazy texts) are spaced, data are left as they are."""
    if isinstance(value, LazyString):
        return spaced(str(value))
    return Markup(spaced(value)) if isinstance(value, Markup) else value  # noqa: S704  it was markup before
