"""Fields that agents' forms share."""

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, Regexp, ValidationError

from gateway.pages.form_fields import storable, without_any_blank

TWO_STEPS = ("code",)
"""What a form must not keep besides passwords."""


def digits_field() -> Any:
    """The six digits of the second factor."""
    return StringField(
        _("Code à six chiffres"),
        filters=[without_any_blank],
        validators=[
            InputRequired(_("Saisissez les six chiffres que montre votre application d’authentification.")),
            Regexp(r"[0-9]{6}$", message=_("Ce code a six chiffres : recopiez celui que montre votre application.")),
        ],
    )


def reason_validators() -> list[Any]:
    """Of a text that says why."""
    return [
        InputRequired(_("Indiquez le motif : il figurera au journal.")),
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
