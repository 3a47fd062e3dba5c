"""`isoloir trustee`: what the electoral board's key holders do.

The ceremony here is held on one machine; its messages between devices are in services/ballot/belenios/pedersen.py (E3).
"""

from pathlib import Path

import click
from rich.console import Console

from deploy.operator.client import OperatorClient, OperatorRefusal
from deploy.rehearsal import ceremony
from services.ballot.belenios.election import Election
from services.ballot.belenios.errors import ProtocolError

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
@click.option("--token", envvar="ISOLOIR_GATEWAY_OPERATOR_TOKEN", required=True)
def hand_over(trustees: Path, elections: tuple[str, ...], url: str, token: str) -> None:
    """Confier les clés publiques TRUSTEES aux scrutins ELECTIONS (uuid), avant leur scellement."""
    operator = OperatorClient(url, token)
    for election in elections:
        try:
            operator.set_trustees(election, trustees.read_text(encoding="utf-8"))
        except OperatorRefusal as refusal:
            raise click.ClickException(f"{election} : {refusal.message}") from None
        Console().print(f"{election} : clés publiques enregistrées")


@command.command("decrypt")
@click.argument("key", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("election")
@click.option("--url", envvar="ISOLOIR_PUBLIC_URL", default="http://127.0.0.1:8080", show_default=True)
@click.option("--token", envvar="ISOLOIR_GATEWAY_OPERATOR_TOKEN", required=True)
def decrypt(key: Path, election: str, url: str, token: str) -> None:
    """Apporter la part de déchiffrement du porteur de KEY au scrutin ELECTION (uuid), une fois clos.

    La clé reste sur cette machine : seule la part de déchiffrement et sa preuve sont envoyées.
    """
    holder = _read(key)
    operator = OperatorClient(url, token)
    try:
        tally = operator.encrypted_tally(election)["encrypted_tally"]
        parsed = Election.parse(operator.describe_election(election)["election"])
        received = operator.submit_partial_decryption(election, holder.owner, holder.decrypt(parsed, tally))
    except OperatorRefusal as refusal:
        raise click.ClickException(refusal.message) from None
    except ProtocolError as error:
        raise click.ClickException(f"Le portail a répondu par un scrutin illisible ({error.reason}).") from None
    Console().print(f"{holder.name} : part reçue. Porteurs reçus jusqu'ici : {', '.join(map(str, received))}")


def _read(path: Path) -> ceremony.TrusteeKey:
    try:
        return ceremony.load_key(path)
    except (ValueError, KeyError, TypeError):
        raise click.ClickException(f"{path} n'est pas une clé de porteur lisible.") from None
