"""« Consulter mes scrutins (ceux pour lesquels je suis électeur) et leurs listes de candidats »."""

from pathlib import Path

from flask import Blueprint, abort, render_template, send_file
from werkzeug.wrappers import Response

from gateway.clients import Payload
from gateway.content.pages import Page
from gateway.edge import voter_session
from gateway.elections.candidate_lists import CandidateList, document_of, lists_for
from gateway.elections.election_state import in_words, with_states
from gateway.pages.space.availability import Part, available, waits_until
from services.runtime.refusals import Refusal

blueprint = Blueprint("lists", __name__)


@blueprint.get("/mes-scrutins")
@voter_session.voter_required
@available(Part.ELECTIONS)
def elections() -> str:
    """The voter's elections; those held elsewhere with the reason."""
    event = voter_session.event()
    return render_template(
        "space/my_elections.html",
        elections=with_states(voter_session.own_elections()),
        in_words=in_words,
        lists_from=waits_until(event, Part.LISTS),
        roll_from=waits_until(event, Part.ROLL),
    )


@blueprint.get("/mes-scrutins/<election:uuid>/listes")
@voter_session.voter_required
@available(Part.ELECTIONS, Part.LISTS)
def candidates(uuid: str) -> str:
    """The lists of one election. Refusals: not_entitled, election_elsewhere."""
    entry = _online(uuid)
    return render_template("space/candidate_lists.html", election=entry, lists=lists_for(entry))


@blueprint.get("/mes-scrutins/<election:uuid>/listes/<int:number>/profession-de-foi")
@voter_session.voter_required
@available(Part.ELECTIONS, Part.LISTS)
def profession_de_foi(uuid: str, number: int) -> str | Response:
    """What a list says of itself: a page, or the file that it has sent."""
    entry = _online(uuid)
    described = _list(entry, number)
    document = document_of(entry, number)
    if isinstance(document, Path):
        name = f"profession-de-foi-{entry['code']}-{number}.pdf"
        return send_file(document, mimetype="application/pdf", as_attachment=True, download_name=name)
    page = Page(document) if document else None
    return render_template("space/profession_de_foi.html", election=entry, list=described, page=page)


def _online(uuid: str) -> Payload:
    entry = voter_session.entitlement(uuid)
    if entry["mode"] != "online":
        raise Refusal("election_elsewhere")
    return entry


def _list(entry: Payload, number: int) -> CandidateList:
    found = next((described for described in lists_for(entry) if described.number == number), None)
    if found is None:
        abort(404)
    return found
