"""« Consulter mes scrutins (ceux pour lesquels je suis électeur) et leurs listes de candidats »."""

from pathlib import Path

from flask import Blueprint, abort, render_template, send_file
from werkzeug.wrappers import Response

from gateway.clients import Payload
from gateway.content.files import document_name
from gateway.content.pages import Page
from gateway.edge import voter_session
from gateway.elections.candidate_lists import AskedLists, CandidateList, document_of, questions_for
from gateway.elections.election_state import in_words, with_states
from gateway.pages.space.availability import Part, available, waits_until
from services.runtime.refusals import Refusal

blueprint = Blueprint("lists", __name__)


@blueprint.get("/mes-scrutins")
@voter_session.voter_required
@voter_session.shows_elections
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
@voter_session.shows_elections
@available(Part.ELECTIONS, Part.LISTS)
def candidates(uuid: str) -> str:
    """The lists of one election, question by question. Refusals: not_entitled, election_elsewhere."""
    entry = _online(uuid)
    questions = questions_for(entry)
    return render_template(
        "space/candidate_lists.html", election=entry, questions=questions if any(one.lists for one in questions) else []
    )


@blueprint.get("/mes-scrutins/<election:uuid>/listes/<int:number>/profession-de-foi", defaults={"question": 1})
@blueprint.get("/mes-scrutins/<election:uuid>/questions/<int:question>/listes/<int:number>/profession-de-foi")
@voter_session.voter_required
@voter_session.shows_elections
@available(Part.ELECTIONS, Part.LISTS)
def profession_de_foi(uuid: str, question: int, number: int) -> str | Response:
    """What a list of a question says of itself: a page, or the file that it has sent."""
    entry = _online(uuid)
    questions = questions_for(entry)
    asked, described = _list(questions, question, number)
    document = document_of(entry, question, number)
    if isinstance(document, Path):
        name = f"profession-de-foi-{entry['code']}-{document_name(question, number)}.pdf"
        return send_file(document, mimetype="application/pdf", as_attachment=True, download_name=name)
    page = Page(document) if document else None
    several = asked if len(questions) > 1 else None
    return render_template("space/profession_de_foi.html", election=entry, asked=several, list=described, page=page)


def _online(uuid: str) -> Payload:
    entry = voter_session.entitlement(uuid)
    if entry["mode"] != "online":
        raise Refusal("election_elsewhere")
    return entry


def _list(questions: list[AskedLists], question: int, number: int) -> tuple[AskedLists, CandidateList]:
    found = ((asked, one) for asked in questions if asked.number == question for one in asked.lists)
    asked_list = next(((asked, one) for asked, one in found if one.number == number), None)
    if asked_list is None:
        abort(404)
    return asked_list
