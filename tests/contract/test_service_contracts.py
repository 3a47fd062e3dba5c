"""Each service does what its contract says, all of it and nothing else, and so do its client and the topology."""

import importlib
import inspect

import pytest

from services.runtime.bus.topology import SUBSCRIPTIONS
from services.runtime.contracts.client import ServiceClient
from services.runtime.contracts.messages import Event
from services.runtime.contracts.methods import Command, Remembered
from services.runtime.hosting.entrypoints import methods_of
from services.runtime.hosting.inbox import Inbox
from services.runtime.service_names import SERVICES


def service_class(name):
    module = importlib.import_module(f"services.{name}.service")
    return getattr(module, f"{name.capitalize()}Service")


def client_class(name):
    module = importlib.import_module(f"services.{name}.contract.client")
    return getattr(module, f"{name.capitalize()}Client")


def methods(name):
    return importlib.import_module(f"services.{name}.contract.methods").METHODS


@pytest.mark.parametrize("name", SERVICES)
def test_the_service_implements_its_contract_and_nothing_else(name):
    assert methods_of(service_class(name)) == methods(name)
    assert client_class(name).service == service_class(name).name == name


@pytest.mark.parametrize("name", SERVICES)
def test_the_client_has_a_method_for_each_of_the_service(name):
    public = {method for method, _ in inspect.getmembers(client_class(name), inspect.isfunction) if method[0] != "_"}
    assert public - {"pass_on"} == set(methods(name))
    assert issubclass(client_class(name), ServiceClient)


@pytest.mark.parametrize("name", SERVICES)
def test_every_message_has_a_schema_and_says_what_it_is(name):
    for method in methods(name).values():
        for message in (method.request, method.answer):
            assert message.schema()()
            assert message.__doc__


@pytest.mark.parametrize("name", SERVICES)
def test_no_answer_with_a_secret_is_remembered(name):
    """Kept answers lie in the database in clear: no token of a session, no code, no permit among them."""
    for method in methods(name).values():
        if isinstance(method, Command) and isinstance(method.repeated, Remembered):
            assert {"session", "token", "permit", "code", "text"}.isdisjoint(method.answer.schema()().fields)


def test_every_event_of_the_topology_has_one_schema_and_its_subscribers_listen():
    listened = {
        (inbox.source, inbox.event_type, name)
        for name in SERVICES
        for _, inbox in inspect.getmembers(service_class(name), lambda member: isinstance(member, Inbox))
    }
    assert listened == {
        (source, event_type, subscriber)
        for (source, event_type), subscribers in SUBSCRIPTIONS.items()
        for subscriber in subscribers
    }
    kinds = [
        kind.type
        for name in SERVICES
        for _, kind in inspect.getmembers(importlib.import_module(f"services.{name}.contract.events"), inspect.isclass)
        if issubclass(kind, Event) and kind is not Event
    ]
    assert sorted(kinds) == sorted({event_type for _, event_type in SUBSCRIPTIONS})
