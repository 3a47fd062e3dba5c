"""A broker that is short of memory or disk takes no messages from anybody (`Connection.Blocked`): known, told once.

While it lasts, nothing is published: whatever is written to a blocked connection waits in the broker's socket and would be
done when the alarm is over, long after whoever asked has gone.
"""

import threading
from collections.abc import Callable

from amqp.exceptions import AMQPError
from kombu import Connection, Exchange, Producer
from kombu.exceptions import KombuError, OperationalError

from services.runtime.broker_address import BrokerAddress
from services.runtime.bus import topology
from services.runtime.telemetry import logs

log = logs.get_logger("isoloir.bus")

BROKER_ERRORS = (OSError, KombuError, OperationalError, AMQPError)
CONNECT_SECONDS = 3.0
LOOK_SECONDS = 1.0  # between two looks at whether the alarm is over
_NOWHERE = Exchange(topology.NOWHERE, type="fanout", no_declare=True)


class BrokerAlarm:
    """Whether the broker is blocked. In: where the broker is; `gone`, true once the process no longer wants to know.

    `raised` is called from any thread that learns of the alarm; one thread then watches for its end.
    """

    def __init__(self, address: BrokerAddress, gone: Callable[[], bool]) -> None:
        self._address = address
        self._gone = gone
        self._lock = threading.Lock()
        self.is_on = False

    def raised(self, _reason: str = "") -> None:
        """The broker has said that it is blocked, or takes nothing any more."""
        with self._lock:
            if self.is_on:
                return
            self.is_on = True
            log.error("broker_blocked", meaning="the broker is short of memory or disk and takes no messages")
            threading.Thread(target=self._watch, name="broker-alarm", daemon=True).start()

    def _watch(self) -> None:
        pause = threading.Event()
        while not self._gone():
            try:
                if self._is_over():
                    self.is_on = False
                    log.info("broker_unblocked")
                    return
            except BROKER_ERRORS:
                pause.wait(LOOK_SECONDS)

    def _is_over(self) -> bool:
        """Publish a message that goes nowhere, and wait on that one connection until the broker takes it."""
        unblocked = threading.Event()
        options = {"confirm_publish": True, "on_unblocked": unblocked.set}
        connection = Connection(
            self._address.uri,
            ssl=self._address.kombu_ssl(),
            heartbeat=20,
            connect_timeout=CONNECT_SECONDS,
            transport_options=options,
        )
        try:
            try:
                producer = Producer(connection.channel(), exchange=_NOWHERE)
                producer.publish({}, routing_key="nobody", serializer="json", confirm_timeout=LOOK_SECONDS)
                return True
            except TimeoutError:
                pass
            while not unblocked.is_set() and not self._gone():
                connection.heartbeat_check()
                try:
                    connection.drain_events(timeout=LOOK_SECONDS)
                except TimeoutError:
                    continue
            return unblocked.is_set()
        finally:
            connection.collect()  # a closing handshake would wait for a broker that does not read
