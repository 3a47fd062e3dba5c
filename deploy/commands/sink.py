"""`isoloir sink`: the local sink of e-mails and SMS."""

import signal

import click

from deploy.sink.run import Sink
from deploy.sink.settings import SinkSettings
from services.runtime import logs, settings, stray_output

STOPPING = {signal.SIGTERM, signal.SIGINT}


@click.command("sink")
def command() -> None:
    """Store e-mails and SMS in files instead of sending them (demonstrations, tests)."""
    loaded = settings.load(SinkSettings)
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
