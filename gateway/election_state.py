"""In which state a voter finds an election."""

from flask_babel import gettext as _

from gateway.clients import Payload, services
from services.runtime.refusals import Refusal, ServiceFault
from services.runtime.rpc import RpcTimeout, RpcUnavailable

UNKNOWN = "unknown"
PUBLISHED = "published"
PATIENCE_SECONDS = 2.0


def with_states(entries: list[Payload]) -> list[Payload]:
    """A voter's elections, each with `state`.

    Paper elections have None. Where the ballot box does not answer, `state` is "unknown": the list itself
    is still worth showing, and is not held up once for each election.
    """
    found: list[Payload] = []
    answers = True
    for entry in entries:
        state = None
        if entry["mode"] == "online":
            state = _state(entry["uuid"]) if answers else UNKNOWN
            answers = state != UNKNOWN
        found.append({**entry, "state": state})
    return found


def _state(election: str) -> str:
    try:
        found: str = services().ballot.describe_election(election, PATIENCE_SECONDS)["state"]
    except (RpcTimeout, RpcUnavailable, ServiceFault):
        return UNKNOWN
    except Refusal as refusal:
        if refusal.code != "election_unknown":
            raise
        return "draft"
    return found


def in_words(state: str | None) -> str:
    """The state as voters read it."""
    words: str = {
        None: _("Hors de ce portail"),
        UNKNOWN: _("État momentanément indisponible"),
        "draft": _("En préparation"),
        "sealed": _("Vote pas encore ouvert"),
        "open": _("Vote ouvert"),
        "closed": _("Vote clos"),
        "tallied": _("Dépouillement en cours"),
        PUBLISHED: _("Résultat publié"),
    }.get(state, _("État momentanément indisponible"))
    return words
