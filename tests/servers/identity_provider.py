"""A real OpenID Connect provider, for a module of tests: identity_provider.js, and a browser that walks through it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import requests

from deploy.local.launcher.ports import free_port

SCRIPT = Path(__file__).with_suffix(".js")
REDIRECT = "https://vote.example.org/reassort/identite/retour"


@dataclass
class IdentityProvider:
    """A running provider; `secret` is that of the client « isoloir »."""

    issuer: str
    _process: subprocess.Popen[str]
    secret: str = "secret-of-isoloir-that-must-not-leak"

    def person(self, **claims: object) -> None:
        """Who proves his identity from now on; `refuses` instead of claims says no."""
        self._tell({"person": claims})

    def rotate(self) -> None:
        """Sign with new keys, and know nothing of what was before."""
        self._tell({"rotate": True})

    def leads_back_to(self, portal: str) -> None:
        """Know the client at another address: a portal has one once it runs, and it runs once it knows the provider."""
        self._tell({"leads": f"{portal}/reassort/identite/retour"})

    def _tell(self, command: dict[str, object]) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == "done\n"


@contextmanager
def identity_provider(redirect: str = REDIRECT) -> Iterator[IdentityProvider]:
    """Start a provider and end it."""
    port = free_port()
    command = ["node", "--no-warnings", str(SCRIPT), str(port), redirect]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "ready\n", "the provider did not start: npm ci?"
            yield IdentityProvider(f"http://127.0.0.1:{port}", process)
        finally:
            process.kill()


def walked(address: str) -> dict[str, str]:
    """Follow the way as a browser does, up to where it would come back to the portal; what the address brings."""
    with requests.Session() as browser:
        for _step in range(10):
            answer = browser.get(address, allow_redirects=False, timeout=30)
            assert answer.status_code in (302, 303), answer.text
            address = urljoin(address, answer.headers["Location"])
            if not address.startswith("http://127.0.0.1"):
                return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    raise AssertionError(address)
