"""Pages, a file each. Every module has a `blueprint`; the demonstration's is registered where there is one."""

from flask import Flask, abort, request

from gateway.pages.agents import accounts, entrance, invitation, journal, tokens
from gateway.pages.agents.bureau import board, decisions, integrity
from gateway.pages.agents.console import campaign, closing, codes, event, mock, publication, sealing
from gateway.pages.agents.definition import page as definition
from gateway.pages.agents.keys import exchange, holder
from gateway.pages.agents.passkeys import adding, by_invitation, log_in, own_keys
from gateway.pages.agents.queues import claim_queue, request_queue
from gateway.pages.agents.roll import page as roll_file
from gateway.pages.agents.roll import removal
from gateway.pages.agents.roll import reports as roll_reports
from gateway.pages.agents.support import address, approvals, new_code, voters
from gateway.pages.booth import booth
from gateway.pages.demonstration import sent_messages
from gateway.pages.entrance import (
    activation,
    captcha,
    challenge_question,
    dedicated_post,
    identification,
    identifier_help,
    password,
    session_end,
)
from gateway.pages.operations import deliveries, room
from gateway.pages.reissue import asking, mailed_link, outcome, provider
from gateway.pages.space import assistance, claims, elections, home, hours, lists, practical, profile, results, roll
from gateway.pages.status import health, public
from gateway.pages.urn import ballot_box, device_check, receipt_check


def register(app: Flask, *, demo_dir: str) -> None:
    """Add the pages to the application; /demo only when `demo_dir` is set."""
    for page in (
        identification,
        identifier_help,
        captcha,
        password,
        activation,
        challenge_question,
        session_end,
        dedicated_post,
    ):
        app.register_blueprint(page.blueprint)
    for page in (home, elections, booth, ballot_box, receipt_check, device_check, health, public):
        app.register_blueprint(page.blueprint)
    for page in (practical, assistance, lists, roll, claims, profile, results, hours):
        app.register_blueprint(page.blueprint)
    for page in (asking, mailed_link, outcome, provider):
        app.register_blueprint(page.blueprint)
    for page in (entrance, invitation, accounts, tokens, journal):
        app.register_blueprint(page.blueprint)
    for page in (voters, address, new_code, approvals, board, decisions, integrity, claim_queue, request_queue):
        app.register_blueprint(page.blueprint)
    for page in (log_in, by_invitation, own_keys, adding):
        app.register_blueprint(page.blueprint)
    for page in (
        event,
        definition,
        roll_file,
        roll_reports,
        removal,
        codes,
        sealing,
        campaign,
        closing,
        publication,
        mock,
    ):
        app.register_blueprint(page.blueprint)
    for page in (holder, exchange, room, deliveries):
        app.register_blueprint(page.blueprint)
    if demo_dir:
        app.register_blueprint(sent_messages.blueprint)
    app.before_request(take_forms_only)


def take_forms_only() -> None:
    """Refuse JSON sent to a page: Flask-WTF would read it in place of the form, with values of any shape."""
    if request.method == "POST" and request.is_json and not request.path.startswith("/api/"):
        abort(400)
