"""SMS by Twilio's SDK, against any address that speaks its API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from services.notification.evidence import callbacks
from services.notification.queue.outcomes import DELIVERED, Outcome, Result
from services.notification.queue.rendering import Letter

OFFICIAL_URL = "https://api.twilio.com"
TIMEOUT = 20.0
"""Seconds that the provider may take to answer."""
SENDER_CODES = frozenset({21212, 21603, 21606, 21659})
"""Twilio's errors about the From number: invalid, missing, not ours to use, not a number of theirs."""
NOT_CONFIGURED = Outcome(Result.AWAY, "sms_not_configured")


class SmsChannel:
    """Sends the text of letters to `to["phone"]`, and has the operator tell the portal what became of it.

    Without account or sender the messages wait, with the reason.
    """

    name = "sms"

    def __init__(self, *, base_url: str, account_sid: str, auth_token: str, sender: str, public_url: str) -> None:
        self._sender = sender
        self._public_url = public_url
        self._client: Client | None = None
        if account_sid and auth_token and sender:
            self._client = Client(account_sid, auth_token, http_client=_Redirected(base_url.rstrip("/")))

    @contextmanager
    def open(self) -> Iterator[Callable[[Letter], Outcome]]:
        """Give the function that sends."""
        yield self._send

    def _send(self, letter: Letter) -> Outcome:
        if self._client is None:
            return NOT_CONFIGURED
        if not isinstance(letter.to.get("phone"), str):
            return Outcome(Result.REFUSED, "message_malformed")
        try:
            self._client.messages.create(
                to=letter.to["phone"],
                from_=self._sender,
                body=letter.text.strip(),
                status_callback=callbacks.address(self._public_url, letter.id),
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
