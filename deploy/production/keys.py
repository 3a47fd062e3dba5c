"""Secrets of one local system: drawn once, kept in a file that only its owner reads."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from nacl.public import PrivateKey
from nacl.signing import SigningKey

from services.runtime.age_box import new_identity, recipient_of
from services.runtime.service_names import SERVICES

FILE = "secrets.json"


@dataclass(frozen=True)
class Keys:
    """Private values only; the public halves are computed from them. Hexadecimal, 32 bytes, unless said otherwise."""

    holder_key: str
    permit_private_key: str
    receipt_private_key: str
    code_key: str
    register_private_key: str
    mail_private_key: str
    sms_private_key: str
    event_private_keys: dict[str, str]
    """Service → Ed25519 seed that its events are signed with."""
    printer_key: str
    """age identity of the demonstration's printer; in earnest the printer draws it, and no system has it."""
    gateway_secret_key: str
    gateway_challenge_key: str
    operator_token: str
    twilio_account_sid: str
    """AC and 32 hexadecimal digits."""
    twilio_auth_token: str

    @property
    def permit_public_key(self) -> str:
        """Ed25519 public key of the permits."""
        return SigningKey(bytes.fromhex(self.permit_private_key)).verify_key.encode().hex()

    @property
    def event_public_keys(self) -> dict[str, str]:
        """Service → Ed25519 public key of its events."""
        return {
            service: SigningKey(bytes.fromhex(key)).verify_key.encode().hex()
            for service, key in self.event_private_keys.items()
        }

    @property
    def mail_public_key(self) -> str:
        """X25519 public key that e-mails are sealed to."""
        return bytes(PrivateKey(bytes.fromhex(self.mail_private_key)).public_key).hex()

    @property
    def sms_public_key(self) -> str:
        """X25519 public key that short messages are sealed to."""
        return bytes(PrivateKey(bytes.fromhex(self.sms_private_key)).public_key).hex()

    @property
    def printer_recipient(self) -> str:
        """Age recipient that notices are sealed to."""
        return recipient_of(self.printer_key)


def draw() -> Keys:
    """New random keys."""
    return Keys(
        holder_key=secrets.token_hex(32),
        permit_private_key=secrets.token_hex(32),
        receipt_private_key=secrets.token_hex(32),
        code_key=secrets.token_hex(32),
        register_private_key=secrets.token_hex(32),
        mail_private_key=bytes(PrivateKey.generate()).hex(),
        sms_private_key=bytes(PrivateKey.generate()).hex(),
        event_private_keys={service: secrets.token_hex(32) for service in SERVICES},
        printer_key=new_identity()[0],
        gateway_secret_key=secrets.token_hex(32),
        gateway_challenge_key=secrets.token_hex(32),
        operator_token=secrets.token_urlsafe(32),
        twilio_account_sid=f"AC{secrets.token_hex(16)}",
        twilio_auth_token=secrets.token_hex(16),
    )


def keep(directory: Path) -> Keys:
    """The keys of this state directory, drawn at the first call."""
    path = directory / FILE
    kept = json.loads(path.read_text()) if path.exists() else {}
    # A directory of an earlier version lacks the keys that came since, and has some that nothing needs any more.
    drawn = asdict(draw())
    keys = Keys(**(drawn | {name: value for name, value in kept.items() if name in drawn}))
    if asdict(keys) != kept:
        write_private(path, json.dumps(asdict(keys), indent=1) + "\n")
    return keys


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    unfinished = path.with_name(path.name + ".new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    unfinished.replace(path)
