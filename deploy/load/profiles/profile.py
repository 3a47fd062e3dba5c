"""A profile as it stands in its JSON file: when voters arrive, how long they think, how many do what."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

FOLDER = Path(__file__).parent
NAMES = tuple(sorted(path.stem for path in FOLDER.glob("*.json")))

CHAOS_FINISH_SECONDS = 300.0

Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0, le=3600)]


class InvalidProfile(ValueError):
    """A profile cannot be used; the message says why."""


class Think(BaseModel):
    """Shortest and longest time between two acts, seconds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    typing: tuple[Seconds, Seconds]
    reading: tuple[Seconds, Seconds]
    choosing: tuple[Seconds, Seconds]
    again: tuple[Seconds, Seconds]
    """Before whoever was refused, or not answered, tries again."""


class Shares(BaseModel):
    """How many of all voters do what, 0 to 1."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    activates: Share
    """Have no password yet: they follow their link first."""
    wrong_password: Share
    reissue: Share
    """Have lost their code and ask for another."""
    reloads: Share
    """Load their page again, several times."""
    sends_again: Share
    """Send the ballot once more although it was acknowledged."""
    impatient: Share
    """Give up waiting for the acknowledgement and send the same ballot again."""
    obeys: Share = 0.7
    """Told when to come again, come then; the others come when they like."""


class Profile(BaseModel):
    """How voters come. `arrivals`: (part of `seconds`, share of voters there), rising from (0, 0) to (1, 1)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = ""
    meaning: str
    seconds: Annotated[float, Field(gt=0, le=86_400)]
    """From the first arrival to the last."""
    finish_seconds: Seconds
    """How long whoever is there may take after the last arrival."""
    arrivals: list[tuple[Share, Share]]
    think: Think
    shares: Shares
    patience_seconds: Annotated[float, Field(gt=0, le=60)]
    """After which the impatient give up waiting."""
    tries: Annotated[int, Field(ge=1, le=1000)]
    """How often a voter tries one act before he leaves."""

    @model_validator(mode="after")
    def _rises(self) -> Profile:
        if len(self.arrivals) < 2 or self.arrivals[0] != (0, 0) or self.arrivals[-1] != (1, 1):
            raise ValueError("arrivals: from [0, 0] to [1, 1]")
        if any(later[0] <= earlier[0] or later[1] < earlier[1] for earlier, later in pairwise(self.arrivals)):
            raise ValueError("arrivals: time and share must rise")
        if any(shortest > longest for _, (shortest, longest) in self.think):
            raise ValueError("think: the shortest time first")
        return self

    def arrived(self, elapsed: float) -> float:
        """Which share of the voters has come `elapsed` seconds after the opening, 0 to 1."""
        part = min(max(elapsed / self.seconds, 0.0), 1.0)
        for (from_part, from_share), (to_part, to_share) in pairwise(self.arrivals):
            if part <= to_part:
                return from_share + (to_share - from_share) * (part - from_part) / (to_part - from_part)
        return 1.0

    @property
    def peak(self) -> float:
        """How many times faster than on average they come where they come fastest."""
        return max(
            (to_share - from_share) / (to_part - from_part)
            for (from_part, from_share), (to_part, to_share) in pairwise(self.arrivals)
        )

    def for_chaos(self) -> Profile:
        """The same voters with the patience that a portal asks for whose parts die: what was sent is never given up."""
        return self.model_copy(update={"tries": 100, "finish_seconds": max(self.finish_seconds, CHAOS_FINISH_SECONDS)})

    def does(self, what: str, identifier: str) -> bool:
        """Whether this voter is one of the share that does `what`: the same in every run."""
        return dice(what, identifier).random() < float(getattr(self.shares, what))


def dice(*about: str) -> random.Random:
    """Chance that is the same for the same words."""
    return random.Random("/".join(about))  # noqa: S311 - invented people need no secret


def load(name_or_file: str, seconds: float | None = None) -> Profile:
    """A profile by its name or from a JSON file.

    Args:
        name_or_file: One of NAMES, or the path of a file.
        seconds: In place of the profile's own time of arrivals.

    Returns:
        The profile.

    Raises:
        InvalidProfile: there is none, or it cannot be used.
    """
    path = FOLDER / f"{name_or_file}.json" if name_or_file in NAMES else Path(name_or_file)
    try:
        found = Profile.model_validate_json(path.read_bytes())
        changed = {"name": path.stem} | ({"seconds": seconds} if seconds is not None else {})
        return Profile.model_validate(found.model_dump() | changed)
    except OSError:
        raise InvalidProfile(f"{name_or_file}: no such profile ({', '.join(NAMES)}), and no such file") from None
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidProfile(f"{path.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
