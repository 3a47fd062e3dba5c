"""Women and men on lists of candidates, beside their shares among those whom the lists are to represent.

Source: décret 2017-1201 of 27 July 2017: a list has women and men in the shares that they have among those represented;
where that makes no whole number, either of the two whole numbers around it will do.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor
from typing import Any

from services.files.voting_event_file import questions_of


def gaps(event: dict[str, Any]) -> Iterator[str]:
    """What the commission should look at again: a French sentence for each list that has other numbers than asked for.

    Args:
        event: as `voting_event_file.checked` gives it. Nothing is said of questions without `women_percent`, nor of lists
            without their numbers.
    """
    for election in event["elections"]:
        for number, question in enumerate(questions_of(election), 1):
            if "women_percent" not in question:
                continue
            # Through text: 61.5 in binary is not quite 61.5, and a share that gives a whole number must give that one.
            share = Fraction(str(question["women_percent"])) / 100
            for answer in question["answers"]:
                if "women" in answer and "men" in answer:
                    candidates = answer["women"] + answer["men"]
                    fewest, most = floor(share * candidates), ceil(share * candidates)
                    if not fewest <= answer["women"] <= most:
                        asked = str(fewest) if fewest == most else f"{fewest} ou {most}"
                        percent = f"{question['women_percent']:g}".replace(".", ",")
                        place = f"{election['code']}, question {number}, liste « {answer['name']} »"
                        has = f"{answer['women']} femme(s) sur {candidates} candidat(s)"
                        yield f"{place} : {has} ; une part de {percent} % en demande {asked}."
