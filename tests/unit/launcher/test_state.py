"""What a state directory keeps: secrets closed to others, one launcher at a time."""

import json
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from nacl.public import PublicKey, SealedBox
from nacl.signing import SigningKey, VerifyKey

from deploy.local.launcher.environment import Addresses, environments
from deploy.local.launcher.lock import AlreadyRunning, StateLock, forget_state
from deploy.local.launcher.refusals import PortTaken
from deploy.local.launcher.system import System
from deploy.production.keys import draw, keep
from services.runtime.service_names import DELIVERERS, SERVICES, WORKERS

REPOSITORY = Path(__file__).resolve().parents[3]


def _addresses(folder: Path) -> Addresses:
    urls = {service: f"sqlite:///{folder}/{service}.sqlite" for service in SERVICES}
    return Addresses(
        8080,
        2525,
        2580,
        lambda process: f"amqp://{process}:x@broker/isoloir",
        urls,
        urls,
        folder,
        folder / "voting_event.json",
    )


def test_secrets_are_drawn_once_and_closed_to_others(tmp_path: Path) -> None:
    first = keep(tmp_path)
    assert keep(tmp_path) == first
    assert draw() != first
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_public_halves_fit_the_private_ones() -> None:
    keys = draw()
    signed = SigningKey(bytes.fromhex(keys.permit_private_key)).sign(b"permit")
    VerifyKey(bytes.fromhex(keys.permit_public_key)).verify(signed)
    for public in (keys.mail_public_key, keys.sms_public_key):
        SealedBox(PublicKey(bytes.fromhex(public))).encrypt(b"x")


def test_a_process_is_not_told_the_secrets_of_another(tmp_path: Path) -> None:
    keys = draw()
    told = environments(keys, _addresses(tmp_path), {})
    for secret, knower in {
        keys.holder_key: {"identity"},
        keys.permit_private_key: {"identity"},
        keys.receipt_private_key: {"ballot"},
        keys.code_key: {"reassort"},
        keys.register_private_key: {"reassort"},
        keys.mail_private_key: {"notification-mail"},
        keys.sms_private_key: {"notification-sms"},
        **{key: {service} for service, key in keys.event_private_keys.items()},
        keys.printer_key: set(),
        keys.operator_token: {"gateway"},
        keys.gateway_secret_key: {"gateway"},
    }.items():
        knowing = {process for process, settings in told.items() if secret in settings.values()}
        # The worker of a service is that service, in a process that serves nobody.
        processes = knower | {worker for worker, service in WORKERS.items() if service in knower}
        if secret == keys.event_private_keys["notification"]:
            processes |= set(DELIVERERS)  # they tell, in its name, what became of a message
        assert knowing == (processes | {"all"} if knower else set())
    for service in SERVICES:
        others = {f"{other}.sqlite" for other in SERVICES if other != service}
        assert not any(url.endswith(tuple(others)) for url in told[service].values())
    # Those that speak on the bus, each by its own account.
    assert all(f"//{process}:" in told[process]["AMQP_URI"] for process in told if process != "all")
    assert told["all"]["AMQP_URI"] == ""


def test_the_second_launcher_learns_who_holds_the_directory(tmp_path: Path) -> None:
    code = (
        "import pathlib, sys; from deploy.local.launcher.lock import StateLock\n"
        f"lock = StateLock(pathlib.Path({str(tmp_path)!r})); lock.acquire(); lock.announce('http://127.0.0.1:8080')\n"
        "print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code], cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(AlreadyRunning) as caught:
        StateLock(tmp_path).acquire()
    assert str(holder.pid) in str(caught.value)
    assert "http://127.0.0.1:8080" in str(caught.value)
    with pytest.raises(AlreadyRunning):
        forget_state(tmp_path)
    holder.kill()
    holder.communicate()
    lock = StateLock(tmp_path)
    lock.acquire()
    lock.release()


def test_a_taken_port_is_told_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        system = System(tmp_path / "state", port=port, bus="in-process")
        with pytest.raises(PortTaken, match=str(port)):
            system.start()
    assert system.pids == {}
    StateLock(tmp_path / "state").acquire()


def test_forgetting_the_state_removes_it(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    keep(state)
    assert json.loads((state / "secrets.json").read_text())
    forget_state(state)
    assert not state.exists()
    forget_state(state)
