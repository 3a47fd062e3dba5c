"""What all operator commands share: where words go, and how refusals end a command."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn, ParamSpec, TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from deploy.operator import roll_file, voting_event_file
from deploy.operator.client import OperatorClient, OperatorRefusal

P = ParamSpec("P")
R = TypeVar("R")


def console() -> Console:
    """Where results go. Made at each use, so that output redirected by a caller is honoured."""
    return Console(highlight=False, soft_wrap=True)


def complaints() -> Console:
    """Where refusals go."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def stop(message: str) -> NoReturn:
    """Say why and end with status 1."""
    complaints().print(message, style="red", markup=False)
    sys.exit(1)


def said_plainly(work: Callable[P, R]) -> Callable[P, R]:
    """Refusals and unreadable files end a command with a French sentence, not with a trace."""

    @wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return work(*args, **kwargs)
        except OperatorRefusal as refusal:
            lines = [refusal.message]
            if refusal.details.get("fields"):
                lines += [f"  {name} : {problem['message']}" for name, problem in refusal.details["fields"].items()]
            elif refusal.details.get("reason"):
                lines.append(f"  Motif : {refusal.details['reason']}")
            if refusal.correlation_id:
                lines.append(f"  Référence : {refusal.correlation_id} ({refusal.code})")
            stop("\n".join(lines))
        except voting_event_file.VotingEventFileError as error:
            stop("\n".join(error.problems))
        except roll_file.RollFileError as error:
            stop(str(error))
        except OSError as error:
            stop(f"Fichier inaccessible : {error.filename or ''} ({error.strerror})")

    return run


def portal_options(work: Callable[..., Any]) -> Callable[..., Any]:
    """--url and --token: which portal, and who asks."""
    url = click.option(
        "--url",
        envvar="ISOLOIR_PUBLIC_URL",
        default="http://127.0.0.1:8080",
        show_default=True,
        show_envvar=True,
        help="Adresse du portail.",
    )
    token = click.option(
        "--token", envvar="ISOLOIR_GATEWAY_OPERATOR_TOKEN", default="", show_envvar=True, help="Jeton d'opérateur."
    )
    return url(token(work))


def event_option(work: Callable[..., Any]) -> Callable[..., Any]:
    """--event: a uuid; without it, the current voting event."""
    return click.option("--event", default=None, help="Uuid de l'échéance (par défaut : l'échéance en cours).")(work)


def current_event(client: OperatorClient, event: str | None) -> str:
    """The uuid to work on."""
    return event or str(client.voting_event()["voting_event"])


def progress_bar() -> Progress:
    """A progress bar on standard error."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=complaints(),
    )
