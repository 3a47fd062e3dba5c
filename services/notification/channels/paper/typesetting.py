"""Notices and lists of signatures as tagged PDF (PDF/UA-1), set by Typst with the fonts embedded."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import typst

from services.notification.channels.paper import fonts
from services.notification.channels.paper.notice import Notice, Sheet
from services.notification.queue.rendering import paris

PAGES = Path(__file__).resolve().parent / "pages"
PARIS = ZoneInfo("Europe/Paris")
_REISSUE = {
    "2018": "demandez un nouvel identifiant depuis votre espace électeur, jusqu'à la clôture ; il vous parvient par SMS.",
    "2022": "demandez le réassort de votre code de vote depuis votre espace électeur, du {opens} à la clôture ; "
    "il vous est remis à l’écran après un lien reçu par courriel, ou par SMS.",
}


class DoesNotFit(Exception):
    """The texts of the sheet are too long for the page, in the smallest letters that may be used."""


def notices(sheet: Sheet, printed: Sequence[Notice], made_at: datetime) -> bytes:
    """Set notices, each beginning on a page of its own.

    Args:
        sheet: What they say alike.
        printed: At least one; a notice is one page, in large print two.
        made_at: With time zone, written into the file.

    Returns:
        A PDF/UA-1 file; the same notices at the same time give the same bytes.

    Raises:
        fonts.FontMissing: The face is not in place.
        DoesNotFit: The sheet says too much.
    """
    data = {
        "sheet": _sheet(sheet),
        "notices": [
            {
                "code": one.code,
                "lines": [{"text": text, "size": size} for text, size in one.window.lines],
                "reference": one.reference,
                "large": one.large,
            }
            for one in printed
        ],
    }
    return _set("notice.typ", data, made_at)


def signatures(sheet: Sheet, place: str, handed_over: Sequence[Notice], made_at: datetime) -> bytes:
    """Set the list that is signed at a place: name and number of each notice, and room to sign. No code is on it.

    Args and Returns as of `notices`.
    """
    data = {
        "sheet": _sheet(sheet),
        "place": place,
        "notices": [{"name": one.name, "reference": one.reference} for one in handed_over],
    }
    return _set("signatures.typ", data, made_at)


def _sheet(sheet: Sheet) -> dict[str, Any]:
    opens, closes = (paris(moment.isoformat()) for moment in (sheet.opens_at, sheet.closes_at))
    return {
        "voting_event": sheet.voting_event,
        "address": sheet.address,
        "opens": opens,
        "closes": closes,
        "support": sheet.support,
        "reissue": _REISSUE[sheet.reissue].format(opens=opens),
        "fingerprint": sheet.fingerprint,
        "sender": sheet.sender,
    }


def _set(page: str, data: dict[str, Any], made_at: datetime) -> bytes:
    if not (fonts.FOLDER / fonts.REGULAR).is_file():
        raise fonts.FontMissing(f"{fonts.FOLDER} has no fonts: run `npm run build`")
    try:
        made = typst.compile(
            str(PAGES / page),
            root=str(PAGES),
            font_paths=[str(fonts.FOLDER)],
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            pdf_standards=["ua-1"],
            timestamp=made_at.replace(microsecond=0),
        )
    except typst.TypstError as error:
        if "does not fit" in str(error):
            raise DoesNotFit("les textes de la feuille sont trop longs pour la page") from None
        raise
    assert isinstance(made, bytes)  # a list of files only where a file a page is asked for
    return made
