"""Everything that R211-580 lists, from the portal's public pages, this machine's software, and folders that are given."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from deploy.holder.observe.looking import UUID
from deploy.holder.observe.portal import CouldNotLook, Portal, Refused
from deploy.holder.verify_words import clean, fault_in_french
from deploy.operator.archive.bundle import Bundle
from deploy.operator.archive.page import page
from services.ballot.belenios.checking.report import Report
from services.ballot.belenios.checking.verify import verify_archive
from services.runtime.integrity import software

README = "LISEZ-MOI.txt"
NOT_THERE = {"election_not_sealed", "election_not_open", "result_not_published", "election_unknown"}
NOT_YET = "le vote n'est pas à archiver (d'un vote arrêté qui n'en aura pas : --without-result)"
NONE: Mapping[str, str] = MappingProxyType({})


class NotArchived(Exception):
    """No archive was made; the message is French and says why."""


@dataclass(frozen=True)
class Made:
    """What is in it: a line for each election, how many files, the digest of all."""

    elections: list[str]
    digest: str


def make(
    target: Path,
    portal: Portal,
    now: datetime,
    *,
    public: Sequence[Path] = (),
    sealed: Sequence[Path] = (),
    recipient: Any | None = None,
    without_result: Mapping[str, str] = NONE,
    processes: int | None = None,
) -> Made:
    """Write the archive of the current voting event.

    Args:
        target: The tar file; it is there only when it is whole.
        portal: Where the vote was held.
        now: The moment.
        public: Folders of documents to add as they are.
        sealed: Folders of what holds personal data, to be added sealed.
        recipient: The board's archive key, for those.
        without_result: Election → why it has no result and will have none: a vote that was stopped or annulled is kept too.
        processes: How many verify an urn.

    Raises:
        NotArchived: The portal does not say something, an urn does not verify, a vote is not over, or one without a result
            has one or is none of this event's.
        OSError: A file cannot be read or written.
    """
    with Bundle(target, now, recipient) as bundle:
        try:
            event = portal.json("voting-event")
            elections = [one for one in event["elections"] if one["mode"] == "online"]
            strangers = sorted(without_result.keys() - {str(one["uuid"]) for one in elections})
            if strangers:
                raise NotArchived(f"{strangers[0]} n'est pas un scrutin en ligne de ce vote")
            lines = [
                _election(
                    bundle, portal, str(one["uuid"]), str(one["name"]), without_result.get(str(one["uuid"])), processes
                )
                for one in elections
            ]
        except (CouldNotLook, KeyError, TypeError) as error:
            raise NotArchived(f"le portail n'a pas tout dit : {error}") from None
        bundle.add("scrutins/voting-event.json", [json.dumps(event, ensure_ascii=False, indent=1).encode()])
        _software(bundle)
        for folder in public:
            for name, file in _files(folder):
                bundle.add(f"documents/{name}", _pieces(file))
        for folder in sealed:
            for name, file in _files(folder):
                bundle.add_sealed(f"scelle/{name}", file)
        bundle.add(README, [page(clean(str(event["name"])), lines, now, bool(sealed)).encode()])
        digest = bundle.finish({"portal": portal.address, "event": event["name"], "elections": lines})
    return Made(lines, digest)


def _election(bundle: Bundle, portal: Portal, uuid: str, name: str, why_none: str | None, processes: int | None) -> str:
    if not UUID.fullmatch(uuid):
        raise CouldNotLook("un scrutin n'a pas l'identifiant d'un scrutin")
    with tempfile.TemporaryDirectory() as folder:
        urn = Path(folder) / "urn.bel"
        try:
            with urn.open("wb") as file, portal.archive(uuid, 0) as tail:
                for piece in tail.pieces:
                    file.write(piece)
            if urn.stat().st_size != tail.total:
                raise CouldNotLook("le téléchargement d'une urne a été interrompu")
            kinds = ("sealing", "record", "result") if why_none is None else ("sealing",)
            documents = {kind: portal.json(f"elections/{uuid}/{kind}") for kind in kinds}
            lists = {kind: portal.lines(f"elections/{uuid}/{kind}") for kind in ("heads", "register")}
        except Refused as error:
            if error.code in NOT_THERE:
                raise NotArchived(f"{name} : le résultat n'est pas publié, {NOT_YET}") from None
            raise CouldNotLook(f"{name}, {error.code}") from None
        report = verify_archive(urn, processes=processes)
        _refuse_faulty(report, name, why_none)
        said = {} if why_none is None else {"without_result": why_none}
        bundle.add(
            f"scrutins/{uuid}.bel", _pieces(urn), ballots=report.ballots, events=report.events, head=report.head, **said
        )
    for kind, content in documents.items():
        bundle.add(f"scrutins/{uuid}.{kind}.json", [json.dumps(content, ensure_ascii=False, indent=1).encode()])
    for kind, lines in lists.items():
        bundle.add(f"scrutins/{uuid}.{kind}.jsonl", ["".join(f"{line}\n" for line in lines).encode()], lines=len(lines))
    checked = "urne et résultat vérifiés" if why_none is None else f"urne vérifiée, SANS RÉSULTAT : {clean(why_none)}"
    return f"{clean(name)} ({uuid}) : {report.ballots} bulletin(s), {checked}, empreinte {report.head}"


def _refuse_faulty(report: Report, name: str, why_none: str | None) -> None:
    if report.fault is not None:
        raise NotArchived(f"{name} : l'urne a un défaut dans {clean(fault_in_french(report.fault))}")
    if why_none is None and not report.finished:
        raise NotArchived(f"{name} : l'urne n'a pas de résultat, {NOT_YET}")
    if why_none is not None and report.finished:
        raise NotArchived(f"{name} : l'urne a un résultat ; retirez --without-result pour ce scrutin")
    if why_none is not None and report.stage in (None, "Setup", "Ballot"):
        raise NotArchived(f"{name} : l'urne n'est pas fermée, le vote n'est pas à archiver")


def _software(bundle: Bundle) -> None:
    listed = software.manifest()
    for name in listed:
        if (software.ROOT / name).is_file():
            bundle.add(f"logiciel/{name}", _pieces(software.ROOT / name))
    others = {name: value for name, value in listed.items() if not (software.ROOT / name).is_file()}
    text = "".join(f"{name} {value}\n" for name, value in sorted(others.items()))
    bundle.add("logiciel/bibliotheques.txt", [text.encode()])


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            yield f"{folder.name}/{file.relative_to(folder).as_posix()}", file


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as content:
        while piece := content.read(1 << 20):
            yield piece
