"""Load testers: addresses that the settings name, from which a challenge passes without work and nobody counts by address.

For the services such a request costs what a voter's does: a proof is remembered all the same. Everything else stays as it
is: passwords, locks, limits for one identifier or one link.
"""

from __future__ import annotations

import ipaddress

from flask import Flask, current_app, request

from gateway.settings import Settings
from services.runtime.telemetry.logs import get_logger

log = get_logger()


def install(app: Flask, settings: Settings) -> None:
    """Keep the networks at hand, and say in the log of every start that the door is open to them."""
    app.extensions["isoloir_test_addresses"] = settings.networks_of_tests()
    if settings.test_addresses:
        log.warning("test_addresses_pass", addresses=settings.test_addresses)


def is_one() -> bool:
    """Whether the request comes from a load tester, by its own address or by what a believed proxy says."""
    named = current_app.extensions["isoloir_test_addresses"]
    if not named:
        return False
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return False
    return any(address in network for network in named)
