"""« Consulter les listes électorales de mes scrutins »: search and paging, and only what may be shown."""

import re

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.clients import services
from gateway.edge import voter_session
from gateway.pages.space.availability import Part, available

blueprint = Blueprint("roll", __name__)

PAGE = 50
LONGEST_QUERY = 100
LONGEST_PLACE = 9
PLACE = re.compile(r"[0-9]+")  # what identity's pages begin with; anything else means the first page


@blueprint.get("/listes-electorales")
@voter_session.voter_required
@voter_session.shows_elections
@available(Part.ROLL)
def show() -> str | Response:
    """Which election's roll; whoever has one election alone goes straight to it."""
    elections = voter_session.own_elections()
    if len(elections) == 1:
        return redirect(url_for("roll.search", uuid=elections[0]["uuid"]), 303)
    return render_template("space/rolls.html", elections=elections)


@blueprint.get("/listes-electorales/<election:uuid>")
@voter_session.voter_required
@voter_session.shows_elections
@available(Part.ROLL)
def search(uuid: str) -> str:
    """A page of one roll: surname, first name, place of assignment. Refusal: not_entitled."""
    entry = voter_session.entitlement(uuid)
    query = _typed("recherche", LONGEST_QUERY)
    place = _typed("apres", LONGEST_PLACE)
    after = place if PLACE.fullmatch(place) else None
    found = services().identity.search_roll(voter_session.required_token(), uuid, query, after, PAGE)
    return render_template(
        "space/roll.html",
        election=entry,
        query=query,
        first_page=after is None,
        voters=found.voters,
        following=found.next,
        total=found.total,
    )


def _typed(name: str, most: int) -> str:
    """An argument of the address, without what no name holds: controls, and halves of characters."""
    text = request.args.get(name, "")
    return "".join(character for character in text if character.isprintable()).strip()[:most]
