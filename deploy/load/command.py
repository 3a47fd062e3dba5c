"""`isoloir load`: the load testers' kit (docs/capacity.md)."""

import json
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from deploy.load import capacity as arithmetic
from deploy.load.preparation.credentials import UnusableFiles, read_event
from deploy.load.preparation.event import Preparation, RunningElsewhere
from deploy.load.profiles import profile as of_name
from deploy.load.report.figures import faults
from deploy.load.running import locust, whole_test
from deploy.load.running.misfortune import Misfortune, NotBack
from deploy.load.running.own_system import OwnSystem
from deploy.load.scale.command import command as scale
from deploy.local.broker import BrokerMissing
from deploy.local.launcher.lock import AlreadyRunning
from deploy.local.launcher.refusals import BusUnreachable, MigrationFailed
from deploy.local.launcher.supervisor import ChildFailed
from deploy.local.postgresql import PostgresMissing
from deploy.operator.client import OperatorClient, OperatorRefusal
from deploy.operator.contract_check import check
from deploy.operator.terminal import portal_options
from deploy.operator.token import ADDRESS_VARIABLES, token_option
from deploy.rehearsal.mailbox import NoSuchMail
from deploy.rehearsal.notices import NoticesMissing
from deploy.rehearsal.phases import Phases
from deploy.rehearsal.voter import VoterRefused

FOLDER = click.Path(file_okay=False, path_type=Path)
NO_TEST = (
    AlreadyRunning, BusUnreachable, BrokerMissing, PostgresMissing, ChildFailed, MigrationFailed, OperatorRefusal,
    NoSuchMail, NoticesMissing, VoterRefused, UnusableFiles, of_name.InvalidProfile, arithmetic.NotEnoughFigures,
    locust.LocustMissing, locust.LocustFailed, locust.AlreadyRun, NotBack,
)  # fmt: skip


@contextmanager
def _one_sentence() -> Iterator[None]:
    """Whatever prevents a test ends the command with a sentence."""
    try:
        yield
    except NO_TEST as error:
        raise click.ClickException(str(error)) from None


voters_option = click.option(
    "--voters", type=click.IntRange(1, 1_200_000), default=200, show_default=True, help="Nombre d'électeurs."
)
profile_option = click.option(
    "--profile",
    "name",
    default="opening",
    show_default=True,
    help=f"Profil ({', '.join(of_name.NAMES)}) ou fichier JSON.",
)
seconds_option = click.option(
    "--seconds", type=click.FloatRange(1, 86_400), help="Durée des arrivées, au lieu de celle du profil."
)
processes_option = click.option(
    "--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="Processus de Locust."
)


@click.group("load")
def command() -> None:
    """Essais de charge : préparer un scrutin inventé, faire venir ses électeurs, compter, en déduire une capacité."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # stop and tidy up as for Ctrl-C


bus_option = click.option(
    "--bus", type=click.Choice(["auto", "broker", "in-process"]), default="auto", show_default=True
)
databases_option = click.option(
    "--databases", type=click.Choice(["sqlite", "postgresql"]), default="sqlite", show_default=True
)
replicas_option = click.option(
    "--replicas", type=click.IntRange(1, 16), default=2, show_default=True, help="Processus de chaque service."
)


@command.command("prepare")
@voters_option
@profile_option
@click.option("--out", type=FOLDER, required=True, help="Dossier des fichiers produits.")
@click.option(
    "--url", envvar=ADDRESS_VARIABLES, default="", show_envvar=True, help="Portail en marche ; sinon, un à soi."
)
@token_option
@click.option(
    "--sent",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help="Avec --url : où arrivent les courriels et les notices de ce portail, clé de l'imprimeur comprise.",
)
@click.option("--works", is_flag=True, help="Avec --url : le portail n'a pas l'adresse de cette machine pour un essai.")
@bus_option
@databases_option
@replicas_option
def prepare(
    voters: int,
    name: str,
    out: Path,
    url: str,
    token: str,
    sent: Path | None,
    works: bool,
    bus: Any,
    databases: Any,
    replicas: int,
) -> None:
    """Inventer un scrutin et ses électeurs, avec leurs identifiants, mots de passe ou liens, codes et bulletins.

    Dans un portail en marche (--url, --sent), ou dans un système démarré pour cela, qui reste jusqu'à Ctrl-C. Laisse dans
    OUT : voters.csv, ballots.jsonl, event.json (pour `isoloir load run OUT`).
    """
    console = Console()
    phases = Phases(console)
    with _one_sentence():
        profile = of_name.load(name)
        out.mkdir(parents=True, exist_ok=True)
        if url:
            if sent is None:
                raise click.BadParameter("avec --url, il faut --sent", param_hint="--sent")
            place = RunningElsewhere(url, token, sent, out / "event.imported.json")
            Preparation(place, [url], voters, out, profile, phases, works=works).run()
            console.print(f"Prêt : isoloir load run {out} --profile {name} --url {url}", markup=False)
            return
        own = OwnSystem(out / "state", bus, databases, replicas, {}, console.print)
        try:
            own.start()
            Preparation(own.system, [own.system.base_url], voters, out, profile, phases).run()
            told = f"--url {own.system.base_url} --token-file {own.system.operator_token_file}"
            console.print(f"Prêt : isoloir load run {out} --profile {name} {told}\nPour arrêter : Ctrl-C", markup=False)
            signal.pause()
        except KeyboardInterrupt:
            console.print("Arrêt demandé.")
        finally:
            own.stop()


@command.command("run")
@click.argument("folder", type=click.Path(file_okay=False, exists=True, path_type=Path))
@profile_option
@seconds_option
@processes_option
@portal_options
def run(folder: Path, name: str, seconds: float | None, processes: int, url: str, token: str) -> None:
    """Faire venir les électeurs de FOLDER, puis compter. Se termine par 1 si un vote est perdu ou en double."""
    console = Console()
    client = OperatorClient(url, token, check)
    with _one_sentence():
        profile = of_name.load(name, seconds)
        found = whole_test.come_and_count(
            folder, read_event(folder), profile, client, processes=processes, about={"system": {"portail": url}}
        )
        whole_test.write(folder, found, console)
    _end(found)


@command.command("test")
@voters_option
@profile_option
@seconds_option
@processes_option
@click.option("--out", type=FOLDER, default=Path("build/load"), show_default=True, help="Vidé d'abord.")
@bus_option
@databases_option
@replicas_option
@click.option(
    "--at-rest",
    type=click.FloatRange(0, 600),
    default=whole_test.AT_REST_SECONDS,
    show_default=True,
    help="Secondes d'observation avant que quiconque vienne.",
)
@click.option("--chaos", is_flag=True, help="L'un après l'autre : tuer, figer, couper, ralentir, remplir.")
@click.option(
    "--nodes", type=click.Choice(["1", "3"]), default="1", show_default=True, help="Nœuds RabbitMQ, avec --bus broker."
)
@click.option("--rolling", is_flag=True, help="Remplacer services, relais et portails, un processus après l'autre.")
@click.option("--seed", type=int, default=0, show_default=True, help="Avec --chaos : le même donne la même suite.")
@click.option("--setting", "settings", multiple=True, metavar="NOM=VALEUR", help="Réglage de tous les processus.")
def test(
    voters: int,
    name: str,
    seconds: float | None,
    processes: int,
    out: Path,
    bus: Any,
    databases: Any,
    replicas: int,
    at_rest: float,
    chaos: bool,
    nodes: str,
    rolling: bool,
    seed: int,
    settings: tuple[str, ...],
) -> None:
    """Tout à la fois : démarrer un système ici, préparer, faire venir, compter, arrêter.

    Se termine par 1 si un vote est perdu ou en double. Laisse load.json, load.html et locust.html dans OUT.
    """
    console = Console()
    given = dict(_pair(one) for one in settings)
    with _one_sentence():
        profile = of_name.load(name, seconds)
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        with tempfile.TemporaryDirectory(prefix="isoloir-load-") as temporary:
            place, told = Path(temporary) / "state", console.print
            own = OwnSystem(place, bus, databases, replicas, given, told, fragile=chaos, nodes=int(nodes))
            phases = Phases(console)
            misfortune: Misfortune | None = None
            try:
                with phases.phase("Démarrage"):
                    own.start()
                event = Preparation(own.system, [own.system.base_url], voters, out, profile, phases).run()
                client = OperatorClient(own.system.base_url, own.system.operator_token, check)
                if chaos or rolling:
                    misfortune = Misfortune(own, own.faults() if chaos else own.replaced(), seed)
                    profile = profile.for_chaos() if chaos else profile
                with phases.phase(f"Les électeurs viennent ({profile.name})"):
                    found = whole_test.come_and_count(
                        out,
                        event,
                        profile,
                        client,
                        processes=processes,
                        pids=own.pids,
                        about={"system": own.described()},
                        at_rest=at_rest,
                        misfortune=misfortune,
                    )
            finally:
                shutil.copytree(own.system.logs_dir, out / "logs", dirs_exist_ok=True)
                own.stop()
                if misfortune is not None:
                    misfortune.release()
        whole_test.write(out, found, console)
    _end(found)


@command.command("capacity")
@click.argument("figures", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@click.option("--voters", type=click.IntRange(1), default=1_200_000, show_default=True, help="Électeurs en une heure.")
@click.option(
    "--peak", type=click.FloatRange(1, 100), default=arithmetic.PEAK, show_default=True, help="Pointe, fois la moyenne."
)
@click.option(
    "--busy", type=click.FloatRange(0.05, 1), default=arithmetic.BUSY, show_default=True, help="Occupation d'un cœur."
)
def capacity(figures: Path, voters: int, peak: float, busy: float) -> None:
    """Déduire des chiffres d'un essai (load.json) les cœurs, courtiers et bases pour tant d'électeurs en une heure."""
    with _one_sentence():
        try:
            content = json.loads(figures.read_text(encoding="utf-8"))
        except ValueError:
            raise arithmetic.NotEnoughFigures(f"{figures}: not JSON") from None
        found = arithmetic.derive(content, voters, peak=peak, busy=busy)
    click.echo(arithmetic.as_markdown(found), nl=False)


command.add_command(scale)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.startswith("ISOLOIR_"):
        raise click.BadParameter(f"« {text} » : NOM=VALEUR, où NOM commence par ISOLOIR_", param_hint="--setting")
    return name, value


def _end(found: dict[str, Any]) -> None:
    if faults(found):
        raise SystemExit(1)
