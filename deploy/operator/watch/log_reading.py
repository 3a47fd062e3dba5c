"""JSON logs of several processes read as one: which lines are wanted, by their time, and what they come to."""

from __future__ import annotations

import heapq
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

Line = dict[str, Any]

LEVELS = ("debug", "info", "warning", "error", "critical")
KNOWN = ("at", "level", "process", "event", "correlation_id", "logger")
MOST_LISTED = 12


@dataclass(frozen=True)
class Wanted:
    """Which lines are wanted; what is empty does not choose.

    Attributes:
        processes: names; « ballot » is also « ballot-worker », « notification » whoever delivers its messages.
        events: names of events.
        level: the least level.
        reference: a correlation id, a fault id or a job, or how one begins: what a page showed.
        since: the first moment.
        until: the moment after the last one.
        text: what stands anywhere in the line.
    """

    processes: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    level: str = ""
    reference: str = ""
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""

    def has(self, line: Line) -> bool:
        """Whether the line is one of them."""
        at = moment_of(line)
        process = str(line.get("process", ""))
        return (
            (not self.processes or any(f"{process}-".startswith(f"{name}-") for name in self.processes))
            and (not self.events or line.get("event") in self.events)
            and (not self.level or _rank(line) >= LEVELS.index(self.level))
            and (not self.reference or any(one.startswith(self.reference) for one in _references(line)))
            and (self.since is None or (at is not None and at >= self.since))
            and (self.until is None or (at is not None and at < self.until))
            and (not self.text or self.text.lower() in json.dumps(line, ensure_ascii=False).lower())
        )


@dataclass
class Summary:
    """What lines come to: for whoever has a minute."""

    lines: int = 0
    unreadable: int = 0
    first: datetime | None = None
    last: datetime | None = None
    by_process: Counter[str] = field(default_factory=Counter)
    complaints: Counter[tuple[str, str]] = field(default_factory=Counter)
    requests: int = 0
    failed_requests: Counter[int] = field(default_factory=Counter)
    milliseconds: list[float] = field(default_factory=list)
    votes: int = 0
    log_ins: int = 0
    messages: Counter[str] = field(default_factory=Counter)
    by_minute: Counter[str] = field(default_factory=Counter)

    def add(self, line: Line) -> None:
        """Count a line."""
        self.lines += 1
        at = moment_of(line)
        if at is not None:
            self.first = min(self.first or at, at)
            self.last = max(self.last or at, at)
        process, event = str(line.get("process", "?")), str(line.get("event", "?"))
        self.by_process[process] += 1
        if _rank(line) >= LEVELS.index("warning"):
            self.complaints[process, event[:100]] += 1 + int(line.get("repeated") or 0)
        if event == "http_request":
            self._add_request(line, at)
        elif event == "rpc" and line.get("outcome") in ("ok", "repeated"):
            self.log_ins += line.get("method") in ("log_in", "activate")
        elif event == "in_this_hour" and (line.get("what"), line.get("outcome")) == ("cast_ballot", "ok"):
            self.votes += int(line.get("count") or 0)
        elif event == "message_tried":
            self.messages[str(line.get("result"))] += 1

    def _add_request(self, line: Line, at: datetime | None) -> None:
        self.requests += 1
        if at is not None:
            self.by_minute[at.strftime("%H:%M")] += 1
        status = int(line.get("status") or 0)
        if status >= 500:
            self.failed_requests[status] += 1
        self.milliseconds.append(float(line.get("milliseconds") or 0))

    def slow(self, share: float) -> float:
        """The time in milliseconds that this share of requests stayed under, 0 where there were none."""
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def read(file: Iterable[str]) -> Iterator[Line]:
    """The lines of one log; what is no JSON is a line of its own, so that it is not passed over."""
    for text in file:
        if not text.strip():
            continue
        try:
            line = json.loads(text)
        except ValueError:
            line = None
        yield line if isinstance(line, dict) else {"event": "unreadable_line", "text": text.rstrip("\n")[:500]}


def merged(files: Iterable[Path]) -> Iterator[Line]:
    """The lines of several logs in the order of their time, without holding them all."""

    def of(path: Path) -> Iterator[tuple[float, str, int, Line]]:
        last = 0.0
        with path.open(encoding="utf-8", errors="replace") as file:
            for number, line in enumerate(read(file)):
                at = moment_of(line)
                # A line without a time stays where it stands.
                last = last if at is None else at.timestamp()
                yield last, str(path), number, line

    for *_, line in heapq.merge(*(of(path) for path in files)):
        yield line


def files_in(places: Iterable[Path]) -> list[Path]:
    """Log files: those that are named, and *.jsonl or *.log of folders."""
    found: list[Path] = []
    for place in places:
        found += sorted(p for p in place.iterdir() if p.suffix in {".jsonl", ".log"}) if place.is_dir() else [place]
    return found


def moment_of(line: Line) -> datetime | None:
    """When it was said."""
    try:
        return datetime.fromisoformat(str(line["at"]))
    except (KeyError, ValueError):
        return None


def moment_in(text: str, now: datetime) -> datetime:
    """A moment as people write it: « 8:15 » (today, in the zone of `now`), « 10m » or « 2h » ago, or ISO 8601.

    Raises ValueError for anything else.
    """
    units = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
    if text[-1:] in units and text[:-1].isdigit():
        return now - timedelta(seconds=int(text[:-1]) * units[text[-1]])
    hours, colon, minutes = text.partition(":")
    if colon and hours.isdigit() and minutes.isdigit():
        return now.replace(hour=int(hours), minute=int(minutes), second=0, microsecond=0)
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=now.tzinfo)


def written(line: Line, zone: Any = UTC) -> str:
    """A line for people: time, level, process, event, what belongs to it; the traceback below."""
    at = moment_of(line)
    time = at.astimezone(zone).strftime("%H:%M:%S.%f")[:-3] if at else "--:--:--.---"
    rest = {k: v for k, v in line.items() if k not in (*KNOWN, "exception")}
    values = " ".join(f"{name}={value}" for name, value in rest.items())
    reference = str(line.get("correlation_id", ""))[:8]
    head = f"{time} {str(line.get('level', '?')).upper():7} {line.get('process', '?')!s:20} {line.get('event', '?')}"
    parts = [head, values, f"[{reference}]" if reference else ""]
    text = " ".join(part for part in parts if part)
    exception = line.get("exception")
    if exception:
        text += "\n" + "\n".join(f"    {one}" for one in str(exception).splitlines())
    return text


def _rank(line: Line) -> int:
    level = str(line.get("level", "info"))
    return LEVELS.index(level) if level in LEVELS else 1


def _references(line: Line) -> Iterator[str]:
    for name in ("correlation_id", "fault_id", "job", "message_id"):
        if line.get(name):
            yield str(line[name])
