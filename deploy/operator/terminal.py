"""What all operator commands share: where words go, and how refusals end a command."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn, ParamSpec, TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from deploy.operator.client import OperatorClient, OperatorRefusal
from deploy.operator.token import ADDRESS_VARIABLES, token_option
from services.files import roll_file, voting_event_file

P = ParamSpec("P")
R = TypeVar("R")


def console() -> Console:
    """Where results go. Made at each use, so that output redirected by a caller is honoured."""
    return Console(highlight=False, soft_wrap=True)


def next_step(said: str, style: str | None = None) -> None:
    """The last line of a command: what comes next, for whoever runs an election for the first time.

    Args:
        said: what to do, a sentence that names the command where there is one.
        style: how it looks; as any other line without.
    """
    console().print(f"Ensuite : {said}", markup=False, style=style)


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
    """--url and --token-file: which portal, and who asks."""
    url = click.option(
        "--url",
        envvar=ADDRESS_VARIABLES,
        default="http://127.0.0.1:8080",
        show_default=True,
        show_envvar=True,
        help="Adresse du portail pour les opérateurs, où elle n’est pas celle de tous.",
    )
    return url(token_option(work))


def event_option(work: Callable[..., Any]) -> Callable[..., Any]:
    """--event: a uuid; without it, the current voting event."""
    return click.option("--event", default=None, help="Uuid de l'échéance (par défaut : l'échéance en cours).")(work)


def current_event(client: OperatorClient, event: str | None) -> str:
    """The uuid to work on, named for whoever is about to work on it. OperatorRefusal where there is no such event."""
    current = client.voting_event()
    uuid = event or str(current["voting_event"])
    if uuid == current["voting_event"]:
        complaints().print(f"Échéance « {current['name']} » ({uuid})", style="dim", markup=False)
    else:
        client.attendance(uuid)  # refused where nobody knows it
        complaints().print(f"Échéance {uuid} : ce n’est pas celle que le portail montre.", style="yellow", markup=False)
    return uuid


def chosen_elections(client: OperatorClient, only: str | None) -> list[dict[str, Any]]:
    """The online elections of the current voting event, or the one of that code or uuid. Ends the command for another."""
    event = client.voting_event()
    online = [election for election in event["elections"] if election["mode"] == "online"]
    chosen = [election for election in online if only in (None, election["uuid"], election["code"])]
    if not chosen:
        codes = ", ".join(f"{election['code']} ({election['uuid']})" for election in online) or "aucun"
        stop(f"« {event['name']} » n’a pas de scrutin en ligne « {only} ». Ses scrutins en ligne : {codes}.")
    return chosen


def agreed(question: str, yes: bool) -> None:
    """Ask before what cannot be undone, or what takes something from voters; the command ends unless the answer is yes.

    Args:
        question: what is about to be done, in a sentence.
        yes: whether `--yes` has answered already.
    """
    if yes:
        return
    complaints().print(question, style="yellow", markup=False)
    if not click.confirm("Continuer ?", default=False, err=True):
        stop("Rien n’a été fait.")


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
