"""Fields that agents' forms share."""

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import Field, SelectMultipleField, StringField
from wtforms.validators import DataRequired, Length, Regexp, ValidationError

from gateway.edge import failures
from gateway.edge.errors import words_for
from gateway.pages.form_fields import storable, without_any_blank
from services.runtime.refusals import Refusal

TWO_STEPS = ("code",)
"""What a form must not keep besides passwords."""


def digits_field() -> Any:
    """The six digits of the second factor."""
    return StringField(
        _("Code à six chiffres"),
        filters=[without_any_blank],
        validators=[
            DataRequired(_("Saisissez les six chiffres que montre votre application d’authentification.")),
            Regexp(r"[0-9]{6}$", message=_("Ce code a six chiffres : recopiez celui que montre votre application.")),
        ],
    )


def reason_validators() -> list[Any]:
    """Of a text that says why."""
    return [
        DataRequired(_("Indiquez le motif : il figurera au journal.")),
        Length(10, 500, _("Le motif a %(min)d caractères au moins et %(max)d au plus.")),
        storable,
    ]


class CheckList(SelectMultipleField):
    """Boxes to tick. What is not proposed is said in words."""

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not proposed."""
        proposed = {choice.value for choice in self.choices or ()}
        if any(value not in proposed for value in self.data or ()):
            raise ValidationError(_("Choisissez parmi ce qui est proposé."))


def said_at(field: Field, refusal: Refusal) -> tuple[int, dict[str, str]]:
    """Say a refusal at a field of its form. Out: the status of the answer, and when to come again where it says so."""
    said = words_for(refusal.code, refusal.details)
    field.errors = [said.message]
    seconds = failures.wait(said)
    return said.status, {"Retry-After": str(seconds)} if seconds else {}
