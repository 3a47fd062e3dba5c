"""The keys at the tally: who may bring a share, a substitute in a delegate's place, and which shares are there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.ballot.belenios.keys.trustees import check_trustees
from services.ballot.belenios.tally import enough
from services.ballot.ceremony import holding
from services.ballot.contract import ceremony as contract
from services.ballot.contract.ceremony import KeyGroup
from services.ballot.contract.refusals import Code, refuse
from services.ballot.elections.elections import found
from services.ballot.models import Ceremony, Election, KeySeat
from services.ballot.tally import tallying
from services.runtime.storage.database import Database


def bring(database: Database, request: contract.BringShare) -> list[int]:
    """Check whose key it is and keep the share; the owners received so far.

    Raises key_not_yours, key_not_usable {name} (a substitute's who replaces nobody; a delegate's who is replaced), and the
    refusals of `tallying.submit_partial_decryption`.
    """
    with database.reading() as session:
        seats = _seats(session, found(session, request.election))
        own = [seat for seat in seats if seat.owner == request.owner and seat.agent == request.agent]
        if not own:
            raise refuse(Code.KEY_NOT_YOURS)
        if not usable(own[0], seats):
            raise refuse(Code.KEY_NOT_USABLE, name=own[0].name)
    return tallying.submit_partial_decryption(database, request.election, request.owner, request.partial_decryption)


def only_of_strangers(session: Session, uuid: str) -> None:
    """Refuse a share by owner alone where the keys have holders by name: they bring theirs themselves.

    Raises election_unknown, key_not_yours.
    """
    if _seats(session, found(session, uuid)):
        raise refuse(Code.KEY_NOT_YOURS)


def usable(seat: KeySeat, seats: Sequence[KeySeat]) -> bool:
    """Whether a key counts: a substitute's only in a delegate's place, and the delegate's then no more (R211-545)."""
    if seat.replaces is not None:
        return seat.replacing_since is not None
    return not any(other.replaces == seat.owner and other.replacing_since is not None for other in seats)


def replace(session: Session, request: contract.ReplaceHolder, now: datetime) -> None:
    """Have a substitute take the delegate's place, by a member of the administration; done once, it stays.

    Raises ceremony_unknown, key_not_yours (the caller is not of the administration), key_not_usable {name}: not a
    substitute's key, or the delegate has already brought a share.
    """
    ceremony = holding.found(session, request.voting_event)
    session.scalars(select(Ceremony).where(Ceremony.voting_event == request.voting_event).with_for_update()).one()
    seats = holding.seats_of(session, ceremony)
    presiding = holding.group_seats(seats, KeyGroup.ADMINISTRATION)
    if request.agent is None or request.agent not in {seat.agent for seat in presiding}:
        raise refuse(Code.KEY_NOT_YOURS)
    seat = next((one for one in seats if one.owner == request.owner), None)
    if seat is None or seat.replaces is None:
        raise refuse(Code.KEY_NOT_USABLE, name="" if seat is None else seat.name)
    if seat.replacing_since is not None:
        return
    elections = session.scalars(select(Election.uuid).where(Election.voting_event == request.voting_event))
    if any(seat.replaces in tallying.owners(session, uuid) for uuid in elections):
        raise refuse(Code.KEY_NOT_USABLE, name=seat.name)
    row = update(KeySeat).where(KeySeat.voting_event == request.voting_event, KeySeat.owner == request.owner)
    session.execute(row.values(replacing_since=now, reason=request.reason))


def tally_keys(session: Session, uuid: str) -> contract.TallyKeys:
    """Which keys are in and which are missing. Raises election_unknown, trustees_missing."""
    election = found(session, uuid)
    if election.trustees is None:
        raise refuse(Code.TRUSTEES_MISSING)
    trustees, received = check_trustees(election.trustees), set(tallying.owners(session, uuid))
    seats = _seats(session, election)
    by_owner = {seat.owner: seat for seat in seats}
    keys, groups = [], []
    for number, item in enumerate(trustees.items, start=1):
        # A file that was made elsewhere has groups without our names.
        named = by_owner.get(item.owners[0].owner)
        group = named.key_group if named else str(number)
        for owner in item.owners:
            seat = by_owner.get(owner.owner)
            keys.append(
                contract.TallyKey(
                    owner=owner.owner,
                    group=group,
                    name=seat.name if seat else None,
                    role=seat.role if seat else None,
                    received=owner.owner in received,
                    usable=seat is None or usable(seat, seats),
                )
            )
        there = sum(owner.owner in received for owner in item.owners)
        groups.append(contract.TallyGroup(group=group, threshold=item.threshold, received=there))
    return contract.TallyKeys(keys=keys, groups=groups, enough=enough(trustees, received))


def _seats(session: Session, election: Election) -> list[KeySeat]:
    ceremony = session.get(Ceremony, election.voting_event)
    if ceremony is None or election.trustees is None or ceremony.trustees != election.trustees:
        return []
    return holding.seats_of(session, ceremony)
