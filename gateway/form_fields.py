"""Checks that all forms share."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from wtforms import Field, Form, ValidationError
from wtforms.fields.choices import SelectChoice


def storable(form: Form, field: Field) -> None:
    """Refuse characters that no database text holds and nobody types: NUL and other controls."""
    if any(ord(character) < 32 or ord(character) == 127 for character in field.data or ""):
        raise ValidationError(_("Ce champ contient un caractère invisible. Effacez-le et saisissez-le de nouveau."))


def without_blanks(text: str | None) -> str | None:
    """The text without surrounding blanks, which copying from a message often brings."""
    return text.strip() if text else text


def readable(form: Form, field: Field) -> None:
    """As `storable`, for texts of several lines: line ends and tabs are what people type."""
    if any((ord(character) < 32 and character not in "\n\t") or ord(character) == 127 for character in field.data or ""):
        raise ValidationError(_("Ce champ contient un caractère invisible. Effacez-le et saisissez-le de nouveau."))


def unix_lines(text: str | None) -> str | None:
    """The text with the line ends that its length is counted by: browsers send two characters for each."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if text else text


def chooser(invitation: LazyString, choices: Mapping[str, LazyString]) -> list[SelectChoice]:
    """The choices of a select, an invitation with no value before them: nothing is chosen for anybody."""
    return [SelectChoice("", invitation), *(SelectChoice(value, label) for value, label in choices.items())]
