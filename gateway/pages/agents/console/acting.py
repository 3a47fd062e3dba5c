"""What the console's forms share: the name to copy where nothing can be undone, the note in the journal, the page."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from gateway.clients import services
from gateway.edge import agent_session
from gateway.pages.agents import page as agents_page
from gateway.pages.agents.console.standing import Console
from gateway.pages.form_fields import storable, without_blanks
from services.identity.contract.event.wording import without_accents

STEPS_PAGE = "agents_event.show"


def confirmation_field() -> Any:
    """The name of the voting event, to be copied."""
    return StringField(
        _("Pour confirmer, recopiez le nom de l’échéance"),
        filters=[without_blanks],
        validators=[
            DataRequired(_("Recopiez le nom de l’échéance : rien n’est fait sans cela.")),
            Length(1, 300),
            storable,
        ],
    )


def confirmed(form: FlaskForm, console: Console) -> bool:
    """Whether the name that was copied is the voting event's; where it is not, the form says so."""
    return copied(form, "" if console.event is None else str(console.event["name"]))


def copied(form: FlaskForm, name: str) -> bool:
    """Whether the name that was copied is that one; where it is not, the form says so. Accents do not count."""
    if is_name(form["confirmation"].data or "", name):
        return True
    form["confirmation"].errors = [gettext("Ce n’est pas le nom de l’échéance : « %(name)s ».", name=name)]
    return False


def is_name(written: str, name: str) -> bool:
    """Whether a name was copied. Case, blanks and accents do not count; no name is copied by nothing."""
    return bool(name) and _plain(written) == _plain(name)


def _plain(text: str) -> str:
    shown = "".join(char for char in text if unicodedata.category(char) != "Cf")
    return " ".join(without_accents(shown).split())


def note(command: str, elections: Sequence[str | None] = (None,)) -> None:
    """Have the journal say who does this, before it is done.

    Args:
        command: a command of the operator API: what the command line would have called.
        elections: the ones that it is about; None for all of the voting event.

    Raises:
        Refusal: right_missing, before anything is written of a part, agent_session_expired.
    """
    for election in elections:
        services().identity.note_agent_command(agent_session.required_token(), command, election)


def act_page(
    form: FlaskForm,
    console: Console,
    *,
    title: LazyString,
    button: LazyString,
    blocked: str | None,
    facts: Sequence[tuple[LazyString, str]] = (),
    consequences: Sequence[LazyString | str] = (),
) -> str:
    """The page of an act: what it is about, its form where it can be done now, and what will happen.

    Args:
        form: with `confirmation` as its last field.
        console: how everything stands.
        title: of the page.
        button: what it says.
        blocked: why it cannot be done now; None where it can.
        facts: (name, value) of what is good to know before.
        consequences: sentences that say what will happen.
    """
    return agents_page(
        "console/act.html",
        form=form,
        event=console.event,
        title=title,
        button=button,
        blocked=blocked,
        facts=facts,
        consequences=consequences,
        back=url_for(STEPS_PAGE),
    )
