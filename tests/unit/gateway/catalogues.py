"""The portal's sentences: what the sources say today, and the English that is kept."""

import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

GATEWAY = Path(__file__).resolve().parents[3] / "gateway"
ENGLISH = GATEWAY / "i18n" / "translations" / "en" / "LC_MESSAGES" / "messages.po"


def english() -> Catalog:
    """The English catalogue as it is kept."""
    with ENGLISH.open("rb") as file:
        return read_po(file, locale="en")


@cache
def sentences() -> frozenset[str | tuple[str, ...]]:
    """Every sentence marked in the gateway's code and templates, as `make translations` finds them."""
    with tempfile.NamedTemporaryFile(suffix=".pot") as file:
        command = f"extract -F i18n/babel.cfg -k lazy_gettext -k lazy_ngettext:1,2 -o {file.name} ."
        subprocess.run([Path(sys.executable).with_name("pybabel"), "-q", *command.split()], cwd=GATEWAY, check=True)
        return frozenset(message.id for message in read_po(file) if message.id)


def translated(words: object) -> bool:
    """Whether a message has its words, in every form of the plural."""
    return all(words) if isinstance(words, (list, tuple)) else bool(words)
