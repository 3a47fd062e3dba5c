"""`isoloir erase`: once the two years have passed, destroy what the law has destroyed, and certify it (R211-580)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import click
from nacl.signing import SigningKey
from sqlalchemy.engine import URL

from deploy.operator.archive.bundle import PIECE
from deploy.production.backup.dumps import BackupFailed
from deploy.production.erasure.emptying import NotErased, left, rows
from deploy.production.erasure.erasing import ORDER, Progress, certify, erase
from deploy.production.erasure.kept_archive import Archive, read
from deploy.production.erasure.plan import Plan, plan
from deploy.production.erasure.settings import Settings
from deploy.production.erasure.tables import KEPT
from services.record.typesetting import paris
from services.runtime import settings

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NO_CONTEST = "Aucune action contentieuse n'a été engagée."


@click.command("erase")
@click.argument("archives", nargs=-1, required=True, type=FILE)
@click.option("--digest", "digests", multiple=True, metavar="SHA256", help="Empreinte de l'archive au procès-verbal.")
@click.option(
    "--kept", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Dossier de ce qui se conserve sans terme : listes et professions de foi, procès-verbaux, nominations.",
)  # fmt: skip
@click.option(
    "--to", "folder", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="Dossier du certificat."
)
@click.option("--by", multiple=True, help="Qui fait effacer : nom et qualité. Répétable.")
@click.option("--no-contest", is_flag=True, help="Aucune action contentieuse n'a été engagée.")
@click.option("--contest-ended", metavar="DÉCISION", help="La décision définitive qui a clos le contentieux.")
@click.option("--dry-run", is_flag=True, help="Dire ce qui serait détruit, et ne rien toucher.")
def command(
    archives: tuple[Path, ...],
    digests: tuple[str, ...],
    kept: Path,
    folder: Path,
    by: tuple[str, ...],
    no_contest: bool,
    contest_ended: str | None,
    dry_run: bool,
) -> None:
    """Détruire un vote dans toutes les bases, après son terme, et en faire le certificat.

    Chaque ARCHIVE (celles d'« isoloir operator archive-all ») est relue en entier d'abord et comparée aux bases.
    Interrompue, la même commande reprend. Les services doivent être arrêtés.
    """
    try:
        if bool(no_contest) == bool((contest_ended or "").strip()) and not dry_run:
            raise NotErased("dites ce qu'il en est du contentieux : --no-contest, ou --contest-ended « décision ».")
        if not by and not dry_run:
            raise NotErased("dites qui fait effacer : --by « Nom, qualité ».")
        documents = _documents(kept)
        own = settings.load(Settings)
        urls = own.urls()
        found = [read(path) for path in archives]
        _same(found, digests, dry_run)
        _signed_by(found, own.permit_private_key)
        now = datetime.now(UTC)
        folder.mkdir(parents=True, exist_ok=True)
        progress = Progress(
            folder,
            {
                "archives": [[one.name, one.digest] for one in found],
                "contest": NO_CONTEST if no_contest else (contest_ended or "").strip(),
                "by": list(by),
                "kept": documents,
                "began_at": now.replace(microsecond=0).isoformat(),
            },
        )
        planned = plan(found, urls, emptied=progress.before("ballot") is not None)
        if dry_run:
            _show(planned, urls, now)
            return
        if now < planned.term:
            raise NotErased(f"le terme est le {paris(planned.term)} (article R211-580) : tout se conserve jusque-là.")
        _agreed(planned)
        erase(progress, urls, click.echo)
        made = certify(progress, planned, urls, folder, own.permit_private_key, datetime.now(UTC))
    except (NotErased, BackupFailed) as error:
        raise click.ClickException(f"Effacement : {error}") from None
    click.echo(f"Écrit : {made} (et .txt, .json)")
    click.echo(
        "Ensuite : détruisez les exemplaires de l'archive, les sauvegardes et les journaux des machines, signez-le au "
        "certificat, et retirez les comptes d'effacement (docs/operations.md)."
    )


def _documents(kept: Path) -> list[list[str]]:
    found = []
    for path in sorted(one for one in kept.rglob("*") if one.is_file()):
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                digest.update(piece)
        found.append([path.relative_to(kept).as_posix(), digest.hexdigest()])
    if not found:
        raise NotErased(
            f"{kept} est vide : les listes de candidats, professions de foi, procès-verbaux et nominations se conservent."
        )
    return found


def _same(found: list[Archive], digests: tuple[str, ...], dry_run: bool) -> None:
    given = {one.strip().lower() for one in digests}
    for one in found:
        if one.digest not in given and not (dry_run and not given):
            raise NotErased(f"{one.name} a l'empreinte {one.digest} : donnez celle du procès-verbal (--digest).")


def _signed_by(found: list[Archive], seed: str) -> None:
    public = SigningKey(bytes.fromhex(seed)).verify_key.encode().hex()
    if any(urn.identity_key != public for archive in found for urn in archive.urns):
        raise NotErased(
            "la clé d'identity de cette machine (ISOLOIR_IDENTITY_PERMIT_PRIVATE_KEY) n'est pas celle du scellement."
        )


def _show(planned: Plan, urls: dict[str, URL], now: datetime) -> None:
    passed = "passé" if now >= planned.term else "PAS ENCORE PASSÉ"
    click.echo(f"Vote : {', '.join(planned.events)}")
    click.echo(f"Terme : {paris(planned.term)}, {passed}")
    for service in ORDER:
        counted = rows(urls[service])
        gone = left(service, counted)
        stays = sum(count for name, count in counted.items() if name in KEPT[service])
        click.echo(f"{service} : {sum(gone.values())} lignes à détruire, {stays} à garder")
        for name, count in sorted(gone.items()):
            click.echo(f"  {name} : {count}")
    click.echo("Rien n'a été touché.")


def _agreed(planned: Plan) -> None:
    wanted = planned.events[-1]
    click.echo(f"Tout sera détruit de : {', '.join(planned.events)}. Rien ne le rendra, sauf les copies de l'archive.")
    if click.prompt("Écrivez le nom du vote pour confirmer", default="", show_default=False).strip() != wanted:
        raise NotErased("le nom n'est pas celui du vote : rien n'a été fait.")
