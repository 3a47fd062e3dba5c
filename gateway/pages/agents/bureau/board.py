"""« Bureau de vote »: counter, attendance, seals, keys and interventions of each election; no more exists before the tally.

Alive by reload. What is shown of an election is what anybody may know of it, beside the poll book's count.
"""

from typing import Any

from gateway.clients import Payload, services
from gateway.edge import agent_session
from gateway.edge.agent_session import agent_required
from gateway.elections.election_state import in_words
from gateway.elections.fingerprints import fingerprint_of
from gateway.hours import countdown
from gateway.pages.agents import page as agents_page
from gateway.pages.agents.bureau.decisions import ACTS
from services.ballot.contract.ceremony import TallyKeys
from services.ballot.contract.elections import Described
from services.ballot.contract.limits import State
from services.identity.contract.board import Decision
from services.identity.contract.staff.journal import Action, JournalEntry
from services.identity.contract.staff.rights import Right
from services.runtime.contracts.client import RpcTimeout, RpcUnavailable
from services.runtime.refusals import Refusal, ServiceFault

blueprint = agent_session.pages("agents_board")

AWAY = (RpcTimeout, RpcUnavailable, ServiceFault)
PATIENCE_SECONDS = 2.0
LATEST = 100
SHOWN = 12
OVER = {State.CLOSED, State.TALLIED, State.PUBLISHED}
INTERVENTIONS = {Action.COMMAND, Action.ASKED, Action.APPROVED, Action.REFUSED}


def _elections() -> list[Payload]:
    """The online elections that this agent is named for; none named is all."""
    event = services().identity.presented_event()
    named = agent_session.state()["agent"]["elections"]
    listed = [] if event is None else event["elections"]
    return [one for one in listed if one["mode"] == "online" and (not named or one["uuid"] in named)]


def _attendance() -> dict[str, Payload]:
    event = countdown.current_event()[0]
    try:
        counts = services().identity.attendance(event, PATIENCE_SECONDS) if event else []
    except (Refusal, *AWAY):
        counts = []
    return {count.uuid: count.dump() for count in counts}


def _interventions(election: str | None) -> list[JournalEntry] | None:
    """The latest interventions, on one election or on all; None for whoever may not read the journal."""
    if not agent_session.may(Right.READ_JOURNAL):
        return None
    found = services().identity.read_journal(agent_session.required_token(), None, LATEST).entries
    chosen = [
        entry
        for entry in found
        if entry.action in INTERVENTIONS and election in (None, entry.details.get("election", election))
    ]
    return chosen[:SHOWN]


def _decisions(uuid: str) -> list[Decision]:
    """What two members have decided, with their names; nothing for whoever may not read the journal."""
    if not agent_session.may(Right.READ_JOURNAL):
        return []
    return services().identity.board_decisions(uuid, agent_session.required_token())


def _waiting(uuid: str) -> int:
    if not agent_session.may(Right.STEER):
        return 0
    return len(services().identity.list_board_acts(agent_session.required_token(), uuid))


def _keys(uuid: str) -> TallyKeys | None:
    try:
        return services().ballot.tally_keys(uuid)
    except Refusal as refusal:
        if refusal.code != "trustees_missing":
            raise
        return None


@blueprint.get("/agents/bureau")
@agent_required(Right.WATCH)
def show() -> str:
    """All elections with their state, and the interventions."""
    elections = _elections()
    uuids = [one["uuid"] for one in elections]
    states: dict[str, State] = {}
    for first in range(0, len(uuids), LATEST):
        states |= services().ballot.election_states(uuids[first : first + LATEST], []).states
    return agents_page(
        "bureau/board.html",
        elections=elections,
        states={uuid: in_words(state) for uuid, state in states.items()},
        attendance=_attendance(),
        interventions=_interventions(None),
        names={one["uuid"]: one["name"] for one in elections},
    )


@blueprint.get("/agents/bureau/<election:uuid>")
@agent_required(Right.WATCH)
def one(uuid: str) -> str:
    """One election. Refusal: election_unknown, also for one that the agent is not named for."""
    elections = {entry["uuid"]: entry for entry in _elections()}
    if uuid not in elections:
        raise Refusal("election_unknown")
    described = services().ballot.describe_election(uuid)
    return agents_page("bureau/board_election.html", **_of(elections[uuid], described))


def _of(election: Payload, described: Described) -> dict[str, Any]:
    uuid, state = election["uuid"], described.state
    attendance = _attendance().get(uuid)
    signed = None if attendance is None else attendance["signed"]
    counted = described.counted
    return {
        "election": election,
        "described": described.dump(),
        "fingerprint": fingerprint_of(uuid, described),
        "state": in_words(state),
        "attendance": attendance,
        # During the vote the poll book is told in batches, and is behind: only more signatures than ballots is a fault.
        "agree": None if signed is None else signed == counted,
        "ahead": signed is not None and signed > counted,
        "over": state in OVER,
        "keys": _keys(uuid) if state is not State.DRAFT else None,
        "waiting": _waiting(uuid),
        "interventions": _interventions(uuid),
        "decisions": _decisions(uuid),
        "acts": ACTS,
        "names": {uuid: election["name"]},
    }
