"""What a notice says: from an opened message and the sheet of its voting event to the words of a page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from marshmallow import Schema, ValidationError, fields, validate

from services.notification.channels.paper import address

_UUID = re.compile(r"\A[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")


class SheetSchema(Schema):
    """What all notices of a voting event say alike.

    `reissue` is « 2018 » (a new code by SMS, also before the opening) or « 2022 » (from the opening to the closing).
    `fingerprint` is the short fingerprint of the sealed election, where there is one.
    """

    voting_event = fields.String(required=True, validate=validate.Length(1, 200))
    portal = fields.Url(required=True, require_tld=False, schemes={"http", "https"})
    opens_at = fields.AwareDateTime(required=True, format="iso")
    closes_at = fields.AwareDateTime(required=True, format="iso")
    support = fields.String(required=True, validate=validate.Length(1, 200))
    reissue = fields.String(load_default="2022", validate=validate.OneOf(("2018", "2022")))
    fingerprint = fields.String(load_default="", validate=validate.Length(max=80))
    sender = fields.List(
        fields.String(validate=validate.Length(1, 60)), load_default=list, validate=validate.Length(max=5)
    )


@dataclass(frozen=True)
class Sheet:
    """A checked SheetSchema."""

    voting_event: str
    portal: str
    opens_at: datetime
    closes_at: datetime
    support: str
    reissue: str
    fingerprint: str
    sender: list[str]

    @classmethod
    def parse(cls, content: Mapping[str, Any]) -> Sheet:
        """Check a sheet. Raises marshmallow's ValidationError."""
        sheet = cls(**SheetSchema().load(content))
        if sheet.closes_at <= sheet.opens_at:
            raise ValidationError({"closes_at": ["Not after opens_at."]})
        return sheet

    @property
    def address(self) -> str:
        """The portal's address as people type it."""
        parts = urlsplit(self.portal)
        return f"{parts.netloc}{parts.path}".rstrip("/")


@dataclass(frozen=True)
class Notice:
    """A page to print. The repr names nobody.

    Attributes:
        message_id: The message that it is.
        code: The voting code.
        window: The address.
        name: Whose it is, for the list of signatures.
        place: Where it is handed over against signature; empty, it goes by post.
        large: In large print.
    """

    message_id: str
    code: str = field(repr=False)
    window: address.Window = field(repr=False)
    name: str = field(repr=False)
    place: str
    large: bool

    @property
    def reference(self) -> str:
        """The number on the page, by which a notice is found again: the first 48 bits of the message's id."""
        return reference(self.message_id)


class Malformed(Exception):
    """What was opened is no notice."""


def reference(message_id: str) -> str:
    """Return the number of a notice, as « 1a2b-3c4d-5e6f »."""
    digits = message_id.replace("-", "")[:12]
    return "-".join((digits[:4], digits[4:8], digits[8:]))


def read(message_id: str, content: Mapping[str, Any], *, large: bool = False, hand_over_all: bool = False) -> Notice:
    """Make a notice of an opened message.

    Args:
        message_id: The message's id.
        content: {"to": {"name", "lines", "place", "posted", "large"}, "values": {"voting_code"}}; the last three of
            `to` may be absent.
        large: Large print whatever the message says.
        hand_over_all: Nothing goes by post where there is a place.

    Raises:
        Malformed: Something is missing.
        address.CannotPrint: The address cannot be printed as it is.
    """
    try:
        to, code = content["to"], content["values"]["voting_code"]
        name, lines = to["name"], to["lines"]
        place, posted = to.get("place") or "", bool(to.get("posted", True))
        strings = [name, code, place, *lines]
        large = large or bool(to.get("large", False))
    except (KeyError, TypeError, AttributeError):
        raise Malformed from None
    if not all(isinstance(one, str) for one in strings) or not code or not _UUID.match(message_id):
        raise Malformed
    return Notice(
        message_id=message_id,
        code=code,
        window=address.window([name, *lines]),
        name=" ".join(name.split()),
        place=place if place and (hand_over_all or not posted) else "",
        large=large,
    )
