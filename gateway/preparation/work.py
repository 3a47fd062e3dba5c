"""Long work on a voting event: the newest job of each step, as its page shows it. Asked for anew at nearly every look."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from gateway.clients import Services
from gateway.preparation.steps import Step
from services.ballot.contract.limits import State as Urn
from services.runtime.contracts.client import JobClient, RpcTimeout, RpcUnavailable
from services.runtime.contracts.jobs import JobDescription, JobState
from services.runtime.refusals import Refusal, ServiceFault

OF_STEPS: Mapping[str, tuple[Step, str]] = {
    "read_roll": (Step.ROLL, "identity"),
    "commit_roll": (Step.ROLL, "identity"),
    "generate_codes": (Step.CODES, "reassort"),
    "seal_roll": (Step.SEALING, "identity"),
    "seal_election": (Step.SEALING, "ballot"),
    "send_campaign": (Step.CAMPAIGN, "identity"),
    "tally": (Step.TALLY, "ballot"),
}
"""Kind of job → the step that it is a part of, and the service that works on it."""
OF_ANYTHING = frozenset({"read_roll", "commit_roll", "send_campaign"})
"""Kinds that are about a file, an import or a campaign, and not about a voting event or an election."""
UNDER_WAY = frozenset({JobState.WAITING, JobState.RUNNING})
PAGE = 100


@dataclass(frozen=True)
class Work:
    """What changes from one look to the next.

    Attributes:
        jobs: step → its newest jobs, those under way first.
        mark: equal as long as no job has ended and no urn has changed: what was counted before still holds.
    """

    jobs: Mapping[Step, tuple[JobDescription, ...]]
    mark: frozenset[tuple[str, str]]

    def under_way(self, step: Step) -> list[JobDescription]:
        """The jobs of a step that are worked on, or wait for a worker."""
        return [job for job in self.jobs.get(step, ()) if job.state in UNDER_WAY]

    def stopped(self, step: Step) -> JobDescription | None:
        """The last job of a step, where it came to nothing and no other is under way."""
        found = self.jobs.get(step, ())
        newest = max(found, key=lambda job: job.asked_at, default=None)
        came_to_nothing = newest is not None and newest.state in (JobState.REFUSED, JobState.FAILED)
        return newest if came_to_nothing and not self.under_way(step) else None


def look(services: Services, event: str, elections: Collection[str]) -> Work:
    """What is worked on, and what the urns are. A service that is away has no jobs to show.

    Args:
        services: whom to ask.
        event: the uuid of the current voting event, empty where there is none.
        elections: the uuids of the online ones.
    """
    subjects = {event, *elections}
    jobs: dict[Step, list[JobDescription]] = {}
    for client in (services.identity, services.reassort, services.ballot):
        try:
            found = client.jobs()
        except (RpcTimeout, RpcUnavailable, ServiceFault, Refusal):
            continue
        for job in found:
            if job.kind in OF_STEPS and (job.kind in OF_ANYTHING or job.subject in subjects):
                jobs.setdefault(OF_STEPS[job.kind][0], []).append(job)
    ended = {(job.job, str(job.state)) for of_step in jobs.values() for job in of_step if job.state not in UNDER_WAY}
    shown = {step: tuple(sorted(found, key=lambda job: job.state not in UNDER_WAY)) for step, found in jobs.items()}
    return Work(shown, frozenset(ended | set(_urns(services, sorted(elections)).items())))


def refusal_of(services: Services, job: JobDescription) -> Refusal | None:
    """Why a job was refused, with its details; None where that cannot be asked."""
    client: JobClient = getattr(services, OF_STEPS[job.kind][1])
    try:
        client.job(job.job)
    except Refusal as refusal:
        return refusal
    except (RpcTimeout, RpcUnavailable, ServiceFault):
        return None
    return None


def _urns(services: Services, uuids: list[str]) -> dict[str, Urn]:
    states: dict[str, Urn] = {}
    try:
        for first in range(0, len(uuids), PAGE):
            states |= services.ballot.election_states(uuids[first : first + PAGE], []).states
    except (RpcTimeout, RpcUnavailable, ServiceFault):
        return {}
    return states
