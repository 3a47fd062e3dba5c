"""`isoloir demo`: everything on this machine with an invented election, and how to be a voter."""

import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import click
from rich.console import Console

from deploy.local.broker import BrokerMissing
from deploy.local.launcher.lock import AlreadyRunning, forget_state
from deploy.local.launcher.refusals import BusUnreachable, MigrationFailed, PortTaken
from deploy.local.launcher.supervisor import ChildFailed
from deploy.local.launcher.system import System

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Asked(BaseException):
    """Somebody asked to stop. Not an Exception: nothing on the way may take it for a failure and go on."""


class _Signals:
    """The first signal interrupts whatever is being done; from the second on, the stop hurries."""

    def __init__(self) -> None:
        self.count = 0

    def install(self) -> None:
        for number in SIGNALS:
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup asks to stay
                signal.signal(number, self._receive)

    def hurry(self) -> bool:
        return self.count > 1

    def _receive(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1
        if self.count == 1:
            raise _Asked


@click.command("demo")
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True, help="Port du portail.")
@click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var/demo"),
    show_default=True,
    help="Dossier des bases, clés, journaux et messages.",
)
@click.option("--fresh", is_flag=True, help="Oublier d'abord tout ce que contient le dossier.")
@click.option("--bus", type=click.Choice(["auto", "broker", "in-process"]), default="auto", show_default=True)
def command(port: int, state: Path, fresh: bool, bus: Any) -> None:
    """Démarrer tout Isoloir ici, avec un scrutin inventé, jusqu'à Ctrl-C."""
    console = Console(highlight=False, soft_wrap=True)
    signals = _Signals()
    signals.install()
    system: System | None = None
    status = 0
    try:
        if fresh:
            forget_state(state)
        system = System(state, port=port, bus=bus, tell=lambda line: console.print(f"· {line}", markup=False))
        _run(system, console)
    except _Asked:
        console.print("\nArrêt demandé : le portail d'abord, puis les services, puis le bus.")
    except (AlreadyRunning, PortTaken, BusUnreachable, BrokerMissing) as error:
        print(error, file=sys.stderr)
        status = 1
    except (ChildFailed, MigrationFailed) as error:
        print(f"Isoloir n'a pas pu démarrer. {error}", file=sys.stderr)
        status = 1
    except Exception as error:
        from deploy.operator.client import OperatorRefusal

        if not isinstance(error, OperatorRefusal):
            raise
        print(f"Le scrutin inventé n'a pas pu être chargé : {error.message} ({error.code})", file=sys.stderr)
        status = 1
    finally:
        signals.count = max(signals.count, 1)  # from here on a signal hurries, and interrupts nothing
        if system is not None:
            system.stop(hurry=signals.hurry)
    if status == 0:
        console.print("Tout est arrêté.")
    sys.exit(status)


def _run(system: System, console: Console) -> None:
    from deploy.local.demonstration.loading import load, prepare_event

    console.print("Isoloir, démonstration : élections, syndicats et électeurs inventés.")
    with console.status("Démarrage…"):
        event = prepare_event(system.state_dir, system.presentation_file)
        system.start()
        load(system, event, lambda line: console.print(f"· {line}", markup=False))
    console.print(_instructions(system, event), markup=False)
    while True:
        signal.pause()


def _instructions(system: System, event: dict[str, Any]) -> str:
    from deploy.local.demonstration.scenario import voters

    somebody = voters()[0]
    closed = datetime.fromisoformat(event["closes_at"]) <= datetime.now(UTC)
    over = "\nCe scrutin est clos. Pour en ouvrir un autre : .venv/bin/isoloir demo --fresh\n" if closed else ""
    return f"""
Isoloir est prêt : {system.base_url}
{over}
Pour voter :
  1. Ouvrez {system.base_url} et donnez un identifiant d'électeur, par exemple
     {somebody["identifiant"]} ({somebody["prenom"]} {somebody["nom"]}) ; les autres sont sur {system.base_url}/demo
  2. Lisez l'e-mail reçu sur {system.base_url}/demo, suivez son lien et choisissez un mot de passe.
  3. Ouvrez la notice papier de cet électeur, sur la même page : elle porte son code de vote.
  4. Choisissez un scrutin, une liste, tapez le code de vote, déposez le bulletin.
  5. Gardez la preuve de vote, et retrouvez son numéro de suivi dans l'urne publique.

E-mails, SMS et notices : {system.base_url}/demo   (fichiers : {system.demo_dir})
Journaux                : {system.logs_dir}
Jeton d'opérateur       : {system.operator_token_file}
Clés des porteurs       : {system.state_dir / "trustees"}
Pour arrêter            : Ctrl-C
"""
