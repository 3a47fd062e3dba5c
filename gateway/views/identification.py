"""« Accès au portail Élections »: who is there, and by which door they go on."""

from flask import Blueprint, redirect, render_template, session, url_for
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import InputRequired, Length, Regexp

from gateway import voter_session
from gateway.clients import services
from gateway.form_fields import storable, without_blanks

blueprint = Blueprint("identification", __name__)


class IdentificationForm(FlaskForm):
    """The identifier alone; whether it is known is never said."""

    identifier = StringField(
        _("Identifiant électeur"),
        filters=[without_blanks],
        validators=[
            InputRequired(_("Saisissez votre identifiant électeur, c’est-à-dire votre adresse professionnelle.")),
            Length(max=254, message=_("Cette adresse est trop longue : 254 caractères au plus.")),
            Regexp(
                r"[^@\s]+@[^@\s]+$",
                message=_("Saisissez une adresse complète, par exemple prenom.nom@ac-academie.fr."),
            ),
            storable,
        ],
    )


@blueprint.get("/")
def root() -> Response:
    """The portal's address: home for whoever is signed in, identification for the others."""
    return redirect(url_for("home.show" if voter_session.token() else "identification.show"), 303)


@blueprint.get("/identification")
def show() -> str:
    """The empty form."""
    return render_template("identification.html", form=IdentificationForm())


@blueprint.post("/identification")
def submit() -> Response | str | tuple[str, int]:
    """On to the password, or to the page that says a link is on its way (for unknown addresses too)."""
    form = IdentificationForm()
    if not form.validate():
        return render_template("identification.html", form=form), 422
    following = services().identity.request_access(form.identifier.data)
    session.clear()
    if following == "password":
        session[voter_session.IDENTIFIER] = form.identifier.data
        return redirect(url_for("password.show"), 303)
    return redirect(url_for("identification.link_sent"), 303)


@blueprint.get("/lien-envoye")
def link_sent() -> str:
    """The same words for everybody."""
    return render_template("link_sent.html")


@blueprint.post("/deconnexion")
def sign_out() -> Response:
    """End the session at identity and in the browser."""
    held = voter_session.token()
    voter_session.forget()
    if held is not None:
        services().identity.close_session(held)
    return redirect(url_for("identification.signed_out"), 303)


@blueprint.get("/au-revoir")
def signed_out() -> str:
    """Said plainly, so that nobody on a shared machine has to wonder."""
    return render_template("signed_out.html")
