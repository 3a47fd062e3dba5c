"""The page of those who wait, in a browser: what is new is said in its place, and the page asked for opens by itself."""

import threading
import time
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect
from werkzeug.serving import make_server

from gateway.waiting import door
from gateway.waiting.estimate import Estimate
from gateway.waiting.plan import Mode, Steering


def test_it_looks_again_and_opens_the_page_in_turn(
    make_app: Callable[..., Flask], chromium: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = {"now": Estimate(7, None, 1, "held")}
    monkeypatch.setattr(door, "estimate", lambda *_: said["now"])
    app = make_app()
    room = app.extensions["isoloir_waiting_room"]
    room.steer(Steering(Mode.HOLD), time.time())
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    window = chromium.new_context(locale="fr-FR", viewport={"width": 320, "height": 640})
    try:
        page = window.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/identification")
        expect(page.get_by_role("status")).to_contain_text("7 personnes devant vous")
        page.evaluate("() => { window.sameDocument = true }")
        said["now"] = Estimate(2, 1, 1)
        expect(page.get_by_role("status")).to_contain_text("2 personnes devant vous")
        expect(page.get_by_role("status")).to_contain_text("Environ 1 minute")
        assert page.evaluate("window.sameDocument"), "nobody who listens hears the page from its beginning"
        room.steer(Steering(Mode.OPEN), time.time())
        expect(page.get_by_label("Identifiant électeur")).to_be_visible()
    finally:
        window.close()
        server.shutdown()
        thread.join(10)
        server.server_close()
