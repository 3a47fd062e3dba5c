"""How the steps stand, as every page of the console asks it: counts a minute old at most, none older than what changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext

from gateway.clients import services
from gateway.edge.errors import words_for
from gateway.figures.kept import Figure, kept
from gateway.pages.agents.console.words import NAMES, STOPPED
from gateway.preparation import facts, work
from gateway.preparation.steps import Facts, Standing, State, Step, standings
from gateway.preparation.work import Work
from services.runtime.contracts.jobs import JobState

FACTS, WORK = "preparation", "preparation_work"
WORK_SECONDS = 2.0
"""How old what is said of jobs may be: who started one looks again at once."""


@dataclass(frozen=True)
class Console:
    """The current voting event (None where there is none), what was counted, when, and what is worked on."""

    event: dict[str, Any] | None
    figures: Figure[Facts]
    work: Work
    steps: list[Standing]

    def of(self, step: Step) -> Standing:
        """One step."""
        return next(one for one in self.steps if one.step is step)


@dataclass(frozen=True)
class _Counted:
    facts: Facts
    mark: frozenset[tuple[str, str]]


def look() -> Console:
    """How everything stands."""
    event = services().identity.presented_event()
    online = [] if event is None else [str(one["uuid"]) for one in event["elections"] if one["mode"] == "online"]
    uuid = "" if event is None else str(event["voting_event"])
    found = kept().get(WORK, lambda: work.look(services(), uuid, online), WORK_SECONDS).value

    def count() -> _Counted:
        return _Counted(facts.look(services(), event), found.mark)

    counted = kept().get(FACTS, count)
    if counted.value.mark != found.mark:
        kept().forget(FACTS)
        counted = kept().get(FACTS, count)
    figures = Figure(counted.value.facts, counted.at, counted.late)
    return Console(event, figures, found, standings(figures.value))


def changed() -> None:
    """Something was just done: nothing that was counted before holds."""
    kept().forget(FACTS)
    kept().forget(WORK)


def fresh() -> Console:
    """How everything stands now, before something is done for good."""
    changed()
    services().identity.event_now()
    return look()


def in_the_way(console: Console, step: Step, *, of: frozenset[State] = frozenset({State.NEXT})) -> str | None:
    """Why a step cannot be done now, in a sentence; None where it can.

    Args:
        console: how everything stands.
        step: the one to do.
        of: the states in which it can be done.
    """
    one = console.of(step)
    if console.work.under_way(step):
        return str(gettext("C’est en cours. Attendez la fin : cette page dit où cela en est."))
    if one.state in of:
        return None
    if one.state is State.DONE:
        return str(gettext("C’est déjà fait."))
    if one.state is State.BLOCKED:
        names = ", ".join(str(NAMES[before]) for before in one.before)
        return str(gettext("Pas encore possible. Il faut d’abord : %(steps)s.", steps=names))
    if one.state is State.UNKNOWN:
        return str(
            gettext("Un service ne répond pas : rien n’est fait sans savoir. Attendez un instant, puis recommencez.")
        )
    return str(gettext("Ce n’est pas le moment de cette étape."))


def stopped(console: Console, step: Step) -> str | None:
    """Why the last work on a step came to nothing, in a sentence; None where nothing did."""
    job = console.work.stopped(step)
    if job is None or console.of(step).state is State.DONE:
        return None
    if job.state == JobState.FAILED or job.reason is None:
        return str(STOPPED)
    refusal = work.refusal_of(services(), job)
    return words_for(job.reason, None if refusal is None else refusal.details).message
