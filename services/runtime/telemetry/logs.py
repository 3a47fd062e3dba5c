"""Logs that an operator can read and that betray nobody: one JSON line per event, secrets taken out.

Two nets, because one is never enough: values under a telling name are dropped whatever they are, and whatever looks like
a code, a credential, a token, a ballot or an address is dropped wherever it stands.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from services.runtime.telemetry import repeats

REDACTED = "[redacted]"

_SECRET_NAMES = re.compile(
    r"password|passwd|secret|token|code$|voting_code|credential$|ballot$|tracker|permit|holder|bearer|session|cookie|"
    r"authorization|identifier|e_?mail|phone|sealed|private|answer|surname|first_name|payload|body|api_key",
    re.IGNORECASE,
)
_NOT_SECRET_NAMES = {"status_code", "error_code", "code", "method"}
_LONG_BUT_PUBLIC = {"head", "election_hash", "digest", "fingerprint", "correlation_id", "fault_id"}
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_PATTERNS = re.compile(
    "|".join(
        (
            r"(?P<frame>\bFile \"/[\w./-]+\.py\", line \d+)",  # where an error came from: kept
            r"\b[0-9A-Za-z]{4}(?:[- ][0-9A-Za-z]{4}){3}\b",  # a voting code, as printed
            r"\b(?=[0-9A-Za-z]{0,15}\d)[0-9A-HJKMNP-TV-Z]{16}\b",  # a voting code without its hyphens
            rf"\b[{_BASE58}]{{5}}-[{_BASE58}]{{6}}-[{_BASE58}]{{5}}-[{_BASE58}]{{6}}\b",  # a Belenios credential
            r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+",  # an address
            r"[A-Za-z0-9_+/=-]{40,}",  # tokens, digests, permits, sealed boxes
            r"\{\\?\"(?:election_uuid|alpha)[^\n]*",  # a ballot or a piece of one
        )
    )
)


def scrub(text: str) -> str:
    """`text` without whatever looks like a secret. The places that a traceback names stay, however long their paths."""
    return _PATTERNS.sub(lambda found: found["frame"] or REDACTED, text)


def _clean(name: str, value: Any) -> Any:
    if name in _LONG_BUT_PUBLIC:
        return value
    if name not in _NOT_SECRET_NAMES and _SECRET_NAMES.search(name) and not isinstance(value, bool | int | float):
        return REDACTED
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, dict):
        return {key: _clean(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(name, inner) for inner in value]
    return value


def remove_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: the event without secrets."""
    for name, value in event.items():
        event[name] = _clean(name, value)
    return event


def order_for_reading(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: what an operator looks for first comes first in the line."""
    first = {name: event[name] for name in ("at", "level", "process", "event", "correlation_id") if name in event}
    return first | dict(event)


_SAID_ELSEWHERE = {
    "nameko.containers": "(expected)",  # a refusal, with a traceback: the `rpc` line has its code
    "amqp": "Received method",  # a confirm that crosses the end of its channel: the `rpc_not_sent` line says why it ended
}
"""Library's logger → how the messages begin that only repeat what one of our own lines says."""


def _is_news(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith(_SAID_ELSEWHERE[record.name])


def configure(process_name: str, level: str = "INFO") -> None:
    """Send every log of this process, libraries' included, to standard output as JSON lines that name the process."""

    def name_process(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["process"] = process_name
        return event

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.format_exc_info,
        name_process,
        remove_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                order_for_reading,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    handler.addFilter(repeats.NoRepeats())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.captureWarnings(True)
    for chatty in ("pika", "amqp", "kombu", "nameko", "alembic", "gunicorn.access", "mail.log"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    for repeating in _SAID_ELSEWHERE:
        logging.getLogger(repeating).addFilter(_is_news)


# A process that says nowhere where its log goes is a command, whose standard output is its answer.
if not structlog.is_configured():
    structlog.configure(logger_factory=lambda *_names: structlog.PrintLogger(sys.stderr))


def get_logger(name: str = "isoloir") -> Any:
    """A logger whose methods take an event name in snake_case and named values."""
    return structlog.stdlib.get_logger(name)
