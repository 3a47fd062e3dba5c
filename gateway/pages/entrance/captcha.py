"""/captcha/<id>.png and .wav: the code of a form as image and as French speech, for the browser that it was drawn for."""

import hmac

from flask import Blueprint, Response, abort, current_app, request
from werkzeug.wrappers import Response as BaseResponse

from gateway.captcha import image, voice
from gateway.clients import services
from gateway.edge import voter_session
from gateway.edge.failures import answer
from services.runtime.refusals import Refusal
from services.runtime.telemetry.logs import get_logger

blueprint = Blueprint("captcha", __name__)
log = get_logger()


def text_of(captcha: str) -> str:
    """The code; 404 where it has expired, was used, or is another browser's: one answer for all three."""
    if not voter_session.known_browser():
        abort(404)
    try:
        return services().identity.captcha_text(captcha, voter_session.browser())
    except Refusal as refusal:
        if refusal.code == "captcha_expired":
            abort(404)
        raise


@blueprint.get("/captcha/<number>.png")
def picture(number: str) -> Response:
    """The code to read."""
    return Response(image.png(text_of(number)), mimetype="image/png")


@blueprint.get("/captcha/<number>.wav")
def speech(number: str) -> BaseResponse:
    """The code to listen to."""
    key = current_app.extensions["isoloir_settings"].key_of_challenges()
    try:
        sound = voice.wav(text_of(number), hmac.digest(key, number.encode(), "sha256"))
    except voice.VoiceNotBuilt:
        log.error("captcha_voice_missing")
        return answer("voice_not_built")
    # Safari plays a sound only when it can fetch it in parts.
    return Response(sound, mimetype="audio/wav").make_conditional(
        request, accept_ranges=True, complete_length=len(sound)
    )
