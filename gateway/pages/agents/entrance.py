"""« Connexion des agents », the page that one arrives at, and the way out."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from gateway.clients import services
from gateway.edge import agent_session
from gateway.edge.agent_session import agent_required
from gateway.pages import kept_form
from gateway.pages.agents import page as agents_page
from gateway.pages.agents import words
from gateway.pages.agents.forms import TWO_STEPS, digits_field, said_at
from gateway.pages.agents.passkeys import asking
from gateway.pages.form_fields import copied_address, storable
from services.identity.contract.staff.rights import Right
from services.runtime.refusals import Refusal

blueprint = agent_session.pages("agents_entrance")


REFUSED = {"agent_log_in_refused", "passkey_log_in_refused", "agent_locked", "passkeys_off"}


class LogInForm(FlaskForm):
    """Address, password and six digits, all at once: which one is wrong, nobody learns."""

    email = StringField(
        _("Adresse professionnelle"),
        filters=[copied_address],
        validators=[
            DataRequired(_("Saisissez votre adresse professionnelle.")),
            Length(max=254, message=_("Cette adresse est trop longue : 254 caractères au plus.")),
            storable,
        ],
    )
    password = PasswordField(
        _("Mot de passe"),
        validators=[
            InputRequired(_("Saisissez votre mot de passe.")),
            Length(max=256, message=_("Un mot de passe a 256 caractères au plus.")),
        ],
    )
    code = digits_field()


def log_in_page(form: LogInForm) -> str:
    """The form."""
    return render_template("agents/log_in.html", form=form, agent=None, words=words)


@blueprint.get("/agents/connexion")
def show() -> Response:
    """The form, empty or with what is to be mended."""
    form, status, headers = kept_form.again(LogInForm)
    return kept_form.shown(log_in_page(form), status, headers)


@blueprint.post("/agents/connexion")
def submit() -> Response:
    """Sign in by the digits, or go on to a passkey; what is refused is said in the form."""
    by_passkey = request.form.get("way") == "passkey"
    form = LogInForm()
    if by_passkey:
        form.code.validators = ()
    status = 422
    headers: dict[str, str] = {}
    if form.validate():
        try:
            if by_passkey:
                ceremony = services().identity.begin_passkey_log_in(form.email.data, form.password.data)
                return asking.begin(ceremony, "agents_passkey_log_in.show")
            held = services().identity.agent_log_in(form.email.data, form.password.data, form.code.data)
        except Refusal as refusal:
            if refusal.code not in REFUSED:
                raise
            status, headers = said_at(form.password, refusal)
        else:
            agent_session.begin(held)
            return redirect(url_for("agents_entrance.home"), 303)
    return kept_form.send_back(form, lambda: log_in_page(form), status, headers, without=TWO_STEPS)


@blueprint.post("/agents/deconnexion")
def sign_out() -> Response:
    """End the session at identity and in the browser; a session that is over is simply forgotten."""
    held = agent_session.token()
    agent_session.forget()
    if held is not None:
        services().identity.close_agent_session(held)
    flash(gettext("Vous êtes déconnecté."))
    return agent_session.to_log_in()


@blueprint.get("/agents")
@agent_required(Right.OWN_ACCOUNT)
def home() -> str:
    """Who one is here, and where one may go."""
    return agents_page("home.html")
