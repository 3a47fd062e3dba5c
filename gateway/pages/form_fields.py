"""Checks that all forms share."""

import unicodedata
from collections.abc import Mapping

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from wtforms import Field, Form, ValidationError
from wtforms.fields.choices import SelectChoice

from gateway.edge.field_problems import sentences
from services.identity.contract.event.wording import visible
from services.identity.contract.identifiers import normalise
from services.runtime.refusals import Refusal


def storable(form: Form, field: Field) -> None:
    """Refuse characters that no database text holds and nobody types: NUL and other controls."""
    if any(_invisible(character) for character in field.data or ""):
        raise ValidationError(_("Ce champ contient un caractère invisible. Effacez-le et saisissez-le de nouveau."))


def without_blanks(text: str | None) -> str | None:
    """The text without surrounding blanks, which copying from a message often brings."""
    return text.strip() if text else text


def without_any_blank(text: str | None) -> str | None:
    """The text without any blank, line end or invisible character: a tracker is printed in groups and copied in lines."""
    return "".join(visible(text).split()) if text else text


def copied_address(text: str | None) -> str | None:
    """An address as identity compares it, without what came along when it was copied: the form shows what was understood."""
    return normalise(text) if text else text


def readable(form: Form, field: Field) -> None:
    """As `storable`, for texts of several lines: line ends and tabs are what people type."""
    if any(_invisible(character) for character in field.data or "" if character not in "\n\t"):
        raise ValidationError(_("Ce champ contient un caractère invisible. Effacez-le et saisissez-le de nouveau."))


def unix_lines(text: str | None) -> str | None:
    """The text with the line ends that its length is counted by: browsers send two characters for each."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if text else text


def chooser(invitation: LazyString, choices: Mapping[str, LazyString]) -> list[SelectChoice]:
    """The choices of a select, an invitation with no value before them: nothing is chosen for anybody."""
    return [SelectChoice("", invitation), *(SelectChoice(value, label) for value, label in choices.items())]


def blame(form: Form, refusal: Refusal) -> bool:
    """Put a service's « invalid_request » at the fields that it names. Out: whether any is on this form."""
    if refusal.code != "invalid_request":
        return False
    named = {name: words for name, words in sentences(refusal.details.get("fields", {})).items() if name in form}
    for name, words in named.items():
        form[name].errors = [words]
    return bool(named)


def _invisible(character: str) -> bool:
    # Controls, and halves of characters that UTF-8 cannot write.
    return unicodedata.category(character) in ("Cc", "Cs")
