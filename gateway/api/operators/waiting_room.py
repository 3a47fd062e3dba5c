"""/operator/waiting-room and /operator/steer-waiting-room: who waits outside, and what the door does (E16)."""

import time
from typing import Any

from flask import jsonify

from gateway.api.documentation.description import OPERATOR, WITH_BODY, operation, refusals
from gateway.api.operators import schemas
from gateway.api.operators.commands import RIGHTS, TOKEN_CODES, blueprint, note
from gateway.api.schemas.base import EmptySchema
from gateway.clients import Payload
from gateway.waiting.door import room
from gateway.waiting.plan import Mode, Steering
from services.identity.contract.staff.rights import Right
from services.runtime.contracts.problems import Code, invalid_request, problem

RIGHTS |= {"waiting-room": Right.WATCH, "steer-waiting-room": Right.RUN_ELECTIONS}

STANDING = (
    "{mode and pace: what operators have said, capacity: of the settings, in_force: what the door does now (null: there is "
    "no room), waiting, called: who is called and has not come yet, let_in_a_minute: null until it is measured, inside: "
    "let in lately, served_a_minute: log-ins answered, opened_itself: whether the room is there because more log in than "
    "can be served, shared: whether all gateways have one line}"
)


@blueprint.post("/waiting-room", endpoint="waiting-room")
@operation("waitingRoom", OPERATOR, summary="who waits to come in, and what the door does")
@blueprint.arguments(EmptySchema)
@blueprint.response(200, {"type": "object"}, description=STANDING)
@refusals(blueprint, *TOKEN_CODES, *WITH_BODY)
def waiting_room(_wanted: Payload) -> Any:
    """Look at the line."""
    return jsonify(room().described(time.time()))


@blueprint.post("/steer-waiting-room", endpoint="steer-waiting-room")
@operation("steerWaitingRoom", OPERATOR, summary="open the door, hold it, or let in so many a minute")
@blueprint.arguments(schemas.SteerWaitingRoom)
@blueprint.response(200, {"type": "object"}, description=STANDING)
@refusals(blueprint, *TOKEN_CODES, *WITH_BODY, "waiting_room_away")
def steer_waiting_room(wanted: Payload) -> Any:
    """Have the door do as operators say, until they say otherwise."""
    steering = Steering(Mode(wanted["mode"]), wanted["pace"] if wanted["mode"] == Mode.PACE else 0)
    if steering.mode is Mode.PACE and not steering.pace:
        raise invalid_request({"pace": [problem(Code.REQUIRED)]})
    note("steer-waiting-room")
    now = time.time()
    room().steer(steering, now)
    return jsonify(room().described(now))
