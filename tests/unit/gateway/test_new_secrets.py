"""The portal's key is replaced while voters are signed in, fill in forms and wait outside: nobody notices."""

from collections.abc import Callable

import pytest
from flask import Flask
from pydantic import ValidationError

from gateway.settings import Settings
from gateway.waiting.plan import Mode, Steering
from tests.unit.gateway.conftest import VALUES, Browser
from tests.unit.gateway.fake_rpc import IDENTIFIER

OLD = str(VALUES["secret_key"])
NEW = "fedcba9876543210fedcba9876543210"
WAITING = "Vous êtes dans la file d’attente"


def moved(browser: Browser, app: Flask) -> Browser:
    """The same browser, with its cookies, before another gateway."""
    client = app.test_client()
    client._cookies = browser.client._cookies
    return Browser(client)


@pytest.fixture
def after(make_app: Callable[..., Flask]) -> Flask:
    """A gateway with the new key that still reads what the old one signed."""
    return make_app(secret_key=NEW, secret_key_before=OLD)


def test_who_is_signed_in_stays_so_and_sends_the_form_of_before(make_app: Callable[..., Flask], after: Flask) -> None:
    before = Browser(make_app().test_client()).sign_in()
    assert before.get("/accueil").status_code == 200
    token = before.csrf()
    here = moved(before, after)
    assert here.get("/accueil").status_code == 200
    headers = {"X-CSRFToken": token}
    assert here.client.delete("/api/v1/session", headers=headers).status_code == 204


def test_what_the_new_key_signs_needs_no_old_one(make_app: Callable[..., Flask], after: Flask) -> None:
    here = Browser(after.test_client())
    here.identify(IDENTIFIER)
    later = moved(here, make_app(secret_key=NEW))
    assert later.get("/mot-de-passe").status_code == 200


def test_a_key_that_is_no_longer_read_signs_nobody_in(make_app: Callable[..., Flask]) -> None:
    before = Browser(make_app().test_client()).sign_in()
    assert moved(before, make_app(secret_key=NEW)).get("/accueil").status_code == 303


def test_a_place_outside_is_kept(make_app: Callable[..., Flask], after: Flask) -> None:
    first = make_app(waiting_pace=1)
    for app in (first, after):
        app.extensions["isoloir_waiting_room"].steer(Steering(Mode.HOLD), 0.0)
    before = Browser(first.test_client())
    assert WAITING in before.get("/identification").text
    here = moved(before, after)
    assert WAITING in here.get("/identification").text
    number = [key for app in (first, after) for key in app.extensions["isoloir_waiting_room"]._own._waiting]
    assert len(set(number)) == 1, "the same number in both"


def test_a_short_key_is_no_key() -> None:
    with pytest.raises(ValidationError, match="32 characters"):
        Settings(**{**VALUES, "secret_key_before": "short"})
