"""`isoloir operator archive-all`: what is kept of a vote for two years, in one file (R211-580)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from deploy.holder.observe.portal import Portal
from deploy.operator.archive.bundle import NotAKey, recipient_of
from deploy.operator.archive.making import NotArchived, make
from deploy.operator.client import OperatorClient
from deploy.operator.terminal import console, next_step, said_plainly, stop

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command("archive-all")
@click.option(
    "--to", "target", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Fichier .tar à écrire."
)
@click.option(
    "--sealed", multiple=True, type=FOLDER,
    help="Dossier à données personnelles (copies des bases, journaux), à chiffrer. Répétable.",
)  # fmt: skip
@click.option("--recipient", metavar="AGE1…", help="Clé publique d'archive du bureau, pour ce qui est chiffré.")
@click.option(
    "--public", multiple=True, type=FOLDER, help="Dossier de pièces publiques à joindre telles quelles. Répétable."
)
@click.option(
    "--without-result", nargs=2, multiple=True, metavar="UUID MOTIF",
    help="Scrutin fermé qui n'aura pas de résultat (vote arrêté ou annulé), et pourquoi. Répétable.",
)  # fmt: skip
@click.option("--public-only", is_flag=True, help="Ne faire que la partie publique : elle ne suffit pas à R211-580.")
@click.pass_obj
@said_plainly
def command(
    client: OperatorClient,
    target: Path,
    sealed: tuple[Path, ...],
    recipient: str | None,
    public: tuple[Path, ...],
    without_result: tuple[tuple[str, str], ...],
    public_only: bool,
) -> None:
    """Réunir en un fichier ce que l'article R211-580 fait conserver deux ans, une fois les résultats publiés.

    Chaque urne est vérifiée d'abord ; une archive incomplète n'est pas écrite. D'un vote arrêté ou annulé l'urne
    est archivée telle qu'elle a été fermée, avec le motif.
    """
    reasons = {uuid: " ".join(reason.split()) for uuid, reason in without_result}
    if not all(reasons.values()):
        stop("--without-result attend l'identifiant du scrutin et le motif, entre guillemets.")
    if public_only and sealed:
        stop("--public-only et --sealed se contredisent.")
    if not public_only and not (sealed and recipient):
        stop(
            "Il faut les listes d'émargement et les journaux (--sealed DOSSIER : copies des bases et journaux) et la clé du "
            "bureau qui les chiffrera (--recipient age1…). Pour la seule partie publique : --public-only."
        )
    if target.exists():
        stop(f"{target} existe déjà : une archive n'en remplace pas une autre.")
    key: Any = None
    if recipient:
        try:
            key = recipient_of(recipient)
        except NotAKey:
            stop("--recipient attend une clé publique age (age1…), que « age-keygen » crée.")
    try:
        made = make(
            target, Portal(client.base_url), datetime.now(UTC), public=public, sealed=sealed, recipient=key,
            without_result=reasons,
        )  # fmt: skip
    except NotArchived as error:
        stop(f"Rien n'a été archivé : {error}.")
    for line in made.elections:
        console().print(line, markup=False)
    console().print(f"{target} : {target.stat().st_size} octets", markup=False)
    console().print(f"Empreinte (SHA-256 de SHA256SUMS), à porter au procès-verbal : {made.digest}", markup=False)
    next_step(f"copiez {target.name} sur deux supports, à deux endroits, et relisez-le ; LISEZ-MOI.txt y dit comment.")
