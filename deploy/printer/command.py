"""`isoloir printer`: key, sheet, check, print and forget, on a machine of the printer's that is on no network."""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import click

from deploy.printer import printing, sheet_file
from deploy.printer.opened import KEPT_BACK, WORDS, Choices, Finding
from services.notification.channels.paper.batches import Damaged
from services.notification.channels.paper.fonts import FontMissing
from services.notification.channels.paper.typesetting import DoesNotFit
from services.runtime import age_box

EXISTING_DIRECTORY = click.Path(exists=True, file_okay=False, path_type=Path)
EXISTING_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _opener(path: Path) -> age_box.Opener:
    try:
        return age_box.Opener(path.read_text(encoding="utf-8"))
    except (age_box.NotAKey, UnicodeDecodeError):
        raise click.ClickException(f"{path} : ce n'est pas une clé privée age (isoloir printer new-key)") from None


@click.group("printer")
def command() -> None:
    """L'imprimeur : ouvre les lots de notices avec sa clé, les met en page et les chiffre s'il le faut."""


@command.command("new-key")
@click.argument("file", type=click.Path(path_type=Path))
def new_key(file: Path) -> None:
    """Tirer la clé de l'imprimeur dans FILE ; afficher la clé publique à donner au portail."""
    private, public = age_box.new_identity()
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise click.ClickException(f"{file} existe déjà : une clé perdue rend ses notices illisibles") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as written:
        written.write(f"# clé publique : {public}\n{private}\n")
    click.echo(f"ISOLOIR_REASSORT_PRINTER_RECIPIENT={public}")


@command.command("sheet")
@click.argument("event", type=EXISTING_FILE)
@click.option("--portal", required=True, help="Adresse du portail, telle que les électeurs la saisissent.")
@click.option("--support", required=True, help="Comment joindre la cellule de soutien : téléphone, heures.")
@click.option("--reissue", type=click.Choice(["2018", "2022"]), default="2022", help="Voie et période du réassort.")
@click.option("--fingerprint", default="", help="Empreinte courte de l'élection scellée.")
@click.option("--sender", multiple=True, help="Ligne de l'expéditeur ; à répéter, cinq au plus.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Fichier JSON à écrire.")
def sheet(
    event: Path, portal: str, support: str, reissue: str, fingerprint: str, sender: tuple[str, ...], out: Path
) -> None:
    """Écrire ce que toutes les notices disent, d'après le fichier du scrutin EVENT."""
    try:
        made = sheet_file.of_voting_event(
            json.loads(event.read_text(encoding="utf-8")),
            portal=portal,
            support=support,
            reissue=reissue,
            fingerprint=fingerprint,
            sender=list(sender),
        )
    except ValueError:
        raise click.ClickException(f"{event} : fichier JSON attendu") from None
    except sheet_file.SheetError as error:
        raise click.ClickException(str(error)) from None
    out.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    click.echo(f"{out} : écrit")


@command.command("check")
@click.argument("batches", type=EXISTING_DIRECTORY)
@click.option("--key", type=EXISTING_FILE, required=True, help="Clé privée de l'imprimeur.")
def check(batches: Path, key: Path) -> None:
    """Dire avant d'imprimer quelles notices de BATCHES ne peuvent pas l'être (état 1 s'il y en a)."""
    try:
        printable, findings = printing.check(batches, _opener(key), Choices())
    except (Damaged, FontMissing) as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{printable} notices peuvent être imprimées.")
    _tell(findings)
    if any(one.kind in KEPT_BACK for one in findings):
        raise SystemExit(1)


@command.command("print")
@click.argument("batches", type=EXISTING_DIRECTORY)
@click.option("--key", type=EXISTING_FILE, required=True, help="Clé privée de l'imprimeur.")
@click.option("--sheet", "sheet_path", type=EXISTING_FILE, required=True, help="Fichier de « isoloir printer sheet ».")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Dossier des fichiers PDF."
)
@click.option("--recipient", help="Clé age (age1…) de l'atelier à qui les fichiers PDF sont chiffrés.")
@click.option("--hand-over-all", is_flag=True, help="Tout remettre contre signature sur le lieu d'affectation.")
@click.option("--large-print", multiple=True, help="Numéro d'une notice à imprimer en gros caractères ; à répéter.")
@click.option("--without-unprintable", is_flag=True, help="Imprimer les autres quand certaines ne peuvent pas l'être.")
def print_command(
    batches: Path,
    key: Path,
    sheet_path: Path,
    out: Path,
    recipient: str | None,
    hand_over_all: bool,
    large_print: tuple[str, ...],
    without_unprintable: bool,
) -> None:
    """Mettre en page les notices de BATCHES ; rien n'est imprimé si l'une d'elles ne peut pas l'être."""
    opener = _opener(key)
    choices = Choices(frozenset(one.strip().lower() for one in large_print), hand_over_all)
    try:
        if recipient is not None:
            age_box.seal_bytes(recipient, b"")
        press = printing.Press(out, sheet_file.read(sheet_path), datetime.now(UTC), recipient)
        if not without_unprintable:
            _, findings = printing.check(batches, opener, choices)
            bad = [one for one in findings if one.kind in KEPT_BACK]
            if bad:
                _tell(bad)
                raise click.ClickException(
                    "Rien n'est imprimé. Corrigez la liste électorale, ou relancez avec --without-unprintable."
                )
        printed = printing.print_all(batches, opener, press, choices, click.echo)
    except age_box.NotAKey:
        raise click.ClickException("--recipient : clé publique age attendue (age1…)") from None
    except (Damaged, FontMissing, DoesNotFit, sheet_file.SheetError, printing.AlreadyPrinted) as error:
        raise click.ClickException(str(error)) from None
    _tell(list(printed.findings))
    click.echo(
        f"{printed.printed} notices imprimées, {printed.kept_back} retenues. Bordereau : {out / printing.MANIFEST}"
    )


@command.command("forget")
@click.argument("out", type=EXISTING_DIRECTORY)
def forget(out: Path) -> None:
    """Effacer les fichiers de OUT une fois remis ; le bordereau et les constats restent."""
    try:
        removed = printing.forget(out)
    except (OSError, ValueError, KeyError):
        raise click.ClickException(f"{out / printing.MANIFEST} : bordereau absent ou illisible") from None
    click.echo(f"{removed} fichiers effacés.")


def _tell(findings: list[Finding]) -> None:
    for kind, count in sorted(Counter(one.kind for one in findings).items()):
        click.echo(f"{count} × {WORDS[kind]}")
    for one in [one for one in findings if one.kind in KEPT_BACK][:50]:
        where = f", ligne {one.address_line} de l'adresse" if one.address_line else ""
        letters = f" ({' '.join(one.letters)})" if one.letters else ""
        click.echo(f"  lot {one.batch}, ligne {one.line}, message {one.message_id}{where} : {WORDS[one.kind]}{letters}")
