"""« Recherche » and « Fiche »: finding a voter of one's territory, and all that a cell may know of one."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from gateway.clients import Payload, services
from gateway.edge import agent_session
from gateway.edge.agent_session import agent_required
from gateway.hours.paris_time import paris
from gateway.pages.agents import page as agents_page
from gateway.pages.agents.support import voter_words
from services.identity.contract.staff.rights import Right
from services.runtime.contracts.client import RpcTimeout, RpcUnavailable

blueprint = agent_session.pages("agents_voters")

LONGEST = 200


@blueprint.get("/agents/electeurs")
@agent_required(Right.SEE_VOTERS)
def search() -> str:
    """Search by address, name or place."""
    query = "".join(char if char.isprintable() else " " for char in request.args.get("q", ""))[:LONGEST].strip()
    found = services().identity.find_voters(agent_session.required_token(), query).dump() if query else None
    return agents_page("support/search.html", query=query, found=found)


@blueprint.get("/agents/electeurs/<uuid:voter>")
@agent_required(Right.SEE_VOTERS)
def show(voter: UUID) -> str:
    """The sheet, with what became of each message."""
    sheet = services().identity.open_sheet(agent_session.required_token(), str(voter)).dump()
    return agents_page("support/sheet.html", sheet=sheet, said=voter_words, seen=_seen(sheet), **_messages(sheet))


@blueprint.post("/agents/electeurs/<uuid:voter>/lien")
@agent_required(Right.HELP_VOTERS)
def resend(voter: UUID) -> Response:
    """Send the link again, to the address on the roll."""
    until = services().identity.resend_link(agent_session.required_token(), str(voter))
    flash(
        gettext(
            "Un lien est parti à l’adresse de la liste. Il vaut jusqu’au %(moment)s.", moment=paris(until.isoformat())
        )
    )
    return redirect(url_for("agents_voters.show", voter=voter), 303)


def _messages(sheet: Payload) -> dict[str, Any]:
    """Each message with its state; where notification is silent, the sheet is shown all the same."""
    asked = sheet["messages"]
    silent = False
    try:
        known = services().notification.describe_messages([one["message"] for one in asked])
    except (RpcTimeout, RpcUnavailable):
        known, silent = [], True
    states = {one.message_id: one.dump() for one in known}
    messages = [
        {
            **one,
            "state": states.get(one["message"], {}).get("state", "unknown"),
            "channel": states.get(one["message"], {}).get("channel", ""),
            "reason": voter_words.reason(states.get(one["message"], {}).get("reason")),
            "at": states.get(one["message"], {}).get("at", one["asked_at"]),
        }
        for one in asked
    ]
    return {
        "messages": messages,
        "silent": silent,
        "lost": [one for one in messages if one["state"] in voter_words.LOST],
    }


def _seen(sheet: Payload) -> list[str]:
    return [
        str(voter_words.SEEN[one["code"]]) % {"moment": paris(one["at"]) if one["at"] else ""}
        for one in sheet["seen"]
        if one["code"] in voter_words.SEEN
    ]
