"""`isoloir election`: a whole election without a human, compared and verified at the end."""

import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from deploy.local.broker import BrokerMissing
from deploy.local.launcher.lock import AlreadyRunning
from deploy.local.launcher.refusals import BusUnreachable, MigrationFailed
from deploy.local.launcher.supervisor import ChildFailed
from deploy.local.launcher.system import System
from deploy.local.postgresql import PostgresMissing
from deploy.operator.client import OperatorRefusal
from deploy.rehearsal.mailbox import NoSuchMail
from deploy.rehearsal.notices import NoticesMissing
from deploy.rehearsal.phases import Phases
from deploy.rehearsal.reconciliation import all_differences, show, write_summary
from deploy.rehearsal.voter import NoCode, ReceiptMismatch, VoterRefused
from deploy.rehearsal.whole_election import OldCodeWorks, Rehearsal

PATIENCE = 60.0  # seconds that a voter keeps trying where a busy machine answers « unavailable for the moment »
NO_START = (AlreadyRunning, BusUnreachable, BrokerMissing, PostgresMissing, ChildFailed, MigrationFailed)
NO_RESULT = (OperatorRefusal, VoterRefused, ReceiptMismatch, NoSuchMail, NoticesMissing, NoCode, OldCodeWorks)


@click.command("election")
@click.option("--voters", type=click.IntRange(1, 1_200_000), default=100, show_default=True, help="Nombre d'électeurs.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("out"), show_default=True)
@click.option("--bus", type=click.Choice(["auto", "broker", "in-process"]), default="auto", show_default=True)
@click.option("--databases", type=click.Choice(["sqlite", "postgresql"]), default="sqlite", show_default=True)
@click.option("--keep", is_flag=True, help="Garder les bases et les journaux dans OUT/state.")
def command(voters: int, out: Path, bus: Any, databases: Any, keep: bool) -> None:
    """Mène une élection entière, de la liste électorale au résultat vérifié, et compare tout.

    Laisse OUT/<uuid>.bel pour chaque scrutin et OUT/summary.json ; code de sortie 1 à la moindre différence.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # stop and tidy up as for Ctrl-C
    console = Console()
    phases = Phases(console)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="isoloir-") as temporary:
        state = out / "state" if keep else Path(temporary) / "state"
        system = System(state, bus=bus, databases=databases, tell=console.print)
        with _one_sentence(system, out):
            try:
                with phases.phase("Démarrage"):
                    system.start()
                outcome = Rehearsal(system, voters, out, phases, PATIENCE).run()
                used = f"{system.bus}, {databases}"
            finally:
                system.stop()
    show(console, outcome.voters, outcome.activated, outcome.elections)
    for name, seconds in phases.seconds.items():
        console.print(f"  {name} : {seconds:.1f} s")
    write_summary(out / "summary.json", outcome.voters, outcome.activated, outcome.elections, phases.seconds, used)
    differences = all_differences(outcome.voters, outcome.activated, outcome.elections)
    for difference in differences:
        console.print(f"[bold red]Différence[/bold red] {difference}")
    if differences:
        raise SystemExit(1)
    console.print(f"Tout concorde. Archives et résumé : {out}")


@contextmanager
def _one_sentence(system: System, out: Path) -> Iterator[None]:
    """A rehearsal that fails says why in a sentence, and leaves its logs where somebody can read them."""
    try:
        yield
    except NO_START as error:
        raise click.ClickException(f"Isoloir n'a pas pu démarrer. {error}") from None
    except NO_RESULT as error:
        logs = out / "logs"
        shutil.copytree(system.logs_dir, logs, dirs_exist_ok=True)
        raise click.ClickException(f"La répétition s'est arrêtée : {error}. Journaux : {logs}") from None
