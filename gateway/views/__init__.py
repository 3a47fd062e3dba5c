"""Pages, a file each. Every module has a `blueprint`; the demonstration's is registered where there is one."""

from flask import Flask

from gateway.views import (
    activation,
    ballot_box,
    booth,
    demo,
    elections,
    health,
    home,
    identification,
    password,
)


def register(app: Flask, *, demo_dir: str) -> None:
    """Add the pages to the application; /demo only when `demo_dir` is set."""
    for page in (identification, password, activation, home, elections, booth, ballot_box, health):
        app.register_blueprint(page.blueprint)
    if demo_dir:
        app.register_blueprint(demo.blueprint)
