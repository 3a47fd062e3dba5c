"""/access, /link, /activation, /password-link: from an identifier to a session. What a stranger may do takes a challenge."""

from typing import Any

from flask_smorest import Blueprint

from gateway.api.documentation.description import CHALLENGED, STRANGER, UNSAFE, operation, refusals
from gateway.api.json_body import install
from gateway.api.schemas.access import (
    ActivationSchema,
    IdentifierSchema,
    LinkSchema,
    NextSchema,
    SessionSchema,
    TokenSchema,
)
from gateway.api.session import present
from gateway.captcha import proof_of_work
from gateway.clients import Payload, services
from gateway.edge import voter_session
from gateway.edge.language import current_language
from services.runtime.refusals import Refusal

blueprint = Blueprint("access", __name__, url_prefix="/api/v1", description="First access and forgotten passwords")
install(blueprint)

ACTIVATION_REFUSALS = ("password_refused", "answer_refused", "activation_not_prepared", "not_in_this_profile")
LINK_REFUSALS = ("link_unknown", "link_expired", "link_used")


@blueprint.post("/access")
@operation("requestAccess", STRANGER)
@blueprint.arguments(IdentifierSchema)
@blueprint.response(200, NextSchema)
@refusals(blueprint, "waiting_room", *CHALLENGED, *UNSAFE)
def ask(wanted: dict[str, str]) -> Payload:
    """Ask for access; an unknown address is answered like one whose account awaits its activation."""
    proof_of_work.spend(wanted["challenge"], "access")
    return services().identity.request_access(wanted["identifier"].strip(), current_language()).dump()


@blueprint.post("/password-link")
@operation("requestPasswordLink", STRANGER)
@blueprint.arguments(IdentifierSchema)
@blueprint.response(200, NextSchema)
@refusals(blueprint, "waiting_room", *CHALLENGED, *UNSAFE)
def ask_password_link(wanted: dict[str, str]) -> Payload:
    """Ask for a link to a new password; the old one stays valid until the new one is set."""
    proof_of_work.spend(wanted["challenge"], "password")
    return services().identity.request_password_link(wanted["identifier"].strip(), current_language()).dump()


@blueprint.post("/link")
@operation("openLink", STRANGER)
@blueprint.arguments(TokenSchema)
@blueprint.response(200, LinkSchema)
@refusals(blueprint, "waiting_room", *LINK_REFUSALS, "rate_limited", *UNSAFE)
def open_link(wanted: dict[str, str]) -> Payload:
    """What a link is for; it is not used up."""
    return services().identity.open_link(wanted["token"]).dump()


@blueprint.post("/activation")
@operation("activateAccount", STRANGER)
@blueprint.arguments(ActivationSchema)
@blueprint.response(201, SessionSchema)
@refusals(blueprint, "waiting_room", *LINK_REFUSALS, *ACTIVATION_REFUSALS, *CHALLENGED, *UNSAFE)
def activate(wanted: dict[str, Any]) -> dict[str, Any]:
    """Set the password with a link, and sign in."""
    proof_of_work.spend(wanted["challenge"], "activation")
    identity, token, password = services().identity, wanted["token"], wanted["password"]
    browser = voter_session.browser()
    try:
        if wanted["without_activation"]:
            # As on the pages: whoever enters once has chosen a good password first, although it is not kept.
            identity.prepare_activation(token, password)
            opened = identity.enter_without_activation(token, browser)
        else:
            question, secret = wanted.get("question"), wanted.get("answer")
            opened = identity.activate(token, password=password, question=question, answer=secret, browser=browser)
    except Refusal as refusal:
        if refusal.code != "link_used":
            raise
        opened = identity.answer_again(token, browser)  # used by this very browser, and the answer lost on the way
    voter_session.begin(opened)
    return present()
