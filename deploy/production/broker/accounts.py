"""Who may do what on the broker, from the services' contracts and the topology of events. One account per process.

A caller may write the routing keys of the methods that name it in `callers`, and no other, to the exchange of that service;
it may bind its own answers by a random key. A service may read its own queues and answer. Nobody but the relay may publish
an event, and nobody may use the default exchange, which reaches every queue.
"""

import importlib
import re
from dataclasses import dataclass, field

from services.runtime.bus import topology
from services.runtime.contracts.methods import HEALTH, AnyMethod
from services.runtime.service_names import SERVICES

RELAY = "relay"
OPERATIONS = "operations"
"""Reads the dead letters, and nothing else."""
UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
NOTHING = "^$"


@dataclass(frozen=True)
class TopicRights:
    """Regular expressions of routing keys that an account may publish with, and bind by."""

    write: str
    read: str


@dataclass(frozen=True)
class Account:
    """An account, with regular expressions of what it may configure, write and read; by exchange, which routing keys."""

    name: str
    configure: str
    write: str
    read: str
    topics: dict[str, TopicRights] = field(default_factory=dict)


def methods_of(service: str) -> dict[str, AnyMethod]:
    """Name → method of a service's contract."""
    found: dict[str, AnyMethod] = importlib.import_module(f"services.{service}.contract.methods").METHODS
    return found


def calls_of(process: str) -> dict[str, list[str]]:
    """Service → names of its methods that a process may call."""
    found = {
        service: sorted(
            name
            for name, method in methods_of(service).items()
            # Each service asks itself whether it is well: `isoloir health`, beside it.
            if process in method.callers or (service == process and name == HEALTH.name)
        )
        for service in SERVICES
    }
    return {service: names for service, names in found.items() if names}


def processes() -> list[str]:
    """The processes that speak on the bus: services, whoever calls one, and the relay."""
    callers = {caller for service in SERVICES for one in methods_of(service).values() for caller in one.callers}
    return [*SERVICES, *sorted(callers - set(SERVICES)), RELAY]


def accounts() -> list[Account]:
    """The accounts, all of them."""
    return [_relay() if name == RELAY else _process(name) for name in processes()] + [
        Account(OPERATIONS, NOTHING, NOTHING, _any([topology.DEAD_LETTERS]))
    ]


def _process(name: str) -> Account:
    calls = calls_of(name)
    own = f"reply\\.{re.escape(name)}\\.{UUID}"
    exchanges = [topology.rpc_exchange(service) for service in calls]
    read = [*exchanges]
    if name in SERVICES:
        heard = [one.queue for one in topology.event_bindings() if one.queue.endswith(f"--{name}.inbox")]
        read += [topology.rpc_queue(name), *heard]
    topics = {
        topology.rpc_exchange(service): TopicRights(
            _any([f"{service}.{method}" for method in methods], UUID if service == name else None), _any([], UUID)
        )
        for service, methods in calls.items()
    }
    return Account(name, _any([], own), _any([*exchanges, topology.NOWHERE], own), _any(read, own), topics)


def _relay() -> Account:
    sources = sorted({source for source, _ in topology.SUBSCRIPTIONS})
    names = [*map(topology.exchange_name, sources), *(binding.queue for binding in topology.event_bindings())]
    topics = {}
    for source in sources:
        keys = _any([event_type for sender, event_type in topology.SUBSCRIPTIONS if sender == source])
        topics[topology.exchange_name(source)] = TopicRights(keys, keys)
    # It declares a queue of events that was deleted again; to say where its dead letters go, it must be able to write there.
    return Account(RELAY, _any(names), _any([*names, topology.DEAD_LETTERS]), _any(names), topics)


def _any(names: list[str], pattern: str | None = None) -> str:
    """A regular expression of these names exactly, and of what the pattern says."""
    alternatives = [*(re.escape(name).replace(r"\-", "-") for name in names), *([pattern] if pattern else [])]
    return f"^({'|'.join(alternatives)})$"
