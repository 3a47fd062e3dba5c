"""Entry points only translate: strict payload in, domain call, strict payload out, one log line."""

import functools
import time
from collections.abc import Callable
from typing import Any

from marshmallow import Schema, ValidationError
from nameko.rpc import rpc

from services.runtime.bus import idempotency
from services.runtime.refusals import Refusal, ServiceFault
from services.runtime.telemetry import correlation, logs

log = logs.get_logger("isoloir.rpc")

Method = Callable[[Any, dict[str, Any]], dict[str, Any]]


def entrypoint(request_schema: type[Schema], response_schema: type[Schema]) -> Callable[[Method], Callable[..., Any]]:
    """Make a service method callable over the bus.

    In: marshmallow schemas of the request and of the response. The method takes the loaded request and returns what the
    response schema dumps. Raises at the caller: Refusal (the method's, or invalid_request with `fields`, a mapping from
    field to problems that repeats no value), ServiceFault for anything unforeseen.
    """
    request = request_schema()
    response = response_schema()

    def decorate(method: Method) -> Callable[..., Any]:
        @functools.wraps(method)
        def handle(self: Any, payload: Any) -> Any:
            started = time.monotonic()
            outcome = "ok"
            try:
                kept = idempotency.recall(self.resources.database)
                if kept is not None:
                    outcome = "repeated"
                    return kept
                return response.dump(method(self, _load(request, payload)))
            except idempotency.AlreadyDone:
                outcome = "repeated"
                return idempotency.recall(self.resources.database)
            except Refusal as refusal:
                outcome = refusal.code
                raise
            except Exception as error:
                outcome = "fault"
                fault_id = correlation.new_id()
                log.error("service_fault", method=method.__name__, fault_id=fault_id, exc_info=error)
                # Without a cause: what the exception says stays in this service's log.
                raise ServiceFault(fault_id) from None
            finally:
                milliseconds = round((time.monotonic() - started) * 1000, 1)
                # Health checks come by the minute and for ever: only a failing one is worth a line.
                say = log.debug if method.__name__ == "health" and outcome == "ok" else log.info
                say("rpc", method=method.__name__, outcome=outcome, milliseconds=milliseconds)

        decorated: Callable[..., Any] = rpc(
            expected_exceptions=(Refusal, ServiceFault), sensitive_arguments=("payload",)
        )(handle)
        return decorated

    return decorate


def _load(schema: Schema, payload: Any) -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = schema.load(payload)
    except ValidationError as error:
        raise Refusal("invalid_request", fields=_problems(error.messages)) from None
    return loaded


def _problems(messages: Any) -> dict[str, list[str]]:
    """Flatten marshmallow's nested messages into dotted field names; its words never repeat the value."""
    if not isinstance(messages, dict):
        return {"_schema": [str(message) for message in messages]}
    flat: dict[str, list[str]] = {}
    for name, inner in messages.items():
        if isinstance(inner, dict):
            for deeper, problems in _problems(inner).items():
                flat[f"{name}.{deeper}"] = problems
        else:
            flat[str(name)] = [str(message) for message in inner]
    return flat
