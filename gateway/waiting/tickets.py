"""The cookie of the waiting room: a ticket with a number, or the pass of whoever was let in. Signed; it names nobody."""

from __future__ import annotations

from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer

from gateway.waiting.line import KEPT_SECONDS

COOKIE = "isoloir_attente"
PASS_SECONDS = 1800
"""How long a pass lasts from its last use: writing an identifier, waiting for the mail, following its link."""
RENEWED_AFTER = 300
LONGEST = 200


@dataclass(frozen=True)
class Held:
    """What a browser holds. `number`: of a ticket that is still good; `inside`: a pass that is; `fresh`: made just now."""

    number: int | None = None
    inside: bool = False
    fresh: bool = False


NOTHING = Held()


class Tickets:
    """Makes and reads the cookie. In: the keys that all gateways share: those that are read, then the one that signs."""

    def __init__(self, keys: list[str]) -> None:
        self._serializer = URLSafeSerializer(keys, salt="waiting-room")

    def ticket(self, number: int, now: float) -> str:
        """A ticket, seen now."""
        return self._signed({"n": number, "s": int(now)})

    def a_pass(self, now: float) -> str:
        """A pass from now on."""
        return self._signed({"p": int(now)})

    def read(self, cookie: str | None, now: float) -> Held:
        """What a cookie says; nothing where it is none of ours, or too old."""
        if not cookie or len(cookie) > LONGEST:
            return NOTHING
        try:
            found = self._serializer.loads(cookie)
        except BadSignature:
            return NOTHING
        if "p" in found:
            age = now - found["p"]
            return Held(inside=True, fresh=age < RENEWED_AFTER) if age < PASS_SECONDS else NOTHING
        return Held(number=found["n"]) if now - found["s"] < KEPT_SECONDS else NOTHING

    def _signed(self, content: dict[str, int]) -> str:
        made: str | bytes = self._serializer.dumps(content)
        return made if isinstance(made, str) else made.decode("ascii")
