"""What the protocol can refuse. Every refusal carries a short ``reason`` from a closed set, never a secret."""

from __future__ import annotations


class ProtocolError(ValueError):
    """Base of all refusals. ``reason`` is a short stable code; ``detail`` is for people and logs."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail

    def __reduce__(self) -> tuple[type[ProtocolError], tuple[str, str]]:
        # The default pickling would pass the joined message as the reason; refusals travel between processes.
        return type(self), (self.reason, self.detail)


class Malformed(ProtocolError):
    """The text is not what the format says: JSON, key set, type, range, encoding."""


class NotCanonical(Malformed):
    """The text parses, but is not the one serialisation that the protocol allows (section 1)."""


class InvalidBallot(ProtocolError):
    """A ballot is refused; the reasons are ``ballot.REASONS``."""


class InvalidTrustees(ProtocolError):
    """Trustees, certificates or messages of the key ceremony do not verify."""


class InvalidPartialDecryption(ProtocolError):
    """A partial decryption does not verify against its owner's public key."""


class InvalidTally(ProtocolError):
    """Tally or result cannot be computed, or does not follow from its inputs."""


class InvalidArchive(ProtocolError):
    """The archive's bytes or its chain of events are not what section 7 says."""
