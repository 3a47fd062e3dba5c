"""« Ouvrir mon compte d'agent »: what the link of an invitation opens. A password, then a telephone."""

import segno
from flask import redirect, render_template, request, session, url_for
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from markupsafe import Markup
from werkzeug.wrappers import Response
from wtforms import PasswordField
from wtforms.validators import EqualTo, InputRequired

from gateway.clients import services
from gateway.edge import agent_session, failures
from gateway.edge.errors import words_for
from gateway.pages import kept_form
from gateway.pages.agents import words
from gateway.pages.agents.forms import TWO_STEPS, digits_field
from gateway.pages.agents.passkeys import asking
from gateway.pages.entrance.activation import BROKEN_RULES
from services.identity.contract.staff.agents import Invitation
from services.runtime.refusals import Refusal

blueprint = agent_session.pages("agents_invitation")


class InvitationForm(FlaskForm):
    """The password twice, and six digits that show that the telephone is linked."""

    password = PasswordField(_("Mot de passe"), validators=[InputRequired(_("Choisissez un mot de passe."))])
    confirmation = PasswordField(
        _("Confirmation du mot de passe"),
        validators=[
            InputRequired(_("Saisissez une seconde fois le mot de passe choisi.")),
            EqualTo("password", _("Les deux saisies sont différentes. Saisissez deux fois le même mot de passe.")),
        ],
    )
    code = digits_field()


@blueprint.get("/agents/invitation/<token>")
def follow(token: str) -> Response:
    """Move the token from the address to the cookie: it stays in no history, no log and no Referer."""
    session[agent_session.LINK] = token[:200]
    return redirect(url_for("agents_invitation.show"), 303)


def opened() -> tuple[str, Invitation]:
    """The token of this browser's invitation, and the invitation. Refusals: invitation_unknown, cookies_refused."""
    token = session.get(agent_session.LINK)
    if token is None:
        raise Refusal("invitation_unknown" if failures.cookie_came_back() else "cookies_refused")
    return token, services().identity.open_invitation(token)


def page(form: InvitationForm, invitation: Invitation) -> str:
    """The form, with the square code for the telephone and the same in letters."""
    drawn = segno.make(invitation.uri, error="m").svg_inline(
        border=3, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None
    )
    letters = [invitation.secret[start : start + 4] for start in range(0, len(invitation.secret), 4)]
    return render_template(
        "agents/invitation.html",
        form=form,
        invitation=invitation.dump(),
        square=Markup(drawn),  # noqa: S704 - drawn by segno: squares, none of the text
        letters=letters,
        agent=None,
        words=words,
    )


@blueprint.get("/agents/invitation")
def show() -> Response:
    """The form, when the link is good."""
    _token, invitation = opened()
    form, status, headers = kept_form.again(InvitationForm)
    return kept_form.shown(page(form, invitation), status, headers)


@blueprint.post("/agents/invitation")
def submit() -> Response:
    """Have both judged, and sign in; or go on to a passkey."""
    token, invitation = opened()
    by_passkey = request.form.get("way") == "passkey"
    form = InvitationForm()
    if by_passkey:
        form.code.validators = ()
    if form.validate():
        try:
            if by_passkey:
                ceremony = services().identity.begin_invitation_passkey(token, form.password.data)
                return asking.begin(ceremony, "agents_passkey_invitation.show")
            held = services().identity.accept_invitation(token, form.password.data, form.code.data)
        except Refusal as refusal:
            if refusal.code == "password_refused":
                broken = [str(BROKEN_RULES[rule]) for rule in refusal.details.get("broken", []) if rule in BROKEN_RULES]
                form.password.errors = broken or [words_for(refusal.code).message]
            elif refusal.code == "passkeys_off":
                form.password.errors = [words_for(refusal.code).message]
            elif refusal.code == "second_factor_wrong":
                form.code.errors = [words_for(refusal.code).message]
            else:
                raise
        else:
            session.pop(agent_session.LINK, None)
            agent_session.begin(held)
            return redirect(url_for("agents_entrance.home"), 303)
    return kept_form.send_back(form, lambda: page(form, invitation), without=TWO_STEPS)
