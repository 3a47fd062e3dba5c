"""Invented voters for rehearsals and load tests: plainly invented names, addresses that cannot exist."""

import csv
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROLL_COLUMNS = (
    "identifiant", "nom", "prenom", "affectation", "adresse1", "adresse2", "code_postal", "ville", "scrutins",
)  # fmt: skip
SURNAMES = (
    "Nuage", "Caillou", "Tournesol", "Brouette", "Marmotte", "Parapluie", "Coquelicot", "Boussole",
    "Girouette", "Papillon", "Cerf-Volant", "Chaussette", "Moulin", "Éclair", "Œillet", "Noisette",
)  # fmt: skip
FIRST_NAMES = ("Alizé", "Basile", "Capucine", "Désiré", "Églantine", "Fantin", "Gaïa", "Hyacinthe", "Iris", "Jasmin")
ABSENT_EVERY = 10
"""One voter in ten stays at home, so that attendance and roll differ."""
BLANK_EVERY = 7
LOSES_EVERY = 5
"""One voter in five loses the voting code: half of them before the first vote, half after it."""


@dataclass(frozen=True)
class Elector:
    """One invented voter and what he is going to do in each election."""

    identifier: str
    surname: str
    first_name: str
    elections: tuple[str, ...]
    """Codes of the elections he is entitled to."""
    password: str = field(repr=False, default="")
    choices: dict[str, int] = field(default_factory=dict)
    """Election code → index of the list chosen, -1 for a blank vote; absent where he does not vote."""

    answer: str = field(repr=False, default="")
    """To the challenge question: whoever loses his code needs it."""
    loses_code: bool = False
    """Asks for another code before his first vote, or after it (`loses_code_late`)."""
    loses_code_late: bool = False
    street: str = ""
    """First line of the address: his alone, so that it finds his notice."""


def invent(
    count: int,
    lists: dict[str, int],
    on_paper: tuple[str, ...] = (),
    seed: int = 2026,
    absent_every: int = ABSENT_EVERY,
) -> list[Elector]:
    """`count` voters, the same for the same arguments.

    In: election code → number of lists, for elections online; codes of elections on paper, to which everybody is
    entitled; `absent_every`: one in so many stays at home, nobody where it is 0. Every voter is entitled to the first
    online election, two in three to the others.
    """
    dice = random.Random(seed)  # noqa: S311 - invented people need no secret
    codes = list(lists)
    electors = []
    for number in range(1, count + 1):
        surname = f"{dice.choice(SURNAMES)} {_numeral(number)}"
        first_name = dice.choice(FIRST_NAMES)
        entitled = tuple(code for code in codes if code == codes[0] or number % 3)
        votes = not absent_every or number % absent_every != 0
        choices = {
            code: -1 if (number + position) % BLANK_EVERY == 0 else dice.randrange(lists[code])
            for position, code in enumerate(entitled)
            if votes
        }
        electors.append(
            Elector(
                identifier=f"electeur{number}@academie.example",
                surname=surname,
                first_name=first_name,
                elections=(*entitled, *on_paper),
                password=f"Repetition-{number}-{dice.randrange(10**9)}!",
                choices=choices,
                answer=f"Réponse {dice.randrange(10**9)}",
                loses_code=votes and number % LOSES_EVERY == 2,
                loses_code_late=number % (2 * LOSES_EVERY) == LOSES_EVERY + 2 and len(choices) > 1,
                street=f"{number} rue de la Répétition",
            )
        )
    return electors


def write_roll(electors: list[Elector], path: Path) -> None:
    """The electors as the CSV file that `isoloir operator import-roll` reads."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(ROLL_COLUMNS)
        for number, elector in enumerate(electors, 1):
            writer.writerow(
                (
                    elector.identifier,
                    elector.surname,
                    elector.first_name,
                    f"École des Essais {number % 12 + 1}",
                    elector.street,
                    "",
                    "99999",
                    "VILLE-D'ESSAI",
                    "|".join(elector.elections),
                )
            )


def plaintext(choice: int, lists: int) -> list[list[int]]:
    """A choice as the plaintext of a one-question ballot with blank (protocol, section 4). In: index or -1 for blank."""
    return [[int(choice == -1)] + [int(choice == index) for index in range(lists)]]


def expected_counts(electors: list[Elector], code: str, lists: int) -> list[int]:
    """What the result of an election has to be: blank votes first, then the votes of each list."""
    counts = [0] * (lists + 1)
    for elector in electors:
        if code in elector.choices:
            counts[elector.choices[code] + 1] += 1
    return counts


def online_lists(definition: dict[str, Any]) -> dict[str, int]:
    """Election code → number of lists, for the online elections of a voting event's definition."""
    return {
        election["code"]: len(election["question"]["answers"])
        for election in definition["elections"]
        if election["mode"] == "online"
    }


def _numeral(number: int) -> str:
    """The number in words of a kind, so that every surname is its owner's alone and has no digit: A, B, … Z, AA, …"""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
