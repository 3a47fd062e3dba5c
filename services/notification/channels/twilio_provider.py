"""An operator that speaks Twilio's API: sending by the SDK, its words for what became of a message, its signature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from services.notification.models import State
from services.notification.queue.outcomes import DELIVERED, Outcome, Result

OFFICIAL_URL = "https://api.twilio.com"
CALLBACK_PATH = "/callbacks/sms/"
TIMEOUT = 20.0
"""Seconds that the provider may take to answer."""
SENDER_CODES = frozenset({21212, 21603, 21606, 21659})
"""Twilio's errors about the From number: invalid, missing, not ours to use, not a number of theirs."""
STATUSES: Mapping[str, State | None] = {
    "accepted": None,
    "scheduled": None,
    "queued": None,
    "sending": None,
    "sent": None,
    "delivered": State.DELIVERED,
    "read": State.DELIVERED,
    "undelivered": State.FAILED,
    "failed": State.FAILED,
    "canceled": State.FAILED,
}
"""The operator's word → our state; None, on its way."""


@dataclass(frozen=True)
class Account:
    """An account with an operator. `name` is what evidence calls the operator by; empty fields, there is none."""

    name: str
    base_url: str
    sid: str
    auth_token: str = field(repr=False)
    sender: str


def address(public_url: str, message_id: str) -> str:
    """Return where the operator is to tell of a message: on the portal's public address, behind whatever proxies."""
    return f"{public_url.rstrip('/')}{CALLBACK_PATH}{message_id}"


def is_genuine(auth_token: str, url: str, form: Mapping[str, str], signature: str) -> bool:
    """Tell whether the operator signed this form for this address; never, where no token is configured."""
    return bool(auth_token) and bool(RequestValidator(auth_token).validate(url, dict(form), signature))


class TwilioProvider:
    """Sends with one account, and has the operator tell the portal what became of each message."""

    def __init__(self, account: Account, public_url: str) -> None:
        self._account = account
        self._public_url = public_url
        self._client: Client | None = None
        if account.sid and account.auth_token and account.sender:
            http = _Redirected(account.base_url.rstrip("/"))
            self._client = Client(account.sid, account.auth_token, http_client=http)

    @property
    def name(self) -> str:
        """What evidence calls it by."""
        return self._account.name

    @property
    def configured(self) -> bool:
        """Whether there is an account to send with."""
        return self._client is not None

    def send(self, message_id: str, phone: str, text: str) -> Outcome:
        """Hand one message over."""
        if self._client is None:
            return Outcome(Result.AWAY, "sms_not_configured")
        try:
            self._client.messages.create(
                to=phone,
                from_=self._account.sender,
                body=text,
                status_callback=address(self._public_url, message_id),
            )
        except TwilioRestException as error:
            return _refused(error)
        except (requests.RequestException, TwilioException, OSError):
            return Outcome(Result.AWAY, "sms_unreachable")
        return DELIVERED


def _refused(error: TwilioRestException) -> Outcome:
    reason = f"sms_{error.status}_{error.code}" if error.code else f"sms_{error.status}"
    if error.status in (401, 403) or error.code in SENDER_CODES:
        return Outcome(Result.AWAY, reason)  # our account or our sender, not this message
    if error.status == 429 or error.status >= 500:
        return Outcome(Result.RETRY, reason)
    return Outcome(Result.REFUSED, reason)


class _Redirected(TwilioHttpClient):
    """The SDK's HTTP client, sending its requests to another address than Twilio's own."""

    def __init__(self, base_url: str) -> None:
        super().__init__(timeout=TIMEOUT)
        self._base_url = base_url

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        """Send a request of the SDK to the configured address."""
        if url.startswith(OFFICIAL_URL):
            url = self._base_url + url[len(OFFICIAL_URL) :]
        return super().request(method, url, *args, **kwargs)
