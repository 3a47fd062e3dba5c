"""Hundreds of connections that never finish what they say hold no thread: voters go on, and the slow ones are ended."""

import contextlib
import http.client
import selectors
import socket
import threading
import time

import pytest
from waitress import wasyncore

from gateway.app import create_app
from gateway.serving import connections
from gateway.settings import Settings
from tests.unit.gateway.conftest import VALUES
from tests.unit.gateway.fake_rpc import FakeRpc

SLOW = 500
THREADS = 4
"""Far fewer than the slow ones."""
HEAD = b"POST /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
UNFINISHED = (
    b"",
    b"GET /identification HTT",
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: a",
    HEAD + b"Content-Length: 5000\r\n\r\n{",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{",
)


class Portal:
    """The application behind the connections that it has in earnest, in a thread of this process."""

    def __init__(self, application):
        self.channels = {}
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self.socket.getsockname()[1]
        self.dispatcher = connections.threads(THREADS)
        self.server = connections.listen(application, self.socket, self.channels, self.dispatcher, most=2000)
        self.running = True
        self.thread = threading.Thread(target=self._turn)
        self.thread.start()

    def turn(self):
        wasyncore.loop(0.05, use_poll=True, map=self.channels, count=1)

    def _turn(self):
        while self.running:
            self.turn()

    def pause(self):
        """Whoever calls turns the loop from now on."""
        self.running = False
        self.thread.join()

    def stop(self):
        self.pause()
        self.dispatcher.shutdown()
        wasyncore.close_all(self.channels, ignore_all=True)

    def slow(self, said):
        one = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        # The portal may end it before all is said: that is what some of these are for.
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            one.sendall(said)
        return one

    def get(self, path, connection=None):
        client = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        client.request("GET", path, headers={"Host": "127.0.0.1"})
        answer = client.getresponse()
        return answer.status, answer.read()


@pytest.fixture
def serve():
    made = []

    def started(application):
        made.append(Portal(application))
        return made[-1]

    yield started
    for one in made:
        one.stop()


@pytest.fixture(scope="module")
def application(tmp_path_factory):
    return create_app(Settings(**VALUES, archive_dir=tmp_path_factory.mktemp("archives")), FakeRpc())


def ended(waiting):
    """Wait until the portal has closed each of these connections."""
    selector = selectors.DefaultSelector()
    for one in waiting:
        selector.register(one, selectors.EVENT_READ)
    open_still, until = len(waiting), time.monotonic() + 30
    while open_still and time.monotonic() < until:
        for key, _ in selector.select(1):
            try:
                said = key.fileobj.recv(1000)
            except ConnectionResetError:
                said = b""
            if not said:
                selector.unregister(key.fileobj)
                open_still -= 1
    return open_still == 0


def test_voters_act_while_five_hundred_connections_say_nothing_whole(application, serve, monkeypatch):
    portal = serve(application)
    slow = [portal.slow(UNFINISHED[number % len(UNFINISHED)]) for number in range(SLOW)]
    try:
        for _ in range(5):
            status, page = portal.get("/identification")
            assert (status, b"csrf_token" in page) == (200, True)
            for one in slow[::7]:
                one.sendall(b"a")  # a drop now and then: they are not idle
        assert len(portal.server.active_channels) >= SLOW
        monkeypatch.setattr(connections, "HEAD_SECONDS", 0.1)
        monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.1)
        assert ended(slow)
    finally:
        for one in slow:
            one.close()
    assert portal.get("/identification")[0] == 200


def test_where_connections_are_many_there_is_less_time(serve, application, monkeypatch):
    monkeypatch.setattr(connections, "HURRIED_SECONDS", 0.1)
    monkeypatch.setattr(connections, "MANY", 5 / 2000)
    portal = serve(application)
    slow = [portal.slow(HEAD) for _ in range(20)]
    assert ended(slow)


def test_what_is_kept_of_unfinished_requests_is_bounded(serve, application, monkeypatch):
    monkeypatch.setattr(connections, "MOST_BUFFERED", 150_000)
    portal = serve(application)
    slow = [portal.slow(HEAD + b"Content-Length: 100000\r\n\r\n" + b"a" * 50_000) for _ in range(6)]
    assert ended(slow[:3])
    assert portal.get("/identification")[0] == 200


def test_whoever_comes_as_another_is_ended_is_not_ended_in_his_place(serve, application, monkeypatch):
    """The number of a connection that is closed goes to the next; what the loop still held of it must not."""
    portal = serve(application)
    portal.pause()
    late = [portal.slow(HEAD) for _ in range(3)]
    while len(portal.server.active_channels) < 3:
        portal.turn()
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0)
    portal.server.next_channel_cleanup = 0  # the next round looks for what is late
    new = socket.create_connection(("127.0.0.1", portal.port), timeout=20)  # waits to be taken in the same round
    portal.turn()
    monkeypatch.undo()
    for _ in range(2):
        portal.turn()
    assert ended(late)
    new.setblocking(False)
    with pytest.raises(BlockingIOError):  # nothing is said to it, and it is open
        new.recv(1)


def test_a_request_has_its_own_time_on_a_kept_connection(serve, monkeypatch):
    """What was answered slowly by us is not held against whoever waited."""
    release = threading.Event()

    def application(environ, start_response):
        if environ["PATH_INFO"] == "/slow":
            release.wait(20)
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    monkeypatch.setattr(connections, "HEAD_SECONDS", 1.5)
    portal = serve(application)
    client = http.client.HTTPConnection("127.0.0.1", portal.port, timeout=20)
    threading.Timer(2.5, release.set).start()
    assert portal.get("/slow", client) == (200, b"ok")
    assert portal.get("/", client) == (200, b"ok")


def test_whoever_takes_nothing_of_an_answer_is_ended_too(serve, monkeypatch):
    monkeypatch.setattr(connections, "IDLE_SECONDS", 0.1)
    monkeypatch.setattr(connections, "STALLED_SECONDS", 0.1)
    finished = threading.Event()

    def application(_environ, start_response):
        start_response("200 OK", [])
        try:
            for _ in range(200):
                yield b"a" * 1_000_000
        finally:
            finished.set()

    portal = serve(application)
    slow = portal.slow(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert finished.wait(20), "its thread is free again"
    slow.close()


def test_lines_about_broken_connections_have_no_path(caplog):
    connections.TimedChannel.logger.warning("Client disconnected while serving /lien/secret-token")
    assert caplog.messages == ["Client disconnected"]


def test_a_listener_says_by_which_port_a_request_came(serve):
    """The operators' API goes by it (gateway.edge.operators_door), whatever the Host header says."""

    def application(environ, start_response):
        start_response("200 OK", [])
        return [environ["SERVER_PORT"].encode()]

    portal = serve(application)
    client = http.client.HTTPConnection("127.0.0.1", portal.port, timeout=20)
    client.request("GET", "/", headers={"Host": "127.0.0.1:8081", "X-Forwarded-Port": "8081"})
    assert client.getresponse().read() == str(portal.port).encode()
