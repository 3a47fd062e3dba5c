"""What the pages of the portal offer to send: routes of the URL map, the fields of their forms, names in queries."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import altcha
from flask.testing import FlaskClient

import gateway
from tests.tour.portal import Portal, identifiers
from tests.tour.walk import held_before, rules, values_of

ARGUMENT = re.compile(r"request\.args(?:\.get\(|\.getlist\(|\[)\s*\"(\w+)\"")


class Forms(HTMLParser):
    """The POST forms of a page: action → names of fields, and what a page must never hold."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, set[str]] = {}
        self.planted: list[str] = []
        self.queries: set[str] = set()
        self._action: str | None = None
        self._reads = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note forms, fields, and elements or attributes that only hostile text could have brought."""
        held = dict(attrs)
        if "zqx" in tag or any("zqx" in name for name in held) or any(name.startswith("on") for name in held):
            self.planted.append(f"<{tag} {held}>")
        if any((held.get(name) or "").strip().lower().startswith("javascript:") for name in ("href", "src", "action")):
            self.planted.append(f"<{tag} {held}>")
        if tag == "a":
            self.queries |= set(parse_qs(urlsplit(held.get("href") or "").query))
        if tag == "form":
            self._reads = (held.get("method") or "get").lower() == "get"
            self._action = None if self._reads else held.get("action") or ""
            if self._action is not None:
                self.forms.setdefault(self._action, set())
        elif self._reads and held.get("name"):
            self.queries.add(str(held["name"]))
        elif self._action is not None and held.get("name"):
            self.forms[self._action].add(str(held["name"]))

    def handle_endtag(self, tag: str) -> None:
        """The end of a form."""
        if tag == "form":
            self._action = None
            self._reads = False


@dataclass
class Target:
    """A route that changes something: its path, the fields that its forms send, the cookie that leads there."""

    endpoint: str
    path: str
    fields: set[str] = field(default_factory=set)


def parsed(text: str) -> Forms:
    """A page, read."""
    forms = Forms()
    forms.feed(text)
    return forms


def client(portal: Portal, endpoint: str, *, signed_in: bool) -> FlaskClient:
    """A browser that holds what a page of this endpoint needs."""
    held = held_before(portal, endpoint) or {}
    if signed_in:
        held["voter"] = portal.session(identifiers()[0])
    opened = portal.app.test_client()
    if held:
        opened.set_cookie("isoloir", portal.cookie(**held))
    return opened


def paths(portal: Portal) -> list[tuple[str, str]]:
    """(endpoint, path) of every page that GET answers."""
    adapter = portal.app.url_map.bind("127.0.0.1")
    return [(rule.endpoint, adapter.build(rule.endpoint, values_of(portal, rule))) for rule in rules(portal)]


def targets(portal: Portal) -> list[Target]:
    """Every POST route of the pages, with the fields found in the forms that lead to it."""
    fields: dict[str, set[str]] = {}
    for endpoint, path in paths(portal):
        for signed_in in (False, True):
            answer = client(portal, endpoint, signed_in=signed_in).get(path)
            if answer.mimetype == "text/html":
                for action, names in parsed(answer.text).forms.items():
                    fields.setdefault(action or path, set()).update(names)
    adapter = portal.app.url_map.bind("127.0.0.1")
    found = []
    for rule in portal.app.url_map.iter_rules():
        # The operator of short messages signs what he sends to /callbacks/, and has neither form nor token.
        if "POST" in (rule.methods or ()) and not rule.rule.startswith(("/api/", "/callbacks/")):
            path = adapter.build(rule.endpoint, values_of(portal, rule), method="POST")
            found.append(Target(rule.endpoint, path, fields.get(path, set()) - {"csrf_token"}))
    return sorted(found, key=lambda target: target.path)


def query_names(portal: Portal) -> set[str]:
    """The names that links, forms and views use in queries."""
    found = {
        name
        for path in Path(gateway.__file__).parent.rglob("*.py")
        for name in ARGUMENT.findall(path.read_text(encoding="utf-8"))
    }
    for endpoint, path in paths(portal):
        answer = client(portal, endpoint, signed_in=True).get(path)
        if answer.mimetype == "text/html":
            found |= parsed(answer.text).queries
    return found


def csrf_token(opened: FlaskClient, path: str = "/au-revoir") -> str:
    """The token of this browser's session."""
    found = re.search(r'name="csrf-token" content="([^"]+)"', opened.get(path).text)
    assert found
    return found[1]


GUARDED = {
    "identification.submit": "access",
    "activation.submit": "activation",
    "password.submit": "login",
    "password.forgotten": "password",
    "assistance.submit": "assistance",
    "/api/v1/access": "access",
    "/api/v1/activation": "activation",
    "/api/v1/session": "login",
    "/api/v1/password-link": "password",
    "/api/v1/assistance": "assistance",
    "/api/v1/reissue": "reissue",
}
"""Endpoint or path → the form that its challenge is for."""


def solved(portal: Portal, form: str) -> str:
    """The work that a form asks for, done: what lets hostile fields through to the services."""
    challenge = altcha.Challenge.from_dict(portal.app.test_client().get(f"/api/v1/challenge?form={form}").json)
    solution = altcha.solve_challenge(challenge, timeout=30)
    assert solution is not None
    return str(altcha.Payload(challenge, solution).to_base64())
