"""`isoloir operator mock-election`: what the console's button does, and its minutes on the terminal (E4)."""

from __future__ import annotations

import click
from rich.markup import escape
from rich.table import Table

from deploy.operator.client import OperatorClient
from deploy.operator.commands import jobs
from deploy.operator.terminal import chosen_elections, console, current_event, event_option, next_step, said_plainly
from services.ballot.contract.mock import BALLOTS, FEWEST_BALLOTS, MOST_BALLOTS, Check, MockElection

CHECKS = {
    Check.KEYS: "clés d’essai, en groupes comme celles du bureau",
    Check.SEALED: "urne d’essai scellée, vide, avec ses codes",
    Check.CAST: "bulletins chiffrés, vérifiés, reçus contre un reçu signé",
    Check.RECEIPT: "même bulletin, même reçu",
    Check.SECOND: "second bulletin du même électeur refusé, ou compté à la place du premier",
    Check.FOREIGN: "code d’un autre électeur refusé",
    Check.CLOSED: "urne close, avec tous ses bulletins",
    Check.LATE: "bulletin après la clôture refusé",
    Check.TOO_FEW: "rien à dépouiller avec une clé de moins",
    Check.UNSEALED: "descellée avec les clés nécessaires",
    Check.COUNTED: "chaque liste a les voix qui lui ont été données",
    Check.VERIFIED: "archive de l’essai vérifiée",
    Check.NO_TRACE: "rien n’en reste dans l’urne du vote",
}


@click.command("mock-election")
@event_option
@click.option(
    "--ballots",
    type=click.IntRange(FEWEST_BALLOTS, MOST_BALLOTS),
    default=BALLOTS,
    show_default=True,
    help="Bulletins d'essai dans chaque scrutin.",
)
@click.pass_obj
@said_plainly
def command(client: OperatorClient, event: str | None, ballots: int) -> None:
    """Scrutin à blanc avant le scellement : clés, vote, clôture, descellement, dépouillement, vérification.

    Dans une urne à part, effacée à la fin. Code de sortie 1 si une vérification échoue.
    """
    voting_event = current_event(client, event)
    with jobs.watched() as watch:
        held = client.hold_mock(voting_event, ballots, watch)
    codes = {election["uuid"]: election["code"] for election in chosen_elections(client, None)}
    table = Table("Scrutin", "Vérification", "", "Vu", title="Scrutin à blanc")
    elections = [MockElection.load(one) for one in held["elections"]]
    for one in elections:
        for line in one.lines:
            seen = " ".join(part for part in (str(line.count or ""), line.detail) if part)
            words = CHECKS.get(Check(line.check), line.check)
            table.add_row(
                escape(codes.get(one.election, one.election)), words, "✓" if line.held else "ÉCHEC", escape(seen)
            )
    console().print(table)
    if not all(one.held for one in elections):
        next_step("ne scellez pas ; isoloir doctor, et l’exploitation du portail.", style="red")
        raise SystemExit(1)
    console().print("Tout concorde. Rien n’en reste dans les urnes du vote.")
    next_step("imprimez /agents/echeance/blanc pour le bureau ; la veille, devant lui : isoloir operator seal")
