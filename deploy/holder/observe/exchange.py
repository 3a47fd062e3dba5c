"""What observers tell each other, as a file: a portal that shows each of them another urn has signed both (C11).

The file is not to be believed: only what the urn, identity or the credential authority has signed in it says anything, but
for the keys themselves, which people compare.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from deploy.holder.observe.alarms import Alarm
from deploy.holder.observe.folder import ElectionFolder, Folder
from deploy.holder.observe.heads import FILE as HEADS
from deploy.holder.observe.heads import TOLERANCE
from deploy.holder.observe.register import FILE as REGISTER
from deploy.holder.own_ballot.published_sealing import is_sealing
from services.ballot.contract.signed_heads import InvalidHeads, SignedHead, is_signed, parsed
from services.reassort.register import public_register

FORMAT = "isoloir-observations"
LARGEST = 64 * 1024 * 1024
OTHERS = "others.jsonl"
"""What others hold and this portal has not confirmed yet."""
_SEALING = ("election", "fingerprint", "receipt_key", "identity_key", "signature")
_REGISTER = ("election", "beginning", "entries", "head", "public_key", "signature")


class NotAnExchange(Exception):
    """The file is none of another observer's; the message is French."""


def written(folder: Folder, now: datetime) -> Iterator[str]:
    """The lines of the file: sealings, signed heads, and where the registers stood."""
    yield json.dumps({"format": FORMAT, "version": 1, "portal": folder.state.portal, "at": now.isoformat()})
    for uuid in folder.state.elections:
        kept = folder.election(uuid)
        if kept.seen.sealing is not None:
            yield json.dumps({"sealing": kept.seen.sealing})
        for line in kept.lines(HEADS):
            yield json.dumps({"head": json.loads(line)})
        signed = kept.seen.register_head
        if signed is not None:
            yield json.dumps({"register": {name: signed[name] for name in _REGISTER}})


def take(folder: Folder, file: Path) -> list[Alarm]:
    """Take another observer's file: what it holds is kept until the portal has confirmed it.

    Returns:
        What the keys of the two already say; the rest is found by `compare`.

    Raises:
        NotAnExchange: Not such a file, of another portal, or with something that nobody has signed. Nothing was changed.
        OSError: It cannot be read.
    """
    alarms: list[Alarm] = []
    waiting: dict[str, list[str]] = {}
    for number, item in enumerate(_read(folder, file), 2):
        kind, content = item
        uuid = content.get("election") if isinstance(content, dict) else None
        if uuid not in folder.state.elections:
            continue
        kept = folder.election(str(uuid))
        alarm = _of_keys(kept, str(uuid), kind, content)
        if alarm is not None:
            alarms.append(alarm)
        elif not _signed(kept, kind, content):
            raise NotAnExchange(f"la ligne {number} de {file} n'est signée par personne : ce fichier ne prouve rien")
        elif kind != "sealing":
            waiting.setdefault(str(uuid), []).append(json.dumps({kind: content}))
    for uuid, lines in waiting.items():
        kept = folder.election(uuid)
        known = kept.lines(OTHERS)
        kept.keep_lines(OTHERS, [*known, *(line for line in dict.fromkeys(lines) if line not in set(known))])
    return alarms


def _read(folder: Folder, file: Path) -> Iterator[tuple[str, Any]]:
    if file.stat().st_size > LARGEST:
        raise NotAnExchange(f"{file} est trop long pour être le fichier d'un observateur")
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    try:
        beginning = json.loads(lines[0])
        rest = [json.loads(line) for line in lines[1:]]
        if beginning["format"] != FORMAT or beginning["version"] != 1:
            raise ValueError("another format")
        portal = str(beginning["portal"])
        items = [(str(kind), content) for one in rest for kind, content in one.items()]
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError):
        raise NotAnExchange(f"{file} n'est pas le fichier d'un autre observateur (--export)") from None
    if portal != folder.state.portal:
        raise NotAnExchange(f"{file} vient de qui observe un autre portail : {portal[:200]!r}")
    yield from items


def _of_keys(kept: ElectionFolder, uuid: str, kind: str, content: Any) -> Alarm | None:
    ours = kept.seen.sealing
    if kind == "sealing" and ours is not None and is_sealing(content):
        theirs = {name: str(content[name]) for name in _SEALING}
        if all(ours[name] == theirs[name] for name in _SEALING[:4]):
            return None
        same_signer = ours["identity_key"] == theirs["identity_key"]
        evidence = (json.dumps(ours), json.dumps(theirs))
        return Alarm("two-sealings" if same_signer else "other-keys", uuid, "scellement", evidence)
    if kind == "register" and kept.seen.register_key not in (None, content.get("public_key")):
        return Alarm("other-keys", uuid, "clef du registre", (json.dumps(content),))
    return None


def _signed(kept: ElectionFolder, kind: str, content: Any) -> bool:
    if kind == "sealing":
        return is_sealing(content)
    if kind == "head" and kept.seen.sealing is not None:
        try:
            return is_signed(kept.seen.sealing["receipt_key"], parsed(json.dumps(content), 0))
        except InvalidHeads:
            return False
    if kind == "register" and set(content) == set(_REGISTER) and isinstance(content["entries"], int):
        return public_register.is_signed(
            str(content["public_key"]), content["beginning"], content["entries"], content["head"], content["signature"]
        )
    return False


def compare(kept: ElectionFolder, uuid: str, last_look: datetime) -> list[Alarm]:
    """Compare what others hold with what the portal shows here; what agrees needs no second look.

    Args:
        kept: Of the election.
        uuid: The election.
        last_look: When the portal was asked for what is kept.
    """
    alarms: list[Alarm] = []
    waiting: list[str] = []
    ours = [json.loads(line) for line in kept.lines(HEADS)]
    hashes = kept.hashes()
    register = kept.lines(REGISTER)
    for line in kept.lines(OTHERS):
        [(kind, content)] = json.loads(line).items()
        if kind == "head":
            settled, alarm = _head(SignedHead(**content), ours, hashes, last_look)
        else:
            settled, alarm = _register(content, register)
        if alarm is not None:
            alarms.append(Alarm(alarm, uuid, _where(kind, content), (line, *_of_ours(kind, content, ours))))
        if not settled:
            waiting.append(line)
    kept.keep_lines(OTHERS, waiting)
    return alarms


def _head(theirs: SignedHead, ours: list[dict[str, Any]], hashes: Any, last_look: datetime) -> tuple[bool, str | None]:
    """Whether a head needs no second look, and what it proves. What proves something is kept."""
    by_height = {one["height"]: one["head"] for one in ours}
    same_height = by_height.get(theirs.height)
    if same_height is not None and same_height != theirs.head:
        return False, "two-heads"
    if theirs.height < len(hashes) and hashes[theirs.height] != theirs.head:
        return False, "two-heads"
    if theirs.number < len(ours):
        if ours[theirs.number] != asdict(theirs):
            return False, "changed-head"
        return theirs.height < len(hashes), None
    if theirs.moment < last_look - TOLERANCE:
        return False, "withheld-head"
    return False, None


def _register(theirs: dict[str, Any], ours: list[str]) -> tuple[bool, str | None]:
    if not ours or theirs["entries"] >= len(ours):
        return False, None
    beginning = public_register.hash_of(ours[0])
    head = public_register.hash_of(ours[theirs["entries"]]) if theirs["entries"] else theirs["head"]
    if (beginning, head) != (theirs["beginning"], theirs["head"]):
        return False, "two-registers"
    return True, None


def _where(kind: str, content: dict[str, Any]) -> str:
    if kind == "head":
        return f"n° {content['number']}, hauteur {content['height']}"
    return f"à la ligne {content['entries']}"


def _of_ours(kind: str, content: dict[str, Any], ours: list[dict[str, Any]]) -> list[str]:
    return [json.dumps(one) for one in ours if kind == "head" and one["height"] == content["height"]]
