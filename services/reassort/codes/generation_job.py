"""The job that makes the voting codes of a whole roll: identity's pages one after the other, each on all cores.

A page is kept together with the place of the next one, so a worker that is killed loses at most the page in hand, and
the next worker goes on from there. Bearers who have codes already are left alone, whoever made them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from services.identity.contract.client import IdentityClient
from services.reassort.codes import generation
from services.reassort.codes.generation import BearerToServe, Compute, Parameters, Serve, ServedBearer
from services.reassort.settings import Settings
from services.runtime.hosting.resources import Resources
from services.runtime.jobs.running_job import RunningJob
from services.runtime.refusals import Refusal

KIND = "generate_codes"
STEP = "codes"
PAGE = 200
ROLL_SECONDS = 30.0
_FROM_THE_BEGINNING = ""


def generate_codes(resources: Resources[Settings], job: RunningJob) -> dict[str, Any]:
    """Make the codes of every bearer of the roll who has none. Request: {voting_event}.

    Returns:
        {voters, missing}: how many have codes, and how many of the roll have none, 0 unless the roll changed meanwhile.

    Raises:
        Refusal: identity's (voting_event_unknown), entitlements_changed {bearers}.
    """
    voting_event: str = job.request["voting_event"]
    name = _name_of(resources, voting_event)
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        compute = _on(pool)
        missing = _pages(resources, job, voting_event, name, compute, job.position or _FROM_THE_BEGINNING)
        if missing:  # the roll had voters before the place where this attempt went on
            missing = _pages(resources, job, voting_event, name, compute, _FROM_THE_BEGINNING)
    with resources.database.reading() as session:
        return {"voters": generation.bearers_of(session, voting_event), "missing": missing}


def _pages(
    resources: Resources[Settings], job: RunningJob, voting_event: str, name: str | None, compute: Compute, start: str
) -> int:
    """Go through the roll from a page on. Out: how many of the roll have no codes at its end."""
    # The first page says how many there are, wherever this attempt goes on.
    on_roll: int = _identity(resources).list_bearers(voting_event, None, 1).total or 0
    with resources.database.reading() as session:
        served = generation.bearers_of(session, voting_event)
    after: str | None = start or None
    while True:
        job.report(STEP, served, on_roll)
        listed = _identity(resources).list_bearers(voting_event, after, PAGE)
        following = listed.next
        page = generation.generate_page(
            resources.database,
            parameters(resources.settings),
            voting_event,
            name,
            [BearerToServe.of(bearer) for bearer in listed.bearers],
            on_roll=listed.total if following is None else None,
            compute=compute,
            confirm=partial(job.confirm, position=following or _FROM_THE_BEGINNING),
        )
        served += page.generated
        if following is None:
            return page.missing or 0
        after = following


def _identity(resources: Resources[Settings]) -> IdentityClient:
    return IdentityClient(resources.rpc)


def _on(pool: ThreadPoolExecutor) -> Compute:
    """Several bearers at once: PBKDF2, which is nearly all of the work, releases the interpreter's lock."""

    def compute(serve: Serve, bearers: Sequence[BearerToServe]) -> Iterator[ServedBearer]:
        return pool.map(serve, bearers)

    return compute


def parameters(settings: Settings) -> Parameters:
    """How codes are made here."""
    return Parameters(
        code_key=settings.code_key,
        printer_recipient=settings.printer_recipient,
        iterations=settings.pbkdf2_iterations,
        spares=settings.spares_per_voter,
    )


def _name_of(resources: Resources[Settings], voting_event: str) -> str | None:
    """The name to print on the notices, where the voting event is identity's current one."""
    try:
        current = _identity(resources).voting_event(ROLL_SECONDS)
    except Refusal:
        return None
    return current.name if current.voting_event == voting_event else None
