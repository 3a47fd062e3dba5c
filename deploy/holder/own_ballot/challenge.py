"""`isoloir challenge FILE`: what a ballot contains that a booth has opened instead of casting it (C10, docs/adr/0037)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

import click
import requests

from deploy.holder.own_ballot import published_sealing
from deploy.holder.verify_words import clean
from services.ballot.belenios.checking import opened
from services.ballot.belenios.checking.archive import read_archive, skip
from services.ballot.belenios.election import Election
from services.ballot.belenios.errors import InvalidArchive, Malformed

SECONDS = 15.0
LONGEST = 16 * 1024 * 1024

_CHEATED = {
    "other-election": "ce bulletin a été préparé pour un autre scrutin que celui qui a été scellé",
    "no-choice": "ce que l'appareil dit avoir mis dans le bulletin n'est pas un choix possible à ce scrutin",
    "other-tracker": "le bulletin ouvert n'est pas celui dont l'appareil avait affiché le numéro",
    "invalid-ballot": "l'urne refuserait ce bulletin",
    "other-content": "le bulletin contient autre chose que ce que l'appareil dit",
}


class _NotSeen(Exception):
    """Nothing could be looked at; the message is French and says why."""


@click.command("challenge")
@click.argument("file", metavar="FICHIER", type=click.Path(path_type=Path))
@click.option(
    "--election",
    "source",
    required=True,
    envvar="ISOLOIR_PUBLIC_URL",
    metavar="ADRESSE|ARCHIVE",
    help="D'où vient le scrutin : l'adresse du portail, ou une archive déjà vérifiée (.bel).",
)
def command(file: Path, source: str) -> None:
    """Dire ce que contient le bulletin ouvert FICHIER, que l'isoloir a fait télécharger.

    À lancer sur un autre appareil que celui qui a préparé le bulletin.

    Sortie : 0 si le bulletin est celui annoncé, 1 s'il diffère, 2 si rien n'a pu être regardé.
    """
    try:
        ballot = _opened(file)
        election = _election(ballot.election, source)
    except _NotSeen as why:
        click.echo(f"Rien n'a pu être contrôlé : {why}", err=True)
        sys.exit(2)
    try:
        parts = opened.contents(election, ballot)
    except opened.Differs as error:
        _cheated(ballot.tracker, error)
    click.echo(f"Scrutin : {clean(election.name)} ({election.uuid}), empreinte {election.hash}")
    click.echo(f"Numéro de suivi : {ballot.tracker}")
    click.echo("Est-ce, en entier, le numéro que l'appareil affichait avant d'être contrôlé ? Sinon, il a triché.")
    for question, bits in zip(election.questions, parts, strict=True):
        click.echo(
            "Ce bulletin contient :" if len(parts) == 1 else f"Ce bulletin contient, à « {clean(question.question)} » :"
        )
        chosen = bits[1:] if question.blank else bits
        names = [clean(name) for name, bit in zip(question.answers, chosen, strict=True) if bit]
        for line in ["Vote blanc"] if question.blank and bits[0] else names or ["Aucun choix"]:
            click.echo(f"  {line}")
    click.echo("Si ce n'est pas ce qui avait été choisi, l'appareil a changé le vote : ne votez pas avec lui.")
    click.echo("Ce bulletin ne sera jamais dans l'urne, et ne prouve rien d'un vote.")


def _cheated(announced: str, error: opened.Differs) -> NoReturn:
    click.echo(f"L'appareil a triché : {_CHEATED[error.reason]}.")
    click.echo(f"Numéro affiché d'abord    : {announced}")
    if error.reason == "other-tracker":
        click.echo(f"Numéro du bulletin ouvert : {error.detail}")
    click.echo("Ne votez pas avec lui : montrez cet écran et ce fichier au bureau de vote ou à la cellule de soutien.")
    sys.exit(1)


def _opened(file: Path) -> opened.OpenedBallot:
    try:
        with file.open(encoding="utf-8") as content:
            return opened.read(content.read(opened.LONGEST_FILE + 1))
    except OSError:
        raise _NotSeen(f"le fichier {file} ne se lit pas.") from None
    except (Malformed, UnicodeDecodeError):
        raise _NotSeen(f"{file} n'est pas un bulletin ouvert, ou il est incomplet.") from None


def _election(uuid: str, source: str) -> Election:
    """The election by another way than the device that is looked at. Raises _NotSeen."""
    if source.startswith(("https://", "http://")):
        return _of_portal(uuid, source.rstrip("/"))
    try:
        with Path(source).open("rb") as file:
            return Election.parse(next(read_archive(file, credentials=skip)).raw)
    except OSError:
        raise _NotSeen(f"l'archive {source} ne se lit pas.") from None
    except (InvalidArchive, Malformed, StopIteration):
        raise _NotSeen(f"{source} n'est pas l'archive d'un scrutin.") from None


def _of_portal(uuid: str, portal: str) -> Election:
    address = f"{portal}/api/v1/elections/{uuid}"
    try:
        election = Election.parse(_fetched(f"{address}/election"))
        sealing = published_sealing.read(_fetched(f"{address}/sealing"), uuid)
    except Malformed:
        raise _NotSeen("le scrutin que donne ce portail n'est pas lisible.") from None
    except published_sealing.NotTheSealing as error:
        raise _NotSeen(str(error)) from None
    if election.hash != sealing.fingerprint:
        raise _NotSeen("le scrutin que montre l'urne n'est pas celui qui a été scellé. Prévenez le bureau de vote.")
    return election


def _fetched(address: str) -> str:
    content = bytearray()
    try:
        with requests.get(address, timeout=SECONDS, stream=True) as answer:
            if not answer.ok:
                raise _NotSeen("ce portail ne connaît pas de scrutin scellé sous ce numéro.")
            for piece in answer.iter_content(64 * 1024):
                content += piece
                if len(content) > LONGEST:
                    raise _NotSeen("le portail en dit plus qu'un scrutin n'en contient.")
        return content.decode("utf-8")
    except requests.RequestException:
        raise _NotSeen("le portail ne répond pas. Réessayez, ou donnez une archive du scrutin.") from None
    except UnicodeDecodeError:
        raise _NotSeen("le scrutin que donne ce portail n'est pas lisible.") from None
