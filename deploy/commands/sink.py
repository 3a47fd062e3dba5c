"""`isoloir sink`: the local sink of e-mails and SMS."""

import json
import signal
import sys
from datetime import UTC, datetime
from typing import Any

import click
from pydantic import ValidationError

from deploy.sink.run import Sink
from deploy.sink.settings import SinkSettings

EX_CONFIG = 78
STOPPING = {signal.SIGTERM, signal.SIGINT}


def _log(event: str, **details: Any) -> None:
    line = {"timestamp": datetime.now(UTC).isoformat(), "level": "info", "process": "sink", "event": event, **details}
    print(json.dumps(line), flush=True)


@click.command()
def command() -> None:
    """Recevoir courriels et SMS dans des fichiers (démonstrations, essais)."""
    try:
        settings = SinkSettings()
    except ValidationError as error:
        names = ", ".join("ISOLOIR_SINK_" + str(problem["loc"][0]).upper() for problem in error.errors())
        print(f"isoloir sink: missing or invalid settings: {names}", file=sys.stderr)
        sys.exit(EX_CONFIG)
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)  # before the threads start, which inherit it
    sink = Sink(settings)
    sink.start()
    _log("sink_listening", smtp=settings.smtp_bind, http=settings.http_bind)
    signal.sigwait(STOPPING)
    sink.stop()
    _log("sink_stopped")
