"""Whether a staged file may become the roll: asked before it is compared with the one in force, and before it takes over."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from services.identity.contract.event import uploads as contract
from services.identity.contract.refusals import Code, refuse
from services.identity.models import Entitlement, StagedEntitlement, StagedRow, Voter
from services.identity.roll import roll_lines, staging
from services.identity.voting_events import voting_events

ERRORS_SHOWN = 200


def require_ready(session: Session, *, voting_event: str, import_id: str, lines: int, complement: bool) -> None:
    """Do nothing where all rows of a file are staged, and each may be taken over; the voting event is locked.

    Raises:
        Refusal: import_incomplete {expected, staged}, roll_invalid {total, errors}, roll_sealed, roll_in_use,
            voting_event_unknown.
    """
    event = staging.open_roll(session, voting_event)
    if event.codes_listed_at is not None and not complement:
        raise refuse(Code.ROLL_IN_USE)
    of_import = (StagedRow.import_id == import_id, StagedRow.voting_event == voting_event)
    staged = session.scalar(select(func.count()).select_from(StagedRow).where(*of_import))
    if staged != lines:
        raise refuse(Code.IMPORT_INCOMPLETE, expected=lines, staged=staged)
    _check(session, of_import, import_id if complement and event.codes_listed_at is not None else None)


def _check(session: Session, of_import: Sequence[ColumnElement[bool]], with_codes: str | None = None) -> None:
    """Raise roll_invalid {total, errors} when lines have problems or name a voter twice; the first lines are shown.

    `with_codes`: the import, where its voters that are known have codes for the elections that they have.
    """
    first = session.execute(
        select(StagedRow.wrong_columns).where(*of_import).order_by(StagedRow.line).limit(1)
    ).scalar_one()
    if first is not None:
        # With another header every line would be wrong for the same reason: say it once.
        wrong = roll_lines.header_problems(dict.fromkeys(json.loads(first), ""))
        raise _invalid([problem.described() for problem in wrong], len(wrong))
    errors: list[dict[str, object]] = []
    total = 0
    for line, problems, first_line in session.execute(_faulty(of_import).order_by("line")):
        described = _described(line, problems, first_line)
        total += len(described)
        errors.extend(described[: ERRORS_SHOWN - len(errors)])
    for line in [] if with_codes is None else session.scalars(lines_with_other_elections(with_codes)):
        total += 1
        errors.extend([roll_lines.entitlements_fixed(line).described()][: ERRORS_SHOWN - len(errors)])
    if total:
        raise _invalid(errors, total)


def problems(
    session: Session, *, voting_event: str, import_id: str, complement: bool, after: int, limit: int
) -> contract.RollProblems:
    """What is wrong with the lines of a staged file, some lines of it after the other.

    Args:
        session: to read with.
        voting_event: whose roll.
        import_id: of the file.
        complement: whether who is not in the file stays.
        after: the line that the page before ended with; 0 for the first.
        limit: lines on a page.

    Raises:
        Refusal: voting_event_unknown.
    """
    of_import = (StagedRow.import_id == import_id, StagedRow.voting_event == voting_event)
    faulty = _faulty(of_import).subquery()
    page = select(faulty).where(faulty.c.line > after).order_by(faulty.c.line).limit(limit)
    found = [(row.line, _described(row.line, row.problems, row.first_line)) for row in session.execute(page)]
    if complement and voting_events.shown(session, voting_event).codes_listed_at is not None:
        fixed = lines_with_other_elections(import_id).where(StagedRow.line > after).limit(limit)
        found += [(line, [roll_lines.entitlements_fixed(line).described()]) for line in session.scalars(fixed)]
        found.sort(key=lambda one: one[0])
    last = None if len(found) < limit else found[limit - 1][0]
    return contract.RollProblems(
        problems=[
            contract.RollProblem(**one)
            for line, described in found
            if last is None or line <= last
            for one in described
        ],
        next=last,
    )


def _faulty(of_import: Sequence[ColumnElement[bool]]) -> CompoundSelect[Any]:
    """The lines of an import that have problems, or name a voter whom a line before names: line, problems, first_line."""
    # Lines without problem alone: the identifier of others is not recorded.
    seen = func.min(StagedRow.line).over(partition_by=StagedRow.identifier)
    good = (
        select(StagedRow.line, literal(None).label("problems"), seen.label("first_line"))
        .where(*of_import, StagedRow.problems.is_(None))
        .subquery()
    )
    twice = select(good).where(good.c.first_line < good.c.line)
    bad = select(StagedRow.line, StagedRow.problems, StagedRow.line).where(*of_import, StagedRow.problems.is_not(None))
    return twice.union_all(bad)


def _described(line: int, problems: str | None, first_line: int) -> list[dict[str, Any]]:
    return json.loads(problems) if problems else [roll_lines.duplicate(line, first_line).described()]


def other_elections(import_id: str) -> ColumnElement[bool]:
    """Whether a staged row of a voter on the roll gives him other elections than the roll does."""
    # By index, row by row: a plan that joins whole tables would have to hold them.
    staged = StagedEntitlement.import_id == import_id
    more = exists().where(
        staged,
        StagedEntitlement.line == StagedRow.line,
        ~exists().where(Entitlement.lookup_tag == StagedEntitlement.lookup_tag),
    )
    fewer = exists().where(
        Entitlement.voter_id == StagedRow.voter_id,
        ~exists().where(staged, StagedEntitlement.lookup_tag == Entitlement.lookup_tag),
    )
    # Said what is outside: whoever asks may have voters in the same query.
    known = exists().where(Voter.id == StagedRow.voter_id).correlate(StagedRow)
    return and_(StagedRow.import_id == import_id, known, or_(more, fewer))


def lines_with_other_elections(import_id: str) -> Select[int]:
    """The lines of an import that give a voter of the roll other elections than the roll does."""
    return select(StagedRow.line).where(other_elections(import_id)).order_by(StagedRow.line)


def _invalid(errors: Sequence[dict[str, object]], total: int) -> Exception:
    return refuse(Code.ROLL_INVALID, total=total, errors=errors[:ERRORS_SHOWN])
