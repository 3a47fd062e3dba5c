"""/operator/texts: which of the texts that voters read are written, as the pages of the portal would find them."""

from typing import Any

from flask import current_app, jsonify

from gateway.api.documentation.description import OPERATOR, WITH_BODY, operation, refusals
from gateway.api.operators.commands import RIGHTS, TOKEN_CODES, blueprint
from gateway.api.schemas.base import EmptySchema
from gateway.clients import Payload, services
from gateway.content.files import FALLBACK, GENERAL, Text, document_name
from gateway.content.pages import contents
from gateway.elections.candidate_lists import questions_for
from services.identity.contract.limits import ONLINE
from services.identity.contract.staff.rights import Right

RIGHTS |= {"texts": Right.WATCH}


@blueprint.post("/texts", endpoint="texts")
@operation("texts", OPERATOR, summary="which texts for voters are written")
@blueprint.arguments(EmptySchema)
@blueprint.response(
    200,
    {"type": "object"},
    description="{missing: texts of the event that the operator has not written, elections: [{code, lists: how many, "
    "undocumented: the numbers of those without profession de foi, « 2-1 » for the first of the second question, "
    "differing: the numbers of the questions whose lists are others in the portal's event file}], "
    "presentation: whether the portal has an event file}",
)
@refusals(blueprint, *TOKEN_CODES, *WITH_BODY, "no_voting_event")
def texts(_wanted: Payload) -> Any:
    """Look for the texts; one that the product brings for demonstrations is nobody's own, and counts as missing."""
    found = contents()
    own = [name for name in Text if name not in GENERAL and found.folder is not None and found.text(name, FALLBACK)]
    elections = []
    for entry in services().identity.voting_event().dump()["elections"]:
        if entry["mode"] == ONLINE:
            questions = questions_for(entry)
            elections.append(
                {
                    "code": entry["code"],
                    "lists": sum(len(asked.lists) for asked in questions),
                    "undocumented": [
                        document_name(asked.number, one.number)
                        for asked in questions
                        # Where answers are mere names, nobody speaks for them.
                        if asked.described or len(questions) == 1
                        for one in asked.lists
                        if not one.document
                    ],
                    "differing": [asked.number for asked in questions if asked.differs],
                }
            )
    return jsonify(
        {
            "missing": [name.value for name in Text if name not in GENERAL and name not in own],
            "elections": elections,
            "presentation": bool(current_app.extensions["isoloir_settings"].presentation_file),
        }
    )
