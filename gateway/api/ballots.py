"""/elections/<uuid>/ballots: into the urn."""

from typing import Any

from flask_smorest import Blueprint

from gateway.api.documentation.description import SIGNED_IN, UNSAFE, VOTER_UNSAFE, operation, refusals
from gateway.api.json_body import install
from gateway.api.schemas.ballots import CastSchema, ReceiptSchema
from gateway.clients import services
from gateway.edge import voter_session
from services.identity.contract.entrance import permits
from services.runtime.refusals import Refusal

blueprint = Blueprint("ballots", __name__, url_prefix="/api/v1", description="Casting")
install(blueprint)


def permitted_election(permit: str) -> str:
    """The election that a permit names, for comparison with the address only: the urn checks its signature.

    Refusal: permit_invalid where it cannot be read.
    """
    try:
        return permits.unverified_election(permit)
    except permits.PermitInvalid:
        raise Refusal("permit_invalid") from None


@blueprint.post("/elections/<election:uuid>/ballots")
@operation("castBallot", VOTER_UNSAFE)
@blueprint.arguments(CastSchema)
@blueprint.response(201, ReceiptSchema)
@refusals(
    blueprint,
    *SIGNED_IN,
    *UNSAFE,
    "permit_invalid",
    "permit_expired",
    "permit_other_election",
    "permit_other_session",
    "election_not_open",
    "election_closed",
    "ballot_malformed",
    "ballot_invalid",
    "credential_unknown",
    "credential_not_yours",
    "credential_retired",
    "already_voted",
)
def cast(wanted: dict[str, str], uuid: str) -> dict[str, Any]:
    """Cast a ballot. The same ballot again is answered with the same receipt, so that a retry is safe.

    Identity is asked whether the session lives and the permit is its own: a log-out is final, a new password ends what
    a thief began, and nobody casts by another's permit. The permit that the urn is shown never was in a browser.
    """
    session = voter_session.required_token()
    if permitted_election(wanted["permit"]) != uuid:
        raise Refusal("permit_other_election")
    permit = services().identity.confirm_permit(session, wanted["permit"])
    return services().ballot.cast_ballot(permit, wanted["ballot"]).dump()
