"""Looking at the services every few seconds, and keeping the public status page ready: whoever reads it asks nobody.

The page is made when the services have been asked, once for each language, and stays as it is when they are all away. With
ISOLOIR_GATEWAY_STATUS_DIR it is written to files too, which a proxy can serve while the portal itself is away.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask, current_app, render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from markupsafe import Markup

from gateway.clients import Services
from gateway.content.files import FALLBACK, MOST_BYTES
from gateway.content.markdown import render
from gateway.edge.language import LANGUAGES
from gateway.pages.status.parts import Board, judge
from services.runtime.clock import utc_now
from services.runtime.contracts.client import RpcTimeout, RpcUnavailable
from services.runtime.refusals import Refusal, ServiceFault
from services.runtime.telemetry.logs import get_logger

log = get_logger()

SECONDS = 15.0
NEWS = "service_news"
"""What operators write: `service_news.fr.md` in the folder of texts; without the file, there is no news."""


class Watch:
    """The status page of one process."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._board = Board()
        self._pages: dict[str, str] = {}
        self._started = False

    def start(self) -> None:
        """Look from now on, in a thread of its own."""
        if not self._started:
            self._started = True
            threading.Thread(target=self._run, name="status", daemon=True).start()

    def page(self, language: str) -> str:
        """The page as it was made last; made now, and saying so, where nobody has looked yet."""
        return self._pages.get(language) or self._made(language)

    def look(self, now: datetime | None = None) -> None:
        """Ask every service once and make the pages anew."""
        services: Services = self._app.extensions["isoloir"]
        found = judge(asked(services))
        self._board.note(found, now or utc_now())
        folder = self._app.extensions["isoloir_settings"].status_dir
        for language in LANGUAGES:
            self._pages[language] = self._made(language)
            if folder:
                _write(Path(folder) / f"etat.{language}.html", self._pages[language])

    def _made(self, language: str) -> str:
        # The page is nobody's: it is made without a request, and holds nothing of one.
        with self._app.test_request_context("/etat"), force_locale(language):
            return render_template("status/status.html", board=self._board, news=news(language), language=language)

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            try:
                self.look()
            except Exception as error:  # whatever it was, the next look may succeed, and the page must stay
                log.error("status_not_made", exc_info=error)
            pause.wait(SECONDS)


class News:
    """What operators say: rendered, when it was written, and in which language where it is not the reader's."""

    def __init__(self, html: Markup, written_at: datetime, language: str) -> None:
        self.html = html
        self.written_at = written_at
        self.language = language


def news(language: str) -> News | None:
    """What operators have written; None where they have nothing to say."""
    folder: Path = current_app.extensions["isoloir_settings"].content_dir
    for chosen in (language, FALLBACK):
        try:
            with (folder / f"{NEWS}.{chosen}.md").open("rb") as file:
                written = file.read(MOST_BYTES).decode("utf-8", "replace")
                written_at = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
        except OSError:
            continue
        if written.strip():
            rendered = render(written, _("Tableau"), 3, "nouvelles")
            return News(rendered.html, written_at, "" if chosen == language else chosen)
    return None


def asked(services: Services) -> dict[str, Sequence[str] | None]:
    """Every service with its warnings, None where it does not answer."""
    found: dict[str, Sequence[str] | None] = {}
    for client in services.all():
        try:
            found[client.service] = client.health().warnings
        except (RpcTimeout, RpcUnavailable, ServiceFault, Refusal):
            found[client.service] = None
    return found


def _write(path: Path, page: str) -> None:
    """Put a page into its place whole: whoever reads meanwhile has the one before."""
    try:
        beside = path.with_suffix(".new")
        beside.write_text(page, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        log.error("status_not_written", error=type(error).__name__)
