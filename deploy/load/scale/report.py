"""What a run has found: a table for people, and the same as JSON with what follows for other numbers."""

from __future__ import annotations

import os
from typing import Any

from rich.table import Table

from deploy.load.running import machine
from deploy.load.scale.state import PhaseFigures, State

MIB = 2**20


def as_json(state: State, sizes: dict[str, int], server: dict[str, str]) -> dict[str, Any]:
    """The figures of all phases, and what is derived from them.

    Args:
        state: The run.
        sizes: Service → bytes of its database.
        server: Settings of the database server.
    """
    return {
        "voters": state.voters,
        "credentials": state.phases["codes"].counted.get("credentials") if "codes" in state.phases else None,
        "ballots": state.ballots,
        "iterations": state.iterations,
        "machine": machine.described(),
        "postgresql": server,
        "database_mib": {service: round(size / MIB, 1) for service, size in sizes.items()},
        "phases": {
            name: {
                "done": one.done,
                "attempts": one.attempts,
                "seconds": one.seconds,
                "cpu_seconds": round(sum(one.cpu.values()), 1),
                "cpu": one.cpu,
                "peak_mib": one.peak_mib,
                "together_mib": one.together_mib,
                **one.counted,
            }
            for name, one in state.phases.items()
        },
        "derived": derived(state),
    }


def derived(state: State) -> dict[str, float]:
    """Processor hours that the codes need at the iterations used in earnest, and casting where every voter votes."""
    found: dict[str, float] = {}
    codes = state.of("codes") if "codes" in state.phases else None
    if codes is not None and codes.done:
        more = codes.counted["ms_of_a_code_in_earnest"] - codes.counted["ms_of_a_code"]
        seconds = sum(codes.cpu.values()) + codes.counted["codes"] * more / 1000
        found["codes_cpu_hours_in_earnest"] = round(seconds / 3600, 2)
        found["codes_hours_in_earnest_on_this_machine"] = round(seconds / 3600 / (os.cpu_count() or 1), 2)
    casting = state.of("casting") if "casting" in state.phases else None
    if casting is not None and casting.done:
        taken = casting.counted["ms_of_taking_a_ballot"] * state.voters / 1000
        found["casting_cpu_hours_if_all_vote"] = round(taken / 3600, 2)
    return found


def table(state: State) -> Table:
    """A line a phase: time, processor time, memory of the processes that worked, rows and bytes."""
    drawn = Table("phase", "", "s", "CPU s", "MiB of each process that worked", "rows", "MiB of files")
    for name, one in state.phases.items():
        drawn.add_row(
            name,
            "done" if one.done else "unfinished",
            f"{one.seconds:.0f}",
            f"{sum(one.cpu.values()):.0f}",
            ", ".join(f"{kind} {one.peak_mib[kind]:.0f}" for kind in workers(one)),
            f"{one.counted['rows']:,}" if "rows" in one.counted else "",
            f"{one.counted['bytes'] / MIB:.0f}" if "bytes" in one.counted else "",
        )
    return drawn


def workers(figures: PhaseFigures) -> list[str]:
    """The kinds of process that did the work of a phase, the busiest first: a twelfth of its processor time at least."""
    least = sum(figures.cpu.values()) / 12
    return sorted((one for one in figures.cpu if figures.cpu[one] >= least), key=lambda one: -figures.cpu[one])
