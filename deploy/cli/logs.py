"""`isoloir logs`: the JSON logs of all processes as one, for people."""

import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from deploy.operator.watch.log_reading import (
    LEVELS,
    MOST_LISTED,
    Line,
    Summary,
    Wanted,
    files_in,
    merged,
    moment_in,
    read,
    written,
)

PARIS = ZoneInfo("Europe/Paris")
EVERY = 0.5  # seconds between two looks at a file that may have grown


def _moment(_context: click.Context, _parameter: click.Parameter, value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        return moment_in(value, datetime.now(PARIS))
    except ValueError:
        raise click.BadParameter("attendu : 8:15, 10m, 2h, ou 2026-12-03T08:15") from None


@click.command("logs")
@click.argument("places", nargs=-1, type=click.Path(exists=True, path_type=Path), envvar="ISOLOIR_LOGS")
@click.option(
    "--process", "processes", multiple=True, help="Processus (à répéter) ; « ballot » comprend ballot-worker."
)
@click.option("--event", "events", multiple=True, help="Événement (à répéter), par exemple service_fault.")
@click.option("--level", type=click.Choice(LEVELS), default=None, help="Niveau le plus bas à montrer.")
@click.option(
    "--ref", "reference", default="", help="Référence qu'une page a montrée, ou son début : toute la demande."
)
@click.option("--since", callback=_moment, default=None, help="8:15 (Paris, aujourd'hui), 10m, 2h ou une date ISO.")
@click.option("--until", callback=_moment, default=None, help="De même.")
@click.option("--text", default="", help="Ce qui figure n'importe où dans la ligne.")
@click.option("--summary", is_flag=True, help="Un écran : pannes, débit, lenteur, messages, au lieu des lignes.")
@click.option("--follow", is_flag=True, help="Rester, et montrer ce qui s'ajoute.")
def command(
    places: tuple[Path, ...],
    processes: tuple[str, ...],
    events: tuple[str, ...],
    level: str | None,
    reference: str,
    since: datetime | None,
    until: datetime | None,
    text: str,
    summary: bool,
    follow: bool,
) -> None:
    """Lire les journaux de PLACES (fichiers ou dossiers ; sans rien : l'entrée standard), dans l'ordre du temps."""
    wanted = Wanted(processes, events, level or "", reference, since, until, text)
    files = files_in(places)
    lines: Iterator[Line] = merged(files) if places else read(sys.stdin)
    chosen = (line for line in lines if wanted.has(line))
    if summary:
        found = Summary()
        for line in chosen:
            found.add(line)
        for row in summarized(found):
            click.echo(row)
        return
    ends = {path: path.stat().st_size for path in files}
    for line in chosen:
        _show(line)
    if follow:
        for line in _added(ends):
            if wanted.has(line):
                _show(line)


def _show(line: Line) -> None:
    colours = {"warning": "yellow", "error": "red", "critical": "red"}
    click.echo(click.style(written(line, PARIS), fg=colours.get(str(line.get("level")))))


def _added(ends: dict[Path, int]) -> Iterator[Line]:
    """What is added to the files, line by line, until somebody interrupts; a file that was cut begins anew."""
    while True:
        for path, end in ends.items():
            if path.stat().st_size < end:
                end = 0
            with path.open(encoding="utf-8", errors="replace") as file:
                file.seek(end)
                while (text := file.readline()).endswith("\n"):
                    ends[path] = file.tell()
                    yield from read([text])
        time.sleep(EVERY)


def summarized(found: Summary) -> Iterator[str]:
    """The screen of 8:15."""
    if not found.lines or found.first is None or found.last is None:
        yield "Aucune ligne."
        return
    yield (
        f"De {found.first.astimezone(PARIS):%d/%m %H:%M:%S} à {found.last.astimezone(PARIS):%H:%M:%S} : "
        f"{found.lines} lignes ({', '.join(f'{name} {count}' for name, count in found.by_process.most_common())})"
    )
    yield f"Votes acceptés : {found.votes} ; connexions et activations : {found.log_ins}"
    if found.requests:
        worst = found.by_minute.most_common(1)
        yield (
            f"Pages : {found.requests}, au plus {worst[0][1] if worst else 0} par minute ; la moitié en moins de "
            f"{found.slow(0.5):.0f} ms, 99 % en moins de {found.slow(0.99):.0f} ms"
        )
    failed = ", ".join(f"{count} × {status}" for status, count in sorted(found.failed_requests.items()))
    yield f"Pages en échec : {failed or 'aucune'}"
    if found.messages:
        yield f"Messages : {', '.join(f'{result} {count}' for result, count in found.messages.most_common())}"
    if found.complaints:
        yield "Avertissements et erreurs, les plus fréquents d’abord :"
        for (process, event), count in found.complaints.most_common(MOST_LISTED):
            yield f"  {count:6} {process} : {event}"
    else:
        yield "Aucun avertissement."
