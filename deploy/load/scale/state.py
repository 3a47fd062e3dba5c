"""What a run of measurements remembers between its phases: OUT/state.json, and the figures of each phase."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

FILE = "state.json"


class OtherRun(Exception):
    """The folder holds a run of another size."""


@dataclass
class PhaseFigures:
    """What a phase took, over all of its attempts."""

    done: bool = False
    attempts: int = 0
    seconds: float = 0.0
    cpu: dict[str, float] = field(default_factory=dict)
    """Kind of process → seconds."""
    peak_mib: dict[str, float] = field(default_factory=dict)
    """Kind of process → the largest of its processes."""
    together_mib: dict[str, float] = field(default_factory=dict)
    """Kind of process → all of its processes at one moment."""
    counted: dict[str, Any] = field(default_factory=dict)
    """Rows, bytes, and what the phase says of itself."""


@dataclass
class State:
    """A run: its size, the event that was invented for it, what its phases have left for each other."""

    voters: int
    ballots: int
    iterations: int
    event: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)
    """What one phase leaves for another."""
    phases: dict[str, PhaseFigures] = field(default_factory=dict)

    @property
    def voting_event(self) -> str:
        """Its uuid."""
        return str(self.event["voting_event"])

    @property
    def election(self) -> str:
        """The uuid of the only election."""
        return str(self.event["elections"][0]["uuid"])

    @property
    def lists(self) -> int:
        """How many candidate lists it has."""
        return len(self.event["elections"][0]["question"]["answers"])

    def of(self, phase: str) -> PhaseFigures:
        """The figures of a phase, begun or not."""
        return self.phases.setdefault(phase, PhaseFigures())


def load(out: Path, voters: int, ballots: int, iterations: int) -> State:
    """The run in a folder, or a new one.

    Raises:
        OtherRun: the folder holds one of another size.
    """
    path = out / FILE
    if not path.exists():
        return State(voters, ballots, iterations)
    content = json.loads(path.read_text(encoding="utf-8"))
    phases = {name: PhaseFigures(**figures) for name, figures in content.pop("phases").items()}
    state = State(phases=phases, **content)
    if (state.voters, state.ballots, state.iterations) != (voters, ballots, iterations):
        raise OtherRun(
            f"{out} garde une mesure de {state.voters} électeurs, {state.ballots} bulletins, "
            f"{state.iterations} itérations : reprenez-la telle quelle, ou choisissez un autre dossier."
        )
    return state


def save(out: Path, state: State) -> None:
    """Write the run down, whole or not at all."""
    path = out / FILE
    unfinished = path.with_suffix(".new")
    unfinished.write_text(json.dumps(asdict(state), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    unfinished.replace(path)
