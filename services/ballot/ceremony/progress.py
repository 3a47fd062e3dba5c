"""How far a ceremony is, for holders' devices and for the board's pages."""

from __future__ import annotations

from sqlalchemy.orm import Session

from services.ballot.belenios.keys import pedersen
from services.ballot.ceremony import holding
from services.ballot.contract import ceremony as contract
from services.ballot.contract.ceremony import KeyGroup, Step
from services.ballot.models import KeySeat


def look(session: Session, request: contract.OfCeremony) -> contract.Ceremony:
    """Describe a ceremony; to a holder, with what the others have written to his keys. Raises ceremony_unknown."""
    ceremony = holding.found(session, request.voting_event)
    seats = holding.seats_of(session, ceremony)
    groups, inputs = [], []
    for group in KeyGroup:
        members = holding.group_seats(seats, group)
        step = holding.step_of(members)
        certified = all(seat.certificate is not None for seat in members)
        groups.append(
            contract.GroupMessages(
                group=group.value,
                size=len(members),
                threshold=holding.threshold_of(ceremony, group),
                step=step.value,
                certificates=[str(seat.certificate) for seat in members] if certified else [],
            )
        )
        if step in (Step.KEY, Step.TRIAL, Step.COMPLETE):
            inputs += _inputs(members, request.agent)
    return contract.Ceremony(
        voting_event=ceremony.voting_event,
        round=ceremony.round,
        threshold=ceremony.threshold,
        step=holding.step_of(seats).value,
        seats=[_seat(seat, request.agent) for seat in seats],
        groups=groups,
        inputs=inputs,
        trustees=ceremony.trustees,
        public_key=ceremony.public_key,
    )


def _inputs(members: list[KeySeat], agent: str | None) -> list[contract.OwnMessage]:
    # Sealed for their holders: to anybody else they would only be long.
    own = [seat for seat in members if agent is not None and seat.agent == agent]
    if not own:
        return []
    texts = pedersen.distribute([str(seat.certificate) for seat in members], [str(seat.polynomial) for seat in members])
    return [contract.OwnMessage(owner=seat.owner, text=texts[seat.position - 1]) for seat in own]


def _seat(seat: KeySeat, agent: str | None) -> contract.Seat:
    return contract.Seat(
        owner=seat.owner,
        group=seat.key_group,
        index=seat.position,
        name=seat.name,
        role=seat.role,
        replaces=seat.replaces,
        replacing=seat.replacing_since is not None,
        mine=agent is not None and seat.agent == agent,
        certificate=seat.certificate is not None,
        polynomial=seat.polynomial is not None,
        key=seat.output is not None,
        tried=seat.trial is not None,
    )
