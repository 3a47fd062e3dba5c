"""One service as a nameko process. Import only after eventlet has patched the standard library."""

import signal
from typing import Any

import eventlet
import eventlet.debug
from nameko.runners import ServiceRunner

from deploy.production.hosting.loading import load_class, said_at_start
from services.runtime import settings
from services.runtime.broker_address import BrokerAddress
from services.runtime.bus import topology
from services.runtime.hosting.resource_provider import settings_class_of
from services.runtime.storage import green_driver
from services.runtime.telemetry import logs, stray_output


def run_service(name: str, path: str) -> None:
    """Run the service until SIGTERM or SIGINT. A process that cannot go on exits, and its supervisor starts another."""
    service_class = load_class(path)
    # Before the log takes standard error: wrong settings are one plain line and status 78.
    loaded = settings.load(settings_class_of(service_class), needs_broker=True)
    logs.configure(name, loaded.log_level)
    log = logs.get_logger()
    stray_output.log_standard_error()
    green_driver.install()
    broker = BrokerAddress.parse(loaded.amqp_uri)
    runner = ServiceRunner(
        {
            "AMQP_URI": broker.uri,
            "AMQP_SSL": broker.kombu_ssl(),
            "rpc_exchange": topology.rpc_exchange(name),
            "max_workers": loaded.concurrent_requests,
            "HEARTBEAT": 20,
        }
    )
    runner.add_service(service_class)

    def stop(_signal: int, _frame: Any) -> None:
        # The handler runs in the hub, which must not wait.
        eventlet.spawn_n(runner.stop)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    # The hub would print tracebacks of its own; nameko logs the same errors, and the log is JSON only.
    eventlet.debug.hub_exceptions(False)
    try:
        runner.start()
        log.info("service_started", service=name, **said_at_start(service_class))
        _wait(runner)
    except Exception as error:
        # A broker away for longer than nameko's patience: the supervisor starts another process, nothing is lost
        # (research/nameko.md, Traps).
        log.error("service_gave_up", service=name, exc_info=error)
        raise SystemExit(1) from None
    log.info("service_stopped", service=name)


def _wait(runner: ServiceRunner) -> None:
    waiter = eventlet.spawn(runner.wait)
    while True:
        try:
            waiter.wait()
            return
        except InterruptedError:  # the signal interrupted the hub's wait
            continue
