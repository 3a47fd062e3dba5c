"""One look at a portal: every public chain of every election, and what others hold of them."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from deploy.holder.observe import alarms as alarm_book
from deploy.holder.observe import exchange, heads, register, urn
from deploy.holder.observe.alarms import Alarm
from deploy.holder.observe.folder import Dates, ElectionFolder, Folder
from deploy.holder.observe.portal import CouldNotLook, Portal, Refused
from deploy.holder.own_ballot.published_sealing import is_sealing
from deploy.holder.verify_words import clean

UUID = re.compile(r"[1-9A-HJ-NP-Za-km-z]{14,64}")
GONE = {"election_unknown", "election_not_open", "election_not_sealed"}
_SEALING = ("election", "fingerprint", "receipt_key", "identity_key", "signature")


@dataclass
class Options:
    """How to look: keys that the board has published (None: those seen first), how many processes check ballots."""

    identity_key: str | None = None
    register_key: str | None = None
    processes: int | None = None


@dataclass
class ElectionSeen:
    """What was seen of an election; `new_…`: for the first time in this look, and verified."""

    uuid: str
    name: str
    sealed: bool = False
    stage: str | None = None
    ballots: int = 0
    new_ballots: int = 0
    replaced: int = 0
    events: int = 0
    new_events: int = 0
    head: str | None = None
    heads: int = 0
    new_heads: int = 0
    entries: int = 0
    new_entries: int = 0
    identity_key: str | None = None
    receipt_key: str | None = None
    register_key: str | None = None


@dataclass
class Look:
    """What one look gave. `failures`: French sentences about what could not be looked at."""

    at: datetime
    elections: list[ElectionSeen] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def exit_code(self) -> int:
        """0: nothing wrong; 1: an alarm; 2: something could not be looked at."""
        return 1 if self.alarms else 2 if self.failures else 0

    def as_json(self) -> dict[str, Any]:
        """A plain dictionary, for machines."""
        return asdict(self) | {"at": self.at.isoformat(), "exit_code": self.exit_code()}

    def name_of(self, uuid: str) -> str:
        """What an election is called, for people."""
        return next((one.name for one in self.elections if one.uuid == uuid and one.name), uuid)


def look(folder: Folder, portal: Portal, options: Options, now: datetime, others: list[Alarm]) -> Look:
    """Look at all there is, and keep it.

    Args:
        folder: The observer's.
        portal: The portal.
        options: How.
        now: The moment.
        others: What another observer's file has already given.

    Raises:
        OSError: The folder cannot be written.
    """
    found = Look(now, alarms=list(others))
    dates: Dates | None = folder.state.dates
    try:
        event = portal.json("voting-event")
        listed = _elections(event)
        dates = _dates(folder, event, found)
    except (CouldNotLook, Refused) as error:
        found.failures.append(_why("Les scrutins", error))
        listed = {}
    else:
        missing = [uuid for uuid in folder.state.elections if uuid not in listed]
        found.alarms += [Alarm("vanished-election", uuid) for uuid in missing]
    for uuid in [*folder.state.elections, *(uuid for uuid in listed if uuid not in folder.state.elections)]:
        kept = folder.election(uuid)
        seen = ElectionSeen(uuid, clean(listed.get(uuid) or kept.seen.name or uuid))
        found.elections.append(seen)
        try:
            _look_at(folder, kept, portal, options, dates, seen, found)
        except CouldNotLook as error:
            found.failures.append(_why(seen.name, error))
        except Refused as error:
            if kept.seen.sealing is not None and error.code in GONE:
                found.alarms.append(Alarm("vanished-election", uuid, error.code))
            elif error.code != "election_not_sealed":
                found.failures.append(_why(seen.name, error))
    folder.save()
    alarm_book.keep(folder.alarms, found.alarms, now)
    return found


def _look_at(
    folder: Folder,
    kept: ElectionFolder,
    portal: Portal,
    options: Options,
    dates: Dates | None,
    seen: ElectionSeen,
    found: Look,
) -> None:
    uuid = seen.uuid
    sealing = _sealing(folder, kept, portal.json(f"elections/{uuid}/sealing"), uuid, options, found)
    if sealing is None:
        return
    seen.sealed = True
    seen.identity_key, seen.receipt_key = sealing["identity_key"], sealing["receipt_key"]
    before = kept.seen.looked_at
    last_look = None if before is None else datetime.fromisoformat(before)
    # Heads first: the archive that is fetched after them must hold them. The register last: it explains all ballots.
    signed = heads.look(kept, uuid, sealing["receipt_key"], portal.lines(f"elections/{uuid}/heads"), last_look)
    box = urn.look(kept, portal, uuid, sealing["fingerprint"], options.processes)
    found.alarms += [*signed.alarms, *box.alarms]
    if not box.alarms:
        found.alarms += urn.against_heads(kept, uuid, signed.heads)
        found.alarms += heads.in_time(signed.heads, uuid, kept.seen.ballots, dates)
        found.alarms += heads.overdue(signed.heads, uuid, kept.seen.stage, dates, found.at)
        lines = portal.lines(f"elections/{uuid}/register")
        entries = register.look(kept, uuid, lines, last_look, options.register_key, grown=box.new_ballots > 0)
        found.alarms += entries.alarms
        seen.entries, seen.new_entries = entries.entries, entries.new
    found.alarms += exchange.compare(kept, uuid, found.at)
    kept.seen.looked_at = found.at.isoformat()
    kept.save()
    hashes = kept.hashes()
    seen.stage, seen.ballots, seen.events = kept.seen.stage, kept.seen.ballots, len(hashes)
    seen.replaced = kept.seen.replaced
    seen.new_ballots, seen.new_events = box.new_ballots, box.new_events
    seen.head = hashes[len(hashes) - 1] if len(hashes) else None
    seen.heads, seen.new_heads = len(signed.heads), signed.new
    seen.register_key = kept.seen.register_key


def _sealing(
    folder: Folder, kept: ElectionFolder, told: dict[str, Any], uuid: str, options: Options, found: Look
) -> dict[str, str] | None:
    """The sealing to go by: the first that was seen. None where there is none to go by."""
    right = is_sealing(told) and told["election"] == uuid
    if right and options.identity_key is not None:
        right = told["identity_key"] == options.identity_key
    if not right:
        found.alarms.append(Alarm("faulty-sealing", uuid, evidence=(str(told)[:2000],)))
        return kept.seen.sealing
    shown = {name: str(told[name]) for name in _SEALING}
    if kept.seen.sealing is None:
        kept.seen.sealing = shown
        kept.save()
        if uuid not in folder.state.elections:
            folder.state.elections.append(uuid)
        folder.save()
    elif kept.seen.sealing != shown:
        found.alarms.append(Alarm("changed-sealing", uuid, evidence=(str(kept.seen.sealing), str(shown))))
    return kept.seen.sealing


def _elections(event: dict[str, Any]) -> dict[str, str]:
    try:
        online = [one for one in event["elections"] if one["mode"] == "online"]
        named = {str(one["uuid"]): str(one["name"]) for one in online}
    except (KeyError, TypeError):
        raise CouldNotLook("la réponse n'est pas celle d'un portail") from None
    if not all(UUID.fullmatch(uuid) for uuid in named):
        raise CouldNotLook("la réponse n'est pas celle d'un portail")
    return named


def _dates(folder: Folder, event: dict[str, Any], found: Look) -> Dates:
    """The dates to go by: until something is sealed they may change."""
    try:
        shown = Dates(str(event["opens_at"]), str(event["closes_at"]), int(event["grace_minutes"]))
        for moment in (shown.opens_at, shown.closes_at):
            if datetime.fromisoformat(moment).tzinfo is None:
                raise ValueError(moment)
    except (KeyError, TypeError, ValueError):
        raise CouldNotLook("la réponse n'est pas celle d'un portail") from None
    kept = folder.state.dates
    if kept is None or not folder.state.elections:
        folder.state.dates = shown
        return shown
    if kept != shown:
        found.alarms += [Alarm("changed-dates", uuid, f"{kept} puis {shown}") for uuid in folder.state.elections]
    return kept


def _why(what: str, error: Exception) -> str:
    reason = f"le portail refuse ({clean(error.code)})" if isinstance(error, Refused) else str(error)
    return f"{what} : {reason}."
