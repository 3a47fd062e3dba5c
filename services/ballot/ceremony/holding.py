"""The ceremony itself: opened, brought forward message by message, over once every key has been tried.

All elections of an event share its keys, so that holders decrypt them in one go. The service carries messages and checks
what can be checked without a key; it never sees one. Proofs are checked outside of transactions, the row again within.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from services.ballot.belenios import tally, trial
from services.ballot.belenios.errors import InvalidPartialDecryption, InvalidTrustees, Malformed
from services.ballot.belenios.keys import pedersen
from services.ballot.belenios.keys.trustees import check_trustees, make_trustees
from services.ballot.ceremony import composition
from services.ballot.contract import ceremony as contract
from services.ballot.contract.ceremony import KeyGroup, Step
from services.ballot.contract.refusals import Code, refuse
from services.ballot.models import Ceremony, Election, KeySeat
from services.runtime.storage.database import Database

COLUMNS = {
    Step.CERTIFICATE: KeySeat.certificate,
    Step.POLYNOMIAL: KeySeat.polynomial,
    Step.KEY: KeySeat.output,
    Step.TRIAL: KeySeat.trial,
}
"""Where the message of each step is kept."""
ORDER = (Step.CERTIFICATE, Step.POLYNOMIAL, Step.KEY, Step.TRIAL)


def open_ceremony(session: Session, request: contract.OpenCeremony, now: datetime) -> None:
    """Name the holders. The same ones again change nothing.

    Raises the refusals of `composition.check`, ceremony_under_way (other holders, without `restart`), election_sealed.
    """
    composition.check(request.seats, request.threshold)
    known = session.scalars(
        select(Ceremony).where(Ceremony.voting_event == request.voting_event).with_for_update()
    ).one_or_none()
    rows = _rows(request)
    if known is not None and not request.restart:
        if known.threshold != request.threshold or rows != [_named(seat) for seat in seats_of(session, known)]:
            raise refuse(Code.CEREMONY_UNDER_WAY)
        return
    if _sealed(session, request.voting_event):
        # Ballots are encrypted for the keys that were made.
        raise refuse(Code.ELECTION_SEALED)
    _forget_keys(session, request.voting_event)
    values = {"threshold": request.threshold, "opened_at": now, "trustees": None, "public_key": None}
    if known is None:
        session.execute(insert(Ceremony).values(voting_event=request.voting_event, round=1, **values))
    else:
        session.execute(delete(KeySeat).where(KeySeat.voting_event == request.voting_event))
        known_ceremony = update(Ceremony).where(Ceremony.voting_event == request.voting_event)
        session.execute(known_ceremony.values(round=known.round + 1, **values))
    session.execute(insert(KeySeat), [{"voting_event": request.voting_event, **row} for row in rows])


def _rows(request: contract.OpenCeremony) -> list[dict[str, object]]:
    owners: dict[int, int] = {}
    for _group, positions in composition.ordered(request.seats):
        for position in positions:
            owners[position] = len(owners) + 1
    rows: list[dict[str, object]] = []
    for group, positions in composition.ordered(request.seats):
        for index, position in enumerate(positions, start=1):
            seat = request.seats[position]
            rows.append(
                {
                    "owner": owners[position],
                    "key_group": group.value,
                    "position": index,
                    "agent": seat.agent,
                    "name": seat.name,
                    "role": seat.role,
                    "replaces": None if seat.replaces is None else owners[seat.replaces - 1],
                }
            )
    return rows


def _named(seat: KeySeat) -> dict[str, object]:
    names = ("owner", "key_group", "position", "agent", "name", "role", "replaces")
    return {name: getattr(seat, name) for name in names}


def _sealed(session: Session, voting_event: str) -> bool:
    sealed = select(Election.uuid).where(Election.voting_event == voting_event, Election.raw.is_not(None))
    return session.scalar(sealed.limit(1)) is not None


def _forget_keys(session: Session, voting_event: str) -> None:
    drafts = update(Election).where(Election.voting_event == voting_event, Election.raw.is_(None))
    session.execute(drafts.values(trustees=None, public_key=None))


def found(session: Session, voting_event: str) -> Ceremony:
    """The event's ceremony. Raises ceremony_unknown."""
    ceremony = session.get(Ceremony, voting_event)
    if ceremony is None:
        raise refuse(Code.CEREMONY_UNKNOWN)
    return ceremony


def seats_of(session: Session, ceremony: Ceremony) -> list[KeySeat]:
    """Its keys, in the order of the trustees file."""
    of_event = select(KeySeat).where(KeySeat.voting_event == ceremony.voting_event)
    return list(session.scalars(of_event.order_by(KeySeat.owner)))


def group_seats(seats: Sequence[KeySeat], group: str) -> list[KeySeat]:
    """The keys of one group, in the order of their indices."""
    return [seat for seat in seats if seat.key_group == group]


def threshold_of(ceremony: Ceremony, group: str) -> int:
    """How many keys of a group are needed: of the administration, the president's or the secretary's (R211-573)."""
    return 1 if group == KeyGroup.ADMINISTRATION else ceremony.threshold


def step_of(seats: Sequence[KeySeat]) -> Step:
    """What these seats wait for: the first step of which a message is missing."""
    for step in ORDER:
        if any(getattr(seat, COLUMNS[step].key) is None for seat in seats):
            return step
    return Step.COMPLETE


def bring(database: Database, request: contract.BringKeyMessage) -> None:
    """Check a holder's message and keep it; one that is there already is left as it is.

    A repetition, or another message of a step that is over, changes nothing: a device that was interrupted looks at what
    is there and goes on. When the last key is there, the elections of the event are given the public file.

    Raises ceremony_unknown, ceremony_elsewhere (another round, or a step that is not due), key_not_yours,
    key_message_invalid {reason}.
    """
    step = Step(request.step)
    with database.reading() as session:
        ceremony = found(session, request.voting_event)
        seats = seats_of(session, ceremony)
        seat = _own(ceremony, seats, request)
        if getattr(seat, COLUMNS[step].key) is not None:
            return
        # The trial is everybody's: a key of one group means nothing before those of the other are there.
        if step_of(seats if step is Step.TRIAL else group_seats(seats, seat.key_group)) is not step:
            raise refuse(Code.CEREMONY_ELSEWHERE)
    try:
        _check(ceremony, seats, seat, step, request.content)
        file = _file(ceremony, seats, seat, request.content) if step is Step.KEY else None
    except (InvalidTrustees, Malformed, InvalidPartialDecryption) as error:
        raise refuse(Code.KEY_MESSAGE_INVALID, reason=error.reason) from error
    with database.transaction() as session:
        _keep(session, ceremony.round, request, step, file)


def _own(ceremony: Ceremony, seats: Sequence[KeySeat], request: contract.BringKeyMessage) -> KeySeat:
    if request.round != ceremony.round:
        raise refuse(Code.CEREMONY_ELSEWHERE)
    for seat in seats:
        if seat.owner == request.owner and request.agent is not None and seat.agent == request.agent:
            return seat
    raise refuse(Code.KEY_NOT_YOURS)


def _check(ceremony: Ceremony, seats: Sequence[KeySeat], seat: KeySeat, step: Step, content: str) -> None:
    group = group_seats(seats, seat.key_group)
    certificates = [str(one.certificate) for one in group]
    if step is Step.CERTIFICATE:
        threshold = threshold_of(ceremony, seat.key_group)
        pedersen.check_certificate(content, seat.position, threshold, len(group))
    elif step is Step.POLYNOMIAL:
        pedersen.check_polynomial(certificates, seat.position, content)
    elif step is Step.KEY:
        polynomials = [str(one.polynomial) for one in group]
        pedersen.check_output(certificates, polynomials, seat.position, content)
    else:
        mock = trial.trial_of(str(ceremony.public_key))
        trustees = check_trustees(str(ceremony.trustees))
        tally.check_partial_decryption(mock.election, trustees, seat.owner, mock.encrypted_tally, content)


def _file(ceremony: Ceremony, seats: Sequence[KeySeat], seat: KeySeat, content: str) -> str | None:
    """The trustees file, where this message is the last one that it lacks."""
    outputs = {one.owner: content if one.owner == seat.owner else one.output for one in seats}
    if None in outputs.values():
        return None
    entries = []
    for group in KeyGroup:
        members = group_seats(seats, group)
        parameters = pedersen.threshold_parameters(
            [str(one.certificate) for one in members],
            [str(one.polynomial) for one in members],
            [str(outputs[one.owner]) for one in members],
        )
        entries.append(("Pedersen", parameters))
    return make_trustees(entries)


def _keep(session: Session, at_round: int, request: contract.BringKeyMessage, step: Step, file: str | None) -> None:
    event = request.voting_event
    locked = select(Ceremony).where(Ceremony.voting_event == event).with_for_update()
    ceremony = session.scalars(locked.execution_options(populate_existing=True)).one()
    if ceremony.round != at_round:
        raise refuse(Code.CEREMONY_ELSEWHERE)
    column = COLUMNS[step]
    here = update(KeySeat).where(KeySeat.voting_event == event, KeySeat.owner == request.owner, column.is_(None))
    session.execute(here.values({column.key: request.content}))
    if step is not Step.KEY or ceremony.trustees is not None:
        return
    seats = seats_of(session, ceremony)
    if any(seat.output is None for seat in seats):
        return
    if file is None:
        # The others' last messages came in between: the file is made of what is there now.
        file = _file(ceremony, seats, seats[0], str(seats[0].output))
    key = check_trustees(str(file)).public_key
    session.execute(update(Ceremony).where(Ceremony.voting_event == event).values(trustees=file, public_key=key))
    drafts = update(Election).where(Election.voting_event == event, Election.raw.is_(None))
    session.execute(drafts.values(trustees=file, public_key=key))


def adopt(session: Session, voting_event: str, election: str) -> None:
    """Give a draft that comes later the keys of its event, where they are made."""
    ceremony = session.get(Ceremony, voting_event)
    if ceremony is not None and ceremony.trustees is not None:
        draft = update(Election).where(Election.uuid == election, Election.raw.is_(None))
        session.execute(draft.values(trustees=ceremony.trustees, public_key=ceremony.public_key))


def untried(session: Session, voting_event: str) -> list[str]:
    """The names of the holders whose key has not been tried, in the order of the keys; none without a ceremony."""
    of_event = select(KeySeat.name).where(KeySeat.voting_event == voting_event, KeySeat.trial.is_(None))
    return list(dict.fromkeys(session.scalars(of_event.order_by(KeySeat.owner))))
