"""Pages, a file each. Every module has a `blueprint`; the demonstration's is registered where there is one."""

from flask import Flask

from gateway.views import (
    activation,
    assistance,
    ballot_box,
    booth,
    claims,
    demo,
    elections,
    health,
    home,
    hours,
    identification,
    lists,
    password,
    practical,
    profile,
    results,
    roll,
)


def register(app: Flask, *, demo_dir: str) -> None:
    """Add the pages to the application; /demo only when `demo_dir` is set."""
    for page in (identification, password, activation, home, elections, booth, ballot_box, health):
        app.register_blueprint(page.blueprint)
    for page in (practical, assistance, lists, roll, claims, profile, results, hours):
        app.register_blueprint(page.blueprint)
    if demo_dir:
        app.register_blueprint(demo.blueprint)
