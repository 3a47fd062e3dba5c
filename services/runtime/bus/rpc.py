"""Calls from one process to a service: nameko's wire format, with a time-out, an expiration and an idempotency key.

Each service has an exchange of its own, on which the broker keeps who may call it. Nothing is declared here but the queue of
answers: the rest is there before any process (topology).

nameko's own clients are not safe to share between threads and know no expiration (research/nameko.md); this one has a
single consumer of replies and a table from call id to the thread that waits.
"""

import socket
import threading
import time
import uuid
from collections.abc import Mapping
from typing import Any

from kombu import Connection, Consumer, Exchange, Queue
from kombu.pools import ProducerPool

from services.runtime import deadline
from services.runtime.broker_address import BrokerAddress
from services.runtime.bus import sealed_calls, topology
from services.runtime.bus.broker_alarm import BROKER_ERRORS, CONNECT_SECONDS, BrokerAlarm
from services.runtime.contracts.client import DEFAULT_TIMEOUT, RpcTimeout, RpcUnavailable
from services.runtime.refusals import Refusal, ServiceFault
from services.runtime.telemetry import correlation, logs

log = logs.get_logger("isoloir.rpc")

REPLY_QUEUE_LIFETIME = 300.0  # seconds that the reply queue outlives its consumer: nameko's value
_RETRY = {"max_retries": 2, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.5}
PUBLISH_SECONDS = 2.0  # how long a request may take to reach the broker
CONNECTIONS = 40  # that publish at the same time


class RpcClient:
    """The way to the services over RabbitMQ, shared by all threads of a process. Connects at the first call.

    `keys`: service → public key that its calls are closed for (sealed_calls); without it they are not.
    """

    def __init__(self, amqp_uri: str, keys: Mapping[str, str] | None = None) -> None:
        self._address = BrokerAddress.parse(amqp_uri)
        self._keys = keys or {}
        self._reply_key = str(uuid.uuid4())
        self._reply_queue = Queue(
            topology.reply_queue(self._address.account, self._reply_key), durable=True, expires=REPLY_QUEUE_LIFETIME
        )
        self._answering: set[str] = set()
        self._waiting: dict[str, _Waiting] = {}
        self._lock = threading.Lock()
        self._listening = threading.Event()
        self._closed = False
        self._thread: threading.Thread | None = None
        self._alarm = BrokerAlarm(self._address, lambda: self._closed)
        options = {"confirm_publish": True, "max_retries": 1, "on_blocked": self._blocked}
        connection = Connection(
            self._address.uri,
            ssl=self._address.kombu_ssl(),
            transport_options=options,
            connect_timeout=CONNECT_SECONDS,
        )
        self._producers = ProducerPool(connection.Pool(limit=CONNECTIONS), limit=CONNECTIONS)

    @property
    def broker_is_blocked(self) -> bool:
        """Whether the broker takes no messages at present (memory or disk alarm)."""
        return self._alarm.is_on

    def call(
        self,
        service: str,
        method: str,
        payload: dict[str, Any],
        *,
        timeout: float = DEFAULT_TIMEOUT,
        idempotency_key: str | None = None,
    ) -> dict[str, Any]:
        """Call `service.method(payload)` and wait at most `timeout` seconds.

        Out: the response. Raises Refusal (the service's no), ServiceFault (its failure), RpcTimeout, RpcUnavailable.
        The request expires in the broker when the caller stops waiting, so that it is not done behind its back later.
        A service that was away (its database, a service that it needs) is RpcUnavailable too.
        """
        until = time.monotonic() + timeout
        if self._alarm.is_on:
            raise RpcUnavailable("the broker is blocked")
        self._ensure_listening(min(timeout, PUBLISH_SECONDS))
        call_id = str(uuid.uuid4())
        waiting = self._waiting[call_id] = _Waiting()
        headers = {
            "nameko.call_id_stack": [call_id],
            f"nameko.{correlation.CORRELATION_HEADER}": correlation.current_id(),
            f"nameko.{deadline.HEADER}": timeout,
        }
        if idempotency_key:
            headers[f"nameko.{correlation.IDEMPOTENCY_HEADER}"] = idempotency_key
        try:
            closed = sealed_calls.close(self._keys, service, payload)
            self._publish(service, method, closed, call_id, headers, timeout)
            if not waiting.answered.wait(max(0.0, until - time.monotonic())):
                log.warning("rpc_unanswered", service=service, method=method, seconds=timeout)
                raise RpcTimeout(f"{service}.{method}: no answer in {timeout:g} s")
        finally:
            self._waiting.pop(call_id, None)
        return _unwrap(service, method, waiting.body)

    def close(self) -> None:
        """Stop listening for replies."""
        self._closed = True
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout=5)
        self._producers.force_close_all()

    def _publish(
        self, service: str, method: str, payload: Any, call_id: str, headers: dict[str, Any], timeout: float
    ) -> None:
        seconds = min(timeout, PUBLISH_SECONDS)
        until = time.monotonic() + seconds

        def give_up_in_time(error: Exception, _pause: float) -> None:
            if time.monotonic() >= until:
                raise error

        try:
            with self._producers.acquire(block=True, timeout=seconds) as producer:
                try:
                    if service not in self._answering:
                        self._bind(producer.channel, service)
                        self._answering.add(service)
                    producer.publish(
                        {"args": [], "kwargs": {"payload": payload}},
                        exchange=Exchange(topology.rpc_exchange(service), type="topic", no_declare=True),
                        routing_key=f"{service}.{method}",
                        serializer="json",
                        mandatory=True,
                        expiration=timeout,
                        timeout=seconds,
                        confirm_timeout=seconds,
                        reply_to=self._reply_key,
                        correlation_id=call_id,
                        headers=headers,
                        retry=True,
                        retry_policy=_RETRY | {"errback": give_up_in_time},
                    )
                except BaseException:
                    # Without the closing handshake, for which a blocked or frozen broker would have us wait.
                    producer.connection.collect()
                    raise
        except BROKER_ERRORS as error:
            log.warning("rpc_not_sent", service=service, method=method, error=type(error).__name__)
            raise RpcUnavailable(f"{service}.{method}: {type(error).__name__}") from None

    def _bind(self, channel: Any, service: str) -> None:
        """Have the answers of a service brought to this process."""
        channel.queue_bind(
            queue=self._reply_queue.name, exchange=topology.rpc_exchange(service), routing_key=self._reply_key
        )

    def _blocked(self, reason: str) -> None:
        """The broker says on a connection that publishes that it is blocked: whoever waits there waits no longer."""
        self._alarm.raised(reason)
        raise RpcUnavailable("the broker is blocked")

    def _ensure_listening(self, timeout: float) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._listen, name="rpc-replies", daemon=True)
                self._thread.start()
        if not self._listening.wait(timeout):
            raise RpcUnavailable("the broker does not answer")

    def _listen(self) -> None:
        pause = threading.Event()
        delay = 0.1
        while not self._closed:
            try:
                self._consume()
                delay = 0.1
            except BROKER_ERRORS as error:
                self._listening.clear()
                log.warning("rpc_replies_interrupted", error=type(error).__name__)
                pause.wait(delay)
                delay = min(delay * 2, 1.0)

    def _consume(self) -> None:
        ssl = self._address.kombu_ssl()
        with Connection(self._address.uri, ssl=ssl, heartbeat=20, connect_timeout=CONNECT_SECONDS) as connection:
            channel = connection.channel()
            consumer = Consumer(
                channel,
                queues=[self._reply_queue],
                callbacks=[self._answer],
                on_decode_error=_not_an_answer,
                no_ack=True,
                accept=["json"],
            )
            with consumer:
                for service in tuple(self._answering):  # the queue may be a new one
                    self._bind(channel, service)
                self._listening.set()
                while not self._closed:
                    connection.heartbeat_check()
                    try:
                        connection.drain_events(timeout=1)
                    except TimeoutError:
                        continue
                    except socket.timeout:  # noqa: UP041 - eventlet's green sockets raise their own
                        continue

    def _answer(self, body: Any, message: Any) -> None:
        waiting = self._waiting.get(message.properties.get("correlation_id", ""))
        if waiting is not None and isinstance(body, dict):
            waiting.body = body
            waiting.answered.set()


def _not_an_answer(_message: Any, error: Exception) -> None:
    log.error("rpc_answer_unreadable", error=type(error).__name__)


class _Waiting:
    """A thread that waits for its answer."""

    def __init__(self) -> None:
        self.answered = threading.Event()
        self.body: Any = None


def _unwrap(service: str, method: str, body: Any) -> dict[str, Any]:
    error = body.get("error")
    if error is None:
        result: dict[str, Any] = body["result"]
        return result
    kind, args = error.get("exc_type"), error.get("exc_args", [])
    if kind == "Refusal":
        raise Refusal.from_wire(*args)
    if kind == "ServiceFault":
        raise ServiceFault(*args)
    if kind == "RpcUnavailable":
        raise RpcUnavailable(*args)
    log.error("rpc_failed", service=service, method=method, error=kind)
    raise ServiceFault(correlation.current_id())
