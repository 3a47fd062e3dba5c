"""The Flask application: pages for voters, JSON for the booth and for operators, no database."""

from datetime import UTC, datetime
from typing import Any

from flask import Flask, request
from flask_wtf.csrf import CSRFProtect
from werkzeug.routing import BaseConverter

from gateway import api, pages
from gateway.captcha import load_testers
from gateway.clients import Services
from gateway.edge import (
    agent_session,
    compression,
    correlation,
    dedicated_post,
    failures,
    front,
    language,
    lines,
    operators_door,
    rate_limits,
    request_log,
    security_headers,
    session_end,
    static_files,
    voter_session,
)
from gateway.elections.archive_files import ArchiveFiles
from gateway.figures.kept import KeptFigures
from gateway.hours import paris_time
from gateway.i18n import typography
from gateway.pages.status.watch import Watch
from gateway.serving import large_bodies
from gateway.settings import Settings
from gateway.waiting import door
from services.runtime.bus.rpc import RpcClient
from services.runtime.contracts.client import Caller
from services.runtime.settings import load

PAGE_BYTES = 512 * 1024
OPERATOR_BYTES = 8 * 1024 * 1024


class ElectionUuid(BaseConverter):
    """Uuid of an election in a path: Base58, as the protocol wants it. The bound keeps junk out of the services."""

    regex = "[1-9A-HJ-NP-Za-km-z]{14,64}"


def create_app(settings: Settings | None = None, rpc: Caller | None = None) -> Flask:
    """The application.

    In: settings (from the environment when absent), rpc (a client of AMQP_URI's bus when absent).
    Errors: settings that do not load end the process with one line (exit 78).
    """
    settings = settings or load(Settings)
    # Templates stand beside the views that fill them: gateway/pages/<audience>/.
    app = Flask("gateway", template_folder="pages")
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        SECRET_KEY_FALLBACKS=settings.secret_keys()[:-1],
        WTF_CSRF_SECRET_KEY=settings.secret_keys(),
        # With the prefix, browsers take it from this very host by TLS alone: no neighbour under the same domain can set it.
        SESSION_COOKIE_NAME="__Host-isoloir" if settings.secure_cookies else "isoloir",
        SESSION_COOKIE_PATH="/",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        MAX_CONTENT_LENGTH=PAGE_BYTES,
        MAX_FORM_MEMORY_SIZE=PAGE_BYTES,
        MAX_FORM_PARTS=50,
        # The token lives as long as the session: a voter who reads slowly must not be refused.
        WTF_CSRF_TIME_LIMIT=None,
        # The strict mode compares the Referer, which our own Referrer-Policy has browsers withhold.
        WTF_CSRF_SSL_STRICT=False,
        BABEL_DEFAULT_LOCALE="fr",
        BABEL_TRANSLATION_DIRECTORIES="i18n/translations",
        BABEL_DEFAULT_TIMEZONE="Europe/Paris",
    )
    app.url_map.converters["election"] = ElectionUuid
    app.extensions["isoloir"] = Services.over(rpc or RpcClient(settings.amqp_uri, settings.event_keys))
    app.extensions["isoloir_settings"] = settings
    app.extensions["isoloir_archives"] = ArchiveFiles(settings.archive_dir)
    app.extensions["isoloir_figures"] = KeptFigures()
    app.extensions["isoloir_status"] = Watch(app)
    app.jinja_env.filters["paris"] = paris_time.paris
    app.jinja_env.filters["paris_hour"] = paris_time.paris_hour
    app.jinja_env.filters["number"] = paris_time.number
    app.jinja_env.filters["address"] = typography.address
    app.jinja_env.globals["colon"] = typography.colon
    app.jinja_env.filters["typeset"] = typography.typeset
    app.jinja_env.finalize = typography.finalize
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True

    compression.install(app)
    correlation.install(app)
    request_log.install(app)
    front.install(app, settings)
    operators_door.install(app, settings)
    security_headers.install(app, secure=settings.secure_cookies)
    static_files.install(app)
    door.install(app, settings)
    lines.install(app, settings)

    @app.before_request
    def allow_rolls() -> None:
        if request.blueprint == "operator":
            request.max_content_length = OPERATOR_BYTES

    large_bodies.install(app, settings)

    @app.context_processor
    def everywhere() -> dict[str, Any]:
        return {
            "signed_in": voter_session.token() is not None,
            "session_end": session_end.end_of_session(),
            "demo": bool(settings.demo_dir),
            "year": datetime.now(UTC).year,
        }

    csrf = CSRFProtect(app)
    dedicated_post.install(app)
    agent_session.install(app)
    language.install(app)
    pages.register(app, demo_dir=settings.demo_dir)
    api.register(app, csrf)
    load_testers.install(app, settings)
    rate_limits.install(app, settings)
    failures.install(app)
    return app
