"""In which state a voter finds an election."""

from flask_babel import gettext as _

from gateway.clients import Payload, services
from services.runtime.refusals import Refusal
from services.runtime.rpc import RpcTimeout, RpcUnavailable

UNKNOWN = "unknown"
PUBLISHED = "published"


def with_states(entries: list[Payload]) -> list[Payload]:
    """A voter's elections, each with `state`.

    Paper elections have None. Where the ballot box does not answer, `state` is "unknown": the list itself
    is still worth showing.
    """
    return [{**entry, "state": _state(entry)} for entry in entries]


def _state(entry: Payload) -> str | None:
    if entry["mode"] != "online":
        return None
    try:
        found: str = services().ballot.describe_election(entry["uuid"])["state"]
    except (RpcTimeout, RpcUnavailable):
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
