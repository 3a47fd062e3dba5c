"""A job whose worker is killed in the middle, and what another worker makes of it; a transaction whose process is.

Processes are copies of this one: starting an interpreter would take them longer than their work.
"""

import importlib
import os
import signal
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import update

from deploy.cli.serve import PATHS
from deploy.production.hosting.loading import load_class
from services.runtime.hosting.jobs import JobWorker, jobs_of
from services.runtime.hosting.resource_provider import settings_class_of
from services.runtime.hosting.resources import open_resources
from services.runtime.jobs.job_table import JOB
from services.runtime.storage.crash_points import VARIABLE
from services.runtime.storage.database import Database


def killed_then_finished(
    database: Database,
    service: str,
    settings: Mapping[str, str],
    place: str,
    number: int = 1,
    rpc: Callable[[], Any] | None = None,
) -> None:
    """Have a worker killed at the place, let its lease run out, and have another finish.

    Args:
        database: of the service.
        settings: of the service, as its environment has them.
        place: "module:function" whose call is the place.
        number: which call of it, from 1.
        rpc: makes what stands for the other services, if the work calls any.
    """
    load_class(PATHS[service])  # once here, or each copy would import it for itself
    killed = _of_its_own(lambda: work_off(service, settings, rpc, lambda: _die_at(place, number)))
    assert os.WIFSIGNALED(killed), f"{place}: the worker was not killed"
    assert os.WTERMSIG(killed) == signal.SIGKILL
    with database.transaction() as session:
        session.execute(update(JOB).values(leased_until=JOB.c.asked_at))
    assert _of_its_own(lambda: work_off(service, settings, rpc)) == 0


def work_off(
    service: str,
    settings: Mapping[str, str],
    rpc: Callable[[], Any] | None,
    prepare: Callable[[], object] = lambda: None,
) -> None:
    """Be a worker of the service until no job is due.

    Args:
        service: whose.
        settings: of the service, as its environment has them.
        rpc: makes what stands for the other services, if the work calls any.
        prepare: is done once the service's modules are there.
    """
    os.environ.update(settings)
    service_class = load_class(PATHS[service])
    prepare()
    resources = open_resources(service, settings_class_of(service_class), rpc() if rpc else None)
    worker = JobWorker(resources, jobs_of(service_class))
    while worker.step():
        pass


def _die_at(place: str, number: int) -> None:
    """Have the process killed instead of making the numbered call of the function."""
    before_call(place, number, lambda: os.kill(os.getpid(), signal.SIGKILL))


def before_call(place: str, number: int, act: Callable[[], object]) -> None:
    """Have something done before the numbered call of "module:function" in this process."""
    module_name, _, name = place.partition(":")
    module = importlib.import_module(module_name)
    real, calls = getattr(module, name), []

    def counted(*args: Any, **named: Any) -> Any:
        calls.append(1)
        if len(calls) == number:
            act()
        return real(*args, **named)

    setattr(module, name, counted)


def killed_at(place: str, database: Database, work: Callable[[Database], object]) -> None:
    """Do the work in a process of its own, which dies by kill -9 at the place, « NAME.before » or « NAME.after » the commit.

    Args:
        database: of which the process opens connections of its own.
        work: what it does; it fails the test when it comes to an end.
    """

    def do() -> None:
        os.environ[VARIABLE] = place
        work(Database(database.url.render_as_string(hide_password=False), database.service))

    status = _of_its_own(do)
    assert os.WIFSIGNALED(status), f"{place}: the process lived on"
    assert os.WTERMSIG(status) == signal.SIGKILL


def killed_before(place: str, number: int, work: Callable[[], object]) -> None:
    """Do the work in a process of its own, which dies by kill -9 instead of the numbered call of "module:function"."""

    def do() -> None:
        _die_at(place, number)
        work()

    status = _of_its_own(do)
    assert os.WIFSIGNALED(status), f"{place}: the process lived on"
    assert os.WTERMSIG(status) == signal.SIGKILL


def _of_its_own(work: Callable[[], object]) -> int:
    """Do the work in a process of its own. Out: its status, as `os.waitpid` has it."""
    return os.waitpid(begun(work), 0)[1]


def begun(work: Callable[[], object]) -> int:
    """Begin the work in a process of its own. Out: its number."""
    child = os.fork()
    if child == 0:
        status = 3
        try:
            work()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    return child
