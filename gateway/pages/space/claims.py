"""« Formuler une réclamation » about the roll; each claim with its state and its answer."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import Field, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from gateway.clients import Payload, services
from gateway.edge import voter_session
from gateway.edge.errors import words_for
from gateway.pages import kept_form
from gateway.pages.form_fields import blame, chooser, readable, unix_lines, without_blanks
from gateway.pages.space.availability import Part, available
from services.runtime.refusals import Refusal

blueprint = Blueprint("claims", __name__)

SUBJECTS = {
    "missing": _("Un scrutin me manque, ou je ne suis pas sur une liste électorale"),
    "wrong_name": _("Mon nom ou mon prénom est erroné"),
    "wrong_assignment": _("Mon affectation est erronée"),
    "wrong_election": _("Je suis inscrit pour un scrutin qui n’est pas le mien"),
    "other": _("Autre motif"),
}
STATES = {
    "submitted": _("Reçue"),
    "examined": _("En cours d’examen"),
    "accepted": _("Acceptée"),
    "rejected": _("Rejetée"),
}
ABOUT_OTHERS = {"missing", "wrong_election"}
MOST_OTHERS = 100  # a select of more is of no use, and the text can name the election
SHORTEST, LONGEST = 10, 2000


class ClaimForm(FlaskForm):
    """What the claim is about, in which election ('' for none in particular), and the reasons."""

    subject = SelectField(
        _("Motif"),
        choices=chooser(_("Choisissez un motif"), SUBJECTS),
        invalid_choice_message=_("Choisissez le motif de votre réclamation dans la liste."),
        validators=[InputRequired(_("Choisissez le motif de votre réclamation."))],
    )
    election = SelectField(
        _("Scrutin concerné"), default="", invalid_choice_message=_("Choisissez un scrutin de la liste.")
    )
    text = TextAreaField(
        _("Votre réclamation"),
        filters=[unix_lines, without_blanks],
        validators=[
            DataRequired(_("Expliquez votre réclamation.")),
            Length(
                SHORTEST, LONGEST, _("Expliquez votre réclamation en %(min)d caractères au moins et %(max)d au plus.")
            ),
            readable,
        ],
    )

    def validate_election(self, field: Field) -> None:
        """An election that is not the voter's can only be one that is missing or wrongly given."""
        if field.data and field.data not in _own() and self.subject.data not in ABOUT_OTHERS:
            raise ValidationError(gettext("Ce scrutin n’est pas l’un des vôtres : choisissez le motif qui le dit."))


def new_form(**more: Any) -> ClaimForm:
    """The form. Elections to choose from: the voter's, then the others, which may be the ones that are missing."""
    form = ClaimForm(**more)
    own = _own()
    others = _names(entry for entry in voter_session.event()["elections"] if entry["uuid"] not in own)
    choices = [
        SelectChoice("", gettext("Aucun en particulier")),
        *(SelectChoice(uuid, name, optgroup=gettext("Mes scrutins")) for uuid, name in own.items()),
    ]
    if len(others) <= MOST_OTHERS:
        choices += [SelectChoice(uuid, name, optgroup=gettext("Autres scrutins")) for uuid, name in others.items()]
    form.election.choices = choices
    return form


def _own() -> dict[str, str]:
    return _names(voter_session.own_elections())


def _names(entries: Iterable[Payload]) -> dict[str, str]:
    return {entry["uuid"]: entry["name"] for entry in entries}


def page(form: ClaimForm) -> str:
    """The form above the voter's claims, the newest first."""
    claims = services().identity.list_claims(voter_session.required_token())
    names = _names(voter_session.event()["elections"]) | _own()
    newest_first = sorted(
        (claim.dump() for claim in claims), key=lambda claim: str(claim["submitted_at"]), reverse=True
    )
    return render_template(
        "space/claims.html", form=form, claims=newest_first, names=names, subjects=SUBJECTS, states=STATES
    )


@blueprint.get("/reclamations")
@voter_session.voter_required
@voter_session.shows_elections
@available(Part.CLAIMS)
def show() -> Response:
    """The form, empty or with what is to be mended, and the claims so far."""
    form, status, headers = kept_form.again(new_form)
    return kept_form.shown(page(form), status, headers)


@blueprint.post("/reclamations")
@voter_session.voter_required
@voter_session.shows_elections
@available(Part.CLAIMS)
def submit() -> Response:
    """Record a claim and say its number."""
    form = new_form()
    if not form.validate():
        return kept_form.send_back(form, lambda: page(form))
    try:
        made = services().identity.submit_claim(
            voter_session.required_token(), form.election.data or None, form.subject.data, form.text.data
        )
    except Refusal as refusal:
        words = words_for(refusal.code, refusal.details)
        if refusal.code == "too_many_claims":
            form.text.errors = [words.message]
        elif not blame(form, refusal):
            raise
        return kept_form.send_back(form, lambda: page(form), words.status)
    flash(
        gettext(
            "Votre réclamation n° %(number)s est enregistrée. Sa réponse paraîtra sur cette page.", number=made.claim
        )
    )
    return redirect(url_for("claims.show"), 303)
