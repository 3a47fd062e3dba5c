"""/assistance: ask the support cell for help, signed in or not. Strangers' requests take a challenge."""

from typing import Any

from flask_smorest import Blueprint

from gateway.api.documentation.description import CHALLENGED, STRANGER, UNSAFE, operation, refusals
from gateway.api.json_body import install
from gateway.api.schemas.access import AskAssistanceSchema, AssistanceSchema
from gateway.captcha import proof_of_work
from gateway.clients import services
from gateway.edge import voter_session
from gateway.edge.language import current_language

blueprint = Blueprint("api_assistance", __name__, url_prefix="/api/v1", description="Help from the support cell")
install(blueprint)


@blueprint.post("/assistance")
@operation("submitAssistance", STRANGER)
@blueprint.arguments(AskAssistanceSchema)
@blueprint.response(201, AssistanceSchema)
@refusals(blueprint, "too_many_requests", *CHALLENGED, *UNSAFE)
def ask(wanted: dict[str, str]) -> dict[str, Any]:
    """Record a request; an acknowledgement goes to the address that it gives."""
    session = voter_session.token()
    if session is None:
        proof_of_work.spend(wanted["challenge"], "assistance")
    number = services().identity.submit_assistance(
        session,
        wanted["email"].strip(),
        wanted["name"].strip(),
        wanted["subject"],
        wanted["text"],
        current_language(),
    )
    return {"request": number}
