"""Every page is HTML as the standard has it, by the Nu checker: error pages, refused forms and agents' pages too."""

import json
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from gateway.waiting.plan import Mode, Steering
from tests.tour.agents import ways
from tests.tour.portal import Portal
from tests.tour.staff import Staff
from tests.tour.walk import VOTER, held_before, identifiers, rules, values_of

ROOT = Path(__file__).resolve().parents[2]
CHECKER = ROOT / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
SECONDS = 120
NOT_YET = re.compile(r"“mask”|container-type|@container")
"""Of CSS, what browsers know and the checker does not."""


def pages(portal: Portal) -> dict[str, str]:
    """Name → HTML of each page: as a stranger and as a voter finds it, its forms sent empty, and what errors look like."""
    found: dict[str, str] = {}
    adapter = portal.app.url_map.bind("127.0.0.1")

    def keep(name: str, client: FlaskClient, path: str, method: str = "GET", **sent: str) -> str:
        answer = client.open(path, method=method, data=sent or None, follow_redirects=True)
        if answer.mimetype == "text/html":
            found[name] = answer.text
        return answer.text

    for rule in rules(portal):
        path = adapter.build(rule.endpoint, values_of(portal, rule))
        for signed_in in (False, True):
            held = held_before(portal, rule.endpoint) or {}
            if signed_in:
                held["voter"] = portal.session(identifiers()[VOTER])
            client = portal.app.test_client()
            client.set_cookie("isoloir", portal.cookie(**held))
            name = f"{rule.endpoint}-{signed_in}"
            text = keep(name, client, path)
            token = re.search(r'name="csrf-token" content="([^"]+)"', text)
            if token and "POST" in adapter.allowed_methods(path):
                keep(f"{name}-sent-empty", client, path, "POST", csrf_token=token[1])
    stranger = portal.app.test_client()
    keep("not-found", stranger, "/nulle-part")
    keep("not-allowed", stranger, "/accueil", "PUT")
    keep("csrf", stranger, "/identification", "POST", identifier="a")
    room = portal.app.extensions["isoloir_waiting_room"]
    room.steer(Steering(Mode.HOLD), time.time())
    for name, query in (("waiting", ""), ("waiting-by-hand", "?a-la-main=1&langue=en")):
        assert "data-place" in keep(name, portal.app.test_client(), f"/identification{query}")
    room.steer(Steering(), time.time())
    staff = Staff(portal)
    sheet = f"/electeurs/{staff.voter(identifiers()[VOTER])}"
    for role, paths in ways(portal, sheet).items():
        agent = portal.app.test_client()
        agent.set_cookie("isoloir_agent", staff.named(role, elections=() if role == "operator" else (portal.election,)))
        for path in paths:
            keep(f"{role}{path.replace('/', '-').partition('?')[0]}", agent, f"/agents{path}")
    return found


def test_pages_are_well_formed(portal: Portal, tmp_path: Path) -> None:
    if shutil.which("java") is None or not CHECKER.is_file():
        pytest.skip("the Nu checker needs java, and `make setup`")
    for name, text in pages(portal).items():
        (tmp_path / f"{name}.html").write_text(text, encoding="utf-8")
    style = ROOT / "gateway" / "static" / "build" / "site.css"
    (tmp_path / "site.css").write_bytes(style.read_bytes())
    command = ["java", "-Xss1m", "-Xmx512m", "-jar", str(CHECKER), "--stdout", "--format", "json", "--also-check-css"]
    done = subprocess.run(
        [*command, *map(str, sorted(tmp_path.iterdir()))], capture_output=True, text=True, timeout=SECONDS, check=False
    )
    faults = {
        (Path(one["url"]).name, one["message"], one.get("extract", ""))
        for one in json.loads(done.stdout)["messages"]
        if one["type"] == "error" and not NOT_YET.search(one["message"])
    }
    assert len(list(tmp_path.glob("*.html"))) > 60
    assert sorted(faults) == []
