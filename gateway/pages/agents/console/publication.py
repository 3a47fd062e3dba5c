"""« Publier les résultats »: once enough holders have brought their shares of the decryption."""

from flask import flash, redirect, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from gateway.clients import services
from gateway.edge import agent_session
from gateway.edge.agent_session import agent_required
from gateway.pages import kept_form
from gateway.pages.agents.console import standing
from gateway.pages.agents.console.acting import STEPS_PAGE, act_page, confirmation_field, confirmed, note
from gateway.pages.agents.console.standing import Console
from gateway.preparation.steps import Election, Step
from services.ballot.contract.limits import State as Urn
from services.identity.contract.staff.rights import Right
from services.runtime.refusals import Refusal

blueprint = agent_session.pages("agents_publication")

MISSING = _(
    "Des clés manquent encore : chaque porteur attendu apporte sa part depuis son appareil. La page de l’urne dit lesquels."
)


class PublicationForm(FlaskForm):
    """Nothing but the confirmation."""

    confirmation = confirmation_field()


def closed_ones(console: Console) -> list[Election]:
    """Those that are to be published."""
    return [one for one in console.figures.value.elections or () if one.urn in (Urn.CLOSED, Urn.TALLIED)]


def ready_ones(console: Console) -> tuple[list[Election], list[tuple[LazyString | str, str]]]:
    """Those for which enough shares are there; and of each, in words, whether they are."""
    ready, told = [], []
    for one in closed_ones(console):
        try:
            enough = services().ballot.tally_keys(one.uuid).enough
        except Refusal as refusal:
            if refusal.code != "trustees_missing":
                raise
            enough = False
        if enough:
            ready.append(one)
        told.append((one.name, gettext("les clés sont réunies") if enough else gettext("des clés manquent encore")))
    return ready, told


def page(form: PublicationForm, console: Console) -> str:
    """What is ready, and the form."""
    ready, told = ready_ones(console)
    return act_page(
        form,
        console,
        title=_("Publier les résultats"),
        button=_("Publier"),
        blocked=_in_the_way(console, ready),
        facts=told,
        consequences=(
            _("Le résultat de chaque scrutin dont les clés sont réunies est calculé et publié ; il ne change plus."),
            _("Les autres attendent leurs porteurs, et une publication de plus."),
            _("Le dépouillement est public : président ou secrétaire et deux délégués sont présents (R211-573)."),
        ),
    )


def _in_the_way(console: Console, ready: list[Election]) -> str | None:
    if not closed_ones(console):
        return standing.in_the_way(console, Step.TALLY) or gettext("Aucune urne close n’attend de résultat.")
    if not ready:
        return str(MISSING)
    return None


@blueprint.get("/agents/echeance/publication")
@agent_required(Right.RUN_ELECTIONS)
def show() -> Response:
    """The form."""
    form, status, headers = kept_form.again(PublicationForm)
    return kept_form.shown(page(form, standing.look()), status, headers)


@blueprint.post("/agents/echeance/publication")
@agent_required(Right.RUN_ELECTIONS)
def submit() -> Response:
    """Publish what is ready."""
    form, console = PublicationForm(), standing.fresh()
    if not form.validate() or not confirmed(form, console):
        return kept_form.send_back(form, lambda: page(form, console))
    ready, _told = ready_ones(console)
    blocked = _in_the_way(console, ready)
    if blocked is not None:
        form.confirmation.errors = [blocked]
        return kept_form.send_back(form, lambda: page(form, console), 409)
    note("publish-result", [one.uuid for one in ready])
    for one in ready:
        services().ballot.publish_result(one.uuid)
    standing.changed()
    flash(gettext("Publié : les résultats sont sur le portail, les archives peuvent être téléchargées et vérifiées."))
    return redirect(url_for(STEPS_PAGE), 303)
