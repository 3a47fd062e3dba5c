"""« Scellement »: roll and urns fixed for good, before the president and two delegates (R211-552)."""

from flask import flash, redirect, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from gateway.clients import services
from gateway.edge import agent_session
from gateway.edge.agent_session import agent_required
from gateway.hours.paris_time import number
from gateway.pages import kept_form
from gateway.pages.agents.console import standing
from gateway.pages.agents.console.acting import STEPS_PAGE, act_page, confirmation_field, confirmed, note
from gateway.pages.agents.console.standing import Console
from gateway.pages.agents.console.words import ABSENCES
from gateway.pages.form_fields import readable, storable, unix_lines, without_blanks
from gateway.preparation.steps import Step
from services.ballot.contract.sealing_gaps import Present
from services.identity.contract.limits import MOST_PRESENT
from services.identity.contract.staff.rights import Right

blueprint = agent_session.pages("agents_sealing")
LONGEST_NAME = 200


class SealingForm(FlaskForm):
    """Who is present, and the confirmation."""

    president = StringField(
        _("Qui préside le bureau"),
        filters=[without_blanks],
        description=_("Prénom et nom de la personne présente."),
        validators=[DataRequired(_("Nommez qui préside.")), Length(1, LONGEST_NAME), storable],
    )
    secretary = StringField(
        _("Qui tient le secrétariat, si cette personne est présente"),
        filters=[without_blanks],
        validators=[Length(0, LONGEST_NAME), storable],
    )
    delegates = TextAreaField(
        _("Délégués présents"),
        filters=[unix_lines, without_blanks],
        description=_("Deux au moins, un nom par ligne."),
        validators=[DataRequired(_("Nommez les délégués présents, un par ligne.")), Length(1, 20_000), readable],
    )
    confirmation = confirmation_field()

    @property
    def present(self) -> Present:
        """Who attends, as the rule has it."""
        lines = [" ".join(line.split()) for line in (self.delegates.data or "").split("\n")]
        return Present(str(self.president.data), [line for line in lines if line], self.secretary.data or None)


def page(form: SealingForm, console: Console) -> str:
    """What will be sealed, and the form."""
    drafts = [one for one in console.figures.value.elections or () if not one.checks.sealed]
    return act_page(
        form,
        console,
        title=_("Scellement"),
        button=_("Sceller"),
        blocked=standing.in_the_way(console, Step.SEALING),
        facts=[
            (one.name, gettext("%(voters)s inscrits, toutes les clés publiques reçues", voters=number(one.voters)))
            for one in drafts
        ],
        consequences=(
            _("La liste électorale ne change plus, puis chaque urne est scellée avec les noms des présents."),
            _("Cela ne se défait pas : ni la définition, ni les clés, ni les codes ne peuvent changer ensuite."),
            _(
                "Les empreintes sont à lire devant le bureau et à porter au procès-verbal : « Bureau », puis chaque scrutin."
            ),
        ),
    )


@blueprint.get("/agents/echeance/scellement")
@agent_required(Right.RUN_ELECTIONS)
def show() -> Response:
    """The form."""
    form, status, headers = kept_form.again(SealingForm)
    return kept_form.shown(page(form, standing.look()), status, headers)


@blueprint.post("/agents/echeance/scellement")
@agent_required(Right.RUN_ELECTIONS)
def submit() -> Response:
    """Have the roll sealed, and the urns after it."""
    form, console = SealingForm(), standing.fresh()
    if not form.validate() or not _lawful(form) or not confirmed(form, console):
        return kept_form.send_back(form, lambda: page(form, console))
    blocked = standing.in_the_way(console, Step.SEALING)
    if blocked is not None or console.event is None:
        form.confirmation.errors = [blocked]
        return kept_form.send_back(form, lambda: page(form, console), 409)
    note("start-seal-election", [one.uuid for one in console.figures.value.elections or () if not one.checks.sealed])
    note("start-seal-roll")
    services().identity.start_seal_roll(str(console.event["voting_event"]), form.present.names)
    standing.changed()
    flash(gettext("Le scellement est demandé : la liste d’abord, puis chaque urne. Cette page dit où cela en est."))
    return redirect(url_for(STEPS_PAGE), 303)


def _lawful(form: SealingForm) -> bool:
    present = form.present
    if present.absence is not None:
        form.delegates.errors = [str(ABSENCES[present.absence])]
    elif len(present.names) > MOST_PRESENT or any(len(name) > LONGEST_NAME for name in present.names):
        form.delegates.errors = [gettext("Un nom par ligne, de %(most)s caractères au plus.", most=LONGEST_NAME)]
    return not form.delegates.errors
