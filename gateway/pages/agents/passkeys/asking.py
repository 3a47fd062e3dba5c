"""What the pages that ask a browser for a passkey share: the challenge between two pages, the form, the page."""

from datetime import UTC, datetime
from typing import Any

from flask import redirect, render_template, session, url_for
from flask_babel import format_date, gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired, Length

from gateway.clients import services
from gateway.edge.agent_session import CEREMONY
from gateway.edge.errors import words_for
from gateway.edge.session_end import clock
from gateway.pages import kept_form
from gateway.pages.agents import words
from gateway.pages.form_fields import storable, without_blanks
from services.identity.contract.staff.passkeys import LONGEST_ANSWER
from services.runtime.refusals import Refusal

UNREADABLE = _("Le navigateur n’a pas pu demander la clé. Recommencez, ou prenez un autre appareil.")
ANSWER = ("answer",)
"""What a form must not keep: it serves once."""


class AnswerForm(FlaskForm):
    """What the browser's authenticator answered; the page's script writes it."""

    answer = HiddenField(validators=[Length(1, LONGEST_ANSWER, UNREADABLE)])


class NewKeyForm(AnswerForm):
    """The answer, and what the key is called."""

    name = StringField(
        _("Nom de la clé"),
        filters=[without_blanks],
        validators=[
            DataRequired(_("Donnez un nom à cette clé, pour la reconnaître.")),
            Length(1, 100, _("Ce nom est trop long : 100 caractères au plus.")),
            storable,
        ],
    )


def begin(ceremony: str, endpoint: str) -> Response:
    """Go on to the page that asks for the key. The challenge's token is in the cookie alone, in no address."""
    session[CEREMONY] = ceremony
    return redirect(url_for(endpoint), 303)


def waiting() -> str:
    """The token of this browser's challenge. Refusal: passkey_over, where there is none."""
    token = session.get(CEREMONY)
    if not token:
        raise Refusal("passkey_over")
    return str(token)


def page(template: str, form: AnswerForm, agent: Any = None) -> str:
    """A page that asks for a key. Refusals: passkey_over, passkeys_off."""
    asked = services().identity.passkey_options(waiting())
    return render_template(
        f"agents/passkeys/{template}",
        form=form,
        options=asked.options,
        until=clock(asked.expires_at.isoformat()),
        agent=agent,
        words=words,
        usual_name=gettext("Clé du %(date)s", date=format_date(datetime.now(UTC), "long")),
    )


def over(refusal: Refusal, blueprint: str) -> Response:
    """Back to where the challenge was asked for, with what was refused: another one is needed.

    Args:
        refusal: of the service.
        blueprint: whose page has the form with the password, where it is said.
    """
    session.pop(CEREMONY, None)
    said = words_for(refusal.code, refusal.details)
    number = kept_form.keep(blueprint, {}, {"password": [said.message]}, said.status)
    return redirect(f"{url_for(f'{blueprint}.show')}?{kept_form.NUMBER}={number}", 303)


def done() -> None:
    """Forget the challenge that was answered."""
    session.pop(CEREMONY, None)
