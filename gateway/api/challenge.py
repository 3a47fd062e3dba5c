"""/challenge: work to do before an anonymous command is accepted. Scripted clients do it like browsers."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import RAISE

from gateway.api.documentation.description import PUBLIC, operation, refusals
from gateway.api.schemas.access import ChallengeFormSchema, ChallengeSchema
from gateway.captcha import proof_of_work

blueprint = Blueprint("challenge", __name__, url_prefix="/api/v1", description="Proof of work (ALTCHA)")


@blueprint.get("/challenge")
@operation("createChallenge", PUBLIC)
@blueprint.arguments(ChallengeFormSchema, location="query", unknown=RAISE)
@blueprint.response(200, ChallengeSchema)
@refusals(blueprint, "invalid_request", "rate_limited")
def create(wanted: dict[str, str]) -> dict[str, Any]:
    """A challenge for one form, good for one use within ten minutes."""
    return proof_of_work.challenge_for(wanted["form"])
