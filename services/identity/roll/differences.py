"""What a staged file would change in the roll in force, counted and listed before anything is (E1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from services.identity.contract.event import roll as contract
from services.identity.contract.event.roll import DifferenceKind
from services.identity.contract.refusals import Code, refuse
from services.identity.models import Entitlement, StagedEntitlement, StagedRow, Voter
from services.identity.roll import import_checks
from services.identity.voting_events import voting_events
from services.runtime.contracts import problems
from services.runtime.contracts.problems import invalid_request, problem

VOTER_COLUMNS = (
    "page_tag",
    "surname",
    "first_name",
    "assignment",
    "address1",
    "address2",
    "postcode",
    "city",
    "territory",
    "numen_tag",
    "birth_date_tag",
)
"""Columns of a voter that another roll may change."""
FIELDS = {
    "nom": "surname",
    "prenom": "first_name",
    "affectation": "assignment",
    "adresse1": "address1",
    "adresse2": "address2",
    "code_postal": "postcode",
    "ville": "city",
    "territoire": "territory",
    "numen": "numen_tag",
    "date_naissance": "birth_date_tag",
}
"""Column of the file → of the voter's row. The last two are compared by keyed tags: nobody is shown a value.
A file without « territoire » has that of the postal code (territories.py)."""
ELECTIONS = "scrutins"


@dataclass(frozen=True)
class LossLimits:
    """How many voters may leave by an import without a word: so many, or so much of the roll, whichever is more."""

    voters: int = 10
    percent: float = 1.0

    def allow(self, removed: int, on_roll: int) -> bool:
        """Whether so many may leave a roll of that length without their number being typed."""
        return removed <= max(self.voters, on_roll * self.percent / 100)


LINE = re.compile("[0-9]{1,9}")
"""The number of a line, as a page of differences that the file names goes on."""


def compare(
    session: Session,
    *,
    voting_event: str,
    import_id: str,
    lines: int,
    complement: bool,
    limits: LossLimits,
    report: Callable[[str], None] = lambda step: None,
) -> contract.RollDifferences:
    """Count what a staged file would change.

    Args:
        session: an open transaction; nothing is written.
        voting_event: whose roll.
        import_id: the file's.
        lines: how many rows the file has.
        complement: whether who is not in the file stays.
        limits: beyond which the number of those who leave is to be typed.
        report: told before each part what is done (checking, comparing).

    Raises:
        Refusal: what a commit of it would be refused for.
    """
    report("checking")
    import_checks.require_ready(
        session, voting_event=voting_event, import_id=import_id, lines=lines, complement=complement
    )
    report("comparing")
    on_roll = _count(session, select(func.count()).where(Voter.voting_event == voting_event))
    removed = 0 if complement else leavers(session, voting_event, import_id)
    known = exists().where(Voter.id == StagedRow.voter_id)
    added = _count(session, select(func.count()).where(StagedRow.import_id == import_id, ~known))
    fields = _fields(session, import_id)
    changed = _count(
        session, select(func.count()).select_from(StagedRow).join(Voter, _same()).where(_changed(import_id))
    )
    return contract.RollDifferences(
        voters=on_roll,
        added=added,
        removed=removed,
        changed=changed,
        fields=[contract.FieldChanged(column=name, voters=count) for name, count in fields.items() if count],
        elections=_elections(session, voting_event, import_id, complement=complement),
        confirm=not limits.allow(removed, on_roll),
    )


def page(
    session: Session, *, voting_event: str, import_id: str, kind: str, after: str, limit: int, complement: bool
) -> contract.DifferencePage:
    """List voters who would be added, changed or removed, a page after the other.

    Args:
        session: to read with.
        voting_event: whose roll.
        import_id: of a staged file.
        kind: which of the three.
        after: the `next` of the page before; empty for the first.
        limit: entries on a page.
        complement: whether who is not in the file stays: then nobody is removed.

    Raises invalid_request for an `after` that is the `next` of no page of this kind.
    """
    if kind == DifferenceKind.REMOVED:
        return _removed(session, voting_event, import_id, after, limit, nobody=complement)
    if after and not LINE.fullmatch(after):
        raise invalid_request({"after": [problem(problems.Code.WRONG_FORM)]})
    following = (StagedRow.import_id == import_id, StagedRow.line > int(after or 0))
    if kind == DifferenceKind.ADDED:
        added = select(StagedRow.line, StagedRow.identifier, literal("")).where(
            *following, ~exists().where(Voter.id == StagedRow.voter_id)
        )
        return _page(session, kind, added.order_by(StagedRow.line), limit)
    named: ColumnElement[str] = case((import_checks.other_elections(import_id), ELECTIONS), else_="")
    for name, column in reversed(FIELDS.items()):
        differs = getattr(Voter, column).is_distinct_from(getattr(StagedRow, column))
        named = case((differs, f"{name},"), else_="").concat(named)
    changed = select(StagedRow.line, StagedRow.identifier, named).join(Voter, _same())
    return _page(session, kind, changed.where(*following, _changed(import_id)).order_by(StagedRow.line), limit)


def leavers(session: Session, voting_event: str, import_id: str) -> int:
    """How many voters of the roll a staged file does not have."""
    return _count(session, select(func.count()).where(*_absent(voting_event, import_id)))


def require_agreed(
    session: Session,
    voting_event: str,
    import_id: str,
    *,
    limits: LossLimits | None,
    agreed: int,
    complement: bool,
) -> None:
    """Do nothing where no more voters leave than may without a word, or their number was typed.

    Raises:
        Refusal: roll_would_lose {count}.
    """
    if complement or limits is None:
        return
    removed = leavers(session, voting_event, import_id)
    on_roll = _count(session, select(func.count()).where(Voter.voting_event == voting_event))
    if removed != agreed and not limits.allow(removed, on_roll):
        raise refuse(Code.ROLL_WOULD_LOSE, count=removed)


def _count(session: Session, query: Select[int]) -> int:
    return session.scalar(query) or 0


def _same() -> ColumnElement[bool]:
    return and_(Voter.id == StagedRow.voter_id)


def _absent(voting_event: str, import_id: str) -> tuple[ColumnElement[bool], ...]:
    kept = exists().where(StagedRow.import_id == import_id, StagedRow.voter_id == Voter.id)
    return (Voter.voting_event == voting_event, ~kept)


def _changed(import_id: str) -> ColumnElement[bool]:
    """Of staged rows joined with their voters: whether anything differs."""
    different = [getattr(Voter, one).is_distinct_from(getattr(StagedRow, one)) for one in FIELDS.values()]
    return and_(StagedRow.import_id == import_id, or_(*different, import_checks.other_elections(import_id)))


def _fields(session: Session, import_id: str) -> dict[str, int]:
    """Column of the file → how many voters have another value there."""
    counted = [
        func.sum(case((getattr(Voter, column).is_distinct_from(getattr(StagedRow, column)), 1), else_=0))
        for column in FIELDS.values()
    ]
    found = session.execute(
        select(*counted).select_from(StagedRow).join(Voter, _same()).where(StagedRow.import_id == import_id)
    ).one()
    elections = select(func.count()).select_from(StagedRow).where(import_checks.other_elections(import_id))
    values = [int(one or 0) for one in found]
    return {**dict(zip(FIELDS, values, strict=True)), ELECTIONS: _count(session, elections)}


def _elections(
    session: Session, voting_event: str, import_id: str, *, complement: bool
) -> list[contract.ElectionDifference]:
    """Of each election how many voters it has and would have, and how many come and go."""
    right, staged = Entitlement, StagedEntitlement
    come = dict(
        session.execute(
            select(staged.election, func.count())
            .where(staged.import_id == import_id, ~exists().where(right.lookup_tag == staged.lookup_tag))
            .group_by(staged.election)
        ).all()
    )
    elections = voting_events.elections_of(session, voting_event)
    leaving = [
        right.election.in_([one.uuid for one in elections]),
        ~exists().where(staged.import_id == import_id, staged.lookup_tag == right.lookup_tag),
    ]
    if complement:
        leaving.append(exists().where(StagedRow.import_id == import_id, StagedRow.voter_id == right.voter_id))
    gone = dict(session.execute(select(right.election, func.count()).where(*leaving).group_by(right.election)).all())
    return [
        contract.ElectionDifference(
            code=one.code,
            voters=one.voters,
            added=come.get(one.uuid, 0),
            removed=gone.get(one.uuid, 0),
        )
        for one in elections
    ]


def _removed(
    session: Session, voting_event: str, import_id: str, after: str, limit: int, *, nobody: bool
) -> contract.DifferencePage:
    if nobody:
        return contract.DifferencePage(entries=[], next=None)
    rows = session.execute(
        select(Voter.id, Voter.identifier)
        .where(*_absent(voting_event, import_id), Voter.id > after)
        .order_by(Voter.id)
        .limit(limit + 1)
    ).all()
    entries = [
        contract.Difference(kind=DifferenceKind.REMOVED, identifier=row.identifier, line=None, columns=[])
        for row in rows[:limit]
    ]
    return contract.DifferencePage(entries=entries, next=rows[limit - 1].id if len(rows) > limit else None)


def _page(session: Session, kind: str, query: Select[int, str | None, str], limit: int) -> contract.DifferencePage:
    rows: Sequence[tuple[int, str | None, str]] = session.execute(query.limit(limit + 1)).all()
    entries = [
        contract.Difference(
            kind=DifferenceKind(kind),
            identifier=identifier or "",
            line=line,
            columns=[name for name in names.split(",") if name],
        )
        for line, identifier, names in rows[:limit]
    ]
    return contract.DifferencePage(entries=entries, next=str(rows[limit - 1][0]) if len(rows) > limit else None)
