"""`isoloir sink`: the local sink of e-mails and SMS."""

import signal
import urllib.request

import click

from deploy.local.sink.run import Sink
from deploy.local.sink.settings import SinkSettings
from services.runtime import settings
from services.runtime.telemetry import logs, stray_output

STOPPING = {signal.SIGTERM, signal.SIGINT}


@click.command("sink")
@click.option("--health", is_flag=True, help="Say whether the sink of this machine answers (status 0), and end.")
def command(health: bool) -> None:
    """Store e-mails and SMS in files instead of sending them (demonstrations, tests)."""
    loaded = settings.load(SinkSettings)
    if health:
        with urllib.request.urlopen(f"http://127.0.0.1:{loaded.http_bind.rpartition(':')[2]}/healthz", timeout=5):
            return
    logs.configure("sink", loaded.log_level)
    stray_output.log_standard_error()
    log = logs.get_logger("isoloir.sink")
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)  # before the threads start, which inherit it
    sink = Sink(loaded)
    sink.start()
    log.info("sink_listening", smtp=loaded.smtp_bind, http=loaded.http_bind)
    signal.sigwait(STOPPING)
    sink.stop()
    log.info("sink_stopped")
