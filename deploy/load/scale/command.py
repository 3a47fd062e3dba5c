"""`isoloir load scale`: one scrutin of any size, phase by phase, with what each costs (`make scale`)."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from deploy.load.scale import report
from deploy.load.scale import state as states
from deploy.load.scale.footprint import MIB, Footprint
from deploy.load.scale.phases import PhaseFailed, Scale
from deploy.load.scale.place import SERVER, OwnPlace
from deploy.local.launcher.system import ISOLOIR, REPOSITORY
from deploy.operator.client import OperatorRefusal

TOLD_EVERY = 30.0
_commands: dict[str, int] = {}
"""Command of a holder or an auditor that runs now → its pid."""


@click.command("scale")
@click.option(
    "--voters", type=click.IntRange(1, 2_500_000), default=1_200_000, show_default=True, help="Nombre d'électeurs."
)
@click.option("--ballots", type=click.IntRange(1), default=3000, show_default=True, help="Bulletins déposés.")
@click.option(
    "--iterations", type=click.IntRange(1, 10_000_000), default=10, show_default=True, help="Itérations de PBKDF2."
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("build/scale"), show_default=True)
@click.option("--bus", type=click.Choice(["broker", "in-process"]), default="broker", show_default=True)
@click.option("--until", default="", help="S'arrêter après cette phase.")
@click.option("--again", multiple=True, help="Refaire cette phase.")
def command(
    voters: int, ballots: int, iterations: int, out: Path, bus: Any, until: str, again: tuple[str, ...]
) -> None:
    """Mener un scrutin de la taille voulue de la liste électorale au résultat, et mesurer chaque phase.

    Interrompue, la mesure reprend où elle en était : les bases, les files et l'état restent dans OUT. Laisse
    OUT/scale.json.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    console = Console()
    out.mkdir(parents=True, exist_ok=True)
    try:
        state = states.load(out, voters, min(ballots, voters), iterations)
    except states.OtherRun as error:
        raise click.ClickException(str(error)) from None
    place = OwnPlace(out, bus, iterations, console.print)
    try:
        place.start()
        scale = Scale(
            place,
            state,
            out,
            run_isoloir,
            remember=lambda: states.save(out, state),
            tell=_now_and_then(console),
            processes=os.cpu_count() or 1,
        )
        for name in scale.phases:
            if not state.of(name).done or name in again:
                console.print(f"[bold]{name}[/bold]…")
                _measured(scale, place, out, state, name)
                _write(out, state, place)
            if name == until:
                break
    except (OperatorRefusal, PhaseFailed) as error:
        raise click.ClickException(f"La mesure s'est arrêtée : {error}. La même commande la reprend.") from None
    finally:
        place.stop()
    console.print(report.table(state))
    console.print(json.dumps(report.derived(state)))


def _measured(scale: Scale, place: OwnPlace, out: Path, state: states.State, name: str) -> None:
    """One phase; what it took is noted whether or not it ends well."""
    figures = state.of(name)
    if figures.done:
        figures = state.phases[name] = states.PhaseFigures()
    figures.attempts += 1
    footprint, began = Footprint(lambda: {**place.all_pids(), **_commands}), time.monotonic()
    footprint.start()
    try:
        figures.counted = scale.phases[name]()
        figures.done = True
    finally:
        figures.seconds = round(figures.seconds + time.monotonic() - began, 1)
        for kind, used in footprint.stop().items():
            figures.cpu[kind] = round(figures.cpu.get(kind, 0.0) + used.cpu, 1)
            figures.peak_mib[kind] = max(figures.peak_mib.get(kind, 0.0), round(used.peak / MIB, 1))
            figures.together_mib[kind] = max(figures.together_mib.get(kind, 0.0), round(used.together / MIB, 1))
        states.save(out, state)


def _write(out: Path, state: states.State, place: OwnPlace) -> None:
    text = json.dumps(report.as_json(state, place.sizes(), SERVER), ensure_ascii=False, indent=1) + "\n"
    (out / "scale.json").write_text(text, encoding="utf-8")


def run_isoloir(arguments: Sequence[str]) -> str:
    """Run a command of holders or auditors in a process of its own. Raises PhaseFailed with what it said."""
    ran = subprocess.Popen(
        [*ISOLOIR, *arguments],
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    _commands[name := f"isoloir {arguments[0]}"] = ran.pid
    try:
        said, complained = ran.communicate()
    finally:
        ran.kill()
        del _commands[name]
    if ran.returncode != 0:
        raise PhaseFailed(f"{name}: {(complained or said)[-1000:]}")
    return said


def _now_and_then(console: Console) -> Any:
    last = 0.0

    def tell(line: str) -> None:
        nonlocal last
        if time.monotonic() - last >= TOLD_EVERY:
            last = time.monotonic()
            console.print(f"  {line}")

    return tell
