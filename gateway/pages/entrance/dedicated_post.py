"""/poste-dedie: turning a school's computer into a dedicated post, and « Terminer » for each voter (B12)."""

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway.edge import dedicated_post

blueprint = Blueprint("dedicated_post", __name__)


@blueprint.get("/poste-dedie")
def show() -> str:
    """What a dedicated post is, with the button that makes this browser one, or an ordinary one again."""
    return render_template("entrance/dedicated_post.html")


@blueprint.post("/poste-dedie")
def choose() -> Response:
    """Mark this browser, or take the mark away; whoever was signed in is not any more."""
    dedicated_post.end_session()
    response = make_response(redirect(url_for("dedicated_post.show"), 303))
    if request.form.get("post") == "yes":
        dedicated_post.mark(response, secure=current_app.config["SESSION_COOKIE_SECURE"])
    else:
        dedicated_post.unmark(response)
    return response


@blueprint.post("/terminer")
def finish() -> Response:
    """« Terminer »: the next voter finds the identification page and nothing of the one before."""
    dedicated_post.end_session()
    response = make_response(redirect(url_for("dedicated_post.finished"), 303))
    dedicated_post.leave_nothing(response)
    return response


@blueprint.get("/termine")
def finished() -> Response:
    """Said plainly, for the voter who leaves and for the one who comes."""
    response = make_response(render_template("entrance/finished.html"))
    dedicated_post.leave_nothing(response)
    return response
