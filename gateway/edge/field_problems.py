"""One French sentence for each problem of a field: services and schemas say codes, people read this, programs the code."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from gateway.i18n.typography import spaced
from services.runtime.contracts.problems import Code

SENTENCES: dict[Code, LazyString] = {
    Code.REQUIRED: _("Cette information manque : indiquez-la."),
    Code.WRONG_KIND: _("Cette information n’est pas de la nature attendue (texte, nombre, date…) : corrigez-la."),
    Code.UNKNOWN_FIELD: _("Cette information n’est pas attendue : retirez-la."),
    Code.TOO_SHORT: _("Ce texte est trop court : écrivez au moins %(limit)s caractères."),
    Code.TOO_LONG: _("Ce texte est trop long : raccourcissez-le à %(limit)s caractères au plus."),
    Code.TOO_FEW: _("Cette liste est trop courte : donnez au moins %(limit)s éléments."),
    Code.TOO_MANY: _("Cette liste est trop longue : donnez %(limit)s éléments au plus."),
    Code.TOO_SMALL: _("Ce nombre est trop petit : le minimum est %(limit)s."),
    Code.TOO_LARGE: _("Ce nombre est trop grand : le maximum est %(limit)s."),
    Code.NOT_A_CHOICE: _("Cette valeur n’est pas proposée : choisissez-en une de la liste."),
    Code.WRONG_FORM: _("Cette information n’a pas la forme attendue : vérifiez-la et corrigez-la."),
    Code.FORBIDDEN_CHARACTER: _("Ce texte contient un caractère interdit : effacez-le et saisissez-le de nouveau."),
    Code.BLANK: _("Ce texte est vide, ou commence ou finit par un blanc : corrigez-le."),
    Code.NOT_AN_ADDRESS: _("Cette adresse n’est pas une adresse électronique valable : vérifiez-la."),
    Code.ADDRESS_NOT_ASCII: _(
        "Cette adresse contient un caractère que la messagerie n’accepte pas : indiquez-en une autre."
    ),
    Code.NOT_AFTER_OPENING: _("La fermeture doit venir après l’ouverture : corrigez l’une des deux dates."),
    Code.CONTRADICTORY: _("Ces informations se contredisent : vérifiez-les ensemble et corrigez-les."),
    Code.REPEATED: _("Cette valeur est donnée deux fois : ne la donnez qu’une fois."),
}


def sentence(problem: Mapping[str, Any] | str) -> str:
    """The sentence of a problem as it crosses the bus: {"code", "limit"}. What is not one of ours is said in general."""
    known = problem if isinstance(problem, Mapping) else {"code": problem}
    return spaced(str(SENTENCES[_code(known)]) % {"limit": known.get("limit", "?")})


def _code(problem: Mapping[str, Any]) -> Code:
    code = problem.get("code")
    return Code(code) if isinstance(code, str) and code in set(Code) else Code.WRONG_FORM


def described(fields: Mapping[str, Any]) -> dict[str, dict[str, str | int]]:
    """What programs and people are told of fields.

    Args:
        fields: dotted name of each field → its problems, as they cross the bus.

    Returns:
        The name of each field → {"code", "message"} of its first problem, and the "limit" that was not kept, if any.
    """
    found: dict[str, dict[str, str | int]] = {}
    for name, problems in fields.items():
        first = problems[0] if isinstance(problems, list) and problems else {}
        known = first if isinstance(first, Mapping) else {"code": first}
        found[name] = {"code": _code(known).value, "message": sentence(known)}
        if isinstance(known.get("limit"), int):
            found[name]["limit"] = known["limit"]
    return found


def sentences(fields: Mapping[str, Any]) -> dict[str, str]:
    """Name of each field → its first problem as a sentence: one is enough to correct it."""
    return {name: sentence(problems[0]) for name, problems in fields.items() if isinstance(problems, list) and problems}
