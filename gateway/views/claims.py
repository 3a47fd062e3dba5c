"""« Formuler une réclamation » about the roll; each claim with its state and its answer."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import SelectField, TextAreaField
from wtforms.validators import InputRequired, Length

from gateway import space_clients, voter_session
from gateway.availability import Part, available
from gateway.form_fields import readable, unix_lines, without_blanks

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
SHORTEST, LONGEST = 10, 2000


class ClaimForm(FlaskForm):
    """What the claim is about, in which election ('' for none in particular), and the reasons."""

    subject = SelectField(
        _("Motif"),
        choices=[("", _("Choisissez un motif")), *SUBJECTS.items()],
        validators=[InputRequired(_("Choisissez le motif de votre réclamation."))],
    )
    election = SelectField(_("Scrutin concerné"))
    text = TextAreaField(
        _("Votre réclamation"),
        filters=[unix_lines, without_blanks],
        validators=[
            InputRequired(_("Expliquez votre réclamation.")),
            Length(
                SHORTEST, LONGEST, _("Expliquez votre réclamation en %(min)d caractères au moins et %(max)d au plus.")
            ),
            readable,
        ],
    )


def new_form() -> ClaimForm:
    """The form, with the voter's own elections to choose from."""
    form = ClaimForm()
    own = [(entry["uuid"], entry["name"]) for entry in voter_session.state()["elections"]]
    form.election.choices = [("", gettext("Aucun en particulier, ou un scrutin qui manque")), *own]
    return form


def page(form: ClaimForm) -> str:
    """The form above the voter's claims, the newest first."""
    claims = space_clients.list_claims(voter_session.required_token())
    names = {entry["uuid"]: entry["name"] for entry in voter_session.state()["elections"]}
    newest_first = sorted(claims, key=lambda claim: str(claim["submitted_at"]), reverse=True)
    return render_template("claims.html", form=form, claims=newest_first, names=names, subjects=SUBJECTS, states=STATES)


@blueprint.get("/reclamations")
@voter_session.voter_required
@available(Part.CLAIMS)
def show() -> str:
    """The empty form, and the claims so far."""
    return page(new_form())


@blueprint.post("/reclamations")
@voter_session.voter_required
@available(Part.CLAIMS)
def submit() -> Response | tuple[str, int]:
    """Record a claim and say its number."""
    form = new_form()
    if not form.validate():
        return page(form), 422
    made = space_clients.submit_claim(
        voter_session.required_token(), form.election.data or None, form.subject.data, form.text.data
    )
    flash(
        gettext(
            "Votre réclamation n° %(number)s est enregistrée. Sa réponse paraîtra sur cette page.", number=made["claim"]
        )
    )
    return redirect(url_for("claims.show"), 303)
