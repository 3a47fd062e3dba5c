"""/demo: what a demonstration sends instead of mail, SMS and post. Registered only where there is one."""

from flask import Blueprint, abort, current_app, render_template, request, send_file
from werkzeug.wrappers import Response

from gateway.pages.demonstration.mail import SHOWN, DemoFolder

blueprint = Blueprint("demo", __name__)


def folder() -> DemoFolder:
    """The running demonstration's folder."""
    return DemoFolder(current_app.extensions["isoloir_settings"].demo_dir)


@blueprint.get("/demo")
def show() -> str:
    """Messages and notices, newest first, those of one address on request."""
    address = request.args.get("adresse", "")[:254]
    return render_template(
        "demonstration/demo.html",
        address=address,
        # Without a broker everything is in this process, and the page says what that means (docs/security.md).
        one_process=not current_app.extensions["isoloir_settings"].amqp_uri,
        messages=folder().messages(address),
        most=SHOWN,
        notices=folder().notices(),
        voters=folder().voters(),
    )


@blueprint.get("/demo/notices/<name>")
def notice(name: str) -> Response:
    """One paper notice as PDF."""
    path = folder().notice(name)
    if path is None:
        abort(404)
    return send_file(path.resolve(), mimetype="application/pdf", download_name=path.name)
