"""The sheet: what all notices of a voting event say alike, in a JSON file that the operator gives to the printer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from marshmallow import ValidationError

from services.notification.channels.paper.notice import Sheet


class SheetError(Exception):
    """The sheet cannot be used; a French sentence says where."""


def of_voting_event(event: dict[str, Any], *, portal: str, support: str, **more: Any) -> dict[str, Any]:
    """Return the sheet of an imported voting event.

    Args:
        event: The operator's file: name, opens_at and closes_at are taken from it.
        portal: The portal's address.
        support: How the support cell is reached.
        more: `reissue`, `fingerprint`, `sender`, as SheetSchema has them.

    Raises:
        SheetError: The notices could not be made of it.
    """
    try:
        sheet = {
            "voting_event": event["name"],
            "portal": portal,
            "opens_at": event["opens_at"],
            "closes_at": event["closes_at"],
            "support": support,
            **more,
        }
    except (KeyError, TypeError):
        raise SheetError("le fichier du scrutin doit dire name, opens_at et closes_at") from None
    parse(sheet)
    return sheet


def read(path: Path) -> Sheet:
    """Read a sheet. Raises SheetError."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise SheetError(f"{path} : fichier JSON attendu") from None
    return parse(content)


def parse(content: Any) -> Sheet:
    """Check a sheet. Raises SheetError."""
    try:
        return Sheet.parse(content)
    except ValidationError as error:
        raise SheetError(f"champs absents ou incorrects : {', '.join(sorted(map(str, error.messages_dict)))}") from None
