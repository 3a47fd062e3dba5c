"""/reissue: another voting code, in both channels (D3, D4). Only within a session; counted, and the same request is one."""

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from gateway.api.documentation.description import (
    CHALLENGED,
    SIGNED_IN,
    UNSAFE,
    VOTER,
    VOTER_UNSAFE,
    operation,
    refusals,
)
from gateway.api.json_body import install
from gateway.api.schemas import reissue as schemas
from gateway.captcha import proof_of_work
from gateway.clients import Payload, services
from gateway.edge import voter_session

blueprint = Blueprint("api_reissue", __name__, url_prefix="/api/v1", description="Another voting code")
install(blueprint)

REFUSED = ("reissue_closed", "reissue_nothing_left", "reissue_used_up")
PROOF_REFUSED = ("reissue_proof_missing", "reissue_proof_wrong", "reissue_resting")
PHONE_REFUSED = ("phone_refused", "phone_shared")


@blueprint.get("/reissue")
@operation("getReissue", VOTER)
@blueprint.response(200, schemas.ReissueStandingSchema)
@refusals(blueprint, *SIGNED_IN)
def standing() -> Payload:
    """What the voter may ask for, and what came of the last request."""
    return services().identity.reissue_standing(voter_session.required_token()).dump()


@blueprint.post("/reissue")
@operation("askReissue", VOTER_UNSAFE)
@blueprint.arguments(schemas.AskReissueSchema)
@blueprint.response(202, schemas.ReissueAskedSchema)
@refusals(blueprint, *SIGNED_IN, *REFUSED, *PROOF_REFUSED, *PHONE_REFUSED, *CHALLENGED, *UNSAFE)
def ask(wanted: dict[str, str]) -> Payload:
    """Ask for a code by SMS with NUMEN and date of birth (channel of 2018)."""
    session = voter_session.required_token()
    proof_of_work.spend(wanted["challenge"], "reissue")
    asked = services().identity.ask_reissue(
        session, wanted["form"], wanted["phone"], wanted["numen"], wanted["birth_date"]
    )
    return asked.dump()


@blueprint.post("/reissue/challenge")
@operation("answerReissueChallenge", VOTER_UNSAFE)
@blueprint.arguments(schemas.ReissueAnswerSchema)
@blueprint.response(202, schemas.ReissueLinkSentSchema)
@refusals(blueprint, *SIGNED_IN, *REFUSED, *PROOF_REFUSED, "invalid_request", "busy", *UNSAFE)
def answer(wanted: dict[str, str]) -> dict[str, Any]:
    """Have a single-use link mailed for the answer to the challenge question (channel of 2022).

    Where the standing says `asks_birth_date`, the voter's day of birth is wanted too.
    """
    until = services().identity.answer_reissue(voter_session.required_token(), wanted["answer"], wanted["birth_date"])
    return {"until": until.isoformat()}


@blueprint.post("/reissue/link")
@operation("followReissueLink", VOTER_UNSAFE)
@blueprint.arguments(schemas.FollowReissueSchema)
@blueprint.response(202, schemas.ReissueAskedSchema)
@refusals(blueprint, *SIGNED_IN, *REFUSED, "link_unknown", "link_expired", *PHONE_REFUSED, *UNSAFE)
def follow(wanted: dict[str, Any]) -> Payload:
    """Use the mailed link up, for a code by SMS or for the browser that has the other half of the key."""
    asked = services().identity.follow_reissue_link(
        voter_session.required_token(),
        wanted["token"],
        phone=wanted["phone"],
        browser_key=wanted["browser_key"],
    )
    return asked.dump()


@blueprint.post("/reissue/resend")
@operation("resendReissuedCode", VOTER_UNSAFE)
@blueprint.arguments(schemas.ResendReissueSchema)
@blueprint.response(202, schemas.ReissueAskedSchema)
@refusals(blueprint, *SIGNED_IN, "reissue_closed", "reissue_not_failed", *PHONE_REFUSED, *UNSAFE)
def resend(wanted: dict[str, str]) -> Payload:
    """Send the code of the last request again where the operator could not deliver it; no request is counted."""
    asked = services().identity.resend_reissue(voter_session.required_token(), wanted["form"], wanted["phone"])
    return asked.dump()


@blueprint.get("/reissue/code")
@operation("getReissuedCode", VOTER)
@blueprint.response(200, schemas.ShownCodeSchema)
@refusals(blueprint, *SIGNED_IN)
def code() -> dict[str, Any]:
    """The code of the last request, sealed for the browser that made it; a null comes before it and after it."""
    newest = services().identity.reissue_standing(voter_session.required_token()).newest
    if newest is None:
        return {"state": "none", "sealed": None}
    # Asked after identity: a request that is settled there has its code here already.
    sealed = services().reassort.shown_code(newest.request) if newest.channel == "screen" else None
    return {"state": newest.state, "sealed": sealed}


@blueprint.delete("/reissue/code")
@operation("forgetReissuedCode", VOTER_UNSAFE)
@blueprint.response(204)
@refusals(blueprint, *SIGNED_IN, "csrf_refused")
def forget() -> Response:
    """The code was shown: nobody can have it again."""
    newest = services().identity.reissue_standing(voter_session.required_token()).newest
    if newest is not None:
        services().reassort.forget_shown_code(newest.request)
    return Response(status=204)
