"""Who may hold how many keys (R211-545, R211-573), as plain rules on a list of seats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from services.ballot.contract.ceremony import BoardRole, KeyGroup, NewSeat
from services.ballot.contract.refusals import Code, refuse

ADMINISTRATION = frozenset({BoardRole.PRESIDENT, BoardRole.SECRETARY})
MOST_KEYS = 2
"""R211-545: that one member holds."""
FEWEST_DELEGATES = 2
"""R211-573: who take part in the tally."""


def group_of(role: str) -> KeyGroup:
    """The group whose key that role holds."""
    return KeyGroup.ADMINISTRATION if role in ADMINISTRATION else KeyGroup.DELEGATES


def ordered(seats: Sequence[NewSeat]) -> list[tuple[KeyGroup, list[int]]]:
    """The groups, in the order of the trustees file, with the positions (from 0) of their seats in the list."""
    return [
        (group, [position for position, seat in enumerate(seats) if group_of(seat.role) is group])
        for group in (KeyGroup.ADMINISTRATION, KeyGroup.DELEGATES)
    ]


def check(seats: Sequence[NewSeat], threshold: int) -> None:
    """Check who is to hold the keys, and how many of the delegates' are needed.

    Raises Refusal keys_without_administration, keys_two_thirds {delegates, all}, keys_too_many {name, most},
    keys_threshold {least, most}, keys_substitute {name}.
    """
    roles = {seat.role for seat in seats}
    if not roles >= ADMINISTRATION:
        raise refuse(Code.KEYS_WITHOUT_ADMINISTRATION)
    delegates = [seat for seat in seats if seat.role not in ADMINISTRATION]
    if 3 * len(delegates) < 2 * len(seats):
        raise refuse(Code.KEYS_TWO_THIRDS, delegates=len(delegates), all=len(seats))
    names = {seat.agent: seat.name for seat in seats}
    for agent, held in Counter(seat.agent for seat in seats).items():
        if held > MOST_KEYS:
            raise refuse(Code.KEYS_TOO_MANY, name=names[agent], most=MOST_KEYS)
    _check_substitutes(seats)
    titular = [seat for seat in delegates if seat.role == BoardRole.DELEGATE]
    # With the keys that one member holds, no set that is large enough may be one member's alone.
    least = FEWEST_DELEGATES - 1 + max(Counter(seat.agent for seat in delegates).values())
    if not least <= threshold <= len(titular):
        raise refuse(Code.KEYS_THRESHOLD, least=least, most=len(titular))


def _check_substitutes(seats: Sequence[NewSeat]) -> None:
    replaced: set[int] = set()
    for seat in seats:
        position = seat.replaces
        if seat.role != BoardRole.SUBSTITUTE:
            if position is not None:
                raise refuse(Code.KEYS_SUBSTITUTE, name=seat.name)
            continue
        known = position is not None and position <= len(seats) and position not in replaced
        if position is None or not known or seats[position - 1].role != BoardRole.DELEGATE:
            raise refuse(Code.KEYS_SUBSTITUTE, name=seat.name)
        replaced.add(position)
