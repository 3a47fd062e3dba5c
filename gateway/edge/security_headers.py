"""What browsers are told about every answer, and what they may keep of it."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, request
from flask_talisman import Talisman

CONTENT_SECURITY_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "media-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "font-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
PERMISSIONS_POLICY = dict.fromkeys(("browsing-topics", "camera", "geolocation", "microphone", "payment", "usb"), "()")
View = TypeVar("View", bound=Callable[..., Any])


def reachable_over_http(view: View) -> View:
    """For views that supervisors call from inside, behind whatever ends TLS: no redirection to https."""
    view.talisman_view_options = {"force_https": False}  # type: ignore[attr-defined]
    return view


def install(app: Flask, *, secure: bool) -> None:
    """Headers on every answer; `secure` adds the redirection to https and HSTS (a proxy may end TLS)."""
    Talisman(
        app,
        force_https=secure,
        strict_transport_security=secure,
        session_cookie_secure=secure,
        session_cookie_http_only=True,
        session_cookie_samesite="Lax",
        frame_options="DENY",
        content_security_policy=CONTENT_SECURITY_POLICY,
        permissions_policy=PERMISSIONS_POLICY,
        referrer_policy="no-referrer",
    )

    @app.after_request
    def keep_nothing(response: Response) -> Response:
        # Shared machines and the « tourne en boucle » of cached pages (A10): only static files may be kept.
        if request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
        return response
