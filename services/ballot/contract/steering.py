"""Which decisions of the board would change nothing, so that nobody is asked to agree to them (E7)."""

from __future__ import annotations

from enum import StrEnum

from services.ballot.contract.elections import Described
from services.ballot.contract.limits import State
from services.identity.contract.events import BoardAct


class InVain(StrEnum):
    """Why a decision would change nothing. Whoever shows it has the words."""

    NOT_SEALED = "not_sealed"
    NOT_OPEN = "not_open"
    OVER = "over"
    SUSPENDED = "suspended"
    NOT_SUSPENDED = "not_suspended"


def in_vain(act: BoardAct, election: Described) -> InVain | None:
    """Say why the urn would do nothing if the board decided this now.

    A vote is stopped once it has begun: before that nothing is there to be closed, and an urn that nobody could have voted
    in would be tallied. What keeps a sealed vote from opening is its suspension.

    Args:
        act: What would be decided.
        election: As the urn describes it at this moment.

    Returns:
        The reason; None where the urn would do it.
    """
    if election.state == State.DRAFT:
        return InVain.NOT_SEALED
    if act == BoardAct.ADMIT:
        # The check says whether there is anything to admit, and what.
        return None
    if election.state in (State.CLOSED, State.TALLIED, State.PUBLISHED):
        return InVain.OVER
    if act == BoardAct.STOP:
        return InVain.NOT_OPEN if election.state == State.SEALED else None
    # The state says nothing of a suspension before the opening.
    suspended = bool(election.interruptions) and election.interruptions[-1].suspends
    if act == BoardAct.SUSPEND:
        return InVain.SUSPENDED if suspended else None
    return None if suspended else InVain.NOT_SUSPENDED
