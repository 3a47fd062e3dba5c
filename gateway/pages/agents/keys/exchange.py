"""What the script of « Mes clés » asks and brings, as JSON: messages public or sealed, shares of decryptions with proofs.

Whose keys they are comes from the session: no caller says it. What is brought is a form, as everything sent to a page is.
"""

from typing import Any

from flask import jsonify, request
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from gateway.clients import Payload, services
from gateway.edge import agent_session
from gateway.edge.agent_session import agent_required
from services.ballot.contract import ceremony as contract
from services.ballot.contract.limits import State
from services.identity.contract.staff.rights import Right
from services.runtime.refusals import Refusal

blueprint = agent_session.pages("agents_keys_exchange", url_prefix="/agents/cle")

CLOSED = {State.CLOSED, State.TALLIED, State.PUBLISHED}
AT_ONCE = 100


def _own() -> str:
    return str(agent_session.state()["agent"]["agent"])


def _event() -> Payload:
    """The voting event as it is now, not as pages keep it for a while. Refusal: no_voting_event."""
    return services().identity.voting_event().dump()


def _number(name: str) -> int:
    text = request.form.get(name, "")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Refusal("invalid_request")
    return int(text)


def _note(command: str, election: str | None = None) -> None:
    """Have the journal say who does this, before it is done."""
    services().identity.note_command(None, command, election, session=agent_session.required_token())


@blueprint.get("/ceremonie")
@agent_required(Right.BRING_KEYS)
def ceremony() -> Response:
    """How far the ceremony is, with what the others wrote to one's own keys. Refusal: ceremony_unknown."""
    found = services().ballot.ceremony(_event()["voting_event"], _own())
    return jsonify({"ceremony": found.dump(), "csrf_token": generate_csrf()})


@blueprint.post("/message")
@agent_required(Right.BRING_KEYS)
def message() -> Response:
    """Hand a message of one step over. Refusals: ceremony_elsewhere, key_not_yours, key_message_invalid."""
    brought = contract.BringKeyMessage(
        voting_event=request.form.get("voting_event", ""),
        agent=_own(),
        round=_number("round"),
        owner=_number("owner"),
        step=request.form.get("step", ""),
        content=request.form.get("content", ""),
    )
    _note("bring-key-message")
    services().ballot.bring_key_message(brought)
    return jsonify({})


@blueprint.get("/depouillement")
@agent_required(Right.BRING_KEYS)
def tally() -> Response:
    """The closed elections of the event, with the keys that are in and those that are missing."""
    listed = [one for one in _event()["elections"] if one["mode"] == "online"]
    states: dict[str, State] = {}
    for first in range(0, len(listed), AT_ONCE):
        uuids = [one["uuid"] for one in listed[first : first + AT_ONCE]]
        states |= services().ballot.election_states(uuids, []).states
    closed = [_of(one, states[one["uuid"]]) for one in listed if states[one["uuid"]] in CLOSED]
    return jsonify({"elections": closed, "csrf_token": generate_csrf()})


def _of(election: Payload, state: State) -> dict[str, Any]:
    uuid = election["uuid"]
    return {
        "uuid": uuid,
        "code": election["code"],
        "name": election["name"],
        "state": str(state),
        "keys": services().ballot.tally_keys(uuid).dump(),
    }


@blueprint.post("/part")
@agent_required(Right.BRING_KEYS)
def share() -> Response:
    """Hand a share of the decryption over. Refusals: key_not_yours, key_not_usable, decryption_invalid, tally_missing."""
    uuid = request.form.get("election", "")
    brought = contract.BringShare(
        election=uuid,
        agent=_own(),
        owner=_number("owner"),
        partial_decryption=request.form.get("partial_decryption", ""),
    )
    _note("bring-share", uuid)
    return jsonify({"received": services().ballot.bring_share(brought)})
