"""`isoloir bounces`: receives the messages that come back."""

import signal

import click

from services.notification.bounces.receiver import receiver
from services.notification.bounces.receiver_settings import BounceSettings
from services.runtime import settings
from services.runtime.bus.rpc import RpcClient
from services.runtime.telemetry import logs, metrics, stray_output

STOPPING = {signal.SIGTERM, signal.SIGINT}


@click.command("bounces")
def command() -> None:
    """Receive delivery reports by SMTP and note which messages came back (needs RabbitMQ)."""
    loaded = settings.load(BounceSettings)
    logs.configure("bounces", loaded.log_level)
    stray_output.log_standard_error()
    log = logs.get_logger("isoloir.bounces")
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)  # before the threads start, which inherit it
    rpc = RpcClient(loaded.amqp_uri, loaded.event_keys)
    server = receiver(rpc, loaded.host, loaded.port)
    server.start()
    metrics.serve(loaded.metrics_bind)
    log.info("bounces_listening", smtp=loaded.bind)
    signal.sigwait(STOPPING)
    server.stop(no_assert=True)
    rpc.close()
    log.info("bounces_stopped")
