"""The heads that an urn published, beside its archive: all signed, all in it, no ballot out of time (C9)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from services.ballot.belenios.checking.report import Report
from services.ballot.contract.signed_heads import LONGEST_LINE, InvalidHeads, out_of_time, read
from services.record.facts import Facts
from services.record.reading import NotFacts

LARGEST = 64 * 1024 * 1024
FAULTS = {
    "malformed": "la ligne n'a pas la forme prescrite",
    "other-election": "l'empreinte est celle d'un autre scrutin",
    "gap": "une empreinte manque, ou n'est pas à sa place",
    "bad-signature": "la signature n'est pas celle de l'urne",
    "goes-back": "l'empreinte est plus ancienne que la précédente",
    "forks": "l'urne a signé deux empreintes pour une même hauteur",
    "missing": "l'archive ne contient pas cette empreinte : l'urne a été changée après sa publication",
    "wrong-height": "l'empreinte est à une autre hauteur dans l'archive",
    "not-facts": "ce n'est pas ce que publie un portail",
    "other-facts": "les dates données sont celles d'un autre scrutin",
    "early": "des bulletins étaient dans l'urne avant l'ouverture du vote",
    "late": "des bulletins sont entrés dans l'urne après la fin du vote, délai de grâce compris",
}


def lines_of(path: Path) -> list[str]:
    """Read a file of heads. Raises OSError where it cannot be read, or is larger than any such file."""
    if path.stat().st_size > LARGEST:
        raise OSError(f"{path} is no file of heads")
    return path.read_text(encoding="utf-8", errors="replace").splitlines()


def hashes(lines: Iterable[str]) -> Iterator[str]:
    """The hashes that the lines name, checked or not: what is to be looked for in the archive."""
    for line in lines:
        if len(line) <= LONGEST_LINE:
            try:
                head = json.loads(line)["head"]
            except (ValueError, KeyError, TypeError, RecursionError):
                continue
            if isinstance(head, str):
                yield head


def compare(lines: list[str], public_key: str, report: Report, facts_file: Path | None) -> dict[str, Any]:
    """Compare published heads with a verified archive in which they were looked for.

    Args:
        lines: Of the file.
        public_key: Of the receipts, in hexadecimal.
        report: Of the archive, without a fault.
        facts_file: What the portal publishes (…/record), for opening and end; None where times are not to be compared.

    Returns:
        {ok: true, heads, first, last} or {ok: false, fault: {code, line}}.

    Raises:
        OSError: The facts cannot be read.
    """
    try:
        heads = read(lines, report.uuid or "", public_key)
    except InvalidHeads as error:
        return _fault(error.code, error.line)
    found = dict(zip(report.found_heads, report.found_heights, strict=True))
    for line, one in enumerate(heads, 1):
        if one.head not in found:
            return _fault("missing", line)
        if found[one.head] != one.height:
            return _fault("wrong-height", line)
    if facts_file is not None:
        try:
            facts = Facts.parse(json.loads(facts_file.read_text(encoding="utf-8")))
        except (NotFacts, ValueError):
            return _fault("not-facts", 0)
        if (facts.election, facts.election_hash) != (report.uuid, report.election_hash):
            return _fault("other-facts", 0)
        wrong = out_of_time(heads, report.ballots, facts.opens_at, facts.ends_at)
        if wrong is not None:
            return _fault(wrong, 0)
    return {
        "ok": True,
        "heads": len(heads),
        "first": heads[0].moment.isoformat() if heads else None,
        "last": heads[-1].moment.isoformat() if heads else None,
        "times_compared": facts_file is not None,
    }


def _fault(code: str, line: int) -> dict[str, Any]:
    return {"ok": False, "fault": {"code": code, "line": line}}


def in_french(compared: dict[str, Any]) -> str:
    """One sentence: what is right, or what is wrong and where."""
    if not compared["ok"]:
        fault = compared["fault"]
        where = f" (ligne {fault['line']})" if fault["line"] else ""
        return f"DÉFAUT dans les empreintes publiées{where} : {FAULTS[fault['code']]} [{fault['code']}]"
    times = " ; aucun bulletin hors du temps du vote" if compared["times_compared"] else ""
    return f"Empreintes publiées : {compared['heads']}, toutes signées par l'urne et toutes dans l'archive{times}."
