"""Telephone numbers that a code may be sent to: mobiles of France and of its overseas territories."""

from __future__ import annotations

import phonenumbers
from phonenumbers import PhoneNumberType

REGIONS = ("FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "NC", "PF", "WF")
_MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


class WrongNumber(ValueError):
    """`args[0]` says why: unreadable, not_mobile, or foreign."""


def parse(typed: str) -> str:
    """The number in the form +33612345678.

    Args:
        typed: as a person writes it, with or without country code; without one it is read as of metropolitan France, then
            as of each overseas territory.

    Raises:
        WrongNumber: unreadable, not_mobile (fixed, premium, unknown), foreign.
    """
    problem = "unreadable"
    for region in REGIONS:
        try:
            number = phonenumbers.parse(typed[:40], region)
        except phonenumbers.NumberParseException:
            continue
        if not phonenumbers.is_valid_number(number):
            continue
        if phonenumbers.region_code_for_number(number) not in REGIONS:
            raise WrongNumber("foreign")
        if phonenumbers.number_type(number) in _MOBILE:
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        problem = "not_mobile"
    raise WrongNumber(problem)


def masked(number: str) -> str:
    """What a confirmation says of a number: its first two digits as people write them, « 06xxxxxxx »."""
    national = phonenumbers.format_number(
        phonenumbers.parse(number, None), phonenumbers.PhoneNumberFormat.NATIONAL
    ).replace(" ", "")
    return f"{national[:2]}xxxxxxx"
