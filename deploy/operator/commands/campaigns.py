"""`isoloir operator campaign …`: the message to every voter that opens the portal (A1)."""

import time
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from deploy.operator.client import OperatorClient
from deploy.operator.terminal import (
    complaints,
    console,
    current_event,
    event_option,
    next_step,
    progress_bar,
    said_plainly,
)
from services.identity.contract.event.campaigns import OPENING

STATES = {
    "queued": "en attente",
    "sending": "en cours d’envoi",
    "sent": "remis au serveur de messagerie",
    "failed": "refusés par le serveur",
    "expired": "expirés avant l’envoi",
    "uncertain": "incertains (interrompus pendant la remise, jamais renvoyés d’eux-mêmes)",
    "delivered": "arrivés sur le téléphone",
    "unknown": "sans nouvelles de l’opérateur",
    "bounced": "revenus (adresse inconnue, boîte pleine…)",
}
ENDED = ("sent", "delivered", "unknown", "failed", "expired", "uncertain", "bounced")
UNDELIVERED = ("failed", "expired", "uncertain", "bounced")
AFTER = "isoloir operator campaign progress --follow ; failures dit pourquoi un message n’est pas parti."
EVERY = 2.0  # seconds between two looks at the messages
FAILURES_SHOWN = 20
RESUMABLE = (
    "Interrompu. Relancez la même commande pour reprendre : "
    "les électeurs déjà traités ne recevront pas de second message."
)


@click.group("campaign")
def command() -> None:
    """Écrire à tous les électeurs, une seule fois chacun, et suivre l'envoi."""


@command.command("start")
@event_option
@click.option(
    "--name", default=OPENING, show_default=True, help="Nom de la campagne ; le même nom reprend la même campagne."
)
@click.option("--page", default=200, show_default=True, type=click.IntRange(1, 500), help="Électeurs par page.")
@click.option("--follow/--no-follow", default=True, show_default=True, help="Suivre l'envoi jusqu'au bout.")
@click.pass_obj
@said_plainly
def start(client: OperatorClient, event: str | None, name: str, page: int, follow: bool) -> None:
    """Envoyer à chaque électeur le lien de sa première connexion. Relancée, la commande reprend où elle en était."""
    campaign = client.open_campaign(current_event(client, event), name)
    try:
        _queue(client, campaign, page)
        if follow:
            _follow(client, campaign)
    except KeyboardInterrupt:
        complaints().print(RESUMABLE, style="yellow")
        raise SystemExit(130) from None
    _report(client, client.campaign_progress(campaign), campaign)
    next_step(AFTER)


@command.command("progress")
@event_option
@click.option("--name", default=None, help="Nom d'une campagne (par défaut : toutes).")
@click.option("--follow", is_flag=True, help="Suivre l'envoi jusqu'au bout.")
@click.pass_obj
@said_plainly
def progress(client: OperatorClient, event: str | None, name: str | None, follow: bool) -> None:
    """Avancement, messages par état et échecs."""
    chosen = [found for found in client.list_campaigns(current_event(client, event)) if name in (None, found["name"])]
    if not chosen:
        console().print("Aucune campagne." if name is None else f"Aucune campagne « {escape(name)} ».")
        next_step("isoloir operator campaign start")
        return
    for found in chosen:
        if follow:
            _follow(client, found["campaign"])
        _report(client, client.campaign_progress(found["campaign"]), found["campaign"])
    next_step(AFTER)


def _queue(client: OperatorClient, campaign: str, page: int) -> None:
    before = client.campaign_progress(campaign)
    with progress_bar() as bar:
        task = bar.add_task("Messages préparés", total=before["voters"], completed=before["queued"])
        finished = False
        while not finished:
            sent = client.send_campaign_page(campaign, page)
            finished = sent["finished"]
            bar.advance(task, sent["queued"])


def _follow(client: OperatorClient, campaign: str) -> None:
    total = client.campaign_progress(campaign)["queued"]
    with progress_bar() as bar:
        task = bar.add_task("Messages envoyés", total=total)
        while True:
            counts = _counts(client, campaign)
            lost = sum(counts.get(state, 0) for state in UNDELIVERED)
            ended = sum(counts.get(state, 0) for state in ENDED)
            bar.update(task, completed=ended, description=f"Messages envoyés ({lost} échec(s))")
            if ended >= total:
                return
            time.sleep(EVERY)


def _counts(client: OperatorClient, campaign: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for line in client.message_counts(campaign):
        counts[line["state"]] = counts.get(line["state"], 0) + line["count"]
    return counts


def _report(client: OperatorClient, found: dict[str, Any], campaign: str) -> None:
    console().print(
        f"Campagne « {found['name']} » : {found['queued']} électeur(s) sur {found['voters']} ; "
        f"{found['activated']} compte(s) activé(s).",
        markup=False,
    )
    counts = _counts(client, campaign)
    table = Table("Messages", "Nombre")
    for state, words in STATES.items():
        if counts.get(state):
            table.add_row(words, str(counts[state]))
    console().print(table)
    failures = client.list_failures(FAILURES_SHOWN, campaign)
    if not failures:
        return
    lost = Table(
        "Message", "État", "Essais", "Motif", "Quand", title=f"Échecs les plus récents ({FAILURES_SHOWN} au plus)"
    )
    for line in failures:
        reason = " ".join(part for part in (line["reason"], line["diagnostic"]) if part)
        state = str(STATES.get(line["state"], line["state"])).partition(" (")[0]
        lost.add_row(line["message_id"], state, str(line["attempts"]), escape(reason), line["at"])
    console().print(lost)
