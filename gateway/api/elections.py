"""/voting-event, /elections: what there is to vote on, the booth's material, and the public ballot box."""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar

from flask import Response, current_app, request, stream_with_context
from flask_smorest import Blueprint
from marshmallow import RAISE
from werkzeug.wsgi import FileWrapper

from gateway.api.documentation.description import PUBLIC, SIGNED_IN, STRANGER, UNSAFE, VOTER, operation, refusals
from gateway.api.json_body import install
from gateway.api.schemas.elections import (
    BoothSchema,
    OwnElectionSchema,
    PageSchema,
    RecordFactsSchema,
    ResultSchema,
    SealingSchema,
    TrackerFoundSchema,
    TrackerSearchSchema,
    TrackersSchema,
    VotingEventSchema,
)
from gateway.clients import Payload, services
from gateway.edge import failures, lines, voter_session
from gateway.edge.errors import RETRY_AFTER_SECONDS
from gateway.elections.archive_files import ArchiveFiles, NotReady
from gateway.elections.candidate_lists import presentation_for
from gateway.elections.election_state import with_states
from gateway.elections.record import facts_of, pages_of
from gateway.hours.paris_time import paris_hour
from services.ballot.contract.heads import HeadPage
from services.reassort.contract.register import RegisterLines
from services.runtime.refusals import Refusal

Part = TypeVar("Part", RegisterLines, HeadPage)

blueprint = Blueprint("api_elections", __name__, url_prefix="/api/v1", description="Elections and ballot boxes")
install(blueprint)

ARCHIVE_SECONDS = 20.0
"""How long a request may bring the copy up to date; the next one goes on."""
PIECE = 64 * 1024


@blueprint.get("/voting-event")
@operation("getVotingEvent", PUBLIC)
@blueprint.response(200, VotingEventSchema)
@refusals(blueprint, "no_voting_event")
def voting_event() -> Payload:
    """The current voting event."""
    return services().identity.voting_event().dump()


@blueprint.get("/elections")
@operation("listOwnElections", VOTER)
@blueprint.response(200, OwnElectionSchema(many=True))
@refusals(blueprint, *SIGNED_IN)
def own() -> list[Payload]:
    """The voter's own elections with their states."""
    return with_states(voter_session.own_elections())


@blueprint.get("/elections/<election:uuid>/booth")
@operation("getBooth", VOTER)
@blueprint.response(200, BoothSchema)
@refusals(
    blueprint,
    *SIGNED_IN,
    "not_entitled",
    "election_elsewhere",
    "election_not_sealed",
    "election_unknown",
    "credential_unknown",
)
def booth(uuid: str) -> dict[str, Any]:
    """What the browser needs to make a ballot, with a permit to cast it."""
    voting_event = voter_session.state().voting_event
    entry = voter_session.entitlement(uuid)
    permit = services().identity.issue_permit(voter_session.required_token(), uuid).permit
    material = services().ballot.booth_material(permit)
    return {
        **material.dump(),
        "retired": [{"credential": one.credential, "hour": paris_hour(one.hour)} for one in material.retired],
        "permit": permit,
        "voting_event": voting_event,
        "iterations": services().reassort.iterations(voting_event),
        "presentation": presentation_for(entry, material.election),
    }


@blueprint.get("/elections/<election:uuid>/trackers")
@operation("listTrackers", PUBLIC)
@blueprint.arguments(PageSchema, location="query", unknown=RAISE)
@blueprint.response(200, TrackersSchema)
@refusals(blueprint, "election_unknown", "invalid_request")
def trackers(wanted: dict[str, int], uuid: str) -> Payload:
    """A page of the ballot box, in the order of acceptance."""
    return services().ballot.list_trackers(uuid, wanted["after"], wanted["limit"]).dump()


@blueprint.get("/elections/<election:uuid>/archive")
@operation("getArchive", PUBLIC)
@blueprint.response(
    200, {"type": "string", "format": "binary"}, content_type="application/x-tar", description="The Belenios archive"
)
@blueprint.alt_response(206, description="The bytes that Range asked for")
@refusals(blueprint, "election_unknown", "election_not_open", "out_of_range", "archive_in_preparation")
def archive(uuid: str) -> Response:
    """The archive as it stands, from a copy on this portal's disk. A broken transfer goes on by Range: it only grows."""
    files: ArchiveFiles = current_app.extensions["isoloir_archives"]
    try:
        found = files.up_to_date(uuid, partial(services().ballot.read_archive, uuid), ARCHIVE_SECONDS)
    except NotReady:
        return failures.answer("archive_in_preparation", {"seconds": RETRY_AFTER_SECONDS})
    response = Response(
        FileWrapper(found.content, PIECE),  # type: ignore[arg-type]
        mimetype="application/x-tar",
        headers={"Content-Disposition": f'attachment; filename="{uuid}.bel"'},
        direct_passthrough=True,
    )
    response.content_length = found.length
    response.set_etag(found.tag)
    response.cache_control.no_cache = True
    # Werkzeug closes what it passes through, and calls nothing else of the answer.
    found.content.when_closed = lines.keep_place()
    response.make_conditional(request, accept_ranges=True, complete_length=found.length)
    return response


@blueprint.post("/elections/<election:uuid>/tracker")
@operation("findTracker", STRANGER)
@blueprint.arguments(TrackerSearchSchema)
@blueprint.response(200, TrackerFoundSchema)
@refusals(blueprint, *UNSAFE, "election_unknown")
def tracker(wanted: dict[str, str], uuid: str) -> Payload:
    """Whether a ballot is in the ballot box. By POST: an address with somebody's tracker in it would stay in logs."""
    return services().ballot.find_tracker(uuid, wanted["tracker"]).dump()


@blueprint.get("/elections/<election:uuid>/register")
@operation("getRegister", PUBLIC)
@blueprint.response(
    200,
    {"type": "string"},
    content_type="application/jsonl",
    description="The register of re-issued voting codes: a JSON object a line, chained, the last one signed",
)
@refusals(blueprint, "election_unknown")
def register(uuid: str) -> Response:
    """The register of re-issues as it stands; `isoloir verify ARCHIVE --register FILE` compares it with the urn."""
    asked = services().reassort.register_lines
    return _lines_of(uuid, "register", asked(uuid), lambda after: asked(uuid, after), lambda part: part.lines)


@blueprint.get("/elections/<election:uuid>/heads")
@operation("getHeads", PUBLIC)
@blueprint.response(
    200,
    {"type": "string"},
    content_type="application/jsonl",
    description="The heads of the chain that the ballot box published and signed, a JSON object a line, from the first on",
)
@refusals(blueprint, "election_unknown")
def heads(uuid: str) -> Response:
    """One an hour while the vote is open, one after each later step; `isoloir verify ARCHIVE --heads FILE` checks them."""
    asked = partial(services().ballot.list_heads, uuid)
    return _lines_of(uuid, "heads", asked(-1), asked, _written)


def _written(part: HeadPage) -> list[str]:
    return [json.dumps(one.dump(), separators=(",", ":")) for one in part.heads]


def _lines_of(
    uuid: str, name: str, first: Part, following: Callable[[int], Part], lines_of: Callable[[Part], Sequence[str]]
) -> Response:
    """A public file of lines, streamed page by page. The first page was read before: its refusal is told as one."""

    def parts() -> Iterator[str]:
        part = first
        while True:
            yield "".join(f"{line}\n" for line in lines_of(part))
            if part.next is None:
                return
            part = following(part.next)

    return Response(
        stream_with_context(parts()),
        mimetype="application/jsonl",
        headers={"Content-Disposition": f'attachment; filename="{uuid}.{name}.jsonl"'},
    )


@blueprint.get("/elections/<election:uuid>/election")
@operation("getElection", PUBLIC)
@blueprint.response(
    200,
    {"type": "object"},
    content_type="application/json",
    description="election.json of the Belenios protocol, byte for byte as its hash was taken",
)
@refusals(blueprint, "election_unknown", "election_not_sealed")
def definition(uuid: str) -> Response:
    """The sealed election: questions, answers and public key, for whoever encrypts for it or checks what was encrypted."""
    election = services().ballot.describe_election(uuid).election
    if not election:
        raise Refusal("election_not_sealed")
    return Response(election, mimetype="application/json")


@blueprint.get("/elections/<election:uuid>/sealing")
@operation("getSealing", PUBLIC)
@blueprint.response(200, SealingSchema)
@refusals(blueprint, "election_not_sealed")
def sealing(uuid: str) -> Payload:
    """What was sealed, signed: the fingerprint that booths insist on, and the key that receipts are checked with."""
    return services().identity.sealing(uuid).dump()


@blueprint.get("/elections/<election:uuid>/record")
@operation("getRecordFacts", PUBLIC)
@blueprint.response(200, RecordFactsSchema)
@refusals(blueprint, "election_unknown", "result_not_published")
def record_facts(uuid: str) -> Payload:
    """What the portal knows for the official record: `isoloir record ARCHIVE --facts FILE` makes it, with the archive."""
    return facts_of(uuid).as_json()


@blueprint.get("/elections/<election:uuid>/record.pdf")
@operation("getRecordDraft", PUBLIC)
@blueprint.response(
    200,
    {"type": "string", "format": "binary"},
    content_type="application/pdf",
    description="The record as the portal knows it, which says that it is a draft",
)
@refusals(blueprint, "election_unknown", "result_not_published")
def record_draft(uuid: str) -> Response:
    """The official record as accessible PDF (PDF/UA-1), for the board to complete and sign."""
    return Response(
        pages_of(uuid),
        mimetype="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{uuid}.record.pdf"'},
    )


@blueprint.get("/elections/<election:uuid>/result")
@operation("getResult", PUBLIC)
@blueprint.response(200, ResultSchema)
@refusals(blueprint, "election_unknown", "result_not_published")
def result(uuid: str) -> Payload:
    """The published result."""
    election = services().ballot.describe_election(uuid)
    if election.result is None:
        raise Refusal("result_not_published")
    return election.dump()
