"""The SMS side of the sink: the part of Twilio's Messages API that a sender uses.

Shapes from Twilio's OpenAPI description of /2010-04-01/Accounts/{AccountSid}/Messages; error codes, and the numbers
that always fail, from Twilio's documentation of errors and of test credentials.
"""

import base64
import hashlib
import hmac
import re
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import requests
from flask import Flask, Response, jsonify, request

from deploy.local.sink import storage

E164 = re.compile(r"^\+[1-9]\d{6,14}$")
ALPHANUMERIC_SENDER = re.compile(r"^(?=.*[A-Za-z])[A-Za-z0-9 &+_-]{1,11}$")
MESSAGING_SERVICE = re.compile(r"^MG[0-9a-fA-F]{32}$")
LONGEST_BODY = 1600
CALLBACK_SECONDS = 5.0

# The numbers of Twilio's test credentials: the recipient decides the failure.
FAILING_RECIPIENTS = {
    "+15005550001": (21211, "The 'To' number {to} is not a valid phone number."),
    "+15005550002": (21612, "The 'To' phone number: {to}, is not currently reachable via SMS."),
    "+15005550003": (
        21408,
        "Permission to send an SMS has not been enabled for the region indicated by the 'To' number.",
    ),
    "+15005550004": (21610, "Attempt to send to unsubscribed recipient"),
    "+15005550009": (21614, "'To' number is not a valid mobile number"),
}


@dataclass
class Refused(Exception):
    """An answer of Twilio's that is an error: HTTP status, Twilio's code, its words."""

    status: int
    code: int
    message: str


def sms_application(directory: Path, account_sid: str, auth_token: str) -> Flask:
    """A WSGI application that stores each SMS in ``directory``; one account, with HTTP basic authentication."""
    application = Flask("isoloir-sink", static_folder=None)
    messages: dict[str, dict[str, Any]] = {}

    @application.errorhandler(Refused)
    def refused(error: Refused) -> tuple[Response, int]:
        body = {
            "code": error.code,
            "message": error.message,
            "more_info": f"https://www.twilio.com/docs/errors/{error.code}",
            "status": error.status,
        }
        return jsonify(body), error.status

    @application.errorhandler(404)
    def not_found(_: Exception) -> tuple[Response, int]:
        return refused(Refused(404, 20404, f"The requested resource {request.path} was not found"))

    @application.before_request
    def authenticate() -> None:
        if request.path == "/healthz":
            return
        given = request.authorization
        accepted = (
            given is not None
            and given.type == "basic"
            and hmac.compare_digest((given.username or "").encode(), account_sid.encode())
            and hmac.compare_digest((given.password or "").encode(), auth_token.encode())
        )
        if not accepted:
            raise Refused(401, 20003, "Authenticate")

    @application.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    @application.post("/2010-04-01/Accounts/<account>/Messages.json")
    def create(account: str) -> tuple[Response, int]:
        _own(account, account_sid)
        to, sender, service, body = _checked(request.form.get)
        path = storage.store_sms(directory, to, sender or service or "", body)
        message = _message(account_sid, to, sender, service, body)
        messages[message["sid"]] = message | {"status": "delivered"}
        callback = request.form.get("StatusCallback")
        if callback:
            arguments = (callback, auth_token, message)
            threading.Thread(target=_call_back, args=arguments, name=f"callback-{path.stem}", daemon=True).start()
        return jsonify(message), 201

    @application.get("/2010-04-01/Accounts/<account>/Messages/<sid>.json")
    def fetch(account: str, sid: str) -> tuple[Response, int]:
        _own(account, account_sid)
        if sid not in messages:
            raise Refused(404, 20404, f"The requested resource {request.path} was not found")
        return jsonify(messages[sid]), 200

    return application


def _own(account: str, account_sid: str) -> None:
    if account != account_sid:
        raise Refused(404, 20404, f"The requested resource {request.path} was not found")


def _checked(field: Callable[[str], str | None]) -> tuple[str, str | None, str | None, str]:
    """To, From, MessagingServiceSid and Body of a request, or Refused as Twilio would."""
    to, sender, service, body = (field(name) or None for name in ("To", "From", "MessagingServiceSid", "Body"))
    if to is None:
        raise Refused(400, 21604, "A 'To' phone number is required.")
    if sender is None and service is None:
        raise Refused(400, 21603, "A 'From' phone number is required.")
    if body is None:
        raise Refused(400, 21602, "Message body is required.")
    if len(body) > LONGEST_BODY:
        raise Refused(400, 21617, "The concatenated message body exceeds the 1600 character limit.")
    if not E164.match(to):
        raise Refused(400, 21211, f"The 'To' number {to} is not a valid phone number.")
    if to in FAILING_RECIPIENTS:
        code, words = FAILING_RECIPIENTS[to]
        raise Refused(400, code, words.format(to=to))
    if sender is not None and not (E164.match(sender) or ALPHANUMERIC_SENDER.match(sender)):
        raise Refused(400, 21212, f"The 'From' number {sender} is not a valid phone number, shortcode, or sender ID.")
    if service is not None and not MESSAGING_SERVICE.match(service):
        raise Refused(400, 21705, f"The Messaging Service Sid {service} is invalid.")
    return to, sender, service, body


def _message(account_sid: str, to: str, sender: str | None, service: str | None, body: str) -> dict[str, Any]:
    sid = f"SM{secrets.token_hex(16)}"
    now = format_datetime(datetime.now(UTC))
    root = f"/2010-04-01/Accounts/{account_sid}/Messages/{sid}"
    return {
        "account_sid": account_sid,
        "api_version": "2010-04-01",
        "body": body,
        "date_created": now,
        "date_sent": None,
        "date_updated": now,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": sender,
        "messaging_service_sid": service,
        "num_media": "0",
        "num_segments": str(_segments(body)),
        "price": None,
        "price_unit": None,
        "sid": sid,
        "status": "queued",
        "subresource_uris": {"media": f"{root}/Media.json"},
        "to": to,
        "uri": f"{root}.json",
    }


def _segments(body: str) -> int:
    """How many SMS the text takes: 160 characters (153 when concatenated) where ASCII, 70 (67) where Unicode."""
    alone, joined = (160, 153) if body.isascii() else (70, 67)
    units = len(body.encode("utf-16-le")) // 2
    return 1 if units <= alone else -(-units // joined)


def _call_back(url: str, auth_token: str, message: dict[str, Any]) -> None:
    """Tell the sender « sent » then « delivered », signed as Twilio signs (HMAC-SHA1 of the URL and sorted fields)."""
    for status in ("sent", "delivered"):
        fields = {
            "AccountSid": message["account_sid"],
            "ApiVersion": message["api_version"],
            "From": message["from"] or "",
            "MessageSid": message["sid"],
            "MessageStatus": status,
            "SmsSid": message["sid"],
            "SmsStatus": status,
            "To": message["to"],
        }
        signed = url + "".join(name + fields[name] for name in sorted(fields))
        mac = hmac.new(auth_token.encode(), signed.encode(), hashlib.sha1)  # SHA-1 is Twilio's choice
        headers = {"X-Twilio-Signature": base64.b64encode(mac.digest()).decode()}
        try:
            requests.post(url, data=fields, headers=headers, timeout=CALLBACK_SECONDS)
        except requests.RequestException:
            return  # evidence of delivery that nobody listens to: the SMS itself is stored
