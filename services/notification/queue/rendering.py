"""From a sealed message to words: opening, and filling the templates of the reader's language.

A sealed message opens to {"to": …, "values": …, "language": …}. Where one service knows whom to write to and another what
to write, it opens to {"contact": …, "values": …}, and the contact, a box in the box, to {"to": …, "values": …,
"language": …} in its turn: in what language somebody reads is a part of whom to write to. Without it the reader is
French. `to` is {"email"} for e-mail, {"phone"} for SMS, {"name", "lines"} for paper; a voting notice has the value
"voting_code". Each template is a folder with one for each language that it speaks: subject.txt, body.txt and, for e-mail,
body.html. What nobody asked for (campaigns) speaks French alone, with an English part in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.units import format_unit
from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound, select_autoescape

from services.runtime.sealing_box import CannotOpen, open_sealed

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"
FRENCH, ENGLISH = "fr", "en"
LANGUAGES = (FRENCH, ENGLISH)
ASSISTANCE_SUBJECTS = {
    FRENCH: {
        "access": "accès au portail",
        "password": "mot de passe Élections",
        "voting_code": "code de vote",
        "vote": "vote",
        "roll": "liste électorale",
        "other": "autre sujet",
    },
    ENGLISH: {
        "access": "access to the portal",
        "password": "Elections password",
        "voting_code": "voting code",
        "vote": "the vote",
        "roll": "electoral roll",
        "other": "another subject",
    },
}


AGENT_ROLES = {
    "operator": "en tant qu’opérateur",
    "support": "pour la cellule de soutien aux utilisateurs",
    "president": "pour la présidence du bureau de vote",
    "secretary": "pour le secrétariat du bureau de vote",
    "delegate": "en tant que délégué de liste au bureau de vote",
    "substitute": "en tant que suppléant au bureau de vote",
    "observer": "en tant qu’observateur",
}

KEY_CHANGES = {
    FRENCH: {
        "agent_activated": "le mot de passe et le second facteur ont été choisis par le lien d’invitation ; ceux d’avant, "
        "les clés d’accès et les jetons d’avant ne valent plus",
        "agent_closed": "un opérateur a fermé votre compte ; mot de passe, clés d’accès et jetons ne valent plus",
        "passkey_added": "une clé d’accès a été ajoutée : « %s »",
        "passkey_removed": "une clé d’accès a été retirée : « %s »",
        "passkey_count_went_back": "la clé d’accès « %s » a été refusée : elle a sans doute été copiée",
        "token_made": "un jeton personnel a été créé : « %s »",
        "token_revoked": "un jeton personnel a été révoqué : « %s »",
    },
    ENGLISH: {
        "agent_activated": "password and second factor were chosen by the link of an invitation; those from before, and the "
        "passkeys and tokens from before, no longer work",
        "agent_closed": "an operator closed your account; password, passkeys and tokens no longer work",
        "passkey_added": "a passkey was added: “%s”",
        "passkey_removed": "a passkey was removed: “%s”",
        "passkey_count_went_back": "the passkey “%s” was refused: it has probably been copied",
        "token_made": "a personal token was made: “%s”",
        "token_revoked": "a personal token was revoked: “%s”",
    },
}
"""What has changed of an agent's keys, as the journal's actions name it → words; %s is how the agent calls the key."""


_PARIS = ZoneInfo("Europe/Paris")


class Unreadable(Exception):
    """The message can never be sent; `args[0]` is the reason's code."""


@dataclass(frozen=True)
class Letter:
    """A message in clear, in memory only. The repr shows nothing but its id and language: letters hold links and codes."""

    id: str
    language: str
    to: dict[str, Any] = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str | None = field(repr=False)
    values: dict[str, Any] = field(repr=False)


def duration(minutes: int, language: str = FRENCH) -> str:
    """Return a time span in words, in the largest unit that says it: « 14 jours », « 24 heures », « 45 minutes ».

    One day is said in hours, one hour in minutes.
    """
    for length, unit in ((1440, "day"), (60, "hour")):
        if minutes >= 2 * length and minutes % length == 0:
            return _counted(minutes // length, unit, language)
    return _counted(minutes, "minute", language)


def _counted(number: int, unit: str, language: str) -> str:
    # Babel puts a no-break space in some of them; messages are wrapped like any text.
    return format_unit(number, f"duration-{unit}", locale=language).replace("\xa0", " ")


def paris(moment: str, language: str = FRENCH) -> str:
    """Return a moment in ISO 8601 by the clock of Paris: « 4 décembre 2026 à 11 h 20 », “4 December 2026 at 11:20”."""
    there = datetime.fromisoformat(moment).astimezone(_PARIS)
    month = format_date(there, "MMMM y", locale=language)
    if language == ENGLISH:
        return f"{there.day} {month} at {there.hour}:{there.minute:02}"
    return f"{'1er' if there.day == 1 else there.day} {month} à {there.hour} h {there.minute:02}"


def assistance_subject(code: str, language: str = FRENCH) -> str:
    """Return the words for the subject of a request for assistance."""
    words = ASSISTANCE_SUBJECTS[language]
    return words.get(code, words["other"])


def agent_role(code: str) -> str:
    """Return the French words for what an agent was named for."""
    return AGENT_ROLES.get(code, "en tant qu’agent")


def key_change(change: dict[str, str], language: str = FRENCH) -> str:
    """Return the words for one change of an agent's keys: {what, name}."""
    words = KEY_CHANGES[language][change["what"]]
    return words.replace("%s", change["name"])


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["duration"] = duration
    made.filters["paris"] = paris
    made.filters["agent_role"] = agent_role
    made.filters["key_change"] = key_change
    made.filters["assistance_subject"] = assistance_subject
    return made


_ENVIRONMENT = _environment()


def compose(private_key: str, *, message_id: str, template: str, sealed: str) -> Letter:
    """Open and render a message. Raises Unreadable: cannot_open, template_unknown, values_missing."""
    try:
        content = open_sealed(private_key, sealed)
        values = dict(content["values"])
        if "contact" in content:
            content = open_sealed(private_key, content["contact"])
            values = dict(content["values"]) | values
        to = dict(content["to"])
        language = content.get("language", FRENCH)
    except (CannotOpen, KeyError, TypeError, ValueError):
        raise Unreadable("cannot_open") from None
    return write(message_id=message_id, template=template, to=to, language=language, values=values)


def write(*, message_id: str, template: str, to: dict[str, Any], language: str, values: dict[str, Any]) -> Letter:
    """Render a message whose parts are known. Raises Unreadable: template_unknown, values_missing."""
    if language not in LANGUAGES or not (TEMPLATES / template / language).is_dir():
        language = FRENCH
    try:
        return Letter(
            id=message_id,
            language=language,
            to=to,
            subject=" ".join(_render(template, language, "subject.txt", values).split()),
            text=_render(template, language, "body.txt", values),
            html=_render(template, language, "body.html", values)
            if (TEMPLATES / template / language / "body.html").is_file()
            else None,
            values=values,
        )
    except TemplateNotFound:
        raise Unreadable("template_unknown") from None
    except (TemplateError, KeyError, TypeError, ValueError):
        raise Unreadable("values_missing") from None


def _render(template: str, language: str, part: str, values: dict[str, Any]) -> str:
    return _ENVIRONMENT.get_template(f"{template}/{language}/{part}").render(values)
