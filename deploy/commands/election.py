"""`isoloir election`: a whole election without a human, compared and verified at the end."""

import tempfile
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from deploy.launcher.system import System
from deploy.rehearsal.phases import Phases
from deploy.rehearsal.reconciliation import show, write_summary
from deploy.rehearsal.whole_election import Rehearsal


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
    console = Console()
    phases = Phases(console)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="isoloir-") as temporary:
        state = out / "state" if keep else Path(temporary) / "state"
        system = System(state, bus=bus, databases=databases, tell=console.print)
        try:
            with phases.phase("Démarrage"):
                system.start()
            outcome = Rehearsal(system, voters, out, phases).run()
            used = f"{system.bus}, {databases}"
        finally:
            system.stop()
    show(console, outcome.voters, outcome.activated, outcome.elections)
    for name, seconds in phases.seconds.items():
        console.print(f"  {name} : {seconds:.1f} s")
    write_summary(out / "summary.json", outcome.voters, outcome.activated, outcome.elections, phases.seconds, used)
    differences = [difference for counts in outcome.elections for difference in counts.differences()]
    for difference in differences:
        console.print(f"[bold red]Différence[/bold red] {difference}")
    if differences:
        raise SystemExit(1)
    console.print(f"Tout concorde. Archives et résumé : {out}")
