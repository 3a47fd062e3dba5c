"""The ten steps of a voting event, each done, next, waiting or blocked, and by what: plain rules, facts to steps."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from services.ballot.contract.elections import SealingChecks
from services.ballot.contract.limits import State as Urn
from services.ballot.contract.sealing_gaps import Gap, Kind, gaps


class Step(StrEnum):
    """What is done one after the other."""

    DEFINITION = "definition"
    ROLL = "roll"
    CODES = "codes"
    NOTICES = "notices"
    KEYS = "keys"
    SEALING = "sealing"
    CAMPAIGN = "campaign"
    VOTE = "vote"
    CLOSING = "closing"
    TALLY = "tally"


class State(StrEnum):
    """How a step is. NEXT: it can be done now. WAITING: nobody has to do anything for it now. UNKNOWN: not to be asked."""

    DONE = "done"
    NEXT = "next"
    UNDER_WAY = "under_way"
    WAITING = "waiting"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"


AFTER: dict[Step, tuple[Step, ...]] = {
    Step.ROLL: (Step.DEFINITION,),
    Step.CODES: (Step.ROLL,),
    Step.NOTICES: (Step.CODES,),
    Step.KEYS: (Step.DEFINITION,),
    Step.SEALING: (Step.ROLL, Step.CODES, Step.KEYS),
    Step.CAMPAIGN: (Step.ROLL,),
    Step.VOTE: (Step.SEALING,),
    Step.CLOSING: (Step.VOTE,),
    Step.TALLY: (Step.CLOSING,),
}
"""Step → what has to be done before it. A vote that is under way is enough for its closing."""
OVER = frozenset({Urn.CLOSED, Urn.TALLIED, Urn.PUBLISHED})
BEGUN = OVER | {Urn.OPEN, Urn.SUSPENDED, Urn.CLOSING}


@dataclass(frozen=True)
class Election:
    """An online election: its code, how many may vote in it, its urn, what its sealing waits for; its uuid and name."""

    code: str
    voters: int
    urn: Urn
    checks: SealingChecks
    uuid: str = ""
    name: str = ""

    @property
    def gaps(self) -> list[Gap]:
        """What is missing before it can be sealed."""
        return gaps(self.voters, self.checks)


@dataclass(frozen=True)
class Facts:
    """What was found; None where it could not be asked.

    Attributes:
        defined: whether there is a voting event.
        elections: the online ones.
        notices: asked for, and gone to the printer.
        written_to: how many voters the fullest campaign has written to, of how many; (0, 0) where there is none.
    """

    defined: bool
    elections: Sequence[Election] | None = ()
    notices: tuple[int, int] | None = (0, 0)
    written_to: tuple[int, int] | None = (0, 0)


@dataclass(frozen=True)
class Standing:
    """A step as it stands: `missing` has each gap with the election's code; `before`, the steps that it waits for."""

    step: Step
    state: State
    missing: Sequence[tuple[str, Gap]] = ()
    before: Sequence[Step] = ()
    counts: tuple[int, int] | None = field(default=None)


OF_GAPS = {
    Step.ROLL: {Kind.ROLL},
    Step.CODES: {Kind.CODES, Kind.VOTERS, Kind.ON_THE_WAY},
    Step.KEYS: {Kind.KEYS, Kind.TRIAL},
}


def standings(facts: Facts) -> list[Standing]:
    """All ten steps in order."""
    return list(_standings(facts))


def _standings(facts: Facts) -> Iterator[Standing]:
    done: set[Step] = set()
    for step in Step:
        before = [one for one in AFTER.get(step, ()) if one not in done]
        state = _state(step, facts)
        if state in (State.DONE, State.UNDER_WAY):
            done.add(step)
        if before and state in (State.NEXT, State.WAITING):
            state = State.BLOCKED
        missing = [
            (one.code, gap)
            for one in facts.elections or ()
            for gap in one.gaps
            if gap.kind in OF_GAPS.get(step, ()) and state is not State.DONE
        ]
        # What is said by the step before is not said again.
        yield Standing(step, state, () if state is State.BLOCKED else missing, before, _counts(step, facts))


def _urns(facts: Facts) -> set[Urn]:
    return {one.urn for one in facts.elections or ()}


def _counts(step: Step, facts: Facts) -> tuple[int, int] | None:
    """How many of how many, where a step is counted."""
    return {Step.NOTICES: facts.notices, Step.CAMPAIGN: facts.written_to}.get(step)


def _state(step: Step, facts: Facts) -> State:
    """How a step is, whatever the others are."""
    if step is Step.DEFINITION:
        return State.DONE if facts.defined else State.NEXT
    if step in (Step.NOTICES, Step.CAMPAIGN):
        counts = _counts(step, facts)
        if counts is None:
            return State.UNKNOWN
        some, all_ = counts
        return State.DONE if all_ and some >= all_ else State.NEXT
    if facts.elections is None:
        return State.UNKNOWN
    if not facts.elections:
        return State.NEXT
    if step in OF_GAPS:
        kinds = OF_GAPS[step]
        # Without a roll nobody knows whether all have codes.
        wanted = kinds | ({Kind.ROLL} if step is Step.CODES else set())
        return State.NEXT if any(gap.kind in wanted for one in facts.elections for gap in one.gaps) else State.DONE
    return _of_urns(step, _urns(facts))


def _of_urns(step: Step, urns: Collection[Urn]) -> State:
    if step is Step.SEALING:
        return State.NEXT if Urn.DRAFT in urns else State.DONE
    if step is Step.TALLY:
        return State.DONE if set(urns) == {Urn.PUBLISHED} else State.NEXT
    if set(urns) <= OVER:
        return State.DONE
    return State.UNDER_WAY if step is Step.VOTE and BEGUN & set(urns) else State.WAITING
