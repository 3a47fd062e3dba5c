"""Sending what is queued: claim in one transaction, send in none, record in another.

A crash after the send and before the record sends an e-mail or SMS once more, when the lease has run out: no mail
server can take part in our transaction. The Message-ID, the same each time, lets the recipient's side see it; a paper
batch is written to the same file again. Messages of a campaign are the exception: what may have left is not sent again
(A1), so the hand-over is noted before it begins.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from services.notification.queue import message_queue, rendering
from services.notification.queue import printed as printed_batch
from services.notification.queue.message_queue import Claimed, Pace
from services.notification.queue.outcomes import DELIVERED, Outcome, Result
from services.notification.queue.rendering import Letter
from services.runtime.storage.database import Database
from services.runtime.telemetry import logs, metrics

log = logs.get_logger("isoloir.delivery")

AT_ONCE = 20
# No send is begun with less than this left of the lease, so that no other process begins the same one meanwhile.
MARGIN = timedelta(minutes=2)

Clock = Callable[[], datetime]


class Channel(Protocol):
    """A way to reach people one by one."""

    name: str

    def open(self) -> AbstractContextManager[Callable[[Letter], Outcome]]:
        """Give a function that sends one letter; what it holds open lasts for a batch."""


class Printer(Protocol):
    """A way to reach people by batches of messages that somebody else opens."""

    name: str
    size: int
    settle: timedelta

    def accepts(self, message: Claimed) -> bool:
        """Tell whether the message is one for the printer."""

    def store(self, batch: str, messages: list[Claimed], made_at: datetime) -> Path:
        """Keep the messages safely under the batch's name."""


def deliver_singly(
    database: Database,
    channel: Channel,
    private_key: str,
    *,
    clock: Clock,
    jitter: random.Random,
    pace: Pace | None = None,
    lines: int = 1,
) -> int:
    """Send the due messages of `channel`, a small batch; return how many were tried.

    Args:
        database: of the service.
        channel: to the mail server or the operator.
        private_key: opens the channel's messages.
        clock: tells the moment.
        jitter: spreads retries.
        pace: How many may be begun by all processes together, None for no limit.
        lines: How many are sent at once, each line with what it holds open (a connection to the mail server).
    """
    with database.transaction() as session:
        message_queue.give_up_uncertain(session, clock())
        message_queue.expire(session, channel.name, clock())
        limit = message_queue.allowance(session, channel.name, now=clock(), pace=pace, most=AT_ONCE * lines)
        claimed = message_queue.claim(session, channel.name, now=clock(), limit=limit) if limit else []
    if not claimed:
        return 0
    waiting = iter(claimed)
    taking = threading.Lock()

    def work() -> int:
        """One line: take the next and send it, until none is left; how many were taken."""
        tried = 0
        with channel.open() as send:
            while True:
                with taking:
                    one = next(waiting, None)
                if one is None or clock() + MARGIN > one.leased_until:
                    return tried  # the rest comes back when the lease runs out
                tried += 1
                if one.expires_at is not None and one.expires_at <= clock():
                    continue  # the next turn takes it out
                outcome = _attempt(database, send, one, private_key, clock, noted=bool(pace or one.campaign))
                if outcome is not None:
                    _record(database, channel.name, one, outcome, clock, jitter)

    needed = min(lines, len(claimed))
    if needed == 1:
        return work()
    with ThreadPoolExecutor(needed, thread_name_prefix=f"{channel.name}-line") as pool:
        return sum(done.result() for done in [pool.submit(work) for _ in range(needed)])


def deliver_printed(database: Database, printer: Printer, *, clock: Clock, jitter: random.Random) -> int:
    """Put the next messages into a batch for the printer; return how many were tried."""
    with database.transaction() as session:
        message_queue.expire(session, printer.name, clock())
        claimed = message_queue.claim_batch(
            session, printer.name, now=clock(), size=printer.size, settle=printer.settle
        )
    if not claimed:
        return 0
    printed = [one for one in claimed if printer.accepts(one)]
    outcome = DELIVERED
    if printed:
        try:
            printer.store(str(claimed[0].batch), printed, min(one.created_at for one in claimed))
        except OSError as error:
            log.error("print_failed", batch=claimed[0].batch, kind=type(error).__name__)
            outcome = Outcome(Result.AWAY, "print_dir_unwritable")
    accepted = {one.id for one in printed}
    with database.transaction() as session:
        if printed and outcome is DELIVERED:
            printed_batch.record(session, printer.name, printed, clock())
        for one in claimed:
            if one.id not in accepted or outcome is not DELIVERED:
                came = outcome if one.id in accepted else Outcome(Result.REFUSED, "template_unknown")
                message_queue.record(session, one, came, now=clock(), jitter=jitter)
    log.info("batch_tried", channel=printer.name, batch=claimed[0].batch, messages=len(claimed), printed=len(printed))
    return len(claimed)


def _attempt(
    database: Database,
    send: Callable[[Letter], Outcome],
    claimed: Claimed,
    private_key: str,
    clock: Clock,
    *,
    noted: bool,
) -> Outcome | None:
    """Try to send; None when the lease has passed to another process and nothing was done."""
    try:
        letter = _compose(claimed, private_key)
    except rendering.Unreadable as problem:
        return Outcome(Result.REFUSED, problem.args[0])
    except Exception as error:
        log.error("message_fault", message_id=claimed.id, kind=type(error).__name__)
        return Outcome(Result.RETRY, "internal_error")
    if noted:
        with database.transaction() as session:
            if not message_queue.begin(session, claimed, clock()):
                return None
    try:
        return send(letter)
    except Exception as error:
        # One message that trips a fault of ours must not hold up the others.
        log.error("message_fault", message_id=claimed.id, kind=type(error).__name__)
        return Outcome(Result.RETRY, "internal_error", perhaps_sent=True)


def _compose(claimed: Claimed, private_key: str) -> Letter:
    return rendering.compose(private_key, message_id=claimed.id, template=claimed.template, sealed=claimed.sealed)


def _record(
    database: Database, channel: str, claimed: Claimed, outcome: Outcome, clock: Clock, jitter: random.Random
) -> None:
    with database.transaction() as session:
        kept = message_queue.record(session, claimed, outcome, now=clock(), jitter=jitter)
    metrics.MESSAGES_TRIED.labels(channel, outcome.result.value).inc()
    say = log.info if outcome.result is Result.DELIVERED else log.warning
    say(
        "message_tried",
        message_id=claimed.id,
        channel=channel,
        template=claimed.template,
        result=outcome.result,
        reason=outcome.reason,
        lease_kept=kept,
    )
