"""Who may do what: the one table of agents' roles and rights. Routes and methods declare a right; nothing else decides."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """What an agent was named for."""

    OPERATOR = "operator"
    SUPPORT = "support"
    PRESIDENT = "president"
    SECRETARY = "secretary"
    DELEGATE = "delegate"
    SUBSTITUTE = "substitute"
    OBSERVER = "observer"


class Right(StrEnum):
    """What a route or a method asks of whoever calls it."""

    OWN_ACCOUNT = "own_account"
    """To see one's own account, make tokens, and log out."""
    MANAGE_AGENTS = "manage_agents"
    """To invite agents, give them another link, and close their accounts."""
    RUN_ELECTIONS = "run_elections"
    """Commands that change a voting event, and the queues as the command line has them."""
    BRING_KEYS = "bring_keys"
    """To hand public keys over and to bring shares of the decryption."""
    WATCH = "watch"
    """Counts, states, jobs, failures of messages: figures and no names."""
    READ_JOURNAL = "read_journal"
    """What agents did."""
    STEER = "steer"
    """To ask that a vote be suspended, resumed or stopped, and to agree to it (R211-571)."""
    SEE_VOTERS = "see_voters"
    """To find a voter of one's territory and open the sheet."""
    HELP_VOTERS = "help_voters"
    """To act for a voter of one's territory, or to ask for what two have to agree to."""
    APPROVE = "approve"
    """To agree to what another agent has asked for, or to refuse it."""
    ANSWER_REQUESTS = "answer_requests"
    """Claims and requests for assistance of one's territory."""


BOARD = frozenset({Role.PRESIDENT, Role.SECRETARY, Role.DELEGATE, Role.SUBSTITUTE})
"""The members of the electoral board, who can hold a key."""
_BOARD = frozenset({Right.OWN_ACCOUNT, Right.BRING_KEYS, Right.WATCH, Right.READ_JOURNAL})

RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.OPERATOR: frozenset(
        {Right.OWN_ACCOUNT, Right.MANAGE_AGENTS, Right.RUN_ELECTIONS, Right.BRING_KEYS, Right.WATCH}
    ),
    Role.SUPPORT: frozenset(
        {Right.OWN_ACCOUNT, Right.SEE_VOTERS, Right.HELP_VOTERS, Right.APPROVE, Right.ANSWER_REQUESTS}
    ),
    Role.PRESIDENT: _BOARD | {Right.STEER},
    Role.SECRETARY: _BOARD | {Right.STEER},
    Role.DELEGATE: _BOARD | {Right.STEER},
    Role.SUBSTITUTE: _BOARD,
    Role.OBSERVER: frozenset({Right.OWN_ACCOUNT, Right.WATCH}),
}
"""Role → its rights. What is not here is refused."""

OF_TOKENS = frozenset({Right.RUN_ELECTIONS, Right.BRING_KEYS, Right.WATCH})
"""What a personal token can be good for: the operator API, and never the pages."""


def may(role: str, right: Right) -> bool:
    """Whether an agent of that role has the right; a role that nobody knows has none."""
    return role in set(Role) and right in RIGHTS[Role(role)]
