"""« Accès au portail Élections »: who is there, and by which door they go on."""

from flask import Blueprint, redirect, render_template, session, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import DataRequired, Length, Regexp

from gateway.captcha.challenge_field import ChallengeField, GuardedForm
from gateway.clients import services
from gateway.edge import voter_session
from gateway.edge.language import current_language
from gateway.edge.session_end import clock
from gateway.pages import kept_form
from gateway.pages.entrance import entry_profile, sent_link
from gateway.pages.form_fields import copied_address, storable

blueprint = Blueprint("identification", __name__)


class IdentificationForm(GuardedForm):
    """The identifier alone; whether it is known is never said."""

    identifier = StringField(
        _("Identifiant électeur"),
        filters=[copied_address],
        validators=[
            DataRequired(_("Saisissez votre identifiant électeur, c’est-à-dire votre adresse professionnelle.")),
            Length(max=254, message=_("Cette adresse est trop longue : 254 caractères au plus.")),
            Regexp(
                r"[^@\s]+@[^@\s]+$",
                message=_("Saisissez une adresse complète, par exemple prenom.nom@ac-academie.fr."),
            ),
            storable,
        ],
    )
    captcha = ChallengeField(guards="access")


@blueprint.get("/")
def root() -> Response:
    """The portal's address: home for whoever is signed in, identification for the others."""
    return redirect(url_for("home.show" if voter_session.token() else "identification.show"), 303)


def page(form: IdentificationForm) -> str:
    """The form as the voting event's profile words it."""
    form.captcha.prepare()
    if entry_profile.current_profile() == "2018":
        form.identifier.label.text = gettext("Adresse de messagerie professionnelle")
        return render_template(
            "entrance/identification_2018.html", form=form, event=services().identity.presented_event()
        )
    return render_template("entrance/identification.html", form=form)


@blueprint.get("/identification")
def show() -> Response:
    """The form: empty, or with what is to be mended."""
    form, status, headers = kept_form.again(IdentificationForm)
    return kept_form.shown(page(form), status, headers)


@blueprint.post("/identification")
def submit() -> Response:
    """On to the password, or to the page that says a link is on its way (for unknown addresses too)."""
    form = IdentificationForm()
    if form.wants_another_code():
        return kept_form.send_back(form, lambda: page(form), 200)
    if not form.validate():
        return kept_form.send_back(form, lambda: page(form))
    identifier = form.identifier.data
    answer = services().identity.request_access(identifier, current_language())
    voter_session.forget(on_the_way=True)
    if answer.next == "password":
        session[voter_session.IDENTIFIER] = identifier
        return redirect(url_for("password.show"), 303)
    sent_link.remember(answer, identifier, "access")
    return redirect(url_for("identification.link_sent"), 303)


@blueprint.get("/lien-envoye")
def link_sent() -> Response | str:
    """The same words for everybody, with the hour since which a message is on its way."""
    sent = sent_link.last_sent_link()
    if sent is None:
        # Nothing was asked for, or the link has served meanwhile: no message is on its way.
        return redirect(url_for("identification.root"), 303)
    template = (
        "entrance/link_sent_2018.html" if entry_profile.current_profile() == "2018" else "entrance/link_sent.html"
    )
    return render_template(template, sent=sent, clock=clock, identifier=session[voter_session.IDENTIFIER])


@blueprint.post("/lien-envoye/renvoyer")
def resend() -> Response:
    """Ask for the message again; identity sends none while one is on its way, and says since when it is."""
    sent = sent_link.last_sent_link()
    if sent is None:
        return redirect(url_for("identification.show"), 303)
    identifier = session[voter_session.IDENTIFIER]
    identity = services().identity
    ask = identity.request_password_link if sent.asked_for == "password" else identity.request_access
    answer = ask(identifier, current_language())
    if answer.next == "password":
        # Activated meanwhile, in another window.
        return redirect(url_for("password.show"), 303)
    sent_link.remember(answer, identifier, sent.asked_for)
    return redirect(url_for("identification.link_sent"), 303)


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
    return render_template("entrance/signed_out.html")
