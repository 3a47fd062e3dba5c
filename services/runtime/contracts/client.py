"""Calling a service by its contract: typed requests and answers, time-outs, one key for all tries of a command."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol
from uuid import uuid4

from services.runtime.contracts.condition import CONDITION, RETRY_PARKED, Condition, RetryParked
from services.runtime.contracts.jobs import JOB, JOBS, JobDescription, JobOf
from services.runtime.contracts.messages import Health, Message, Nothing
from services.runtime.contracts.methods import HEALTH, Answer, AnyMethod, Command, NeverRepeated, Question, Request

DEFAULT_TIMEOUT = 5.0  # seconds


class RpcTimeout(Exception):
    """No answer within the time given: the command may have been done; retry it with the same idempotency key."""


class RpcUnavailable(Exception):
    """The broker, the service or its database is away or too busy. A broker that died while taking the request may still
    have kept it: retry a command with the same idempotency key.
    """


class Caller(Protocol):
    """Whoever can call a service: over RabbitMQ (RpcClient) or in the same process (in_process_bus.LocalCaller)."""

    def call(
        self,
        service: str,
        method: str,
        payload: dict[str, Any],
        *,
        timeout: float = DEFAULT_TIMEOUT,
        idempotency_key: str | None = None,
    ) -> dict[str, Any]:
        """Call `service.method`. Raises Refusal, ServiceFault, RpcTimeout, RpcUnavailable."""
        ...

    def close(self) -> None:
        """Give back what is held."""
        ...


class ServiceClient:
    """The two ways of calling a service. Each contract's client has one method for each of the service's.

    All raise Refusal (the service's no), ServiceFault (its failure), RpcTimeout, RpcUnavailable, and Malformed where the
    answer is not what the contract says.
    """

    service: ClassVar[str]

    def __init__(self, rpc: Caller) -> None:
        self._rpc = rpc

    def health(self, seconds: float = HEALTH.seconds) -> Health:
        """Whether the service and its database answer."""
        return self._ask(HEALTH, Nothing(), seconds)

    def condition(self) -> Condition:
        """Who is alive, what waits, what was put aside."""
        return self._ask(CONDITION, Nothing())

    def retry_parked(self, event: str | None = None) -> int:
        """Have one event that was put aside tried again, or all of them; how many."""
        return self._do(RETRY_PARKED, RetryParked(event=event)).retried

    def pass_on(self, method: AnyMethod, request: Message) -> dict[str, Any]:
        """Ask or do whatever method of the contract somebody else has chosen; the answer as JSON writes it."""
        answer: Message = self._ask(method, request) if isinstance(method, Question) else self._do(method, request)
        return answer.dump()

    def _ask(self, method: Question[Request, Answer], request: Request, seconds: float | None = None) -> Answer:
        """A question: no key, no second try."""
        answer = self._rpc.call(self.service, method.name, request.dump(), timeout=seconds or method.seconds)
        return method.answer.read(answer)

    def _do(self, method: Command[Request, Answer], request: Request) -> Answer:
        """A command: one key for all tries, so that a late first try and the second make one change."""
        key, payload = str(uuid4()), request.dump()
        try:
            answer = self._rpc.call(self.service, method.name, payload, timeout=method.seconds, idempotency_key=key)
        except (RpcTimeout, RpcUnavailable):
            if isinstance(method.repeated, NeverRepeated) or method.tries == 1:
                raise
            answer = self._rpc.call(self.service, method.name, payload, timeout=method.seconds, idempotency_key=key)
        return method.answer.read(answer)


class JobClient(ServiceClient):
    """A service that has long work."""

    def job(self, job: str) -> JobDescription:
        """How far a job is, or what it came to. Refusals: job_unknown, and the job's own."""
        return self._ask(JOB, JobOf(job=job))

    def jobs(self) -> list[JobDescription]:
        """The jobs under way, then the newest of the others."""
        return self._ask(JOBS, Nothing()).jobs
