"""The one form in which a private key leaves a device: a file sealed by the holder's activation code (L5).

The code is stretched by Argon2id and seals with XChaCha20-Poly1305, both of libsodium. What is outside the seal says whose
keys the file is for, and is authenticated with it.
"""

from __future__ import annotations

import base64
import json
import os
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from nacl import bindings
from nacl.exceptions import CryptoError
from nacl.pwhash import argon2id
from nacl.utils import random

VERSION = 1
SHORTEST_CODE = 12
OPERATIONS = 4
MEMORY = 64 * 1024 * 1024
"""Of Argon2id: what a browser on a small machine can still do, three times what OWASP asks for."""
MOST_OPERATIONS, MOST_MEMORY = 16, 1024 * 1024 * 1024
"""What a file may ask for: somebody else's must not fill the machine."""
LARGEST = 1024 * 1024


class KeyFileError(Exception):
    """The file cannot be read; the message is French and says what to do."""


@dataclass(frozen=True)
class HeldKey:
    """A key of the holder's. `seed` signs and reads in the ceremony; `share` decrypts, once it is made (decimal digits)."""

    owner: int
    group: str
    index: int
    seed: str = field(repr=False)
    share: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Keys:
    """What the file holds: the keys that one holder has in one round of one event's ceremony."""

    voting_event: str
    round: int
    holder: str
    keys: tuple[HeldKey, ...]

    def with_share(self, owner: int, share: int) -> Keys:
        """The same, with the share of one key."""
        keys = tuple(replace(key, share=str(share)) if key.owner == owner else key for key in self.keys)
        return replace(self, keys=keys)


class KeyFile:
    """A file on this device, and the key that the activation code gives for it."""

    def __init__(self, path: Path, salt: bytes, key: bytes) -> None:
        self.path = path
        self._salt = salt
        self._key = key

    @classmethod
    def new(cls, path: Path, code: str) -> KeyFile:
        """A file that is not written yet. Raises KeyFileError for a code that is too short."""
        if len(code) < SHORTEST_CODE:
            raise KeyFileError(f"Le code d’activation doit avoir au moins {SHORTEST_CODE} caractères.")
        salt = random(argon2id.SALTBYTES)
        return cls(path, salt, _stretched(code, salt, OPERATIONS, MEMORY))

    @classmethod
    def opened(cls, path: Path, code: str) -> tuple[KeyFile, Keys]:
        """Open a file with its code. Raises KeyFileError: no key file, another code, or somebody has altered it."""
        raw = _read(path)
        try:
            derivation = raw["derivation"]
            salt, box = base64.b64decode(derivation["salt"]), base64.b64decode(raw["box"])
            operations, memory = int(derivation["operations"]), int(derivation["memory"])
            header = {name: raw[name] for name in ("isoloir", "version", "voting_event", "round", "holder", "owners")}
        except (KeyError, TypeError, ValueError):
            raise _no_key_file(path) from None
        sound = derivation.get("name") == "argon2id" and len(salt) == argon2id.SALTBYTES
        if not sound or not 1 <= operations <= MOST_OPERATIONS or not 8192 <= memory <= MOST_MEMORY:
            raise _no_key_file(path)
        key = _stretched(code, salt, operations, memory)
        size = bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
        try:
            plain = bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(box[size:], _bytes(header), box[:size], key)
            content = json.loads(plain)
            keys = tuple(HeldKey(**one) for one in content["keys"])
        except (CryptoError, ValueError, KeyError, TypeError):
            raise KeyFileError(
                f"{path} ne s’ouvre pas avec ce code d’activation. Vérifiez-le ; s’il est juste, le fichier a été altéré."
            ) from None
        if (operations, memory) != (OPERATIONS, MEMORY):
            # Written again, it is written as files are today.
            return cls.new(path, code), Keys(header["voting_event"], header["round"], header["holder"], keys)
        return cls(path, salt, key), Keys(header["voting_event"], header["round"], header["holder"], keys)

    def write(self, keys: Keys) -> None:
        """Write the keys, sealed, in one step and for this account alone: never half a file in place of a whole one."""
        header = {
            "isoloir": "trustee-keys",
            "version": VERSION,
            "voting_event": keys.voting_event,
            "round": keys.round,
            "holder": keys.holder,
            "owners": [key.owner for key in keys.keys],
        }
        nonce = random(bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES)
        plain = json.dumps({"keys": [asdict(key) for key in keys.keys]}).encode()
        box = nonce + bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(plain, _bytes(header), nonce, self._key)
        derivation = {
            "name": "argon2id",
            "operations": OPERATIONS,
            "memory": MEMORY,
            "salt": base64.b64encode(self._salt).decode(),
        }
        content = {**header, "derivation": derivation, "box": base64.b64encode(box).decode()}
        unfinished = self.path.with_name(self.path.name + ".part")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self.path)


def _stretched(code: str, salt: bytes, operations: int, memory: int) -> bytes:
    size = bindings.crypto_aead_xchacha20poly1305_ietf_KEYBYTES
    return argon2id.kdf(size, code.encode(), salt, opslimit=operations, memlimit=memory)


def _bytes(header: dict[str, Any]) -> bytes:
    return json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > LARGEST:
            raise _no_key_file(path)
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise KeyFileError(f"{path} ne peut pas être lu ({error.strerror}).") from None
    except ValueError:
        raise _no_key_file(path) from None
    if not isinstance(found, dict) or found.get("isoloir") != "trustee-keys" or found.get("version") != VERSION:
        raise _no_key_file(path)
    return found


def _no_key_file(path: Path) -> KeyFileError:
    return KeyFileError(f"{path} n’est pas un fichier de clés de porteur.")
