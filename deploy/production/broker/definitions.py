"""What RabbitMQ loads when it starts (`load_definitions`): accounts, rights, exchanges, queues and bindings.

`isoloir broker-definitions FILE` writes it for docker-compose.yml; private nodes of tests and demonstrations load the same.
"""

import base64
import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deploy.production.broker.accounts import Account, accounts
from services.runtime.bus import topology

VHOST = "isoloir"
EVERYTHING = ".*"


def definitions(passwords: Mapping[str, str], administrator: str | None = None) -> dict[str, Any]:
    """The definitions as RabbitMQ reads them.

    Args:
        passwords: Account → password; every account has one, and no two the same.
        administrator: The account, among those of `passwords`, that may do everything: for private nodes only.
    """
    known = accounts()
    if administrator is not None:
        known.append(Account(administrator, EVERYTHING, EVERYTHING, EVERYTHING))
    if missing := sorted(one.name for one in known if len(passwords.get(one.name, "")) < 16):
        raise ValueError(f"no password, or a short one, for: {', '.join(missing)}")
    if len({passwords[one.name] for one in known}) < len(known):
        raise ValueError("two accounts have the same password")
    return {
        "vhosts": [{"name": VHOST}],
        "users": [
            {
                "name": one.name,
                "password_hash": _hashed(passwords[one.name]),
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "tags": "administrator" if one.name == administrator else "",
            }
            for one in known
        ],
        "permissions": [
            {"user": one.name, "vhost": VHOST, "configure": one.configure, "write": one.write, "read": one.read}
            for one in known
        ],
        "topic_permissions": [
            {"user": one.name, "vhost": VHOST, "exchange": exchange, "write": rights.write, "read": rights.read}
            for one in known
            for exchange, rights in one.topics.items()
        ],
        "exchanges": [
            {
                "name": name,
                "vhost": VHOST,
                "type": kind,
                "durable": True,
                "auto_delete": False,
                "internal": False,
                "arguments": {},
            }
            for name, kind in topology.exchanges().items()
        ],
        "queues": [
            {"name": one.name, "vhost": VHOST, "durable": True, "auto_delete": False, "arguments": one.arguments}
            for one in topology.queues()
        ],
        "bindings": [
            {
                "source": one.exchange,
                "vhost": VHOST,
                "destination": one.queue,
                "destination_type": "queue",
                "routing_key": one.routing_key,
                "arguments": one.arguments,
            }
            for one in topology.bindings()
        ],
    }


def write(path: Path, content: Mapping[str, Any], mode: int = 0o600) -> None:
    """Write the definitions whole or not at all."""
    unfinished = path.with_name(path.name + ".new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
    unfinished.replace(path)


def _hashed(password: str) -> str:
    """RabbitMQ's own salted form of a password, so that the file holds none."""
    salt = secrets.token_bytes(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
