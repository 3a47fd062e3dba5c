"""`isoloir trustee make-key|status|decrypt-all|replace`: what a member of the board does on a device of his own."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import click
from rich.console import Console
from rich.table import Table

from deploy.holder.keys import making
from deploy.holder.keys.key_file import SHORTEST_CODE, KeyFile, KeyFileError, Keys
from deploy.holder.keys.portal import HolderPortal
from deploy.holder.verified_urn import UrnRefused, download, verified
from deploy.operator.client import OperatorRefusal, Payload
from deploy.operator.token import ADDRESS_VARIABLES, token_option
from services.ballot.belenios.hashing import sha_b64

P = ParamSpec("P")
R = TypeVar("R")
PAUSE = 3.0
"""Seconds between two looks while others are waited for."""
FILE = click.Path(dir_okay=False, path_type=Path)
GROUPS = {"administration": "président et secrétaire", "delegates": "délégués"}

url_option = click.option("--url", envvar=ADDRESS_VARIABLES, default="http://127.0.0.1:8080", show_default=True)
event_option = click.option("--event", default=None, help="Uuid de l'échéance (par défaut : l'échéance en cours).")
reason_option = click.option("--reason", required=True, help="Motif, inscrit au procès-verbal.")


def said_plainly(work: Callable[P, R]) -> Callable[P, R]:
    """Whatever stops a holder is a French sentence, and no trace: a trace might hold what must stay on the device."""

    @wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return work(*args, **kwargs)
        except OperatorRefusal as refusal:
            raise click.ClickException(refusal.message) from None
        except (making.CeremonyError, KeyFileError, UrnRefused) as error:
            raise click.ClickException(str(error)) from None

    return run


def _event(portal: HolderPortal, event: str | None) -> str:
    return event or str(portal.voting_event()["voting_event"])


@click.command("make-key")
@click.argument("file", type=FILE)
@event_option
@click.option("--no-wait", is_flag=True, help="Faire ce qui peut l'être maintenant, sans attendre les autres porteurs.")
@url_option
@token_option
@said_plainly
def make_key(file: Path, event: str | None, no_wait: bool, url: str, token: str) -> None:
    """Faire ses clés sur cet appareil, dans FILE, scellé par un code d'activation connu de vous seul.

    La commande attend les autres porteurs ; interrompue, relancez-la avec le même fichier : elle reprend où elle en était.
    """
    console = Console(highlight=False, soft_wrap=True)
    portal = HolderPortal(url, token)
    ceremony = portal.ceremony(_event(portal, event))
    _show(console, ceremony)
    opened, keys = _begun(file, ceremony) if file.exists() else _fresh(file, ceremony)
    said = ""
    while True:
        making.check_same(keys, ceremony)
        done: list[str] = []
        keys = making.go_on(portal, opened, keys, ceremony, done.append)
        for line in done:
            console.print(line, markup=False)
        if ceremony["step"] == "complete":
            break
        if not done:
            waited = making.waited_for(ceremony)
            if waited != said:
                console.print(waited, markup=False)
                said = waited
            if no_wait:
                console.print("Relancez la même commande avec le même fichier pour continuer.")
                return
            time.sleep(PAUSE)
        ceremony = portal.ceremony(ceremony["voting_event"])
    console.print("Toutes les clés sont faites et essayées.")
    console.print(f"Empreinte des clés publiques, que tous les porteurs lisent : {sha_b64(ceremony['trustees'])}")
    console.print(
        f"Gardez {file} et une copie ; le code d’activation ne doit être écrit avec aucun des deux.", markup=False
    )


def _begun(file: Path, ceremony: Payload) -> tuple[KeyFile, Keys]:
    opened, keys = KeyFile.opened(file, _asked("Code d'activation"))
    making.check_same(keys, ceremony)
    return opened, keys


def _fresh(file: Path, ceremony: Payload) -> tuple[KeyFile, Keys]:
    keys = making.new_keys(ceremony)
    click.echo(f"Choisissez un code d’activation d’au moins {SHORTEST_CODE} caractères, connu de vous seul.", err=True)
    code = _asked("Code d'activation", twice=True)
    made = KeyFile.new(file, code)
    # On the disk before anything is sent: the others' messages will be for these keys and no others.
    made.write(keys)
    return made, keys


def _asked(question: str, twice: bool = False) -> str:
    found: str = click.prompt(question, hide_input=True, confirmation_prompt=twice, err=True)
    return found


def _show(console: Console, ceremony: Payload) -> None:
    table = Table("N°", "Groupe", "Porteur", "Certificat", "Parts", "Clé", "Essai")
    for seat in ceremony["seats"]:
        marks = ["✓" if seat[step] else "–" for step in ("certificate", "polynomial", "key", "tried")]
        name = seat["name"] + (f" (supplée n° {seat['replaces']})" if seat["replaces"] else "")
        table.add_row(str(seat["owner"]), GROUPS[seat["group"]], name + (" ← vous" if seat["mine"] else ""), *marks)
    console.print(table)
    for group in ceremony["groups"]:
        console.print(f"{GROUPS[group['group']]} : {group['threshold']} clé(s) nécessaire(s) sur {group['size']}")


@click.command("status")
@event_option
@url_option
@token_option
@said_plainly
def status(event: str | None, url: str, token: str) -> None:
    """Où en est la cérémonie, et qui l'on attend."""
    portal = HolderPortal(url, token)
    ceremony = portal.ceremony(_event(portal, event))
    console = Console(highlight=False, soft_wrap=True)
    _show(console, ceremony)
    console.print(making.waited_for(ceremony), markup=False)
    if ceremony["trustees"] is not None:
        console.print(f"Empreinte des clés publiques : {sha_b64(ceremony['trustees'])}")


@click.command("decrypt-all")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--ballots",
    "counted",
    multiple=True,
    metavar="SCRUTIN=NOMBRE",
    help="Nombre de bulletins que le compteur montrait à la clôture (à répéter ; sinon la commande le demande).",
)
@click.option("--head", "heads", multiple=True, metavar="SCRUTIN=EMPREINTE", help="Empreinte publiée auparavant.")
@url_option
@token_option
@said_plainly
def decrypt_all(file: Path, counted: tuple[str, ...], heads: tuple[str, ...], url: str, token: str) -> None:
    """Apporter sa part de déchiffrement à tous les scrutins clos de l'échéance, avec les clés de FILE.

    Chaque archive publique est téléchargée et vérifiée ici même. Les clés restent sur cet appareil.
    """
    console = Console(highlight=False, soft_wrap=True)
    numbers, known = _pairs(counted), _pairs(heads)
    _opened, keys = KeyFile.opened(file, _asked("Code d'activation"))
    portal = HolderPortal(url, token)
    for election in portal.voting_event()["elections"]:
        if election["mode"] == "online":
            _decrypt(console, portal, keys, election, numbers, known)


def _decrypt(
    console: Console,
    portal: HolderPortal,
    keys: Keys,
    election: Payload,
    numbers: dict[str, list[str]],
    heads: dict[str, list[str]],
) -> None:
    uuid, code = election["uuid"], election["code"]
    received = {key["owner"] for key in portal.tally_keys(uuid)["keys"] if key["received"]}
    due = [key for key in keys.keys if key.owner not in received]
    if not due:
        console.print(f"{code} : votre part est déjà reçue", markup=False)
        return
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "archive.bel"
        try:
            download(portal, uuid, archive)
        except OperatorRefusal as refusal:
            if refusal.code not in {"election_not_closed", "tally_missing"}:
                raise
            console.print(f"{code} : {refusal.message}", markup=False)
            return
        given = [*numbers.get(code, []), *numbers.get(uuid, [])]
        question = f"{code} : nombre de bulletins que le compteur montrait à la clôture"
        ballots = int(given[0]) if given else click.prompt(question, type=click.IntRange(min=0), err=True)
        urn = verified(archive, uuid, ballots, [*heads.get(code, []), *heads.get(uuid, [])])
    console.print(f"{code} : {urn.words}", markup=False)
    for key in due:
        if key.share is None:
            raise making.CeremonyError(
                f"La clé n° {key.owner} de ce fichier n’a pas été terminée pendant la cérémonie."
            )
        share = urn.share(key.owner, int(key.share))
        try:
            there = portal.bring_share(uuid, key.owner, share)
        except OperatorRefusal as refusal:
            if refusal.code != "key_not_usable":
                raise
            console.print(f"{code} : {refusal.message}", markup=False)
            continue
        console.print(f"{code} : part n° {key.owner} reçue. Parts reçues : {', '.join(map(str, there))}", markup=False)


def _pairs(given: tuple[str, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for pair in given:
        name, separator, value = pair.partition("=")
        if not separator or not value:
            raise click.BadParameter(f"« {pair} » : écrivez SCRUTIN=VALEUR.")
        found.setdefault(name, []).append(value)
    return found


@click.command("replace")
@click.argument("owner", type=click.IntRange(min=1))
@reason_option
@event_option
@url_option
@token_option
@said_plainly
def replace(owner: int, reason: str, event: str | None, url: str, token: str) -> None:
    """Faire tenir par la clé n° OWNER, d'un suppléant, la place du délégué : par la présidence ou le secrétariat."""
    portal = HolderPortal(url, token)
    portal.replace(_event(portal, event), owner, reason)
    Console().print(f"La clé n° {owner} compte désormais, et celle du délégué remplacé ne compte plus.")
