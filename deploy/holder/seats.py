"""`isoloir seats ARCHIVE RULES`: the seats of each list from the verified archive, worked line by line (E9)."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from deploy.holder.verify import verify_with_progress
from deploy.holder.verify_words import clean, fault_in_french
from services.ballot.belenios.checking.report import QuestionResult
from services.ballot.seats.allocation import (
    Allocation,
    Beyond,
    CandidateList,
    Decision,
    LotsNeeded,
    Rules,
    Step,
    TieBreak,
    allocate,
)

_KEYS = {"seats", "candidates", "tie_breaks", "beyond", "lots"}
_DECIDED = {
    Decision.AVERAGE: "plus forte moyenne",
    Decision.VOTES: "moyennes égales : liste qui a recueilli le plus de voix",
    Decision.CANDIDATES: "moyennes et voix égales : liste qui a présenté le plus de candidats",
    Decision.LOT: "égalité entière : liste tirée au sort",
}


@click.command("seats")
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("rules", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--question", "number", type=click.IntRange(min=1), default=1, help="Numéro de la question (1).")
@click.option("--json", "as_json", is_flag=True, help="Calcul lisible par une machine.")
def command(archive: Path, rules: Path, number: int, as_json: bool) -> None:
    """Répartir les sièges du scrutin d'ARCHIVE selon le fichier RULES, et montrer chaque étape du calcul.

    RULES est un fichier TOML : seats (sièges à pourvoir), un tableau [candidates] qui donne le nombre de candidats de chaque
    liste, et, s'il le faut, tie_breaks (« votes », « candidates »), beyond (« vacant » ou « others »), lots (listes tirées
    au sort, dans l'ordre du tirage). L'archive est d'abord vérifiée.
    """
    report = verify_with_progress(archive, quiet=as_json)
    if report.fault is not None:
        raise click.ClickException(f"L'archive a un défaut dans {fault_in_french(report.fault)}.")
    if not report.finished:
        raise click.ClickException("Cette élection n'a pas encore de résultat : attendez sa publication.")
    if number > len(report.result):
        raise click.ClickException(f"Ce scrutin n'a que {len(report.result)} question(s).")
    question = report.result[number - 1]
    try:
        given = tomllib.loads(rules.read_text(encoding="utf-8"))
    except ValueError:
        raise _wrong("relisez la forme attendue par isoloir seats --help") from None
    allocation = allocated(given, question)
    if as_json:
        of = {"election": report.uuid, "number": number, "question": question.question}
        click.echo(json.dumps({**of, **as_data(allocation)}))
        return
    for line in lines(allocation):
        click.echo(line)


def allocated(given: dict[str, Any], question: QuestionResult) -> Allocation:
    """Give the seats of a question by rules as they are written (`isoloir seats --help`). Raises click.ClickException."""
    try:
        return allocate(*_read(given, question))
    except LotsNeeded as needed:
        raise click.ClickException(
            f"Pour le siège n° {needed.seat}, rien ne départage : {', '.join(map(clean, needed.names))}. Tirez au sort en "
            "public, inscrivez l'ordre du tirage sous « lots », puis recommencez."
        ) from None


def _read(given: dict[str, Any], question: QuestionResult) -> tuple[list[CandidateList], Rules]:
    try:
        candidates: dict[str, Any] = given["candidates"]
        if set(given) - _KEYS or set(candidates) != set(question.answers):
            raise _wrong("les listes de [candidates] ne sont pas celles du scrutin, ou un mot est inconnu")
        numbers = [given["seats"], *candidates.values()]
        if not all(isinstance(value, int) and not isinstance(value, bool) and value >= 0 for value in numbers):
            raise _wrong("les sièges et les candidats sont des nombres entiers")
        rules = Rules(
            seats=given["seats"],
            tie_breaks=tuple(map(TieBreak, given.get("tie_breaks", Rules(1).tie_breaks))),
            lots=tuple(given.get("lots", ())),
            beyond=Beyond(given.get("beyond", Beyond.VACANT)),
        )
        lists = [
            CandidateList(name, votes, candidates[name])
            for name, votes in zip(question.answers, question.counts, strict=True)
        ]
        allocate([CandidateList(each.name, 0, each.candidates) for each in lists], rules)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _wrong("relisez la forme attendue par isoloir seats --help") from None
    return lists, rules


def _wrong(why: str) -> click.ClickException:
    return click.ClickException(f"Le fichier des règles n'est pas valable : {why}.")


def as_data(allocation: Allocation) -> dict[str, Any]:
    """The whole calculation; fractions as text, "numerator/denominator"."""
    return {
        "seats": allocation.rules.seats,
        "expressed": allocation.expressed,
        "quotient": _text(allocation.quotient),
        "tie_breaks": list(allocation.rules.tie_breaks),
        "beyond": allocation.rules.beyond,
        "lots": list(allocation.rules.lots),
        "lists": [
            {
                "name": each.name,
                "votes": each.votes,
                "candidates": each.candidates,
                "by_quotient": allocation.by_quotient[place],
                "seats": allocation.seats[place],
                "filled": allocation.filled[place],
            }
            for place, each in enumerate(allocation.lists)
        ],
        "steps": [
            {
                "seat": step.seat,
                "averages": [_text(average) for average in step.averages],
                "equal": [allocation.lists[place].name for place in step.equal],
                "winner": allocation.lists[step.winner].name,
                "decision": step.decision,
            }
            for step in allocation.steps
        ],
        "vacant": allocation.vacant,
    }


def _text(value: Fraction | None) -> str | None:
    return None if value is None else f"{value.numerator}/{value.denominator}"


def lines(allocation: Allocation) -> Iterator[str]:
    """The calculation in French, a line a step."""
    rules = allocation.rules
    yield f"{rules.seats} siège(s) à pourvoir, {allocation.expressed} suffrage(s) exprimé(s)"
    if allocation.quotient is None:
        yield "Aucun suffrage exprimé : aucun siège n'est attribué."
        return
    yield f"Quotient électoral : {allocation.expressed} ÷ {rules.seats} = {_decimal(allocation.quotient)}"
    for each, seats in zip(allocation.lists, allocation.by_quotient, strict=True):
        yield f"  {clean(each.name)} : {each.votes} ÷ {_decimal(allocation.quotient)} → {seats} siège(s)"
    yield f"Sièges attribués au quotient : {sum(allocation.by_quotient)} ; restent {len(allocation.steps)}"
    has = list(allocation.by_quotient)
    for step in allocation.steps:
        yield from _lines_of(allocation, step, has)
        has[step.winner] += 1
    yield "Résultat"
    for each, seats, filled in zip(allocation.lists, allocation.seats, allocation.filled, strict=True):
        beyond = f", dont {seats - filled} sans candidat" if seats > filled else ""
        yield f"  {clean(each.name)} : {seats} siège(s){beyond}"
    if allocation.vacant:
        yield f"Siège(s) vacant(s) : {allocation.vacant}"


def _lines_of(allocation: Allocation, step: Step, has: list[int]) -> Iterator[str]:
    yield f"Siège n° {step.seat}"
    for each, seats, average in zip(allocation.lists, has, step.averages, strict=True):
        if average is None:
            yield f"  {clean(each.name)} : ne peut plus en recevoir"
        else:
            yield f"  {clean(each.name)} : {each.votes} ÷ ({seats} + 1) = {_decimal(average)}"
    yield f"  → {clean(allocation.lists[step.winner].name)} ({_DECIDED[step.decision]})"


def _decimal(value: Fraction) -> str:
    """To four places, marked where that is not all: the calculation itself rounds nothing."""
    shown = Fraction(round(value * 10_000), 10_000)
    text = f"{float(shown):.4f}".rstrip("0").rstrip(".").replace(".", ",")
    return text if shown == value else f"{text}…"
