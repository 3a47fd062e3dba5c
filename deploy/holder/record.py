"""`isoloir record ARCHIVE…`: the official record, from verified archives and what the portal says (E10)."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from deploy.holder import seats
from deploy.holder.verify import verify_with_progress
from deploy.holder.verify_words import clean, fault_in_french
from services.ballot.belenios.checking.report import QuestionResult, Report
from services.record import software, typesetting
from services.record.facts import Facts
from services.record.official import Board, Record, Result, Seats, Verification, disagreements, event_as_json
from services.record.reading import NotFacts

PIECE = 1 << 20
_IN_FRENCH = {
    "election": "le scrutin",
    "name": "le nom du scrutin",
    "election_hash": "l'empreinte du scrutin",
    "head": "l'empreinte de l'urne",
    "ballots": "le nombre de bulletins",
    "replaced": "le nombre de bulletins remplacés",
}
_EVENT_KEYS = {"present_at_opening", "observations", "interventions", "signatures", "elections"}


@click.command("record")
@click.argument("archives", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--facts",
    "facts_files",
    multiple=True,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Ce que le portail publie du scrutin (/api/v1/elections/UUID/record) ; à répéter, un fichier par scrutin.",
)
@click.option(
    "--board",
    "board_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Ce que le bureau ajoute, en TOML : présents, observations, interventions, explications, sièges, signataires.",
)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="Dossier des procès-verbaux."
)
@click.option("--draft", is_flag=True, help="Accepter une différence que le bureau n'a pas encore expliquée.")
def command(
    archives: tuple[Path, ...], facts_files: tuple[Path, ...], board_file: Path | None, out: Path, draft: bool
) -> None:
    """Établir le procès-verbal de chaque scrutin, en PDF accessible et en JSON ; de plusieurs, le récapitulatif aussi.

    Chaque ARCHIVE est vérifiée en entier, puis comparée à ce que le portail publie. Rien n'est écrit si quelque chose
    diffère, ou si l'urne et les émargements diffèrent sans que le bureau dise pourquoi. La forme du fichier du bureau est
    dans docs/record.md.
    """
    known = {one.election: one for one in map(_facts, facts_files)}
    given = _toml(board_file)
    records = [_record(archive, known, given) for archive in archives]
    if len({one.facts.election for one in records}) < len(records):
        raise click.ClickException("Deux archives sont du même scrutin.")
    for one in records:
        if one.unexplained and not draft:
            raise click.ClickException(
                f"Scrutin {one.facts.election} : {one.facts.counted} bulletin(s) compté(s) dans l'urne, "
                f"{'un nombre inconnu d' if one.facts.attendance is None else one.facts.attendance} émargement(s). Donnez "
                "l'explication du bureau (explanation), ou ajoutez --draft."
            )
    made_at = datetime.now(UTC)
    out.mkdir(parents=True, exist_ok=True)
    for one in records:
        _write(out / f"{one.facts.election}.record", one.as_json(), typesetting.election(one, made_at))
    if len(records) > 1:
        board = _board({key: given[key] for key in _EVENT_KEYS - {"elections"} if key in given})
        _write(out / "event.record", event_as_json(records, board), typesetting.event(records, board, made_at))


def _facts(path: Path) -> Facts:
    try:
        return Facts.parse(json.loads(path.read_text(encoding="utf-8")))
    except NotFacts as error:
        raise click.ClickException(f"{path} n'est pas ce que publie un portail : champ {error}.") from None
    except ValueError:
        raise click.ClickException(f"{path} n'est pas du JSON en UTF-8.") from None


def _toml(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise click.ClickException(f"Le fichier du bureau n'est pas du TOML en UTF-8 : {error}.") from None
    elections = given.get("elections", {})
    if not isinstance(elections, dict) or not all(isinstance(one, dict) for one in elections.values()):
        raise _wrong("elections")
    if set(given) - _EVENT_KEYS:
        raise _wrong(", ".join(sorted(set(given) - _EVENT_KEYS)))
    return given


def _wrong(field: str) -> click.ClickException:
    return click.ClickException(f"Le fichier du bureau n'est pas valable : {clean(field)}.")


def _board(value: dict[str, Any]) -> Board:
    try:
        return Board.parse(value)
    except NotFacts as error:
        raise _wrong(str(error)) from None


def _record(archive: Path, known: dict[str, Facts], given: dict[str, Any]) -> Record:
    report = verify_with_progress(archive)
    if report.fault is not None:
        raise click.ClickException(f"{archive} a un défaut dans {fault_in_french(report.fault)}.")
    if not report.finished:
        raise click.ClickException(f"{archive} : cette élection n'a pas encore de résultat.")
    facts = known.get(report.uuid or "")
    if facts is None:
        raise click.ClickException(f"Il manque ce que le portail publie du scrutin {report.uuid} (--facts).")
    verified = {
        "name": report.name,
        "election_hash": report.election_hash,
        "head": report.head,
        "ballots": report.ballots,
        "replaced": report.replaced,
    }
    differing = disagreements(facts, verified)
    if differing:
        names = ", ".join(_IN_FRENCH[name] for name in differing)
        raise click.ClickException(f"Scrutin {report.uuid} : le portail publie autre chose que l'archive : {names}.")
    _same_lists(facts, report.result)
    own = given.get("elections", {}).get(facts.election, {})
    shared = ("present_at_opening", "signatures", "interventions")
    common: dict[str, Any] = {key: given[key] for key in shared if key in given}
    return Record(
        facts=facts,
        results=tuple(
            Result(
                one.question, tuple(zip(one.answers, one.counts, strict=True)), one.blank, one.maximum, facts.counted
            )
            for one in report.result
        ),
        seats=_seats(own.get("seats", []), report.result),
        board=_board(own).over(_board(common)),
        verification=_verification(archive, report),
    )


def _same_lists(facts: Facts, results: Sequence[QuestionResult]) -> None:
    """Women and men are of lists that are on the ballot, or of none."""
    for one in facts.candidates:
        on_ballot = results[one.number - 1].answers if 1 <= one.number <= len(results) else ()
        for named in one.lists:
            if named.name not in on_ballot:
                raise click.ClickException(
                    f"Scrutin {facts.election} : le portail compte les femmes et les hommes d'une liste qui n'est pas sur "
                    f"le bulletin, question {one.number} : {clean(named.name)}."
                )


def _seats(given: Any, results: Sequence[QuestionResult]) -> tuple[Seats, ...]:
    found: dict[int, Seats] = {}
    for rules in given if isinstance(given, list) else [given]:
        place = rules.get("question", 1) if isinstance(rules, dict) else 0
        if type(place) is not int or not 1 <= place <= len(results):
            raise _wrong(f"seats.question : un numéro de 1 à {len(results)} est attendu")
        if place in found:
            raise _wrong(f"seats : la question {place} y est deux fois ; chaque tableau nomme la sienne (question = 2)")
        question = results[place - 1]
        allocation = seats.allocated({key: value for key, value in rules.items() if key != "question"}, question)
        found[place] = Seats(place, question.question, seats.as_data(allocation), tuple(seats.lines(allocation)))
    return tuple(found[place] for place in sorted(found))


def _verification(archive: Path, report: Report) -> Verification:
    whole = hashlib.sha256()
    with archive.open("rb") as file:
        while piece := file.read(PIECE):
            whole.update(piece)
        size = file.tell()
    return Verification(
        sha256=whole.hexdigest(),
        size=size,
        head=report.head or "",
        keys=tuple(f"{group.threshold} sur {group.size}" for group in report.trustees),
        decryptions=tuple(sorted(report.partial_decryptions)),
        software=software.fingerprint(),
    )


def _write(path: Path, data: dict[str, Any], pages: bytes) -> None:
    text = json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    for suffix, content in ((".json", text.encode()), (".pdf", pages)):
        made = path.with_name(path.name + suffix)
        made.write_bytes(content)
        click.echo(f"Écrit : {made}")
