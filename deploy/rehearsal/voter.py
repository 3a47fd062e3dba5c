"""A voter without a browser: the JSON API of the gateway and the protocol, step by step as a person would.

Used by `isoloir election` and by load tests. It makes real ballots and checks what it is told, as the booth does.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

import altcha
import requests

from services.ballot.belenios.ballot import make_ballot, tracker
from services.ballot.belenios.election import Election
from services.ballot.belenios.keys.credential import private_from_credential, public_credential
from services.reassort.codes.voting_code import credential_from_code
from services.runtime.sealing_box import new_keypair, open_sealed

TIMEOUT = 30  # seconds, for one request
SOLVING_SECONDS = 60.0
TURN_SECONDS = 180.0  # how long a voter waits where too many come from one address
CODE_SECONDS = 120.0  # how long a re-issue may take to go through four services
QUESTION = "first_pet"
AWAY = {502, 503, 504}
LIMITED = 429
FULL = {"busy", "waiting_room"}
"""Codes of a portal that is there, and has too many before this one."""
LONGEST_TURN = 15.0
CUT_OFF = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)
"""The portal died before, or in the middle of, its answer."""
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


class VoterRefused(Exception):
    """The portal said no. `code` is of the closed set, `status` of HTTP, `details` as the API has them; the message repeats
    no secret.
    """

    def __init__(self, status: int, code: str, message: str, details: dict[str, Any] | None = None) -> None:
        self.status, self.code, self.details = status, code, details or {}
        super().__init__(f"{status} {code}: {message}")


class NoCode(Exception):
    """A re-issued code did not come in time."""


class ReceiptMismatch(Exception):
    """The receipt does not name the ballot that was sent."""


class Speaks(Protocol):
    """What a voter speaks HTTP with: a requests.Session, or what measures one."""

    @property
    def request(self) -> Callable[..., requests.Response]:
        """Sends a request, as that of requests.Session does."""


@dataclass(frozen=True)
class Booth:
    """What the portal gives into the booth: permit, public credential, the election as it was sealed, and for the code."""

    permit: str
    credential: str
    election: str
    voting_event: str
    iterations: int


@dataclass(frozen=True)
class Prepared:
    """A ballot ready to be sent, with the number that will find it in the urn."""

    election: str
    permit: str
    ballot: str
    tracker: str


class Voter:
    """One voter's conversation with the portal.

    In: the gateway's address; a session to share connections, or none; `patience`, how many seconds to try a request
    again while the portal is away or says that it is (a retry is harmless: each command can be repeated); `works`, false
    for a load tester whom the portal lets through the challenge without work (ISOLOIR_GATEWAY_TEST_ADDRESSES).
    """

    def __init__(
        self, base_url: str, session: Speaks | None = None, patience: float = 0.0, *, works: bool = True
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.patience = patience
        self.works = works
        self.timeout: float = TIMEOUT
        self.http: Speaks = session or requests.Session()
        self._csrf = ""
        self._keys: dict[str, tuple[str, str]] = {}

    def request_access(self, identifier: str) -> str:
        """Give the identifier. Out: "password" or "link_sent"."""
        return str(self._send_solved("access", "/access", {"identifier": identifier})["next"])

    def activate(self, link: str, password: str, answer: str = "") -> None:
        """Follow the link of the e-mail, choose a password, and a question where one is asked; signed in afterwards.

        In: `answer` to the question; without it nobody knows the answer afterwards.
        """
        token = urlsplit(link).path.rsplit("/", 1)[-1]
        opened = self._send("POST", "/link", {"token": token})
        chosen = {"token": token, "password": password}
        if opened.get("questions"):
            chosen |= {"question": QUESTION, "answer": answer or secrets.token_hex(8)}
        self._send_solved("activation", "/activation", chosen)
        self._csrf = ""

    def ask_for_another_code(self, answer: str) -> None:
        """Answer the challenge question: a link is mailed."""
        self._send("POST", "/reissue/challenge", {"answer": answer})

    def another_code(self, link: str, seconds: float = CODE_SECONDS) -> str:
        """Follow the mailed link and wait for the code, sealed for a key of this browser. Raises NoCode after `seconds`.

        Called again for the same link it goes on with the same key: the portal may have taken it before it went away.
        """
        private, public = self._keys.setdefault(link, new_keypair())
        token = urlsplit(link).path.rsplit("/", 1)[-1]
        self._send("POST", "/reissue/link", {"token": token, "browser_key": public})
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            sealed = self._send("GET", "/reissue/code")["sealed"]
            if sealed is not None:
                code = str(open_sealed(private, sealed)["voting_code"])
                self._send("DELETE", "/reissue/code")
                return code
            time.sleep(0.2)
        raise NoCode(f"no code arrived in {seconds:g} s")

    def log_in(self, identifier: str, password: str) -> None:
        """Open a session."""
        self._send_solved("login", "/session", {"identifier": identifier, "password": password})
        self._csrf = ""

    def is_signed_in(self) -> bool:
        """Whether the portal knows this browser."""
        return bool(self._send("GET", "/session")["signed_in"])

    def log_out(self) -> None:
        """End the session."""
        self._send("DELETE", "/session")
        self._csrf = ""

    def elections(self) -> list[dict[str, Any]]:
        """The elections of this voter, as the home page shows them."""
        answer = self._send("GET", "/elections")
        found: list[dict[str, Any]] = answer["elections"] if isinstance(answer, dict) else answer
        return found

    def prepare(self, election_uuid: str, voting_code: str, choice: list[list[int]]) -> Prepared:
        """Check the code, then encrypt, prove and sign. In: the plaintext of each question (protocol, section 4).

        Raises VoterRefused with code wrong_voting_code where the code is not this voter's.
        """
        booth = self.enter_booth(election_uuid)
        credential = credential_from_code(voting_code, booth.voting_event, booth.iterations)
        secret = private_from_credential(election_uuid, credential)
        if public_credential(secret) != booth.credential:
            raise VoterRefused(0, "wrong_voting_code", "ce code n'est pas celui de ce scrutin")
        ballot = make_ballot(Election.parse(booth.election), secret, choice)
        return Prepared(election_uuid, booth.permit, ballot, tracker(ballot))

    def enter_booth(self, election_uuid: str) -> Booth:
        """Have a permit, and what a ballot is made from."""
        given = self._send("GET", f"/elections/{election_uuid}/booth")
        return Booth(*(given[name] for name in ("permit", "credential", "election", "voting_event", "iterations")))

    def cast(self, prepared: Prepared) -> dict[str, Any]:
        """Send the ballot; sending the same again gives the same receipt. Raises ReceiptMismatch, VoterRefused."""
        receipt: dict[str, Any] = self._send(
            "POST", f"/elections/{prepared.election}/ballots", {"permit": prepared.permit, "ballot": prepared.ballot}
        )
        if receipt["tracker"] != prepared.tracker:
            raise ReceiptMismatch(prepared.election)
        return receipt

    def vote(self, election_uuid: str, voting_code: str, choice: list[list[int]]) -> dict[str, Any]:
        """Prepare and cast. Out: the receipt."""
        return self.cast(self.prepare(election_uuid, voting_code, choice))

    def trackers(self, election_uuid: str) -> list[str]:
        """All trackers of the public urn, in its order."""
        found: list[str] = []
        after: int | None = 0  # height 0 is the set-up
        while after is not None:
            page = self._send("GET", f"/elections/{election_uuid}/trackers?after={after}&limit=500")
            found += [entry["tracker"] for entry in page["trackers"]]
            after = page["next"]
        return found

    def _send_solved(self, form: str, path: str, payload: dict[str, Any]) -> Any:
        """Send what takes a challenge: ask for one, do the work, send both."""
        deadline = time.monotonic() + self.patience
        while True:
            challenge = altcha.Challenge.from_dict(self._send("GET", f"/challenge?form={form}"))
            solved = self._solved(challenge) if self.works else ""
            try:
                return self._send("POST", path, {**payload, "challenge": solved})
            except VoterRefused as refused:
                # The work was taken, then a process went away: the command itself has not been done.
                if refused.code != "challenge_spent" or time.monotonic() > deadline:
                    raise

    def _solved(self, challenge: altcha.Challenge) -> str:
        solution = altcha.solve_challenge(challenge, timeout=SOLVING_SECONDS)
        if solution is None:
            raise VoterRefused(0, "challenge_unsolved", "le défi n'a pas été résolu à temps")
        return str(altcha.Payload(challenge, solution).to_base64())

    def _send(self, method: str, path: str, payload: dict[str, Any] | None = None) -> Any:
        try:
            return self._send_once(method, path, payload)
        except VoterRefused as refused:
            if refused.code != "csrf_refused":
                raise
            # A portal that signed the voter in, and could then say no more than that a service was away, left the browser
            # with another session: its page is opened again.
            self._csrf = ""
            return self._send_once(method, path, payload)

    def _send_once(self, method: str, path: str, payload: dict[str, Any] | None) -> Any:
        headers = {}
        if method in UNSAFE:
            if not self._csrf:
                self._csrf = self._send_once("GET", "/session", None)["csrf_token"]
            headers = {"X-CSRFToken": self._csrf, "Referer": f"{self.base_url}/"}
        answer = self._patiently(method, f"{self.base_url}/api/v1{path}", payload, headers)
        if answer.status_code == 204:
            return {}
        try:
            content = answer.json()
        except ValueError:
            raise VoterRefused(answer.status_code, "no_json", "réponse illisible du portail") from None
        if not answer.ok:
            raise VoterRefused(
                answer.status_code, content.get("code", "unknown"), content.get("message", ""), content.get("details")
            )
        return content

    def _patiently(
        self, method: str, url: str, payload: dict[str, Any] | None, headers: dict[str, str]
    ) -> requests.Response:
        deadline = time.monotonic() + self.patience
        turn = time.monotonic() + TURN_SECONDS
        while True:
            wait = 0.3
            try:
                answer = self.http.request(method, url, json=payload, headers=headers, timeout=self.timeout)
                if answer.status_code == LIMITED and answer.json().get("code") == "rate_limited":
                    # Thousands of rehearsed voters come from one address: each waits for its turn.
                    if time.monotonic() > turn:
                        return answer
                    wait = min(float(answer.headers.get("Retry-After", "1")), 5.0)
                elif answer.status_code not in AWAY or time.monotonic() > deadline:
                    return answer
                elif _code(answer) in FULL:
                    # Told when to come again: coming earlier would use up what an activation link allows.
                    wait = min(float(answer.headers.get("Retry-After", "1")), LONGEST_TURN)
            except CUT_OFF:
                if time.monotonic() > deadline:
                    raise
            time.sleep(wait)


def _code(answer: requests.Response) -> str:
    try:
        return str(answer.json()["code"])
    except (ValueError, KeyError, TypeError):
        return ""
