"""What is asked for another voting code, and in which words a wrong entry is said."""

import secrets

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from wtforms import Field, Form, HiddenField, RadioField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Regexp

from gateway.captcha.challenge_field import ChallengeField, GuardedForm
from gateway.pages.form_fields import storable, without_blanks
from services.identity.contract.entrance import known_facts
from services.notification.contract.phone import PhoneRefused, Why, mobile

PHONE_PROBLEMS: dict[Why, LazyString] = {
    Why.NOT_A_NUMBER: _("Ce n’est pas un numéro de téléphone. Vérifiez chaque chiffre, par exemple 06 12 34 56 78."),
    Why.COUNTRY_CODE_MISSING: _(
        "Ce numéro est incomplet. Écrivez-le avec son indicatif : +687 (Nouvelle-Calédonie), +689 (Polynésie française), "
        "+681 (Wallis-et-Futuna), +508 (Saint-Pierre-et-Miquelon), ou avec ses dix chiffres."
    ),
    Why.FOREIGN: _("Ce numéro est étranger. Indiquez un téléphone portable de métropole ou d’outre-mer."),
    Why.FIXED_LINE: _("Ce numéro est celui d’un téléphone fixe, qui ne reçoit pas de SMS. Indiquez un portable."),
    Why.PREMIUM: _("Ce numéro est surtaxé. Indiquez le numéro de votre téléphone portable."),
    Why.NOT_A_MOBILE: _("Ce numéro n’est pas celui d’un téléphone portable. Indiquez un portable, qui reçoit les SMS."),
}
SCREEN, SMS = "screen", "sms"


def portable(_form: Form, field: Field) -> None:
    """Only numbers that a code may be sent to, and what is wrong with any other."""
    try:
        mobile(field.data or "")
    except PhoneRefused as refused:
        raise ValidationError(PHONE_PROBLEMS[refused.why]) from None


def a_numen(_form: Form, field: Field) -> None:
    """The form of a NUMEN; whether it is the voter's own, identity alone says, with the rest."""
    if not known_facts.is_numen(field.data or ""):
        raise ValidationError(
            _("Un NUMEN a 13 caractères : deux chiffres, une lettre, sept chiffres, trois lettres. Vérifiez le vôtre.")
        )


def a_birth_date(_form: Form, field: Field) -> None:
    """A day of the calendar."""
    if known_facts.birth_date(field.data or "") is None:
        raise ValidationError(_("Écrivez votre date de naissance sous la forme jj/mm/aaaa, par exemple 07/04/1980."))


def phone_field() -> StringField:
    """The number to send the code to."""
    return StringField(
        _("N° tél"),
        filters=[without_blanks],
        validators=[DataRequired(_("Indiquez le numéro de votre téléphone portable.")), storable, portable],
    )


def birth_date_field() -> StringField:
    """The day of birth, as French forms ask for it."""
    return StringField(
        _("Date de naissance (jj/mm/aaaa)"),
        filters=[without_blanks],
        validators=[DataRequired(_("Indiquez votre date de naissance.")), storable, a_birth_date],
    )


def new_number() -> str:
    """A random number for one form."""
    return secrets.token_urlsafe(16)


class FactsForm(GuardedForm):
    """The form of 2018. `number` is its own: sent twice, it is one request."""

    number = HiddenField(default=new_number, validators=[Regexp("[0-9A-Za-z_-]{16,64}$")])
    phone = phone_field()
    numen = StringField(
        "NUMEN", filters=[without_blanks], validators=[DataRequired(_("Indiquez votre NUMEN.")), storable, a_numen]
    )
    birth_date = birth_date_field()
    captcha = ChallengeField(_("Code de sécurité"), guards="reissue")


class ResendForm(FlaskForm):
    """Where to send a code again that did not arrive. `number` is the form's own: sent twice, it is one message."""

    number = HiddenField(default=new_number, validators=[Regexp("[0-9A-Za-z_-]{16,64}$")])
    phone = phone_field()


class AnswerForm(FlaskForm):
    """The answer to the challenge question, and the day of birth where the roll has it."""

    answer = StringField(
        _("Votre réponse secrète"),
        validators=[
            InputRequired(_("Saisissez la réponse à votre question défi.")),
            Length(max=1000, message=_("Cette réponse est trop longue.")),
            storable,
        ],
    )
    birth_date = birth_date_field()

    def ask(self, *, birth_date: bool) -> "AnswerForm":
        """Leave out what is not asked of this voter; return the form."""
        if not birth_date:
            del self.birth_date
        return self


class WayForm(FlaskForm):
    """Where the code shall come once the link was followed."""

    way = RadioField(
        _("Recevoir le nouveau code"),
        choices=[
            SelectChoice(SCREEN, _("À l’écran, tout de suite, une seule fois")),
            SelectChoice(SMS, _("Par SMS, sur mon portable")),
        ],
        default=SCREEN,
        validators=[InputRequired(_("Choisissez comment recevoir le code."))],
    )
    phone = StringField(_("N° tél"), filters=[without_blanks], validators=[storable])
    browser_key = HiddenField()

    def validate_phone(self, field: Field) -> None:
        """Wanted where the code comes by SMS."""
        if self.way.data == SMS:
            portable(self, field)

    def validate_way(self, field: Field) -> None:
        """The screen needs the key that the page's script makes."""
        if field.data == SCREEN and len(self.browser_key.data or "") != 64:
            raise ValidationError(
                _("Votre navigateur n’a pas pu préparer l’affichage du code. Choisissez le SMS, ou activez JavaScript.")
            )
