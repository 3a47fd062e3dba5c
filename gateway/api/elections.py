"""/voting-event, /elections: what there is to vote on, the booth's material, and the public ballot box."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

from flask import Response, current_app, request, stream_with_context
from flask_smorest import Blueprint
from marshmallow import RAISE
from werkzeug.wsgi import FileWrapper

from gateway.api.description import PUBLIC, SIGNED_IN, STRANGER, UNSAFE, VOTER, operation, refusals
from gateway.api.json_body import install
from gateway.api.schemas import (
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
from gateway.elections.candidate_lists import document_address
from gateway.elections.election_state import with_states
from gateway.elections.presentation import lists_of
from gateway.elections.record import facts_of, pages_of
from services.runtime.refusals import Refusal

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
    settings = current_app.extensions["isoloir_settings"]
    voting_event = voter_session.state().voting_event
    entry = voter_session.entitlement(uuid)
    permit = services().identity.issue_permit(voter_session.required_token(), uuid).permit
    material = services().ballot.booth_material(permit)
    return {
        **material.dump(),
        "permit": permit,
        "voting_event": voting_event,
        "iterations": services().reassort.iterations(voting_event),
        "presentation": [
            {**shown, "document": document_address(entry, number)}
            for number, shown in enumerate(lists_of(settings.presentation_file, uuid, material.election), 1)
        ],
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
    return {"height": services().ballot.find_tracker(uuid, wanted["tracker"])}


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
    first = services().reassort.register_lines(uuid)

    def parts() -> Iterator[str]:
        part = first
        while True:
            yield "".join(f"{line}\n" for line in part.lines)
            if part.next is None:
                return
            part = services().reassort.register_lines(uuid, part.next)

    return Response(
        stream_with_context(parts()),
        mimetype="application/jsonl",
        headers={"Content-Disposition": f'attachment; filename="{uuid}.register.jsonl"'},
    )


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
    first = services().ballot.list_heads(uuid, -1)

    def parts() -> Iterator[str]:
        part = first
        while True:
            yield "".join(f"{json.dumps(one.dump(), separators=(',', ':'))}\n" for one in part.heads)
            if part.next is None:
                return
            part = services().ballot.list_heads(uuid, part.next)

    return Response(
        stream_with_context(parts()),
        mimetype="application/jsonl",
        headers={"Content-Disposition": f'attachment; filename="{uuid}.heads.jsonl"'},
    )


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
