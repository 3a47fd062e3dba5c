"""/session: sign in, see who is signed in, sign out."""

from typing import Any

from flask import Response
from flask_smorest import Blueprint
from flask_wtf.csrf import generate_csrf

from gateway.api.documentation.description import (
    ANYBODY,
    CHALLENGED,
    SIGNED_IN,
    STRANGER,
    UNSAFE,
    VOTER_UNSAFE,
    operation,
    refusals,
)
from gateway.api.json_body import install
from gateway.api.schemas.access import LogInSchema, SessionSchema
from gateway.captcha import proof_of_work
from gateway.clients import services
from gateway.edge import voter_session

blueprint = Blueprint("session", __name__, url_prefix="/api/v1", description="Sessions of voters")
install(blueprint)


def present() -> dict[str, Any]:
    """The session as the API tells it. Refusal: session_expired."""
    if voter_session.token() is None:
        return {"signed_in": False, "csrf_token": generate_csrf()}
    described = voter_session.state().dump()
    return {
        "signed_in": True,
        "csrf_token": generate_csrf(),
        **{key: described[key] for key in ("voter", "last_connection", "activated", "expires_at")},
    }


@blueprint.get("/session")
@operation("getSession", ANYBODY)
@blueprint.response(200, SessionSchema)
@refusals(blueprint, *SIGNED_IN)
def show() -> dict[str, Any]:
    """Who is signed in, and the token for unsafe methods."""
    return present()


@blueprint.post("/session")
@operation("signIn", STRANGER)
@blueprint.arguments(LogInSchema)
@blueprint.response(201, SessionSchema)
@refusals(blueprint, "waiting_room", "log_in_refused", "account_locked", *CHALLENGED, *UNSAFE)
def sign_in(wanted: dict[str, str]) -> dict[str, Any]:
    """Sign in."""
    proof_of_work.spend(wanted["challenge"], "login")
    voter_session.begin(services().identity.log_in(wanted["identifier"], wanted["password"]))
    return present()


@blueprint.delete("/session")
@operation("signOut", VOTER_UNSAFE)
@blueprint.response(204)
@refusals(blueprint, "csrf_refused")
def sign_out() -> Response:
    """Sign out; nothing happens when nobody is signed in."""
    held = voter_session.token()
    voter_session.forget()
    if held is not None:
        services().identity.close_session(held)
    return Response(status=204)
