"""Entry points only translate: typed request in, domain call, typed answer out, one log line.

Each implements one method of its service's contract, and says what it is:

- `@question`: the handler is given a session of a database that only reads. Whatever else it tries, it cannot write.
- `@command`: the handler is given the session of the transaction that it happens in. Where the contract says Remembered,
  the answer is kept in that transaction under the caller's key, and a repetition gets it without the handler being asked.
- `@command_in_steps`: the handler is given the database and opens its transactions itself, because something slow lies
  between them (a call, a hash, a proof). A repetition must be harmless, or never happen, by what the handler does.

Whoever asks is told Refusal (the rules' no), RpcUnavailable where the database or a service behind this one is away or too
busy (come again), and ServiceFault for anything unforeseen.
"""

import functools
import inspect
import time
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from services.runtime.bus import condition, idempotency, sealed_calls
from services.runtime.contracts.client import RpcTimeout, RpcUnavailable
from services.runtime.contracts.messages import Health
from services.runtime.contracts.methods import Answer, AnyMethod, Command, Question, Remembered, Request
from services.runtime.deadline import DeadlinePassed
from services.runtime.hosting.consumers import call
from services.runtime.refusals import Refusal, ServiceFault
from services.runtime.storage.absence import is_away, is_read_only, kind_of
from services.runtime.storage.database import Database, only_reading
from services.runtime.telemetry import correlation, hourly, logs, metrics

log = logs.get_logger("isoloir.rpc")

Service = TypeVar("Service")
EntryPoint = Callable[..., Any]
REPEATED = "repeated"


def question(
    method: Question[Request, Answer],
) -> Callable[[Callable[[Service, Request, Session], Answer]], EntryPoint]:
    """Answer a question of the contract by `handler(self, request, session)`; the session only reads."""

    def decorate(handler: Callable[[Service, Request, Session], Answer]) -> EntryPoint:
        def run(service: Any, payload: Any) -> tuple[str, Any]:
            request = method.request.load(payload)
            with only_reading(), service.resources.database.reading() as session:
                return "ok", handler(service, request, session).dump()

        return _entry_point(method, handler, run)

    return decorate


def command(
    method: Command[Request, Answer],
) -> Callable[[Callable[[Service, Request, Session], Answer | Refusal]], EntryPoint]:
    """Do a command of the contract by `handler(self, request, session)`, in one transaction.

    A refusal that is raised undoes the transaction. One that is returned keeps what the handler changed: for what is used
    up whether or not it was right.
    """
    remembered = isinstance(method.repeated, Remembered)

    def decorate(handler: Callable[[Service, Request, Session], Answer | Refusal]) -> EntryPoint:
        def run(service: Any, payload: Any) -> tuple[str, Any]:
            request = method.request.load(payload)
            database: Database = service.resources.database
            kept = idempotency.recall(database, method.name) if remembered else None
            if kept is not None:
                return REPEATED, kept
            try:
                with database.transaction() as session:
                    answer = handler(service, request, session)
                    dumped = None if isinstance(answer, Refusal) else answer.dump()
                    if remembered and dumped is not None:
                        idempotency.remember(session, dumped, method.name)
            except idempotency.AlreadyDone:
                return REPEATED, idempotency.recall(database, method.name)
            if isinstance(answer, Refusal):
                raise answer
            return "ok", dumped

        return _entry_point(method, handler, run)

    return decorate


def command_in_steps(
    method: Command[Request, Answer],
) -> Callable[[Callable[[Service, Request, Database], Answer]], EntryPoint]:
    """Do a command of the contract by `handler(self, request, database)`, which opens its transactions itself."""
    if isinstance(method.repeated, Remembered):
        raise TypeError(f"{method.name}: an answer is remembered in the transaction of its change: use @command")

    def decorate(handler: Callable[[Service, Request, Database], Answer]) -> EntryPoint:
        def run(service: Any, payload: Any) -> tuple[str, Any]:
            request = method.request.load(payload)
            return "ok", handler(service, request, service.resources.database).dump()

        return _entry_point(method, handler, run)

    return decorate


def healthy(service: str, database: Database, session: Session) -> Health:
    """The answer to `health`, once the database has shown that it takes what is written, and kept nothing of it."""
    with only_reading(False):
        database.check()
    found = condition.warnings(condition.look(session, database, service, []))
    return Health(service=service, database="ok", warnings=found)


def _entry_point(
    method: AnyMethod, handler: Callable[..., Any], run: Callable[[Any, Any], tuple[str, Any]]
) -> EntryPoint:
    if handler.__name__ != method.name:
        raise TypeError(f"{handler.__name__} implements the contract's {method.name}: they have one name")

    @functools.wraps(handler)
    def handle(self: Any, payload: Any) -> Any:
        started = time.monotonic()
        outcome = "ok"
        try:
            # In one process a question may have called us: what it may not do, its callee may.
            with only_reading(False):
                key: str = getattr(self.resources.settings, "event_private_key", "")
                outcome, answer = run(self, sealed_calls.opened(key, payload))
            return answer
        except Refusal as refusal:
            outcome = refusal.code
            raise
        except Exception as error:
            ours = isinstance(method, Question) and is_read_only(error)
            if not ours and (is_away(error) or isinstance(error, RpcTimeout | RpcUnavailable | DeadlinePassed)):
                outcome = "away"
                log.warning("service_away", method=method.name, error=kind_of(error))
                raise RpcUnavailable(kind_of(error)) from None
            outcome = "fault"
            fault_id = correlation.new_id()
            log.error("service_fault", method=method.name, fault_id=fault_id, exc_info=error)
            # Without a cause: what the exception says stays in this service's log.
            raise ServiceFault(fault_id) from None
        finally:
            seconds = time.monotonic() - started
            # Of what is counted by the hour, a scrape every few seconds would tell the times; what failed is no vote.
            if not method.hourly or outcome in {"away", "fault"}:
                metrics.RPC_SECONDS.labels(method.name, outcome).observe(seconds)
            if method.hourly:
                hourly.COUNTS.count(method.name, outcome)
            else:
                # Health checks come by the minute and for ever: only a failing one is worth a line.
                say = log.debug if method.name == "health" and outcome == "ok" else log.info
                say("rpc", method=method.name, outcome=outcome, milliseconds=round(seconds * 1000, 1))

    expected = (Refusal, ServiceFault, RpcUnavailable)
    decorated: EntryPoint = call(expected_exceptions=expected, sensitive_arguments=("payload",))(handle)
    decorated.contract_method = method  # type: ignore[attr-defined]
    return decorated


def methods_of(service_class: type) -> dict[str, AnyMethod]:
    """Name → method of the contract that each entry point of the class implements."""
    members = (getattr(member, "contract_method", None) for _, member in inspect.getmembers(service_class))
    return {method.name: method for method in members if method is not None}
