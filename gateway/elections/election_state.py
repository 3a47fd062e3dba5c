"""In which state a voter finds an election."""

from flask_babel import gettext as _

from gateway.clients import Payload, services
from gateway.edge import voter_session
from gateway.hours.paris_time import parse
from services.runtime.contracts.client import RpcTimeout, RpcUnavailable
from services.runtime.refusals import ServiceFault

UNKNOWN = "unknown"
CLOSING = "closing"
CLOSED = "closed"
PUBLISHED = "published"
OPEN = ("open", CLOSING)
PATIENCE_SECONDS = 2.0


def with_states(entries: list[Payload]) -> list[Payload]:
    """A voter's elections, each with `state` and `signed` (whether he has voted: the urn says it, by his own permit).

    `revoting`: whether the election says that its voters may vote again, their last ballots counting; `again`: whether he
    may do so now: he has voted, and it takes ballots.
    A vote that is closing is closed for whoever was not authenticated before it. Paper elections have no state. Where
    the ballot box does not answer, `state` is "unknown" and `signed` None: the list itself is still worth showing.
    """
    online = [entry["uuid"] for entry in entries if entry["mode"] == "online"]
    permits = [entry["permit"] for entry in entries if entry["permit"] is not None]
    states: dict[str, str] = dict.fromkeys(online, UNKNOWN)
    signed: dict[str, bool | None] = dict.fromkeys(online)
    revoting: set[str] = set()
    again: set[str] = set()
    if online:
        try:
            answer = services().ballot.election_states(online, permits, PATIENCE_SECONDS)
            states = {uuid: _for_this_session(state) for uuid, state in answer.states.items()}
            signed = {uuid: uuid in answer.voted for uuid in online}
            revoting = set(answer.revoting)
            again = {uuid for uuid in revoting if uuid in answer.voted and states.get(uuid) in OPEN}
        except (RpcTimeout, RpcUnavailable, ServiceFault):
            pass  # as unknown as they are
    return [
        {
            **entry,
            "state": states.get(entry["uuid"]),
            "signed": signed.get(entry["uuid"], False),
            "revoting": entry["uuid"] in revoting,
            "again": entry["uuid"] in again,
        }
        for entry in entries
    ]


def _for_this_session(state: str) -> str:
    if state != CLOSING:
        return state
    return CLOSING if voter_session.state().votes_until > parse(voter_session.event()["closes_at"]) else CLOSED


def in_words(state: str | None) -> str:
    """The state as voters read it."""
    words: str = {
        None: _("Hors de ce portail"),
        UNKNOWN: _("État momentanément indisponible"),
        "draft": _("En préparation"),
        "sealed": _("Vote pas encore ouvert"),
        "open": _("Vote ouvert"),
        "suspended": _("Vote suspendu par le bureau"),
        CLOSING: _("Vote clos, derniers bulletins"),
        CLOSED: _("Vote clos"),
        "tallied": _("Dépouillement en cours"),
        PUBLISHED: _("Résultat publié"),
    }.get(state, _("État momentanément indisponible"))
    return words
