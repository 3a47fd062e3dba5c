"""A worker process that kills itself with SIGKILL at a named place of its work: `python -m tests.servers.dying_worker`.

Arguments: the service; "module:function" whose call is the place, and which call of it (0: it does not die); the factory
"module:function" of what stands for the other services, if the work calls any. It works until no job is due.
"""

import importlib
import os
import signal
import sys
from typing import Any

from deploy.cli.serve import PATHS
from deploy.production.hosting.loading import load_class
from services.runtime.hosting.jobs import JobWorker, jobs_of
from services.runtime.hosting.resource_provider import settings_class_of
from services.runtime.hosting.resources import open_resources


def die_at(place: str, number: int) -> None:
    """Have the process killed instead of making the numbered call of the function."""
    module_name, _, name = place.partition(":")
    module = importlib.import_module(module_name)
    real, calls = getattr(module, name), []

    def counted(*args: Any, **named: Any) -> Any:
        calls.append(1)
        if len(calls) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **named)

    setattr(module, name, counted)


def main(service: str, place: str, number: str, rpc: str = "") -> None:
    """Work, and die at the place."""
    service_class = load_class(PATHS[service])
    if int(number):
        die_at(place, int(number))
    caller: Any = load_class(rpc)() if rpc else None
    resources = open_resources(service, settings_class_of(service_class), caller)
    worker = JobWorker(resources, jobs_of(service_class))
    while worker.step():
        pass


if __name__ == "__main__":
    main(*sys.argv[1:])
