"""Static files are named with their content, so that a browser asks for each once and never keeps a stale one."""

import hashlib
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

YEAR_SECONDS = 365 * 24 * 3600
VERSION = "v"


def install(app: Flask) -> None:
    """Add `?v=` with a digest of the content to every address of a static file; let it be kept where it fits.

    At the opening everybody comes at once: a browser that asks again for each file on each page would double the load.
    An address whose digest is another's (two releases behind one proxy) is answered, but asked for again next time.
    """
    folder = Path(app.static_folder or "")
    digests: dict[tuple[str, int], str] = {}

    def digest(filename: str) -> str | None:
        path = folder / filename
        try:
            changed = path.stat().st_mtime_ns
            if (filename, changed) not in digests:
                digests[filename, changed] = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        except (OSError, ValueError):  # not there, or a name that no file can have
            return None
        return digests[filename, changed]

    @app.url_defaults
    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values.setdefault(VERSION, digest(values["filename"]))

    @app.after_request
    def keep_what_fits(response: Response) -> Response:
        asked = request.args.get(VERSION)
        found = request.endpoint == "static" and response.status_code in (200, 304)
        if found and asked and asked == digest((request.view_args or {})["filename"]):
            response.cache_control.no_cache = None
            response.cache_control.public = True
            response.cache_control.max_age = YEAR_SECONDS
            response.cache_control.immutable = True
        return response
