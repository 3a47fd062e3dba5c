"""/operator/open-ceremony and what follows: each holder acts with a personal token, and for no key but the holder's own.

Who the agent is comes from the token, and names and roles come from the accounts: no caller says either.
"""

from typing import Any

from flask import g, jsonify

from gateway.api.documentation.description import OPERATOR, WITH_BODY, operation, refusals
from gateway.api.operators import schemas
from gateway.api.operators.commands import RIGHTS, TOKEN_CODES, blueprint, note
from gateway.api.schemas.base import EmptySchema
from gateway.clients import Payload, services
from services.ballot.contract import ceremony as contract
from services.ballot.contract.tally import DecryptionReceived
from services.identity.contract.staff.rights import BOARD, Right
from services.runtime.refusals import Refusal

RIGHTS |= {
    "open-ceremony": Right.RUN_ELECTIONS,
    "ceremony": Right.WATCH,
    "own-ceremony": Right.BRING_KEYS,
    "bring-key-message": Right.BRING_KEYS,
    "replace-holder": Right.BRING_KEYS,
    "bring-share": Right.BRING_KEYS,
}
LAWFUL = (
    "keys_without_administration",
    "keys_two_thirds",
    "keys_too_many",
    "keys_threshold",
    "keys_substitute",
)
"""The rules of R211-545 and R211-573 that a list of holders may break."""


@blueprint.post("/open-ceremony", endpoint="open-ceremony")
@operation("openCeremony", OPERATOR, summary="name the holders of the keys")
@blueprint.arguments(schemas.OpenCeremony)
@blueprint.response(200, contract.Ceremony.schema(), description="The ceremony, as its first step waits for it")
@refusals(blueprint, *TOKEN_CODES, *WITH_BODY, *LAWFUL, "holder_unknown", "ceremony_under_way", "election_sealed")
def open_ceremony(wanted: Payload) -> Any:
    """Name the holders by their accounts, which must be those of members of the board."""
    members = {member.agent: member for member in services().identity.list_board() if member.role in BOARD}
    seats = []
    for seat in wanted["seats"]:
        member = members.get(seat["agent"])
        if member is None:
            raise Refusal("holder_unknown")
        seats.append(contract.NewSeat(**seat, name=member.name, role=member.role))
    note("open-ceremony")
    services().ballot.open_ceremony(
        contract.OpenCeremony(
            voting_event=wanted["voting_event"],
            threshold=wanted["threshold"],
            seats=seats,
            restart=wanted["restart"],
        )
    )
    return jsonify(services().ballot.ceremony(wanted["voting_event"]).dump())


@blueprint.post("/ceremony", endpoint="ceremony")
@operation("ceremony", OPERATOR, summary="how far the key ceremony is")
@blueprint.arguments(schemas.OfVotingEvent)
@blueprint.response(200, contract.Ceremony.schema(), description="Which messages are there; no key")
@refusals(blueprint, *TOKEN_CODES, *WITH_BODY, "ceremony_unknown")
def ceremony(wanted: Payload) -> Any:
    """Say how far the ceremony is."""
    return jsonify(services().ballot.ceremony(wanted["voting_event"]).dump())


@blueprint.post("/own-ceremony", endpoint="own-ceremony")
@operation("ownCeremony", OPERATOR, summary="what a holder's device needs for its next step")
@blueprint.arguments(schemas.OfVotingEvent)
@blueprint.response(200, contract.Ceremony.schema(), description="With what the others wrote to the caller's keys")
@refusals(blueprint, *TOKEN_CODES, *WITH_BODY, "ceremony_unknown")
def own_ceremony(wanted: Payload) -> Any:
    """Say how far the ceremony is, to one of its holders."""
    return jsonify(services().ballot.ceremony(wanted["voting_event"], g.agent).dump())


@blueprint.post("/bring-key-message", endpoint="bring-key-message")
@operation("bringKeyMessage", OPERATOR, summary="a holder's message of one step")
@blueprint.arguments(schemas.BringKeyMessage)
@blueprint.response(200, EmptySchema, description="It is there")
@refusals(
    blueprint,
    *TOKEN_CODES,
    *WITH_BODY,
    "ceremony_unknown",
    "ceremony_elsewhere",
    "key_not_yours",
    "key_message_invalid",
)
def bring_key_message(wanted: Payload) -> Any:
    """Hand a holder's public message over."""
    note("bring-key-message")
    services().ballot.bring_key_message(contract.BringKeyMessage(**wanted, agent=g.agent))
    return jsonify({})


@blueprint.post("/replace-holder", endpoint="replace-holder")
@operation("replaceHolder", OPERATOR, summary="a substitute takes a delegate's place")
@blueprint.arguments(schemas.ReplaceHolder)
@blueprint.response(200, EmptySchema, description="From now on the substitute's key counts, and the delegate's no more")
@refusals(blueprint, *TOKEN_CODES, *WITH_BODY, "ceremony_unknown", "key_not_yours", "key_not_usable")
def replace_holder(wanted: Payload) -> Any:
    """Have a substitute take a delegate's place, by whoever presides or keeps the minutes."""
    note("replace-holder")
    services().ballot.replace_holder(contract.ReplaceHolder(**wanted, agent=g.agent))
    return jsonify({})


@blueprint.post("/bring-share", endpoint="bring-share")
@operation("bringShare", OPERATOR, summary="a holder's share of the decryption of an election")
@blueprint.arguments(schemas.BringShare)
@blueprint.response(200, DecryptionReceived.schema(), description="The owners whose shares are there")
@refusals(
    blueprint,
    *TOKEN_CODES,
    *WITH_BODY,
    "election_unknown",
    "election_not_closed",
    "tally_missing",
    "decryption_invalid",
    "key_not_yours",
    "key_not_usable",
)
def bring_share(wanted: Payload) -> Any:
    """Hand a holder's share over."""
    note("bring-share", wanted["election"])
    received = services().ballot.bring_share(contract.BringShare(**wanted, agent=g.agent))
    return jsonify({"received": received})
