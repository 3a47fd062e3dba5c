"""In which state a voter finds an election."""

from flask_babel import gettext as _

from gateway.clients import Payload, services
from services.runtime.contracts.client import RpcTimeout, RpcUnavailable
from services.runtime.refusals import ServiceFault

UNKNOWN = "unknown"
PUBLISHED = "published"
PATIENCE_SECONDS = 2.0


def with_states(entries: list[Payload]) -> list[Payload]:
    """A voter's elections, each with `state`.

    Paper elections have None. Where the ballot box does not answer, `state` is "unknown": the list itself is still
    worth showing.
    """
    states = _states([entry["uuid"] for entry in entries if entry["mode"] == "online"])
    return [{**entry, "state": states[entry["uuid"]] if entry["mode"] == "online" else None} for entry in entries]


def _states(online: list[str]) -> dict[str, str]:
    if not online:
        return {}
    try:
        return {**services().ballot.election_states(online, PATIENCE_SECONDS)}
    except (RpcTimeout, RpcUnavailable, ServiceFault):
        return dict.fromkeys(online, UNKNOWN)


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
