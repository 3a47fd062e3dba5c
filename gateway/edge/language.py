"""French or English: which one a page is in, and how a reader changes it.

The reader's choice is kept in the signed cookie; before any choice the browser's own preference decides, and
French where it names neither. Messages of the JSON API follow the same rule.
"""

from urllib.parse import urlsplit

from babel.support import Translations
from flask import Blueprint, Flask, Response, current_app, g, redirect, request, session, url_for
from flask_babel import Babel
from flask_wtf import FlaskForm
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse
from wtforms import StringField
from wtforms.validators import AnyOf

LANGUAGES = {"fr": "Français", "en": "English"}
"""Code → name, in the language itself, as the button that leads to it says it."""

DEFAULT = "fr"
CHOICE = "language"
LONGEST_ADDRESS = 2000

blueprint = Blueprint("language", __name__)


def chosen() -> str | None:
    """The language that this browser's reader has asked for, if any."""
    held = session.get(CHOICE)
    return held if held in LANGUAGES else None


def current_language() -> str:
    """The language of the answer to this request: "fr" or "en"."""
    return chosen() or request.accept_languages.best_match(list(LANGUAGES), DEFAULT) or DEFAULT


def other() -> str:
    """The language that the header offers."""
    return next(code for code in LANGUAGES if code != current_language())


class LanguageForm(FlaskForm):
    """Which language, and the page to come back to."""

    language = StringField(validators=[AnyOf(LANGUAGES)])
    back = StringField()


def way_back(address: str) -> str:
    """The address to return to: a page of this portal that can be read with GET, otherwise its root.

    In: what the form says, which anybody may have written.
    """
    root = url_for("identification.root")
    if len(address) > LONGEST_ADDRESS or "\\" in address or any(ord(character) < 33 for character in address):
        return root
    try:
        parts = urlsplit(address)
    except ValueError:
        return root
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or parts.path.startswith(("//", "/api/")):
        return root
    try:
        current_app.create_url_adapter(request).match(parts.path, method="GET")  # type: ignore[union-attr]
    except HTTPException:
        return root
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


@blueprint.post("/langue")
def choose() -> BaseResponse:
    """Keep the choice and return to the page; an unknown language changes nothing."""
    form = LanguageForm()
    if form.validate():
        session[CHOICE] = form.language.data
        g.language_choice = form.language.data
    return redirect(way_back(form.back.data or ""), 303)


class _French(Translations):
    """The sentences as the sources have them. In French none is singular: « 0 scrutin »."""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the singular for less than two."""
        return msgid1 if abs(n) < 2 else msgid2

    ungettext = ngettext


def install(app: Flask) -> None:
    """Choose the language of every answer, and say which one it is."""
    babel = Babel(app, locale_selector=current_language)
    with app.app_context():
        babel.domain_instance.get_translations_cache(None)["fr", "messages"] = _French()
    app.register_blueprint(blueprint)

    @app.before_request
    def note() -> None:
        # A static file is the same for everybody: looking at the session would have it vary with the cookie.
        g.language_choice = chosen() if request.endpoint != "static" else None

    @app.after_request
    def keep(response: Response) -> Response:
        # Sessions begin and end by emptying the cookie; the reader does not change language with them.
        if request.endpoint != "static":
            held = g.get("language_choice")
            if held and session.get(CHOICE) != held:
                session[CHOICE] = held
            response.headers["Content-Language"] = current_language()
            response.vary.update(("Accept-Language", "Cookie"))
        return response

    @app.context_processor
    def everywhere() -> dict[str, str]:
        return {"language": current_language(), "other_language": other(), "other_language_name": LANGUAGES[other()]}
