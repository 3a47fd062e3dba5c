"""The page of those who wait: a few kilobytes that ask no service, made once for all who are told the same."""

from __future__ import annotations

import re
from functools import lru_cache

from flask import g, make_response, render_template, request
from flask_babel import force_locale
from werkzeug.wrappers import Response

from gateway.edge.language import LANGUAGES, current_language
from gateway.pages.kept_form import NUMBER
from gateway.waiting.estimate import Estimate

LANGUAGE, BY_HAND = "langue", "a-la-main"
WAITING = "X-Isoloir-Waiting"
"""By this header the page's script knows that it is still the page of those who wait."""


def answer(said: Estimate) -> Response:
    """The page, in the language that its address or the reader asks for.

    200: what offices' proxies and mail filters make of a 503 is not ours to choose.
    """
    asked = request.args.get(LANGUAGE, "")
    if asked in LANGUAGES:
        g.language_choice = asked  # kept by gateway.edge.language, for the page that follows
    language = asked if asked in LANGUAGES else current_language()
    number = request.args.get(NUMBER, "")
    kept = f"{NUMBER}={number}&" if re.fullmatch("[0-9a-f]{1,12}", number) else ""
    made = make_response(_made(language, said, request.args.get(BY_HAND) == "1", kept))
    made.headers["Retry-After"] = str(said.refresh_seconds)
    made.headers[WAITING] = "1"
    return made


@lru_cache(maxsize=512)
def _made(language: str, said: Estimate, by_hand: bool, kept: str) -> str:
    """The page for everybody who is told this. It holds nothing of the request that asked first."""
    with force_locale(language):
        return render_template(
            "waiting/waiting_room.html", said=said, language=language, by_hand=by_hand, kept=kept, by_hand_name=BY_HAND
        )
