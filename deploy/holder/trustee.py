"""`isoloir trustee`: what the electoral board's key holders do.

The ceremony here is held on one machine; its messages between devices are in services/ballot/belenios/pedersen.py (E3).
"""

import tempfile
from collections.abc import Collection
from pathlib import Path

import click
from rich.console import Console

from deploy.holder import ceremony
from deploy.holder.verify import verify_with_progress
from deploy.holder.verify_words import fault_in_french
from deploy.operator.client import OperatorClient, OperatorRefusal
from deploy.operator.token import token_option
from services.ballot.belenios.archive import read_archive, skip
from services.ballot.belenios.election import Election
from services.ballot.belenios.errors import InvalidPartialDecryption
from services.ballot.belenios.tally import check_partial_decryption
from services.ballot.belenios.trustees import check_trustees

TRUSTEES = "trustees.json"


@click.group("trustee")
def command() -> None:
    """Fabriquer les clés du bureau de vote, puis ouvrir l'urne avec elles."""


@command.command("ceremony")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Dossier des clés.")
def hold_ceremony(out: Path) -> None:
    """Tenir toute la cérémonie sur cette machine, pour une répétition : administration 1 sur 2, délégués 2 sur 3."""
    console = Console()
    if out.exists() and any(out.iterdir()):
        raise click.ClickException(f"{out} n'est pas vide : les clés qui s'y trouvent ne seront pas écrasées.")
    trustees, keys = ceremony.make_trustees(console.print)
    for key in keys:
        console.print(f"  {key.name} : {ceremony.save_key(key, out)}")
    (out / TRUSTEES).write_text(trustees, encoding="utf-8")
    console.print(f"Clés publiques, à confier à l'urne avant le scellement : {out / TRUSTEES}")


@command.command("hand-over")
@click.argument("trustees", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("elections", nargs=-1, required=True)
@click.option("--url", envvar="ISOLOIR_PUBLIC_URL", default="http://127.0.0.1:8080", show_default=True)
@token_option
def hand_over(trustees: Path, elections: tuple[str, ...], url: str, token: str) -> None:
    """Confier les clés publiques TRUSTEES aux scrutins ELECTIONS (uuid), avant leur scellement."""
    operator = OperatorClient(url, token)
    try:
        content = trustees.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise click.ClickException(f"{trustees} n'est pas un fichier de clés publiques.") from None
    for election in elections:
        try:
            operator.set_trustees(election, content)
        except OperatorRefusal as refusal:
            raise click.ClickException(f"{election} : {refusal.message}") from None
        Console().print(f"{election} : clés publiques enregistrées")


@command.command("decrypt")
@click.argument("key", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("election")
@click.option(
    "--ballots",
    type=click.IntRange(min=0),
    prompt="Nombre de bulletins que le compteur montrait à la clôture",
    help="Nombre de bulletins que le compteur montrait à la clôture.",
)
@click.option(
    "--head",
    "heads",
    multiple=True,
    metavar="EMPREINTE",
    help="Empreinte publiée auparavant, que l'urne doit prolonger.",
)
@click.option("--url", envvar="ISOLOIR_PUBLIC_URL", default="http://127.0.0.1:8080", show_default=True)
@token_option
def decrypt(key: Path, election: str, ballots: int, heads: tuple[str, ...], url: str, token: str) -> None:
    """Apporter la part de déchiffrement du porteur de KEY au scrutin ELECTION (uuid), une fois clos.

    L'archive publique est d'abord téléchargée et vérifiée ici même : seule la somme de tous ses bulletins est déchiffrée.
    La clé reste sur cette machine : seule la part de déchiffrement et sa preuve sont envoyées.
    """
    holder = _read(key)
    operator = OperatorClient(url, token)
    try:
        with tempfile.TemporaryDirectory() as folder:
            archive = Path(folder) / "archive.bel"
            _download(operator, election, archive)
            share = _share(holder, election, archive, ballots, heads)
        received = operator.submit_partial_decryption(election, holder.owner, share)
    except OperatorRefusal as refusal:
        raise click.ClickException(refusal.message) from None
    Console().print(f"{holder.name} : part reçue. Porteurs reçus jusqu'ici : {', '.join(map(str, received))}")


def _download(operator: OperatorClient, election: str, archive: Path) -> None:
    # Asked only so that the urn adds its ballots up; what is decrypted comes from the archive.
    operator.encrypted_tally(election)
    with archive.open("wb") as file:
        for piece in operator.archive(election):
            file.write(piece)


def _share(holder: ceremony.TrusteeKey, election: str, archive: Path, ballots: int, heads: Collection[str]) -> str:
    """The holder's share for the sum of all ballots of the verified archive.

    A portal that could have any ciphertext decrypted would have a single voter's decrypted (C2, L17); one that shows
    each holder an urn of its making is caught by the number of ballots, and by heads published during the vote.
    """
    report = verify_with_progress(archive, heads=heads)
    if report.fault is not None:
        raise _nothing_decrypted(f"l'archive publique a un défaut dans {fault_in_french(report.fault)}")
    if report.uuid != election or report.encrypted_tally is None:
        raise _nothing_decrypted("l'archive reçue n'est pas celle de ce scrutin, clos et additionné")
    if report.ballots != ballots:
        raise _nothing_decrypted(f"l'urne reçue compte {report.ballots} bulletin(s), et non {ballots}")
    if set(heads) - set(report.found_heads):
        raise _nothing_decrypted("l'urne reçue ne prolonge pas l'empreinte donnée")
    Console().print(f"Archive vérifiée : {report.ballots} bulletin(s), empreinte de l'urne {report.head}")
    with archive.open("rb") as file:
        entries = read_archive(file, credentials=skip)
        # The Setup event comes first, and its objects in this order.
        parsed, trustees = Election.parse(next(entries).raw), check_trustees(next(entries).raw)
        tally = next(entry.raw for entry in entries if entry.hash == report.encrypted_tally)
    share = holder.decrypt(parsed, tally)
    try:
        check_partial_decryption(parsed, trustees, holder.owner, tally, share)
    except InvalidPartialDecryption:
        raise _nothing_decrypted(f"cette clé n'est pas celle du porteur n° {holder.owner} de ce scrutin") from None
    return share


def _nothing_decrypted(why: str) -> click.ClickException:
    return click.ClickException(f"Aucune part n'a été envoyée : {why}.")


def _read(path: Path) -> ceremony.TrusteeKey:
    try:
        return ceremony.load_key(path)
    except (ValueError, KeyError, TypeError):
        raise click.ClickException(f"{path} n'est pas une clé de porteur lisible.") from None
