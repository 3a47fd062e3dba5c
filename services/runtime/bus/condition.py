"""What an operator needs to know of a service's bus tables: signs of life, what waits, what was parked."""

from __future__ import annotations

import os
import shutil
import socket
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Select, delete, func, insert, literal, select, update
from sqlalchemy.orm import Session

from services.runtime.bus.delivery_tables import INBOX, OUTBOX, PROCESS
from services.runtime.clock import utc_now
from services.runtime.contracts.condition import Condition, Disk, Parked, Process
from services.runtime.storage.database import Database
from services.runtime.telemetry import logs

log = logs.get_logger("isoloir.inbox")

BEAT_SECONDS = 10.0
SILENT_SECONDS = 45
"""Whoever gives no sign of life for so long is frozen, or dead."""
FORGOTTEN = timedelta(minutes=15)
"""A process that died without a word is listed for so long, then another has long taken its place."""
OLD_SECONDS = 60
"""What waits longer than this in an outbox or inbox is worth a word."""
MOST_COUNTED = 10_001
LISTED = 50
RELAY = "relay"


def name_of(kind: str) -> str:
    """The name of this process among those of its kind."""
    return f"{kind}@{socket.gethostname()}:{os.getpid()}"[:120]


class Heart:
    """The signs of life of this process in one database. In: the database, what kind of process this is."""

    def __init__(self, database: Database, kind: str) -> None:
        self._database = database
        self._kind = kind
        self._name = name_of(kind)
        self._started_at = utc_now()

    def beat(self) -> None:
        """Say that this process is alive, and forget those that have not said so for long."""
        now = utc_now()
        mine = PROCESS.c.process == self._name
        with self._database.transaction() as session:
            known = session.execute(update(PROCESS).where(mine).values(at=now, started_at=self._started_at))
            if not known.rowcount:  # type: ignore[attr-defined]  # of an UPDATE it is there
                session.execute(
                    insert(PROCESS).values(process=self._name, kind=self._kind, started_at=self._started_at, at=now)
                )
            session.execute(delete(PROCESS).where(PROCESS.c.at < now - FORGOTTEN))

    def stop(self) -> None:
        """Take leave: a process that was told to stop is not missed."""
        try:
            with self._database.transaction() as session:
                session.execute(delete(PROCESS).where(PROCESS.c.process == self._name))
        except Exception as error:
            log.warning("leave_not_taken", error=type(error).__name__)


def look(
    session: Session, database: Database, service: str, folders: list[Path], backend: str | None = None
) -> Condition:
    """Describe the service.

    Args:
        session: To read with.
        database: Whose file, on SQLite, stands on a disk to look at.
        service: Its name.
        folders: Others that the service writes to.
        backend: What computes its checks, where it has any.
    """
    now = utc_now()
    waiting = INBOX.c.state == "pending"
    parked = select(INBOX).where(INBOX.c.state == "parked")
    return Condition(
        service=service,
        now=now,
        outbox=_counted(session, select(literal(1)).select_from(OUTBOX)),
        outbox_oldest_seconds=_age(session, select(OUTBOX.c.created_at).order_by(OUTBOX.c.sequence).limit(1), now),
        inbox=_counted(session, select(literal(1)).select_from(INBOX).where(waiting)),
        inbox_oldest_seconds=_age(session, select(func.min(INBOX.c.received_at)).where(waiting), now),
        parked_count=_counted(session, select(literal(1)).select_from(INBOX).where(INBOX.c.state == "parked")),
        parked=[
            Parked(
                event=row.event_id,
                source=row.source,
                type=row.type,
                attempts=row.attempts,
                reason=row.reason,
                correlation_id=row.correlation_id,
                received_at=row.received_at,
            )
            for row in session.execute(parked.order_by(INBOX.c.received_at).limit(LISTED))
        ],
        processes=[
            Process(
                process=row.process,
                kind=row.kind,
                started_at=row.started_at,
                silent_seconds=max(0, round((now - row.at).total_seconds())),
            )
            for row in session.execute(select(PROCESS).order_by(PROCESS.c.process))
        ],
        disks=[_disk(folder) for folder in _folders(database, folders)],
        backend=backend,
    )


def samples(database: Database, service: str, folders: list[Path]) -> Iterator[tuple[str, dict[str, str], float]]:
    """The same for Prometheus: name of a gauge, its labels, its value."""
    with database.reading() as session:
        found = look(session, database, service, folders)
    yield "isoloir_outbox_events", {}, found.outbox
    yield "isoloir_outbox_oldest_seconds", {}, found.outbox_oldest_seconds or 0
    yield "isoloir_inbox_events", {}, found.inbox
    yield "isoloir_inbox_oldest_seconds", {}, found.inbox_oldest_seconds or 0
    yield "isoloir_events_parked", {}, found.parked_count
    silent = Counter(one.kind for one in found.processes if one.silent_seconds >= SILENT_SECONDS)
    for kind in sorted({one.kind for one in found.processes}):
        yield "isoloir_processes_silent", {"kind": kind}, silent[kind]
    yield "isoloir_relay_alive", {}, float("relay_silent" not in warnings(found))
    for disk in found.disks:
        yield "isoloir_disk_free_ratio", {"path": disk.path}, disk.free_percent / 100


def warnings(condition: Condition) -> list[str]:
    """What is not as it should be though the service answers, as codes."""
    relays = [process for process in condition.processes if process.kind == RELAY]
    found = {
        "relay_silent": not any(process.silent_seconds < SILENT_SECONDS for process in relays),
        "process_silent": any(
            process.silent_seconds >= SILENT_SECONDS for process in condition.processes if process.kind != RELAY
        ),
        "outbox_old": (condition.outbox_oldest_seconds or 0) >= OLD_SECONDS,
        "inbox_old": (condition.inbox_oldest_seconds or 0) >= OLD_SECONDS,
        "events_parked": condition.parked_count > 0,
    }
    return [code for code, is_so in found.items() if is_so]


def retry_parked(session: Session, event: str | None) -> int:
    """Have parked events tried again, as if they had just come; how many.

    Args:
        session: Of the transaction.
        event: One event, or None for all of them.
    """
    chosen = INBOX.c.state == "parked"
    if event is not None:
        chosen &= INBOX.c.event_id == event
    tried = session.execute(update(INBOX).where(chosen).values(state="pending", attempts=0, next_attempt_at=utc_now()))
    count: int = tried.rowcount  # type: ignore[attr-defined]  # of an UPDATE it is there
    if count:
        log.info("events_tried_again", count=count)
    return count


def _counted(session: Session, rows: Select[Any]) -> int:
    """How many rows, without reading more of them than anybody wants to know."""
    return session.scalar(select(func.count()).select_from(rows.limit(MOST_COUNTED).subquery())) or 0


def _age(session: Session, moment: Select[Any], now: datetime) -> int | None:
    found = session.scalar(moment)
    return None if found is None else max(0, round((now - found).total_seconds()))


def _folders(database: Database, others: list[Path]) -> list[Path]:
    own = [Path(str(database.url.database)).parent] if database.is_sqlite else []
    return [folder for folder in dict.fromkeys([*own, *others]) if folder.is_dir()]


def _disk(folder: Path) -> Disk:
    usage = shutil.disk_usage(folder)
    return Disk(path=str(folder), free_percent=round(100 * usage.free / usage.total))
