"""Calls are closed for the service that is asked: passwords, links and permits pass the broker, and its disk, unread.

A sealed box of NaCl to the X25519 form of the key that the service signs its events with: who may call is the broker's
matter, and who reads is the service's alone. Answers go through queues that no disk keeps.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from nacl.signing import SigningKey, VerifyKey

from services.runtime import sealing_box

SEALED = "sealed"


def close(keys: Mapping[str, str], service: str, payload: dict[str, Any]) -> dict[str, Any]:
    """Close a request for the service that it goes to.

    Args:
        keys: service → Ed25519 public key, 64 hexadecimal digits.
        service: the one that is asked.
        payload: the request.

    Returns:
        {"sealed": Base64}; the request as it is where no key of that service is known.
    """
    key = keys.get(service)
    if key is None:
        return payload
    return {SEALED: sealing_box.seal(_public(key), payload)}


def opened(private_key: str, payload: Any) -> Any:
    """The request that a caller has closed for the holder of this Ed25519 seed; anything else as it is.

    Raises:
        CannotOpen: it was closed for another service, or altered.
    """
    if not private_key or not isinstance(payload, dict) or set(payload) != {SEALED}:
        return payload
    if not isinstance(payload[SEALED], str):
        raise sealing_box.CannotOpen("a request that is no sealed one")
    return sealing_box.open_sealed(_private(private_key), payload[SEALED])


# A process closes calls for four services and opens those of one, all its life: the other form of a key is found once.
@lru_cache(maxsize=16)
def _public(key: str) -> str:
    return bytes(VerifyKey(bytes.fromhex(key)).to_curve25519_public_key()).hex()


@lru_cache(maxsize=16)
def _private(key: str) -> str:
    return bytes(SigningKey(bytes.fromhex(key)).to_curve25519_private_key()).hex()
