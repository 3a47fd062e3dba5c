"""Keys that the tests' services sign their events with: well known, and of no other use."""

import json
from typing import Any

from nacl.signing import SigningKey

from services.runtime.bus import event_signatures
from services.runtime.service_names import SERVICES

PRIVATE = {service: f"{number:064x}" for number, service in enumerate(SERVICES, 1)}
PUBLIC = {service: SigningKey(bytes.fromhex(key)).verify_key.encode().hex() for service, key in PRIVATE.items()}


def environment(service: str) -> dict[str, str]:
    """What a service with a broker is told of them."""
    return {
        f"ISOLOIR_{service.upper()}_EVENT_PRIVATE_KEY": PRIVATE[service],
        "ISOLOIR_EVENT_KEYS": json.dumps(PUBLIC),
    }


def signed(event: dict[str, Any]) -> dict[str, Any]:
    """An envelope with the signature of the service that it names as its source."""
    return event | {"signature": event_signatures.sign(PRIVATE[event["source"]], event)}
