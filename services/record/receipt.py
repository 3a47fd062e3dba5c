"""The receipt of one ballot as accessible PDF (PDF/UA-1). It says what the public urn and its signature do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from services.record.typesetting import set_page

REGIONS = {"fr": "FR", "en": "GB"}


@dataclass(frozen=True)
class Row:
    """A pair of facts; what is `exact` is set letter by letter, in a face that tells 0 from O."""

    name: str
    value: str
    exact: bool = False


@dataclass(frozen=True)
class Page:
    """What stands on the page, in the reader's language.

    Attributes:
        language: "fr" or "en".
        title: of the page and the file.
        election: the name of the election.
        tracker_label: what the tracker is called.
        tracker: the one string that matters.
        meaning: what it shows, and what it does not.
        later: heading of `check`.
        check: where, until when and how the ballot is found again.
        technical: heading of `signed`.
        signed: what the urn has signed.
        line_label: what `line` is for.
        line: the receipt as programs read it.
        head: headings of the two columns.
    """

    language: str
    title: str
    election: str
    tracker_label: str
    tracker: str
    meaning: str
    later: str
    check: Sequence[Row]
    technical: str
    signed: Sequence[Row]
    line_label: str
    line: str
    head: tuple[str, str]


def page(said: Page, made_at: datetime) -> bytes:
    """Set a receipt.

    Args:
        said: What it says.
        made_at: With time zone, written into the file. Something public, such as the closing: the moment of a vote is
            nobody's business.

    Returns:
        A PDF/UA-1 file; the same receipt gives the same bytes.
    """
    data = {name.replace("_", "-"): value for name, value in asdict(said).items()}
    data |= {
        "region": REGIONS[said.language],
        "check": [[row.name, row.value, row.exact] for row in said.check],
        "signed": [[row.name, row.value, row.exact] for row in said.signed],
    }
    return set_page("receipt.typ", data, made_at)
