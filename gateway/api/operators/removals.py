"""/operator/remove-voter: whose token it is goes along, so that identity has journal and removal in one transaction."""

from typing import Any

from flask import g, jsonify

from gateway.api.documentation.description import OPERATOR, WITH_BODY, operation, refusals
from gateway.api.operators.commands import RIGHTS, TOKEN_CODES, blueprint
from gateway.clients import services
from services.identity.contract.event import removals as contract
from services.identity.contract.staff.rights import Right

RIGHTS |= {"remove-voter": Right.RUN_ELECTIONS, "removal": Right.RUN_ELECTIONS}


@blueprint.post("/remove-voter", endpoint="remove-voter")
@operation("removeVoter", OPERATOR, summary="take a voter off the roll before it is sealed")
@blueprint.arguments(contract.RemoveVoter.schema())
@blueprint.response(200, contract.Removal.schema(), description="The removal, which may wait for the ballot box")
@refusals(
    blueprint,
    *TOKEN_CODES,
    *WITH_BODY,
    "voting_event_unknown",
    "roll_sealed",
    "identifier_unknown",
    "voter_not_in_election",
    "removal_reissued",
)
def remove_voter(wanted: contract.RemoveVoter) -> Any:
    """Ask for a removal, or find it again by its number."""
    return jsonify(services().identity.ask_removal(wanted, g.personal_token).dump())


@blueprint.post("/removal", endpoint="removal")
@operation("removal", OPERATOR, summary="how far a removal is")
@blueprint.arguments(contract.OfRemoval.schema())
@blueprint.response(200, contract.Removal.schema(), description="The removal")
@refusals(blueprint, *TOKEN_CODES, *WITH_BODY, "removal_unknown")
def removal(wanted: contract.OfRemoval) -> Any:
    """Look at a removal."""
    return jsonify(services().identity.removal(wanted.removal).dump())
