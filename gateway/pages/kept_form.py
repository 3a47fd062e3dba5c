"""After a form that is refused: back to its page by a redirection, with what was typed and what is to be mended.

A page that answers a POST itself makes « Back » and « Reload » ask whether to send the form again. What was typed is kept
in the signed cookie until the next form, under a number that the address names: another visit finds an empty form.
Secrets are not kept there (scripts/keep-secrets.js keeps them in the page).
"""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from flask import jsonify, make_response, redirect, request, session, url_for
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from gateway.captcha.challenge_field import COPIES

KEPT = "kept"
NUMBER = "essai"
LONGEST = 2400
"""Characters of what is kept: browsers drop a cookie of more than 4,000 bytes, and all that it holds."""

SomeForm = TypeVar("SomeForm", bound=FlaskForm)


def send_back(
    form: FlaskForm,
    show: Callable[[], Any],
    status: int = 422,
    headers: dict[str, str] | None = None,
    without: Sequence[str] = (),
    place: str = "",
) -> Response:
    """Answer a form that was refused.

    Args:
        form: with its errors.
        show: makes the page as it stands; the blueprint's view `show` makes it after the redirection.
        status: of the page that is shown again.
        headers: of that page.
        without: names of fields that are secret, besides passwords.
        place: where the page is, where its address has a blank of its own.

    Returns:
        A redirection to the page; where the cookie could not hold what was typed, the page itself.
    """
    hidden = {*without, "csrf_token", *(field.name for field in form if field.type == "PasswordField")}
    copied_in_vain = getattr(form, "captcha", None) is not None and form["captcha"].used_up
    if copied_in_vain:
        hidden |= {"captcha", "captcha_id"}
    sent = {name: found for name, found in request.form.lists() if name not in hidden}
    values = {name: found[0] if len(found) == 1 else found for name, found in sent.items()}
    number = keep(
        str(request.blueprint),
        values | ({COPIES: "1"} if copied_in_vain else {}),
        {field.name: [str(error) for error in field.errors] for field in form if field.errors},
        status,
        headers,
    )
    if number is None:
        return make_response(show(), status, headers or {})
    return redirect(f"{place or url_for(f'{request.blueprint}.show')}?{NUMBER}={number}", 303)


def keep(
    blueprint: str,
    values: Mapping[str, str | list[str]],
    errors: Mapping[str, list[str]] | None = None,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> str | None:
    """Keep what was typed for the page of a blueprint. No secret may be among it.

    Returns:
        The number that the page's address names it by; None where the cookie could not hold it, and nothing is kept.
    """
    number = secrets.token_hex(3)
    kept = {
        "at": blueprint,
        "values": dict(values),
        "errors": dict(errors or {}),
        "status": status,
        "headers": headers or {},
        "number": number,
    }
    if len(json.dumps(kept)) > LONGEST:
        return None
    session[KEPT] = kept
    return number


def kept_value(name: str) -> str:
    """A value that is kept for this page under the number of its address; empty where none is."""
    kept = session.get(KEPT)
    if not kept or request.args.get(NUMBER) != kept["number"] or kept["at"] != request.blueprint:
        return ""
    return str(kept["values"].get(name, ""))


def again(make: Callable[..., SomeForm]) -> tuple[SomeForm, int, dict[str, str]]:
    """Return the form of a page, with the status and the headers of the page: as it was sent back, or empty."""
    kept = session.get(KEPT)
    if not kept or request.args.get(NUMBER) != kept["number"] or kept["at"] != request.blueprint:
        return make(), 200, {}
    form = make(formdata=MultiDict(kept["values"]))
    for field in form:
        field.errors = kept["errors"].get(field.name, [])
    return form, kept["status"], kept["headers"]


def shown(page: str, status: int, headers: dict[str, str]) -> Response:
    """The page of a form as `again` has found it."""
    return make_response(page, status, headers)


def tell_scripts(answer: Response) -> Response:
    """After each request of a blueprint whose forms hold secrets: a script that sends one is told where to go.

    It keeps the secrets in its page, and fetches what is to be mended around them; also where an error handler answers.
    """
    if answer.status_code == 303 and request.headers.get("X-Isoloir-Script"):
        return jsonify(location=answer.location)
    return answer
