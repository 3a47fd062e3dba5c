"""`isoloir verify ARCHIVE.bel`: check an election from its public archive alone, offline."""

from __future__ import annotations

import errno
import io
import json
import sys
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.holder.register_words import fault_in_french as fault_of_register
from services.ballot.belenios.report import Fault, Report
from services.ballot.belenios.verify import verify_archive
from services.reassort.register import audit, public_register

_REASONS = {
    errno.ENOENT: "il n'existe pas",
    errno.EACCES: "accès refusé",
    errno.EISDIR: "c'est un dossier",
}

STAGES = {
    None: "aucune étape",
    "Setup": "ouverte, aucun bulletin",
    "Ballot": "vote en cours",
    "EndBallots": "vote clos",
    "EncryptedTally": "bulletins additionnés, non déchiffrés",
    "PartialDecryption": "déchiffrement en cours",
    "Result": "terminée, résultat publié",
}

SUBJECTS = {
    "archive": "le fichier d'archive",
    "event": "l'enchaînement des événements",
    "election": "les paramètres du scrutin",
    "trustees": "les clefs du bureau de vote",
    "credentials": "la liste des identifiants publics",
    "Setup": "l'ouverture du scrutin",
    "Ballot": "l'enregistrement d'un bulletin",
    "ballot": "un bulletin",
    "EndBallots": "la clôture du vote",
    "EncryptedTally": "la somme chiffrée des bulletins",
    "PartialDecryption": "un déchiffrement partiel",
    "Result": "le résultat",
}

FAULTS = {
    "bad-beginning": "le fichier n'est pas une archive d'élection",
    "bad-blank-proof": "la preuve du vote blanc est fausse",
    "bad-checksum": "la somme de contrôle d'un en-tête est fausse",
    "bad-context": "un certificat ne porte pas sur la même cérémonie que les autres",
    "bad-credential": "un identifiant public n'est pas valable",
    "bad-header": "un en-tête n'est pas celui du format",
    "bad-individual-proof": "la preuve qu'un choix vaut 0 ou 1 est fausse",
    "bad-json": "le contenu n'est pas du JSON",
    "bad-mtime": "la date d'un en-tête n'est pas celle de l'archive",
    "bad-name": "le nom d'une entrée n'est pas celui du format",
    "bad-overall-proof": "la preuve du nombre de choix est fausse",
    "bad-padding": "des octets étrangers se trouvent entre deux entrées",
    "bad-point": "un nombre n'appartient pas au groupe",
    "bad-proof": "une preuve est fausse",
    "bad-public-key": "une clef publique n'est pas valable",
    "bad-scalar": "un nombre est hors des bornes",
    "bad-signature": "une signature est fausse",
    "bad-size": "la taille d'une entrée est illisible",
    "bad-utf8": "le contenu n'est pas du texte UTF-8",
    "bad-verification-key": "une clef de vérification ne découle pas de la cérémonie",
    "broken-chain": "un événement ne suit pas le précédent : la chaîne est rompue",
    "credential-listed-twice": "un identifiant public figure deux fois dans la liste",
    "credential-used-twice": "un identifiant public a servi à deux bulletins",
    "credentials-certificate": "le certificat des identifiants n'est pas pris en charge",
    "decrypted-twice": "un détenteur a publié deux déchiffrements",
    "duplicate-key": "une clef JSON figure deux fois",
    "empty": "le fichier est vide",
    "impossible-sums": "les sommes ne peuvent pas venir de ce nombre de bulletins",
    "internal-error": "la vérification a échoué de façon imprévue",
    "malformed": "le contenu n'a pas la forme prescrite",
    "no-setup": "l'archive ne contient pas l'ouverture du scrutin",
    "not-canonical": "le contenu n'est pas écrit sous sa forme unique",
    "not-enough-holders": "trop peu de détenteurs de clef ont déchiffré",
    "object-without-event": "un objet n'appartient à aucun événement",
    "too-deep": "le contenu est trop imbriqué",
    "too-large": "une entrée est trop grande",
    "truncated": "le fichier est coupé",
    "unknown-credential": "l'identifiant public du bulletin n'est pas dans la liste",
    "unsupported-event": "ce type d'événement n'est pas pris en charge",
    "unsupported-question": "ce type de question n'est pas pris en charge",
    "weighted-credentials": "les identifiants pondérés ne sont pas pris en charge",
    "wrong-election": "le bulletin est celui d'un autre scrutin",
    "wrong-election-key": "la clef du scrutin n'est pas celle du bureau de vote",
    "wrong-encrypted-tally": "la somme publiée n'est pas celle des bulletins",
    "wrong-hash": "une entrée ne porte pas l'empreinte de son contenu",
    "wrong-number-of-ballots": "le nombre de bulletins additionnés n'est pas celui de l'urne",
    "wrong-objects": "un événement n'est pas accompagné des objets prescrits",
    "wrong-order": "les événements ne sont pas dans l'ordre prescrit",
    "wrong-payload": "un événement désigne un autre objet que celui qui le précède",
    "wrong-result": "le résultat publié n'est pas celui du déchiffrement",
    "wrong-setup-data": "l'ouverture ne désigne pas les fichiers publiés",
    "wrong-shape": "le contenu n'a pas la forme prescrite",
    "wrong-total-weight": "le poids total n'est pas le nombre de bulletins",
}


@click.command("verify")
@click.argument("archive", type=click.Path(path_type=Path))
@click.option("--tracker", "trackers", multiple=True, metavar="SUIVI", help="Numéro de suivi à trouver dans l'urne.")
@click.option("--head", "heads", multiple=True, metavar="EMPREINTE", help="Empreinte d'urne publiée auparavant.")
@click.option("--register", type=click.Path(path_type=Path), help="Registre des réassorts, à comparer à l'urne.")
@click.option("--register-key", metavar="CLEF", help="Clef publique du registre, telle que le bureau l'a publiée.")
@click.option("--processes", type=click.IntRange(1, 256), default=None, help="Nombre de processus (un par cœur).")
@click.option("--json", "as_json", is_flag=True, help="Rapport lisible par une machine.")
def command(
    archive: Path,
    trackers: tuple[str, ...],
    heads: tuple[str, ...],
    register: Path | None,
    register_key: str | None,
    processes: int | None,
    as_json: bool,
) -> None:
    """Vérifier une élection à partir de sa seule archive publique, et le registre des réassorts s'il est donné.

    Sortie : 0 si tout est juste, 1 au premier défaut (nommé), 2 si le fichier ne peut être lu.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A name in the archive may hold a sign that the terminal's or the file's encoding lacks.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        report = verify_with_progress(archive, trackers, heads, processes, quiet=as_json)
        compared = _compared(archive, register, register_key) if register is not None and report.ok else None
    except OSError as error:
        file = error.filename or archive
        click.echo(f"Fichier illisible : {file} ({_REASONS.get(error.errno or 0, 'erreur de lecture')})", err=True)
        sys.exit(2)
    missing = sorted(set(trackers) - set(report.found_trackers)) + sorted(set(heads) - set(report.found_heads))
    if as_json:
        # ASCII: neither an encoding nor a control character of the archive can matter.
        found = {} if compared is None else {"register": compared}
        click.echo(json.dumps(report.as_json() | {"not_found": missing} | found))
    else:
        _print(report, missing)
        if compared is not None:
            _print_register(compared)
    sys.exit(0 if report.ok and not missing and (compared is None or compared["ok"]) else 1)


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


def fault_in_french(fault: Fault) -> str:
    """One plain sentence: where and what."""
    where = SUBJECTS.get(fault.subject, fault.subject)
    what = FAULTS.get(fault.code, "le contenu n'est pas conforme")
    detail = f" : {fault.detail}" if fault.detail and fault.subject != "archive" else ""
    return f"{where} (entrée n° {fault.entry}) : {what} [{fault.code}{detail}]"


def _print(report: Report, missing: list[str]) -> None:
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
        click.echo(f"Bulletin présent dans l'urne : {found}")
    for found in report.found_heads:
        click.echo(f"L'urne prolonge bien l'empreinte : {found}")
    for value in missing:
        click.echo(f"INTROUVABLE dans cette archive : {clean(value)}")
    if report.fault is not None:
        click.echo(f"DÉFAUT dans {clean(fault_in_french(report.fault))}")
    elif report.finished:
        click.echo("Tout est juste : le résultat est celui des bulletins de l'urne.")
    else:
        click.echo("Tout est juste jusqu'ici ; l'élection n'a pas encore de résultat.")


def clean(value: object) -> str:
    """A text of the archive as a terminal may show it."""
    # The archive is untrusted: no control character of it reaches the terminal.
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(value))
