"""What one agent asks for and another agrees to: the form of the first that is refused, the answer of the second."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from flask import flash, redirect, request
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from gateway.edge.errors import words_for
from gateway.pages import kept_form
from gateway.pages.form_fields import blame
from services.runtime.refusals import Refusal


def refused(
    form: FlaskForm,
    show: Callable[[], Any],
    refusal: Refusal,
    place: str,
    said_at: Mapping[str, str],
    without: tuple[str, ...] = (),
) -> Response:
    """Send a form back with what a service refused.

    Args:
        form: as it was sent.
        show: makes the page as it stands.
        refusal: the service's.
        place: the page's address.
        said_at: code of a refusal → name of the field that it is said at.
        without: names of fields that are not kept.

    Returns:
        A redirection to the page.

    Raises:
        Refusal: one that has no place on this form.
    """
    said = words_for(refusal.code, refusal.details)
    if refusal.code in said_at:
        form[said_at[refusal.code]].errors = [said.message]
    elif not blame(form, refusal):
        raise refusal
    return kept_form.send_back(form, show, said.status, without=without, place=place)


def answer() -> tuple[int, bool]:
    """What the second agent has sent.

    Returns:
        The number of what was asked for, and whether it is agreed to.

    Raises:
        Refusal: approval_unknown, where there is no number.
    """
    sent = request.form.get("number", "")
    number = int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < 10 else 0
    if number == 0:
        raise Refusal("approval_unknown")
    return number, request.form.get("decision") == "approve"


def settled(decide: Callable[[], object], place: str, done: str, said_on_the_page: Collection[str]) -> Response:
    """Have it decided, and say so on the page.

    Args:
        decide: asks the service.
        place: the page's address.
        done: what is said once it is done.
        said_on_the_page: codes of refusals that are said there too; others have a page of their own.

    Returns:
        A redirection to the page.
    """
    try:
        decide()
    except Refusal as refusal:
        if refusal.code not in said_on_the_page:
            raise
        flash(words_for(refusal.code, refusal.details).message)
    else:
        flash(done)
    return redirect(place, 303)
