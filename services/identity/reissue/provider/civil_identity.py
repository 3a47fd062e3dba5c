"""Whether the identity that a provider vouches for is a voter's: rules for names and dates as they are written (A11).

FranceConnect tells the « identité pivot » of the civil register: all given names, the name at birth, the date of birth, and
sometimes the name in use. The roll of an employer has one given name, the name in use, and a date of birth of which only a
keyed tag is kept. What differs in writing alone is the same; what differs otherwise is not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from services.identity.contract.event.wording import without_accents
from services.identity.reissue import known_facts

_BIRTH_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LONGEST = 300
"""Characters of one claim that are looked at: nobody's names are longer."""


@dataclass(frozen=True)
class CivilIdentity:
    """What a provider says of a person. `usage_name` is empty where it says none; `birth_date` None where it is no day."""

    given_names: str
    birth_name: str
    usage_name: str
    birth_date: date | None


@dataclass(frozen=True)
class OnTheRoll:
    """What the roll has of a voter: the date of birth as a keyed tag alone."""

    voter_id: str
    first_name: str
    surname: str
    birth_date_tag: str


def of_claims(claims: Mapping[str, object]) -> CivilIdentity:
    """The identity in a provider's standard claims; whatever has another shape than it should is as good as absent."""
    return CivilIdentity(
        given_names=_text(claims.get("given_name")),
        birth_name=_text(claims.get("family_name")),
        usage_name=_text(claims.get("preferred_username")),
        birth_date=birth_date(_text(claims.get("birthdate"))),
    )


def agrees(key: str, voter: OnTheRoll, found: CivilIdentity) -> bool:
    """Whether the provider's identity is the voter's: given name, surname and date of birth, all three."""
    return (
        found.birth_date is not None
        and known_facts.is_birth_date(key, voter.voter_id, voter.birth_date_tag, found.birth_date)
        and same_given_name(voter.first_name, found.given_names)
        and same_surname(voter.surname, found.birth_name, found.usage_name)
    )


def birth_date(written: str) -> date | None:
    """The day of « aaaa-mm-jj »; None for anything else, such as « 1980-00-00 » of who does not know the day of birth."""
    if _BIRTH_DATE.fullmatch(written) is None:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def same_given_name(on_roll: str, given_names: str) -> bool:
    """Whether the name on the roll is one of the given names, or several that follow each other.

    Any given name may be the usual one (article 57 of the Code civil). « Jean-Pierre » is « Jean Pierre » for a register
    that knows no hyphens, and « JEAN-PIERRE »; « Jean » is not « Jean-Pierre », who is somebody else.
    """
    wanted = _letters(on_roll)
    return bool(wanted) and wanted in _runs(re.split(r"[\s,;]+", given_names))


def same_surname(on_roll: str, birth_name: str, usage_name: str = "") -> bool:
    """Whether the name on the roll is the name at birth, the name in use, or the name at birth beside another.

    « Durand-Lévy » is on the roll of who was born Durand or Lévy; « Durand » alone is not that of who was born Durand-Lévy.
    """
    wanted = _letters(on_roll)
    if not wanted:
        return False
    if wanted in (_letters(birth_name), _letters(usage_name)):
        return True
    # Folded first: dashes are of many kinds until then.
    words = [_letters(word) for word in re.split(r"[\s\-]+", without_accents(on_roll))]
    ends = {"".join(words[:end]) for end in range(1, len(words))} | {
        "".join(words[end:]) for end in range(1, len(words))
    }
    born = _letters(birth_name)
    return bool(born) and born in ends


def _runs(names: list[str]) -> set[str]:
    """All sequences of names that follow each other, each written as one word."""
    words = [word for word in map(_letters, names) if word]
    return {"".join(words[start:end]) for start in range(len(words)) for end in range(start + 1, len(words) + 1)}


def _letters(written: str) -> str:
    """The letters of a name, in lower case, without accents, blanks, hyphens and apostrophes."""
    return "".join(char for char in without_accents(written) if char.isalpha())


def _text(claim: object) -> str:
    return claim if isinstance(claim, str) and len(claim) <= LONGEST else ""
