"""Pages, a file each. Every module has a `blueprint`; the demonstration's is registered where there is one."""

from flask import Flask

from gateway.views import (
    activation,
    assistance,
    ballot_box,
    booth,
    captcha,
    challenge_question,
    claims,
    demo,
    elections,
    health,
    help,
    home,
    hours,
    identification,
    lists,
    password,
    practical,
    profile,
    results,
    roll,
    session_end,
)


def register(app: Flask, *, demo_dir: str) -> None:
    """Add the pages to the application; /demo only when `demo_dir` is set."""
    for page in (identification, help, captcha, password, activation, challenge_question, session_end):
        app.register_blueprint(page.blueprint)
    for page in (home, elections, booth, ballot_box, health):
        app.register_blueprint(page.blueprint)
    for page in (practical, assistance, lists, roll, claims, profile, results, hours):
        app.register_blueprint(page.blueprint)
    if demo_dir:
        app.register_blueprint(demo.blueprint)
