"""An RPC object that answers from a table, and sample answers: both ways through the services' contracts."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nacl.signing import SigningKey

from services.ballot.contract.methods import METHODS as BALLOT
from services.identity.contract.methods import METHODS as IDENTITY
from services.identity.contract.staff.rights import RIGHTS, Role
from services.notification.contract.methods import METHODS as NOTIFICATION
from services.reassort.contract.methods import METHODS as REASSORT
from services.runtime.contracts.methods import Command
from services.runtime.refusals import Refusal

METHODS = {"identity": IDENTITY, "ballot": BALLOT, "reassort": REASSORT, "notification": NOTIFICATION}
Payload = dict[str, Any]
Answer = Payload | Exception | Callable[[Payload], Payload]

EVENT_UUID = "11111111-1111-4111-8111-111111111111"
ONLINE = "QcmdAnVK7vcXSv"
PAPER = "Zb3dAnVK7vcXSw"
TRACKER = "A" * 42 + "+"
SESSION = "session-token-that-must-not-leak"
LINK_TOKEN = "link-token-that-must-not-leak"
PASSWORD = "Correct-Horse-9-Battery"
CAPTCHA = "captcha-1"
CAPTCHA_TEXT = "2fh9k"
IDENTIFIER = "ada.lovelace@ac-demo.fr"


RECEIPT_SEED = "0d" * 32
RECEIPT_KEY = bytes(SigningKey(bytes.fromhex(RECEIPT_SEED)).verify_key).hex()
FINGERPRINT = "h" * 43
CAST_PERMIT = "a-permit-to-cast-that-no-browser-sees"
INVITATION = {
    "name": "Luz Bergamote",
    "email": "luz.bergamote@rivages.example",
    "role": "support",
    "expires_at": "2026-12-05T07:00:00+00:00",
    "secret": "ABCDEFGH" * 4,
    "uri": "otpauth://totp/Isoloir:luz?secret=" + "ABCDEFGH" * 4,
}
"""An invitation of an agent, as identity describes it."""


def permit(election: str = ONLINE, use: str = "booth", fingerprint: str = FINGERPRINT) -> str:
    """A permit whose claims can be read; its signature is nobody's."""
    claims = json.dumps(
        {
            "election": election,
            "holder": "ab" * 32,
            "use": use,
            "session": "5e" * 32,
            "fingerprint": fingerprint,
            "receipt_key": RECEIPT_KEY,
            "issued_at": 1,
            "expires_at": 2,
            "votes_until": 2,
        }
    )
    return base64.urlsafe_b64encode(claims.encode()).decode().rstrip("=") + ".c2lnbmF0dXJl"


ELECTION = json.dumps(
    {
        "version": 1,
        "name": "Comité social",
        "questions": [
            {"answers": ["Liste Nuages", "Liste Marées"], "blank": True, "min": 1, "max": 1, "question": "Q ?"}
        ],
        "uuid": ONLINE,
    }
)


def sealing() -> Payload:
    """What identity says of the sealed election."""
    return {
        "election": ONLINE,
        "fingerprint": FINGERPRINT,
        "receipt_key": RECEIPT_KEY,
        "identity_key": "1d" * 32,
        "signature": "5e" * 64,
    }


def entry(uuid: str = ONLINE, mode: str = "online") -> Payload:
    """An election of the voter's."""
    return {
        "uuid": uuid,
        "code": "CSA" if mode == "online" else "CCP",
        "name": "Comité social" if mode == "online" else "Commission sur papier",
        "mode": mode,
        "notice": "" if mode == "online" else "À l’urne, salle du Baromètre.",
        "permit": permit(uuid, "state") if mode == "online" else None,
    }


def event() -> Payload:
    """A voting event."""
    return {
        "voting_event": EVENT_UUID,
        "name": "Élections 2026",
        "opens_at": "2026-12-03T07:00:00+00:00",
        "closes_at": "2026-12-10T16:00:00+00:00",
        "grace_minutes": 30,
        "now": "2026-12-04T07:00:00+00:00",
        "profile": "2022",
        "availability": {},
        "roll_sealed": True,
        "version": 1,
        "elections": [{key: value for key, value in entry().items() if key != "permit"}],
    }


def described(**changes: Any) -> Payload:
    """An open election as ballot describes it."""
    return {
        "election": ELECTION,
        "state": "open",
        "opens_at": "2026-12-03T07:00:00+00:00",
        "closes_at": "2026-12-10T16:00:00+00:00",
        "grace_minutes": 30,
        "election_hash": FINGERPRINT,
        "receipt_key": RECEIPT_KEY,
        "head": "ab" * 32,
        "height": 3,
        "ballots": 2,
        "credentials": 8,
        "trustees": "[]",
        "result": None,
        **changes,
    }


def states(state: str, *voted: str) -> Answer:
    """Every election that is asked for is in this state; the voter has voted in some."""
    return lambda payload: {"states": dict.fromkeys(payload["elections"], state), "voted": list(voted)}


REISSUE = "22222222-2222-4222-8222-222222222222"


def standing(**changes: Any) -> Payload:
    """How a voter of 2022 stands who may ask for another code and has not yet."""
    return {
        "opens_at": "2026-12-03T07:00:00+00:00",
        "closes_at": "2026-12-10T16:00:00+00:00",
        "is_open": True,
        "most": 3,
        "left": 3,
        "voted_everywhere": False,
        "proof": "challenge",
        "question": "first_pet",
        "newest": None,
        "provider": None,
        "asks_birth_date": False,
        **changes,
    }


def newest(**changes: Any) -> Payload:
    """A request whose code is for the screen and not there yet."""
    return {
        "request": REISSUE,
        "state": "open",
        "channel": "screen",
        "masked": "",
        "asked_at": "2026-12-04T07:00:00+00:00",
        "delivery": None,
        "may_resend": False,
        **changes,
    }


AGENT = "33333333-3333-4333-8333-333333333333"
AGENT_SESSION = "agent-session-that-must-not-leak"


def agent_session(role: str, **changes: Any) -> Payload:
    """An agent of that role who is signed in."""
    return {
        "agent": {
            "agent": AGENT,
            "email": "luz.bergamote@rivages.example",
            "name": "Luz Bergamote",
            "role": role,
            "elections": [],
            "state": "active",
            "last_log_in": "2026-12-04T07:00:00+00:00",
        },
        "rights": sorted(RIGHTS[Role(role)]),
        "expires_at": "2100-01-01T00:00:00+00:00",
        "ends_at": "2100-01-01T00:00:00+00:00",
        "waiting": 0,
        "requests": 0,
        "claims": 0,
        **changes,
    }


def answers() -> dict[tuple[str, str], Answer]:
    """What the four services answer when all is well."""
    receipt = {"election": ONLINE, "tracker": TRACKER, "head": "ab" * 32, "height": 4, "signature": "cd" * 64}
    table: dict[tuple[str, str], Answer] = {
        ("identity", "removals_told"): {"removals": []},
        ("identity", "voting_event"): event(),
        ("identity", "open_captcha"): {"captcha": CAPTCHA, "text": CAPTCHA_TEXT},
        ("identity", "captcha_text"): {"text": CAPTCHA_TEXT},
        ("identity", "check_captcha"): {},
        ("identity", "spend_proof"): {},
        ("identity", "request_access"): {"next": "link_sent", "sent_since": None, "retry_after": 120},
        ("identity", "request_password_link"): {"next": "link_sent", "sent_since": None, "retry_after": 120},
        ("identity", "open_link"): {
            "purpose": "activation",
            "expires_at": "2026-12-05T07:00:00+00:00",
            "identifier": IDENTIFIER,
            "profile": "2022",
            "prepared": False,
            "questions": ["first_pet", "dream_trip"],
        },
        ("identity", "prepare_activation"): {"profile": "2022"},
        ("identity", "activate"): {"session": SESSION},
        ("identity", "enter_without_activation"): {"session": SESSION},
        ("identity", "answer_again"): Refusal("link_used"),
        ("identity", "log_in"): {"session": SESSION},
        ("identity", "resume_session"): {
            "voter": {
                "surname": "Lovelace",
                "first_name": "Ada",
                "identifier": IDENTIFIER,
                "assignment": "Service des Giboulées",
            },
            "last_connection": "2026-12-01T07:00:00+00:00",
            "activated": True,
            "expires_at": "2100-01-01T00:00:00+00:00",
            "votes_until": "2026-12-10T16:30:00+00:00",
            "voting_event": EVENT_UUID,
            "version": 1,
            "now": event()["now"],
        },
        ("identity", "own_elections"): {"elections": [entry(), entry(PAPER, "paper")]},
        ("identity", "close_session"): {},
        ("identity", "attendance"): {"elections": [{"uuid": ONLINE, "entitled": 8, "signed": 5}]},
        ("ballot", "integrity"): {
            "sealed_at": None,
            "emptiness": {},
            "software": None,
            "checking": False,
            "checked_at": None,
            "parts": [],
            "differences": [],
            "total": 0,
            "alarm": 0,
        },
        ("identity", "vote_journal"): {
            "since": "2026-12-01T07:00:00+00:00",
            "entries": [],
            "omitted": 0,
            "counts": [],
            "total": 7,
            "head": "ab" * 32,
        },
        ("identity", "issue_permit"): {"permit": permit(), "expires_at": "2026-12-04T08:00:00+00:00"},
        ("identity", "reissue_standing"): standing(),
        ("identity", "ask_reissue"): {
            "request": REISSUE,
            "channel": "sms",
            "masked": "06xxxxxxx",
            "left": 2,
            "new": True,
        },
        ("identity", "resend_reissue"): {
            "request": REISSUE,
            "channel": "sms",
            "masked": "07xxxxxxx",
            "left": 2,
            "new": True,
        },
        ("identity", "answer_reissue"): {"until": "2026-12-04T08:00:00+00:00"},
        ("identity", "begin_identity_check"): {"address": "https://provider.example.org/authorize?state=s"},
        ("identity", "end_identity_check"): {"until": "2026-12-04T08:00:00+00:00"},
        ("identity", "follow_reissue_link"): {
            "request": REISSUE,
            "channel": "screen",
            "masked": "",
            "left": 2,
            "new": True,
        },
        ("identity", "note_command"): {"number": 1},
        ("identity", "authorize_token"): {"agent": AGENT},
        ("identity", "agent_session"): agent_session("support"),
        ("identity", "close_agent_session"): {},
        ("identity", "passkey_terms"): {"rp_id": "localhost", "origins": ["http://localhost:8080"]},
        ("identity", "board_decisions"): {"decisions": []},
        ("notification", "list_deliveries"): {"deliveries": []},
        ("identity", "figures"): {
            "voting_event": event()["voting_event"],
            "minimum": 20,
            "voters": 1000,
            "activated": 650,
            "voted": 400,
            "turnout": [],
            "by_territory": [],
            "reissues": [],
            "queues": [],
        },
        ("reassort", "shown_code"): {"sealed": None},
        ("reassort", "forget_shown_code"): {},
        ("identity", "confirm_permit"): {"permit": CAST_PERMIT},
        ("identity", "sealing"): sealing(),
        ("reassort", "code_parameters"): {"iterations": 10_000},
        ("ballot", "describe_election"): described(),
        ("ballot", "election_states"): states("open"),
        ("ballot", "ceremony"): Refusal("ceremony_unknown"),
        ("ballot", "booth_material"): {
            "election": ELECTION,
            "credential": "ef" * 32,
            "retired": [],
            "voted": False,
            "state": "open",
        },
        ("ballot", "cast_ballot"): {"receipt": receipt},
        ("ballot", "list_trackers"): {"trackers": [{"height": 1, "tracker": TRACKER}], "next": None, "total": 1},
        ("ballot", "find_tracker"): {"height": 1},
        ("ballot", "read_archive"): {
            "data": base64.b64encode(b"tar").decode(),
            "before": None,
            "after": 0,
            "skip": 0,
            "head": "ab" * 32,
            "complete": True,
        },
    }
    for service in ("identity", "ballot", "reassort", "notification"):
        table[service, "condition"] = {
            "service": service,
            "now": "2026-12-04T07:00:00+00:00",
            "outbox": 0,
            "outbox_oldest_seconds": None,
            "inbox": 0,
            "inbox_oldest_seconds": None,
            "parked_count": 0,
            "parked": [],
            "processes": [],
            "disks": [],
        }
        table[service, "health"] = {"service": service, "database": "ok"}
    return table


@dataclass(frozen=True)
class Call:
    """One call as it was made."""

    service: str
    method: str
    payload: Payload
    timeout: float
    idempotency_key: str | None


class FakeRpc:
    """Answers by table; a list of answers is used up one by one, its last one for good."""

    def __init__(self) -> None:
        self.table: dict[tuple[str, str], Any] = dict(answers())
        self.calls: list[Call] = []
        self.refuses: set[str] = set()
        """"invalid_request" for tests of what the service refuses: its own contract answers then."""

    def call(
        self, service: str, method: str, payload: Payload, *, timeout: float = 5.0, idempotency_key: str | None = None
    ) -> Payload:
        """As RpcClient.call. A request that the service would refuse, or an answer that is none of its, fails the test."""
        self.calls.append(Call(service, method, payload, timeout, idempotency_key))
        contract = METHODS[service][method]
        assert isinstance(contract, Command) is bool(idempotency_key), f"{method}: question or command?"
        try:
            contract.request.load(json.loads(json.dumps(payload)))
        except Refusal as refusal:
            if "invalid_request" in self.refuses:
                raise
            raise AssertionError(f"{service}.{method} would refuse this: {refusal.details}") from None
        answer = self.table[service, method]
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if isinstance(answer, Exception):
            raise answer
        if callable(answer):
            answer = answer(payload)
        if method == "resume_session" and payload["elections"]:
            answer = {**answer, "elections": self.table["identity", "own_elections"]["elections"]}
        try:
            return contract.answer.load(json.loads(json.dumps(answer))).dump()
        except Refusal as refusal:
            raise AssertionError(f"{service}.{method} never answers so: {refusal.details}") from None

    def in_state(self, state: str, **changes: Any) -> None:
        """Let ballot say that every election is in this state."""
        self.table["ballot", "election_states"] = states(state)
        self.table["ballot", "describe_election"] = described(state=state, **changes)

    def close(self) -> None:
        """Nothing is held."""

    def made(self, service: str, method: str) -> list[Call]:
        """The calls of one method."""
        return [call for call in self.calls if (call.service, call.method) == (service, method)]
