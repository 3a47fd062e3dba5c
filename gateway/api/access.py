"""/access, /link, /activation: from an identifier to a session."""

from typing import Any

from flask_smorest import Blueprint

from gateway import voter_session
from gateway.api.description import UNSAFE, refusals
from gateway.api.json_body import install
from gateway.api.schemas import ActivationSchema, IdentifierSchema, LinkSchema, NextSchema, SessionSchema, TokenSchema
from gateway.api.session import present
from gateway.clients import services

blueprint = Blueprint("access", __name__, url_prefix="/api/v1", description="First access and forgotten passwords")
install(blueprint)

LINK_REFUSALS = ("link_unknown", "link_expired", "link_used")


@blueprint.post("/access")
@blueprint.doc(security=[{"csrf": []}])
@blueprint.arguments(IdentifierSchema)
@blueprint.response(200, NextSchema)
@refusals(blueprint, *UNSAFE)
def ask(wanted: dict[str, str]) -> dict[str, str]:
    """Ask for access; an unknown address is answered like one whose account awaits its activation."""
    return {"next": services().identity.request_access(wanted["identifier"].strip())}


@blueprint.post("/link")
@blueprint.doc(security=[{"csrf": []}])
@blueprint.arguments(TokenSchema)
@blueprint.response(200, LinkSchema)
@refusals(blueprint, *LINK_REFUSALS, *UNSAFE)
def open_link(wanted: dict[str, str]) -> dict[str, Any]:
    """What a link is for; it is not used up."""
    return services().identity.open_link(wanted["token"])


@blueprint.post("/activation")
@blueprint.doc(security=[{"csrf": []}])
@blueprint.arguments(ActivationSchema)
@blueprint.response(201, SessionSchema)
@refusals(blueprint, *LINK_REFUSALS, "password_refused", *UNSAFE)
def activate(wanted: dict[str, str]) -> dict[str, Any]:
    """Set the password with a link, and sign in."""
    voter_session.begin(services().identity.activate(wanted["token"], wanted["password"]))
    return present()
