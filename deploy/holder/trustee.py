"""`isoloir trustee`: what the electoral board's key holders do.

`make-key` and what follows it are each holder's, on a device of the holder's own (deploy/holder/keys, docs/adr/0030); the
ceremony of one machine is a rehearsal's.
"""

import tempfile
from pathlib import Path

import click
from rich.console import Console

from deploy.holder import ceremony
from deploy.holder.keys import commands
from deploy.holder.verified_urn import UrnRefused, download, verified
from deploy.operator.client import OperatorClient, OperatorRefusal
from deploy.operator.token import ADDRESS_VARIABLES, token_option

TRUSTEES = "trustees.json"


@click.group("trustee")
def command() -> None:
    """Fabriquer les clés du bureau de vote, puis ouvrir l'urne avec elles."""


@command.command("ceremony")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Dossier des clés.")
def hold_ceremony(out: Path) -> None:
    """Tenir toute la cérémonie sur cette machine, pour une répétition : administration 1 sur 2, délégués 2 sur 4."""
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
@click.option("--url", envvar=ADDRESS_VARIABLES, default="http://127.0.0.1:8080", show_default=True)
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
@click.option("--url", envvar=ADDRESS_VARIABLES, default="http://127.0.0.1:8080", show_default=True)
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
            download(operator, election, archive)
            urn = verified(archive, election, ballots, heads)
            Console().print(urn.words)
            share = urn.share(holder.owner, holder.secret)
        received = operator.submit_partial_decryption(election, holder.owner, share)
    except OperatorRefusal as refusal:
        raise click.ClickException(refusal.message) from None
    except UrnRefused as refusal:
        raise click.ClickException(str(refusal)) from None
    Console().print(f"{holder.name} : part reçue. Porteurs reçus jusqu'ici : {', '.join(map(str, received))}")


def _read(path: Path) -> ceremony.TrusteeKey:
    try:
        return ceremony.load_key(path)
    except (ValueError, KeyError, TypeError):
        raise click.ClickException(f"{path} n'est pas une clé de porteur lisible.") from None


for _command in (commands.make_key, commands.status, commands.decrypt_all, commands.replace):
    command.add_command(_command)
