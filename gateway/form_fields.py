"""Checks that all forms share."""

from flask_babel import lazy_gettext as _
from wtforms import Field, Form, ValidationError


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
