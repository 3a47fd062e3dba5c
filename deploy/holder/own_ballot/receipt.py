"""`isoloir receipt check FILE`: whether a receipt is signed by the urn, with the key fixed at sealing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NoReturn

import click
import requests

from deploy.holder.own_ballot import published_sealing
from services.ballot.contract import receipts

SECONDS = 15.0


@click.group(help="Vérifier une preuve de vote (accusé de réception).")
def command() -> None:
    """Hold the subcommands."""


@command.command(help="Dire si la preuve de vote FICHIER porte la signature de l'urne.")
@click.argument("file", metavar="FICHIER", type=click.File(encoding="utf-8", errors="replace"))
@click.option(
    "--key", metavar="CLEF", help="Clef des accusés de réception : page de l'urne ou procès-verbal de scellement."
)
@click.option("--sealing", metavar="FICHIER", type=click.Path(path_type=Path), help="Le scellement signé, en JSON.")
@click.option("--portal", envvar="ISOLOIR_PUBLIC_URL", metavar="ADRESSE", help="Demander le scellement à ce portail.")
def check(file: Any, key: str | None, sealing: Path | None, portal: str | None) -> None:
    """Read the receipt, find its key, say what it is worth; exit 1 where it is none."""
    try:
        receipt = receipts.read(file.read(receipts.LONGEST_FILE + 1))
    except receipts.NotAReceipt:
        _refuse("ce fichier ne contient pas de preuve de vote, ou elle est incomplète.")
    key = key or _key_of(receipt.election, sealing, portal)
    if not receipts.is_signed(key, receipt):
        _refuse("la signature n'est pas celle de l'urne. Ce n'est pas une preuve de vote : prévenez le bureau de vote.")
    click.echo(f"Preuve de vote juste : signée par l'urne du scrutin {receipt.election}.")
    click.echo(f"Numéro de suivi {receipt.tracker}, rang {receipt.height}, tête {receipt.head}.")
    click.echo(f"Clef : {key} - comparez-la à celle du procès-verbal de scellement.")


def _key_of(election: str, sealing: Path | None, portal: str | None) -> str:
    if sealing is not None:
        text = _read(sealing)
    elif portal:
        text = _fetch(f"{portal.rstrip('/')}/api/v1/elections/{election}/sealing")
    else:
        raise click.UsageError("donnez --key, --sealing ou --portal : il faut la clef fixée au scellement.")
    try:
        return published_sealing.read(text, election).receipt_key
    except published_sealing.NotTheSealing as error:
        _refuse(str(error))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        _refuse(f"le fichier {path} ne se lit pas.")


def _fetch(address: str) -> str:
    try:
        answer = requests.get(address, timeout=SECONDS)
    except requests.RequestException:
        _refuse("le portail ne répond pas. Réessayez, ou donnez --key.")
    if not answer.ok:
        _refuse("le portail ne connaît pas de scellement pour ce scrutin.")
    return answer.text


def _refuse(reason: str) -> NoReturn:
    click.echo(f"Refusé : {reason}", err=True)
    sys.exit(1)
