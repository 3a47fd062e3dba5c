"""A queue as a command lists it: which page of it, and its lines as a table."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import click
from rich.markup import escape
from rich.table import Table

from deploy.operator.terminal import console

F = TypeVar("F", bound=Callable[..., Any])
ALL = "all"


def page_options(states: Iterable[str], default: str) -> Callable[[F], F]:
    """Options that say which lines are listed: --state (one of them, or all), --after a number, --limit."""

    def decorate(work: F) -> F:
        for option in (
            click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 200)),
            click.option("--after", type=int, default=None, help="Numéro après lequel commencer."),
            click.option("--state", type=click.Choice([*states, ALL]), default=default, show_default=True),
        ):
            work = option(work)
        return work

    return decorate


def asked_state(state: str) -> str | None:
    """The state as the API asks for it: None for all."""
    return None if state == ALL else state


def show(columns: Sequence[str], rows: Sequence[Sequence[str]], none: str, following: int | None) -> None:
    """Print the lines of a page, what is said where there are none, and how to go on."""
    if not rows:
        console().print(none)
        return
    table = Table(*columns)
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    console().print(table)
    if following is not None:
        console().print(f"Suite : --after {following}")
