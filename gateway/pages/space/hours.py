"""« Horaires de vote hors métropole », and what every page needs to show the countdown."""

from flask import Blueprint, render_template

from gateway.clients import services
from gateway.hours import countdown
from gateway.hours.overseas import hours_of

blueprint = Blueprint("hours", __name__)
blueprint.add_app_template_global(countdown.current_countdown, "current_countdown")
blueprint.add_app_template_global(countdown.grace_until, "grace_until")


@blueprint.get("/horaires-hors-metropole")
def show() -> str:
    """Opening and closing in every territory, for everybody."""
    event = services().identity.voting_event().dump()
    return render_template("space/hours.html", event=event, hours=hours_of(event))
