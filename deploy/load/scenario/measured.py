"""HTTP as Locust measures it: each request under the name of its page, refusals under their codes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import requests

from deploy.rehearsal.voter import TIMEOUT, VoterRefused

MEANT = {"log_in_refused"}
"""Refusals that voters of a scenario provoke: no failure of the portal."""
_ELECTION = re.compile(r"/[1-9A-HJ-NP-Za-km-z]{14,64}(?=/|$)")
_BROUGHT = re.compile(r'<(?:link|script)[^>]+(?:href|src)="(/static/[^"]+\.(?:css|js)(?:\?[^"]*)?)"')


def name_of(url: str) -> str:
    """An address as its page is called: no election, no query, no file of one build."""
    path = urlsplit(url).path
    return "/static" if path.startswith("/static/") else _ELECTION.sub("/[scrutin]", path)


class Measured:
    """Speaks through a client of Locust (locust.clients.HttpSession), which never raises, and raises as requests does."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def request(self, method: str, url: str, **more: Any) -> requests.Response:
        """Send a request. Raises what requests raises where no answer came."""
        with self._client.request(method, url, name=name_of(url), catch_response=True, **more) as answer:
            code = _code(answer)
            if code is None or code in MEANT:
                answer.success()
            else:
                answer.failure(code)
        if answer.status_code == 0 and answer.error is not None:
            raise answer.error
        # Locust's own answer raises what Locust made of it wherever it is asked whether all went well.
        plain = requests.Response()
        plain.__dict__.update({name: value for name, value in vars(answer).items() if name in vars(plain)})
        return plain


def browser(speaks: Measured, portal: str) -> Callable[[str], None]:
    """A function that loads a page with the styles and scripts that it brings, each of these once.

    It raises VoterRefused for a page that is none.
    """
    kept: set[str] = set()

    def browse(path: str) -> None:
        answer = speaks.request("GET", portal + path, timeout=TIMEOUT)
        if not answer.ok:
            raise VoterRefused(answer.status_code, f"page_{answer.status_code}", path)
        for brought in dict.fromkeys(_BROUGHT.findall(answer.text)):
            if brought not in kept:
                kept.add(brought)
                speaks.request("GET", portal + brought, timeout=TIMEOUT)

    return browse


def _code(answer: Any) -> str | None:
    if answer.status_code == 0:
        return type(answer.error).__name__
    if answer.status_code < 400:
        return None
    try:
        return str(answer.json()["code"])
    except (ValueError, KeyError, TypeError):
        return f"http_{answer.status_code}"
