"""What one line of a roll file may say (E1): pure rules, each problem with its remedy, in French for the operator."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from services.identity.contract.entrance import known_facts
from services.identity.contract.event.wording import visible
from services.identity.contract.identifiers import normalise
from services.identity.contract.limits import ROLL_COLUMNS, ROLL_OPTIONAL
from services.identity.roll import territories

LONGEST = {
    "identifiant": 254,
    "nom": 100,
    "prenom": 100,
    "affectation": 200,
    "adresse1": 100,
    "adresse2": 100,
    "code_postal": 10,
    "ville": 100,
    "territoire": 60,
}
HEADER_LINE = 1
LONGEST_LOCAL_PART = 64
SHORT_DOMAIN = 180
"""Characters of a domain that fit into an address with any local part (RFC 5321)."""
_PLAIN_LOCAL_PART = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
_FOUR_DIGITS = re.compile(r"[0-9]{4}")

# Unicode's categories Cc, Cs, Zl and Zp.
# An unbreakable hyphen looks like the plain one, and fewer programs and faces have it.
_PLAIN = str.maketrans({"\u2010": "-", "\u2011": "-"})
_LOST = "\ufffd"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True)
class Problem:
    """One thing wrong: the line in the file (the header is line 1), the column, what is wrong, what to do."""

    line: int
    column: str
    problem: str
    remedy: str

    def described(self) -> dict[str, object]:
        """Return the problem as it is sent to the operator."""
        return {"line": self.line, "column": self.column, "problem": self.problem, "remedy": self.remedy}


@dataclass(frozen=True)
class Entry:
    """A line of the roll that can be recorded; `elections` are codes."""

    identifier: str
    surname: str
    first_name: str
    assignment: str
    address1: str
    address2: str
    postcode: str
    city: str
    elections: tuple[str, ...]
    numen: str = ""
    birth_date: str = ""
    territory: str = ""


def header_problems(columns: Mapping[str, str]) -> list[Problem]:
    """Return what is wrong with the columns themselves, judged on the first row of the file."""
    unknown = [
        # The name comes from the file: only what any program can read again goes into the report.
        Problem(
            HEADER_LINE,
            name[:50].encode("utf-8", "replace").decode(),
            "Colonne inconnue.",
            f"Supprimer la colonne ; colonnes attendues : {_expected()}.",
        )
        for name in columns
        if name not in (*ROLL_COLUMNS, *ROLL_OPTIONAL)
    ]
    missing = [
        Problem(HEADER_LINE, name, "Colonne absente.", f"Ajouter la colonne ; colonnes attendues : {_expected()}.")
        for name in ROLL_COLUMNS
        if name not in columns
    ]
    return unknown + missing


def problems_of(line: int, columns: Mapping[str, str], election_codes: set[str]) -> list[Problem]:
    """Return what is wrong with one row; never raises, whatever the row holds.

    A row whose columns differ from those of a roll has this one problem. Uniqueness is for the caller to check.
    """
    if not has_roll_columns(columns):
        return [
            Problem(
                line,
                "",
                "La ligne n’a pas le même nombre de valeurs que l’en-tête.",
                "Écrire autant de valeurs que de colonnes, séparées par « ; », entre guillemets si elles contiennent « ; ».",
            )
        ]
    return list(_problems(line, columns, _values(columns), election_codes))


def judged(line: int, columns: Mapping[str, str], election_codes: set[str]) -> list[Problem] | Entry:
    """Return what is wrong with one row, as `problems_of`, or its entry where nothing is."""
    if not has_roll_columns(columns):
        return problems_of(line, columns, election_codes)
    values = _values(columns)
    return list(_problems(line, columns, values, election_codes)) or _entry(values)


def entry_of(columns: Mapping[str, str]) -> Entry:
    """Return the entry of a row that has no problem."""
    return _entry(_values(columns))


def _entry(values: Mapping[str, str]) -> Entry:
    return Entry(
        identifier=values["identifiant"],
        surname=values["nom"],
        first_name=values["prenom"],
        assignment=values["affectation"],
        address1=values["adresse1"],
        address2=values["adresse2"],
        postcode=values["code_postal"],
        city=values["ville"],
        elections=_codes(values["scrutins"]),
        numen=values.get("numen", ""),
        birth_date=values.get("date_naissance", ""),
        territory=territories.territory_of(values),
    )


def has_roll_columns(columns: Mapping[str, str]) -> bool:
    """Whether these are the columns of a roll, with or without the optional ones."""
    return set(columns) - set(ROLL_OPTIONAL) == set(ROLL_COLUMNS)


def duplicate(line: int, first_line: int) -> Problem:
    """Return the problem of a line whose identifier is on `first_line` already."""
    return Problem(
        line,
        "identifiant",
        f"Identifiant déjà présent à la ligne {first_line}.",
        "Ne garder qu’une ligne par électeur, avec tous ses scrutins séparés par « | ».",
    )


def entitlements_fixed(line: int) -> Problem:
    """Return the problem of a line that gives other elections to a voter whose codes are made."""
    return Problem(
        line,
        "scrutins",
        "Cet électeur a déjà ses codes de vote, pour d’autres scrutins.",
        "Reprendre les scrutins de la liste en place : des codes remis ne s’étendent pas.",
    )


def _values(columns: Mapping[str, str]) -> dict[str, str]:
    # As they will be stored: lengths are measured on these.
    names = [name for name in (*ROLL_COLUMNS, *ROLL_OPTIONAL) if name in columns]
    values = {name: unicodedata.normalize("NFC", visible(columns[name]).translate(_PLAIN)).strip() for name in names}
    values["identifiant"] = normalise(values["identifiant"])
    if "numen" in values:
        values["numen"] = known_facts.numen(values["numen"])
    return values


def _problems(
    line: int, raw: Mapping[str, str], values: Mapping[str, str], election_codes: set[str]
) -> Iterator[Problem]:
    for name, value in values.items():
        if _CONTROL.search(raw[name]):
            yield Problem(
                line,
                name,
                "Caractère de contrôle (tabulation, saut de ligne…) dans la valeur.",
                "Retirer ce caractère et enregistrer le fichier en UTF-8.",
            )
        elif _LOST in value:
            yield Problem(
                line,
                name,
                "Lettre perdue (« \ufffd ») : le fichier a été enregistré une fois dans un autre codage.",
                "Exporter de nouveau la liste depuis le logiciel d’origine, en CSV UTF-8, ou réécrire la valeur.",
            )
        elif len(value) > LONGEST.get(name, len(value)):
            yield Problem(
                line,
                name,
                f"Valeur trop longue ({len(value)} caractères).",
                f"Ramener la valeur à {LONGEST[name]} caractères au plus.",
            )
        elif name == "identifiant":
            yield from _identifier_problems(line, value)
        elif name in ("nom", "prenom") and not value:
            yield Problem(line, name, "Valeur vide.", "Renseigner le nom et le prénom de l’électeur.")
        elif name == "code_postal" and _FOUR_DIGITS.fullmatch(value):
            yield Problem(
                line,
                name,
                "Code postal de quatre chiffres : un tableur a sans doute ôté le zéro du début.",
                f"Écrire 0{value} ; pour une adresse à l’étranger, laisser vide et écrire le code dans la ville.",
            )
        elif name == "scrutins":
            yield from _election_problems(line, value, election_codes)
        elif name == "numen" and value and not known_facts.is_numen(value):
            yield Problem(line, name, "NUMEN mal formé.", f"Corriger : {known_facts.NUMEN_FORM}, ou laisser vide.")
        elif name == "date_naissance" and value and known_facts.birth_date(value) is None:
            yield Problem(line, name, "Date mal formée.", "Écrire la date sous la forme jj/mm/aaaa, ou laisser vide.")


def _identifier_problems(line: int, identifier: str) -> Iterator[Problem]:
    if not identifier:
        yield Problem(
            line,
            "identifiant",
            "Identifiant absent.",
            "Renseigner l’adresse électronique professionnelle de l’électeur.",
        )
        return
    # ASCII only: the mail servers of French administrations take no other addresses (RFC 6531).
    if not identifier.isascii() or not _is_address(identifier):
        yield Problem(
            line,
            "identifiant",
            "Adresse électronique mal formée.",
            "Corriger l’adresse, de la forme prenom.nom@domaine.fr, sans accent ni espace.",
        )


def _is_address(identifier: str) -> bool:
    local, _at, domain = identifier.rpartition("@")
    plain = len(local) <= LONGEST_LOCAL_PART and len(domain) < SHORT_DOMAIN and _PLAIN_LOCAL_PART.fullmatch(local)
    # Most lines of a long roll have a plain name at one of few domains, each of which is looked at once.
    return _takes_mail(domain) if plain else _is_valid(identifier)


@lru_cache(maxsize=1024)
def _takes_mail(domain: str) -> bool:
    return _is_valid(f"a@{domain}")


def _is_valid(identifier: str) -> bool:
    try:
        validate_email(identifier, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return False
    return True


def _election_problems(line: int, text: str, election_codes: set[str]) -> Iterator[Problem]:
    codes = _codes(text)
    if not codes:
        yield Problem(
            line,
            "scrutins",
            "Aucun scrutin.",
            "Indiquer au moins un code de scrutin, ou retirer l’électeur de la liste.",
        )
    for code in codes:
        if code not in election_codes:
            yield Problem(
                line,
                "scrutins",
                f"Code de scrutin inconnu : « {code[:50]} ».",
                f"Utiliser les codes de la définition du vote : {', '.join(sorted(election_codes)[:20])}.",
            )
    if len(set(codes)) != len(codes):
        yield Problem(line, "scrutins", "Scrutin indiqué deux fois.", "Ne garder qu’une fois chaque code de scrutin.")


def _codes(text: str) -> tuple[str, ...]:
    return tuple(code for part in text.split("|") if (code := part.strip()))


def _expected() -> str:
    return ";".join(ROLL_COLUMNS)
