"""SMS by whichever operator takes them: the first that is configured, another where it does not work (D8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Protocol

from services.notification.contract.phone import PhoneRefused, mobile
from services.notification.queue.outcomes import Outcome, Result
from services.notification.queue.rendering import Letter

NOT_CONFIGURED = Outcome(Result.AWAY, "sms_not_configured")


class Provider(Protocol):
    """An operator of short messages.

    Attributes:
        name: What evidence calls it by.
        configured: Whether there is an account to send with.
    """

    @property
    def name(self) -> str:
        """What evidence calls the operator by."""
        ...

    @property
    def configured(self) -> bool:
        """Whether there is an account."""
        ...

    def send(self, message_id: str, phone: str, text: str) -> Outcome:
        """Hand one message over: to an E.164 number, under the id that callbacks will name it by."""


class SmsChannel:
    """Sends the text of letters to `to["phone"]`.

    Args:
        providers: In the order in which they are tried. The next is asked where the one before does not work at all or
            not now; what it refuses for good (a number that does not exist) is refused. Without any, messages wait.
    """

    name = "sms"

    def __init__(self, providers: Sequence[Provider]) -> None:
        self._providers = [provider for provider in providers if provider.configured]

    @contextmanager
    def open(self) -> Iterator[Callable[[Letter], Outcome]]:
        """Give the function that sends; an operator that was found to be away is asked last for the rest of the batch."""
        order = list(self._providers)

        def send(letter: Letter) -> Outcome:
            phone = letter.to.get("phone")
            if not order:
                return NOT_CONFIGURED
            if not isinstance(phone, str):
                return Outcome(Result.REFUSED, "message_malformed")
            first: Outcome | None = None
            for provider in list(order):
                came = provider.send(letter.id, phone, letter.text.strip())
                came = replace(came, operator=provider.name, territory=territory(phone))
                if came.result not in (Result.AWAY, Result.RETRY):
                    return came
                if came.result is Result.AWAY:
                    order.remove(provider)
                    order.append(provider)
                first = first or came
            return first or NOT_CONFIGURED

        yield send


def territory(phone: str) -> str:
    """Return the territory of a number (ISO 3166: FR, RE, NC…), "" for one that no code is sent to."""
    try:
        return mobile(phone).region
    except PhoneRefused:
        return ""
