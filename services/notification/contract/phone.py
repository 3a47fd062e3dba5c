"""Telephone numbers that a voting code may be sent to: mobiles of France and of its overseas territories.

Pure functions, for whoever asks a voter for a number and for whoever sends to one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

REGIONS = ("FR", "GP", "MQ", "GF", "RE", "YT", "PM", "NC", "PF", "WF")
"""In this order a number without a country code is tried: 0692… is valid in RE and not in FR."""
TEN_DIGITS = ("FR", "GP", "MQ", "GF", "RE", "YT")
"""Where numbers have ten digits and begin with 0. Elsewhere they are shorter, and the same in several places."""
MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
_OF_REGION = {
    phonenumbers.country_code_for_region(region): region for region in reversed(REGIONS)
}  # 590 is shared with BL and MF, 262 with YT: the first of REGIONS stands for all


class Why(StrEnum):
    """Why a number is refused, for the words on the page."""

    NOT_A_NUMBER = "not_a_number"
    COUNTRY_CODE_MISSING = "country_code_missing"
    """It may be one of a Pacific island or of Saint-Pierre: only +687, +689, +681 or +508 before it can tell."""
    FOREIGN = "foreign"
    FIXED_LINE = "fixed_line"
    PREMIUM = "premium"
    NOT_A_MOBILE = "not_a_mobile"


class PhoneRefused(ValueError):
    """The number cannot be used; the message has no digit of it.

    Attributes:
        why: The reason.
    """

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True)
class Mobile:
    """A number that short messages reach. Its repr shows no digit.

    Attributes:
        e164: As providers want it, « +33612345678 ».
        region: The territory (ISO 3166), for evidence and for the time of day there.
    """

    e164: str = field(repr=False)
    region: str

    @property
    def masked(self) -> str:
        """As the messages of 2018 show it: « 06xxxxxxx »."""
        number = phonenumbers.parse(self.e164)
        national = phonenumbers.national_significant_number(number)
        shown = f"0{national[0]}" if len(national) == 9 else national[:2]
        return shown + "x" * 7


def mobile(text: str) -> Mobile:
    """Read a number as a voter types it.

    Args:
        text: With or without country code, with any of the usual separators.

    Returns:
        The mobile.

    Raises:
        PhoneRefused: It is none that a code may be sent to.
    """
    typed = text.strip()
    if typed.startswith("00"):
        typed = f"+{typed[2:]}"
    if len(typed) > 40 or not typed.isprintable():
        raise PhoneRefused(Why.NOT_A_NUMBER)
    try:
        if typed.startswith("+"):
            return _usable(phonenumbers.parse(typed, None))
        candidates = [phonenumbers.parse(typed, region) for region in TEN_DIGITS]
    except NumberParseException:
        raise PhoneRefused(Why.NOT_A_NUMBER) from None
    valid = [number for number in candidates if phonenumbers.is_valid_number(number)]
    if valid:
        return _usable(valid[0])
    digits = sum(char.isdigit() for char in typed)
    raise PhoneRefused(Why.COUNTRY_CODE_MISSING if digits in (6, 8) else Why.NOT_A_NUMBER)


def _usable(number: phonenumbers.PhoneNumber) -> Mobile:
    if number.country_code not in _OF_REGION:
        raise PhoneRefused(Why.FOREIGN)
    if not phonenumbers.is_valid_number(number):
        raise PhoneRefused(Why.NOT_A_NUMBER)
    kind = phonenumbers.number_type(number)
    if kind in MOBILE:
        region = phonenumbers.region_code_for_number(number) or _OF_REGION[number.country_code]
        return Mobile(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), region)
    if kind == PhoneNumberType.FIXED_LINE:
        raise PhoneRefused(Why.FIXED_LINE)
    if kind in (PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST):
        raise PhoneRefused(Why.PREMIUM)
    raise PhoneRefused(Why.NOT_A_MOBILE)
