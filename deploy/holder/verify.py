"""`isoloir verify ARCHIVE.bel`: check an election from its public archive alone, offline."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import sys
from collections.abc import Collection
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.holder import plain_report, published_heads
from deploy.holder.register_words import fault_in_french as fault_of_register
from deploy.holder.verify_words import STAGES, clean, fault_in_french
from services.ballot.belenios.checking.report import Report
from services.ballot.belenios.checking.verify import verify_archive
from services.reassort.register import audit, public_register

_REASONS = {
    errno.ENOENT: "il n'existe pas",
    errno.EACCES: "accès refusé",
    errno.EISDIR: "c'est un dossier",
    errno.ESPIPE: "ce scrutin permet de voter à nouveau : son archive doit être un fichier, non un flux",
}


@click.command("verify")
@click.argument("archive", type=click.Path(path_type=Path))
@click.option("--tracker", "trackers", multiple=True, metavar="SUIVI", help="Numéro de suivi à trouver dans l'urne.")
@click.option("--head", "heads", multiple=True, metavar="EMPREINTE", help="Empreinte d'urne publiée auparavant.")
@click.option("--register", type=click.Path(path_type=Path), help="Registre des réassorts, à comparer à l'urne.")
@click.option("--register-key", metavar="CLEF", help="Clef publique du registre, telle que le bureau l'a publiée.")
@click.option(
    "--heads", "heads_file", type=click.Path(path_type=Path), help="Empreintes que l'urne a publiées, signées."
)
@click.option("--heads-key", metavar="CLEF", help="Clef publique des reçus, qu'identité a signée au scellement.")
@click.option(
    "--facts",
    "facts_file",
    type=click.Path(path_type=Path),
    help="Ce que le portail publie du scrutin : les dates auxquelles comparer celles des empreintes.",
)
@click.option("--processes", type=click.IntRange(1, 256), default=None, help="Nombre de processus (un par cœur).")
@click.option("--json", "as_json", is_flag=True, help="Rapport lisible par une machine.")
@click.option(
    "--report",
    "plain",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Écrire aussi le verdict sur une page, pour qui n'est pas technicien : en PDF (.pdf), sinon en texte.",
)
def command(
    archive: Path,
    trackers: tuple[str, ...],
    heads: tuple[str, ...],
    register: Path | None,
    register_key: str | None,
    heads_file: Path | None,
    heads_key: str | None,
    facts_file: Path | None,
    processes: int | None,
    as_json: bool,
    plain: Path | None,
) -> None:
    """Vérifier une élection à partir de sa seule archive publique, et le registre des réassorts s'il est donné.

    Sortie : 0 si tout est juste, 1 au premier défaut (nommé), 2 si le fichier ne peut être lu.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A name in the archive may hold a sign that the terminal's or the file's encoding lacks.
        sys.stdout.reconfigure(errors="backslashreplace")
    if heads_file is not None and heads_key is None:
        raise click.UsageError("--heads demande --heads-key, la clef publique des reçus.")
    try:
        published = None if heads_file is None else published_heads.lines_of(heads_file)
        wanted = [*heads, *(published_heads.hashes(published) if published is not None else ())]
        report = verify_with_progress(archive, trackers, wanted, processes, quiet=as_json)
        kept = None
        if published is not None and report.ok:
            kept = published_heads.compare(published, heads_key or "", report, facts_file)
        compared = _compared(archive, register, register_key) if register is not None and report.ok else None
        missing = sorted(set(trackers) - set(report.found_trackers)) + sorted(set(heads) - set(report.found_heads))
        if plain is not None:
            made_at = datetime.now(UTC)
            with archive.open("rb") as content:
                digest = hashlib.file_digest(content, "sha256").hexdigest()
            plain_report.write(
                plain, plain_report.page(report, digest, missing, made_at, _beside(compared, kept), heads), made_at
            )
    except OSError as error:
        file = error.filename or archive
        click.echo(f"Fichier illisible : {file} ({_REASONS.get(error.errno or 0, 'erreur de lecture')})", err=True)
        sys.exit(2)
    if as_json:
        # ASCII: neither an encoding nor a control character of the archive can matter.
        found = ({} if compared is None else {"register": compared}) | ({} if kept is None else {"heads": kept})
        click.echo(json.dumps(report.as_json() | {"not_found": missing} | found))
    else:
        _print(report, missing, heads)
        if compared is not None:
            _print_register(compared)
        if kept is not None:
            click.echo(published_heads.in_french(kept))
    all_right = all(one is None or one["ok"] for one in (compared, kept))
    sys.exit(0 if report.ok and not missing and all_right else 1)


def _beside(register: dict[str, Any] | None, heads: dict[str, Any] | None) -> list[plain_report.Beside]:
    """What was compared with the archive, for the page of the verdict."""
    found = []
    if register is not None:
        fault = "" if register["ok"] else f"Un défaut a été trouvé dans {fault_of_register(**register['fault'])}."
        sentence = "Le registre des réassorts s'accorde avec l'urne : aucun code remplacé n'a servi."
        found.append(plain_report.Beside(register["ok"], sentence, fault))
    if heads is not None:
        sentence = "L'urne contient tout ce qu'annonçaient ses empreintes publiées heure par heure."
        found.append(plain_report.Beside(heads["ok"], sentence, published_heads.in_french(heads)))
    return found


def _compared(archive: Path, register: Path, public_key: str | None) -> dict[str, Any]:
    """What a register says beside its archive, as JSON. Raises OSError where a file cannot be read."""
    try:
        with register.open(encoding="utf-8", errors="replace", newline="\n") as lines:
            read = public_register.read(lines, public_key)
        with archive.open("rb") as file:
            agreed = audit.compare(read, file)
    except public_register.InvalidRegister as error:
        return {"ok": False, "fault": {"code": error.code, "line": error.line}}
    return {"ok": True, "head": read.head, "public_key": read.public_key, **asdict(agreed)}


def _print_register(compared: dict[str, Any]) -> None:
    if not compared["ok"]:
        click.echo(f"DÉFAUT dans {fault_of_register(**compared['fault'])}")
        return
    click.echo(f"{'Réassorts':<24} {compared['entries']}")
    click.echo(f"{'Bulletins par réassort':<24} {compared['ballots_by_spare']}")
    click.echo(f"{'Empreinte du registre':<24} {compared['head']}")
    click.echo(f"{'Clef du registre':<24} {compared['public_key']}")
    click.echo("Le registre est juste : aucun code invalidé n'a servi, chaque code de réserve utilisé y figure.")


def verify_with_progress(
    archive: Path,
    trackers: Collection[str] = (),
    heads: Collection[str] = (),
    processes: int | None = None,
    quiet: bool = False,
) -> Report:
    """Verify an archive with a progress bar on the terminal, if there is one. Raises OSError if it cannot be read."""
    console = Console(stderr=True)
    columns = (TextColumn("Vérification"), BarColumn(), TextColumn("{task.fields[ballots]} bulletins"))
    hidden = quiet or not console.is_terminal
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task("", total=None, ballots=0)

        def progress(done: int, total: int | None, ballots: int) -> None:
            bar.update(task, completed=done, total=total, ballots=ballots)

        return verify_archive(archive, progress, processes=processes, trackers=trackers, heads=heads)


def _print(report: Report, missing: list[str], heads: Collection[str]) -> None:
    lines: list[tuple[str, object]] = []
    if report.uuid is not None:
        lines += [("Scrutin", f"{report.name} ({report.uuid})"), ("Empreinte du scrutin", report.election_hash)]
    if report.trustees:
        groups = " et ".join(f"{g.threshold} sur {g.size}" for g in report.trustees)
        lines.append(("Clefs nécessaires", groups))
    lines += [
        ("Étape", STAGES.get(report.stage, report.stage)),
        ("Entrées lues", f"{report.entries} ({report.bytes} octets)"),
        ("Événements enchaînés", report.events),
        ("Identifiants publics", report.credentials),
        ("Bulletins vérifiés", report.ballots),
    ]
    if report.revoting:
        lines.append(("Bulletins remplacés", f"{report.replaced} (chacun peut voter à nouveau, le dernier compte)"))
    if report.num_tallied is not None:
        lines.append(("Bulletins additionnés", report.num_tallied))
    if report.partial_decryptions:
        lines.append(("Déchiffrements partiels", len(report.partial_decryptions)))
    if report.head is not None:
        lines.append(("Empreinte de l'urne", report.head))
    for label, value in lines:
        click.echo(f"{clean(label):<24} {clean(value)}")
    for question in report.result if report.ok else []:
        click.echo(f"\n{clean(question.question)}")
        for answer, count in zip(question.answers, question.counts, strict=True):
            click.echo(f"  {count:>8}  {clean(answer)}")
        if question.blank is not None:
            click.echo(f"  {question.blank:>8}  Vote blanc")
    click.echo()
    for found in report.found_trackers:
        replaced = ", remplacé par un vote ultérieur" if found in report.replaced_trackers else ""
        click.echo(f"Bulletin présent dans l'urne{replaced} : {found}")
    for found in set(report.found_heads) & set(heads):
        click.echo(f"L'urne prolonge bien l'empreinte : {found}")
    for value in missing:
        click.echo(f"INTROUVABLE dans cette archive : {clean(value)}")
    if report.fault is not None:
        click.echo(f"DÉFAUT dans {clean(fault_in_french(report.fault))}")
    elif report.finished:
        whose = "du dernier bulletin de chacun" if report.revoting else "des bulletins de l'urne"
        click.echo(f"Tout est juste : le résultat est celui {whose}.")
    else:
        click.echo("Tout est juste jusqu'ici ; l'élection n'a pas encore de résultat.")
