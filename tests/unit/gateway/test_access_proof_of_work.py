"""The proof-of-work variant: signed, for one form, once, expiring; by the page's script and by programs alike."""

import base64
import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import altcha
import pytest
from flask import Flask

from gateway.captcha import proof_of_work
from services.runtime.refusals import Refusal
from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import CAPTCHA, CAPTCHA_TEXT, IDENTIFIER, LINK_TOKEN, PASSWORD, SESSION, FakeRpc

REPOSITORY = Path(__file__).resolve().parents[3]
ASKED = {"name": "Ada L.", "email": IDENTIFIER, "subject": "access", "text": "Je ne reçois aucun message."}
PATHS = {
    "access": ("/api/v1/access", {"identifier": IDENTIFIER}),
    "password": ("/api/v1/password-link", {"identifier": IDENTIFIER}),
    "login": ("/api/v1/session", {"identifier": IDENTIFIER, "password": PASSWORD}),
    "activation": ("/api/v1/activation", {"token": LINK_TOKEN, "password": PASSWORD}),
    "assistance": ("/api/v1/assistance", ASKED),
}
COMMANDS = {"request_access", "request_password_link", "log_in", "activate", "submit_assistance"}


@pytest.fixture
def worker(make_app: Callable[..., Flask]) -> Browser:
    """A browser of a portal that asks for work."""
    return Browser(make_app(challenge="proof_of_work").test_client())


def code_of(browser: Browser, form: str, challenge: str) -> str:
    path, body = PATHS[form]
    answer = browser.send(path, {**body, "challenge": challenge})
    assert answer.status_code == 422
    assert answer.json is not None
    return str(answer.json["code"])


@pytest.mark.parametrize("form", PATHS)
def test_commands_of_strangers_need_a_solved_challenge(form: str, browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "submit_assistance"] = {"request": 7}
    path, body = PATHS[form]
    answer = browser.send(path, body)
    assert (answer.status_code, (answer.json or {}).get("code")) == (422, "challenge_required")
    assert code_of(browser, form, "bm9uc2Vuc2U=") == "challenge_wrong"
    other = "access" if form != "access" else "login"
    assert code_of(browser, form, browser.solved(other)) == "challenge_wrong", "made for another form"
    assert COMMANDS.isdisjoint({call.method for call in rpc.calls})
    assert browser.send_solved(form, path, body).status_code in {200, 201}


def test_a_voter_who_is_signed_in_asks_for_help_without_work(voter: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "submit_assistance"] = {"request": 7}
    answer = voter.send("/api/v1/assistance", ASKED)
    assert (answer.status_code, answer.json) == (201, {"request": 7})
    assert rpc.made("identity", "submit_assistance")[0].payload == {"session": SESSION, **ASKED, "language": "fr"}


def test_a_challenge_is_spent_once(browser: Browser, rpc: FakeRpc) -> None:
    solved = browser.solved("access")
    browser.send("/api/v1/access", {"identifier": IDENTIFIER, "challenge": solved})
    spent = rpc.made("identity", "spend_proof")[0].payload
    assert spent["form"] == "access"
    assert len(spent["proof"]) == 64
    left = datetime.fromisoformat(spent["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=9) < left <= timedelta(minutes=10)
    rpc.table["identity", "spend_proof"] = Refusal("proof_spent")
    assert code_of(browser, "access", solved) == "challenge_spent"
    assert len(rpc.made("identity", "request_access")) == 1


def test_tampering_shows(browser: Browser, rpc: FakeRpc) -> None:
    def changed(change: Callable[[dict[str, dict[str, dict[str, object]]]], None]) -> str:
        payload = json.loads(base64.b64decode(browser.solved("access")))
        change(payload)
        return base64.b64encode(json.dumps(payload).encode()).decode()

    for change in (
        lambda payload: payload["challenge"]["parameters"].update(expiresAt=4_000_000_000),
        lambda payload: payload["challenge"]["parameters"].update(keyPrefix=""),
        lambda payload: payload["challenge"]["parameters"].update(data={"form": "login"}),
        lambda payload: payload["challenge"].pop("signature"),
        lambda payload: payload["solution"].update(counter=21),
        lambda payload: payload["solution"].update(counter="1"),
        lambda payload: payload["challenge"].update(parameters=[]),
        lambda payload: payload.update(challenge=None),
    ):
        assert code_of(browser, "access", changed(change)) == "challenge_wrong"
    for junk in ("é", "e30=", "bnVsbA==", "W10=", "x" * 3999):
        assert code_of(browser, "access", junk) == "challenge_wrong"
    assert rpc.made("identity", "spend_proof") == []


def test_an_old_challenge_has_expired(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof_of_work, "LIFETIME", timedelta(seconds=-1))
    assert code_of(browser, "access", browser.solved("access")) == "challenge_expired"


def test_challenges_are_for_known_forms(browser: Browser) -> None:
    for query in ("", "?form=roll", "?form=access&other=1"):
        assert browser.get(f"/api/v1/challenge{query}").status_code == 422
    answer = browser.get("/api/v1/challenge?form=assistance")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json is not None
    assert answer.json["parameters"]["data"] == {"form": "assistance"}


def test_the_page_lets_the_browser_work(worker: Browser, rpc: FakeRpc) -> None:
    page = worker.get("/identification").text
    assert 'data-challenge="/api/v1/challenge?form=access"' in page
    assert 'role="status"' in page
    assert "build/challenge.js" in page
    assert "<img class" not in page
    assert rpc.made("identity", "open_captcha") == []
    answer = worker.post("/identification", {"identifier": IDENTIFIER, "challenge": worker.solved("access")})
    assert answer.location == "/lien-envoye"
    answer = worker.post("/identification", {"identifier": IDENTIFIER, "challenge": worker.solved("login")})
    assert answer.status_code == 422
    assert 'href="#captcha"' in answer.text
    answer = worker.post("/identification", {"identifier": IDENTIFIER, "challenge": ""})
    assert answer.status_code == 422
    assert "demandez un code à recopier" in answer.text


def test_without_script_there_is_a_code_to_copy(worker: Browser, rpc: FakeRpc) -> None:
    answer = worker.post("/identification", {"identifier": IDENTIFIER, "another_code": "image", "challenge": ""})
    assert answer.status_code == 200
    assert f'src="/captcha/{CAPTCHA}.png"' in answer.text
    assert f'value="{IDENTIFIER}"' in answer.text
    fields = {"identifier": IDENTIFIER, "captcha_id": CAPTCHA, "captcha": CAPTCHA_TEXT}
    assert worker.post("/identification", {**fields, "another_code": "1"}).status_code == 200
    rpc.table["identity", "check_captcha"] = [Refusal("captcha_wrong"), {}]
    answer = worker.post("/identification", fields)
    assert answer.status_code == 422
    assert f'src="/captcha/{CAPTCHA}.png"' in answer.text, "still the code, which this browser needs"
    assert worker.post("/identification", fields).location == "/lien-envoye"


def test_the_pages_solver_solves_what_the_server_signs() -> None:
    node = shutil.which("node")
    assert node, "node is needed to build the pages"
    key = b"k" * 32
    challenge = proof_of_work.new_challenge("access", key, 300)
    module = (REPOSITORY / "gateway" / "assets" / "scripts" / "challenge-solver.js").as_uri()
    script = f'import {{ payload }} from "{module}"; process.stdout.write(payload({json.dumps(challenge)}));'
    made = subprocess.run([node, "--input-type=module", "-e", script], capture_output=True, text=True, check=True)
    proof = proof_of_work.verify(made.stdout, "access", key)
    assert proof.expires_at > datetime.now(UTC)
    reference = altcha.solve_challenge(altcha.Challenge.from_dict(challenge))
    assert reference
    solution = json.loads(base64.b64decode(made.stdout))["solution"]
    assert solution == {"counter": reference.counter, "derivedKey": reference.derived_key}
