"""/callbacks/sms/<message>: where the operator of short messages tells what became of one.

The form goes to notification, which has the operator's token and checks the signature; the gateway has no such secret.
"""

from uuid import UUID

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from gateway.clients import services

blueprint = Blueprint("callbacks", __name__, url_prefix="/callbacks")
MOST_BYTES = 16 * 1024
REFUSED = "refused"


@blueprint.post("/sms/<uuid:message_id>")
def sms(message_id: UUID) -> ResponseReturnValue:
    """Hand a callback on. 403 where the operator did not sign it; 204 whatever else it says."""
    request.max_content_length = MOST_BYTES
    form = {name: value[:2000] for name, value in request.form.items()}
    signature = request.headers.get("X-Twilio-Signature", "")[:200]
    state = services().notification.record_callback(str(message_id), form, signature)
    return "", 403 if state == REFUSED else 204
