"""`make scale` in small: the same phases on the real services and portal of this process, with all pieces cut small."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from werkzeug.serving import make_server

from deploy.cli.main import main
from deploy.cli.serve import PATHS
from deploy.load.scale import casting, phases, report
from deploy.load.scale import state as states
from deploy.load.scale.phases import PhaseFailed, Scale
from deploy.local.launcher.environment import Addresses, environments
from deploy.local.launcher.ports import LOOPBACK, free_port
from deploy.local.printer import set_up
from deploy.operator.client import OperatorClient, OperatorRefusal
from deploy.production.hosting.loading import load_class
from deploy.production.keys import keep, write_private
from gateway.app import create_app
from gateway.settings import Settings as GatewaySettings
from services.ballot.belenios.keys import public_credentials
from services.ballot.elections import credentials
from services.ballot.integrity import parts
from services.ballot.records import archive_pages
from services.notification.channels.paper.channel import PaperChannel
from services.reassort.codes import generation, generation_job
from services.reassort.register import entries
from services.runtime.hosting.in_process_bus import LocalBus
from tests.servers.databases import MigratedDatabases

VOTERS, BALLOTS, PIECE = 120, 8, 20
QUICK = {"ISOLOIR_REASSORT_PBKDF2_ITERATIONS": "1", "ISOLOIR_LOG_LEVEL": "ERROR"}


@dataclass(frozen=True)
class SmallPlace:
    """As deploy.load.scale.place.Place."""

    base_url: str
    operator_token: str
    state_dir: Path

    @property
    def operator_token_file(self) -> Path:
        return self.state_dir / "operator.token"

    @property
    def demo_dir(self) -> Path:
        return self.state_dir / "sent"

    @property
    def presentation_file(self) -> Path:
        return self.state_dir / "voting_event.json"

    @property
    def urn_url(self) -> str:
        return f"sqlite:///{self.state_dir / 'ballot.sqlite'}"


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in (
        (phases, "ROWS"),
        (generation_job, "PAGE"),
        (generation, "PAGE_OF_LIST"),
        (credentials, "PAGE"),
        (entries, "PAGE"),
        (parts, "PAGE"),
        (public_credentials, "CHUNK"),
    ):
        monkeypatch.setattr(module, name, PIECE)
    monkeypatch.setattr(casting, "TOGETHER", 3)
    monkeypatch.setattr(archive_pages, "PAGE_SIZE", 10_000)
    # So that this suite waits for nothing: batches of notices are written at once.
    monkeypatch.setattr(PaperChannel, "settle", timedelta(0))


@pytest.fixture
def place(
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    small_pieces: None,
) -> Iterator[SmallPlace]:
    found = SmallPlace(f"http://{LOOPBACK}:{free_port()}", keep(tmp_path).operator_token, tmp_path)
    write_private(found.operator_token_file, found.operator_token + "\n")
    port = int(found.base_url.rsplit(":", 1)[1])
    urls = {service: f"sqlite:///{tmp_path / service}.sqlite" for service in PATHS}
    for service in PATHS:
        MigratedDatabases(service, tmp_path_factory.mktemp(service), lambda: 0).migrated_file(tmp_path)
    addresses = Addresses(
        port, free_port(), free_port(), lambda _process: "", urls, urls, found.demo_dir, found.presentation_file
    )
    set_up(found.demo_dir, keep(tmp_path), found.base_url, found.presentation_file)
    for name, value in environments(keep(tmp_path), addresses, QUICK)["all"].items():
        if name.startswith("ISOLOIR_"):
            monkeypatch.setenv(name, value)
    bus = LocalBus([load_class(path) for path in PATHS.values()])
    bus.start()
    server = make_server(LOOPBACK, port, create_app(GatewaySettings(), bus.caller), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield found
    server.shutdown()
    thread.join(10)
    server.server_close()
    bus.stop()


def run(arguments: Sequence[str]) -> str:
    """As deploy.load.scale.command.run_isoloir, in this process."""
    ran = CliRunner().invoke(main, arguments)
    if ran.exit_code != 0:
        raise PhaseFailed(ran.output)
    return ran.stdout


def interrupted(of: Callable[..., Any], times: int) -> Callable[..., Any]:
    """A method that works so many times, and then no more."""
    calls = 0

    def method(*args: Any, **more: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > times:
            raise OperatorRefusal("unreachable", "")
        return of(*args, **more)

    return method


@pytest.mark.timeout(300)
def test_a_scrutin_in_small_pieces_phase_by_phase(
    place: SmallPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    out.mkdir()

    def another_run() -> tuple[Scale, states.State]:
        state = states.load(out, VOTERS, BALLOTS, 1)
        return Scale(place, state, out, run, remember=lambda: states.save(out, state)), state

    scale, state = another_run()
    with monkeypatch.context() as patched:
        patched.setattr(OperatorClient, "stage_roll", interrupted(OperatorClient.stage_roll, 2))
        with pytest.raises(OperatorRefusal):
            scale.import_roll()
    states.save(out, state)

    sent: list[int] = []
    stage = OperatorClient.stage_roll
    monkeypatch.setattr(
        OperatorClient,
        "stage_roll",
        lambda self, event, one, first, rows: sent.append(first) or stage(self, event, one, first, rows),
    )
    scale, state = another_run()
    counted = {"roll": scale.import_roll()}
    assert sent == [42, 62, 82, 102], "what was sent before is not sent again"
    for name in ("codes", "sealing", "casting"):
        counted[name] = scale.phases[name]()
    # Each phase may be done again.
    for name in ("roll", "codes", "sealing", "casting"):
        again = scale.phases[name]()
        assert again["rows"] == counted[name]["rows"]
    for name in ("closing", "archive", "verify", "decryption", "tally", "integrity"):
        counted[name] = scale.phases[name]()

    assert counted["codes"]["credentials"] == counted["sealing"]["rows"] == 4 * VOTERS
    assert counted["verify"]["rows"] == 4 * VOTERS + BALLOTS
    assert counted["archive"]["bytes"] > 67 * 4 * VOTERS
    assert sum(state.kept["choices"]) == BALLOTS


def test_what_is_measured_becomes_a_table_and_what_follows_from_it(tmp_path: Path) -> None:
    state = states.State(voters=100, ballots=10, iterations=1)
    codes = state.of("codes")
    codes.done, codes.seconds, codes.cpu, codes.peak_mib = True, 5.0, {"reassort-worker": 36.0}, {"relay": 80.0}
    codes.cpu |= {"sink": 1.0}
    assert report.workers(codes) == ["reassort-worker"], "what hardly did anything says nothing of memory"
    codes.cpu.pop("sink")
    codes.counted = {"rows": 10, "codes": 400, "ms_of_a_code": 1.0, "ms_of_a_code_in_earnest": 10.0}
    states.save(tmp_path, state)
    kept = states.load(tmp_path, 100, 10, 1)
    assert kept == state
    # 36 s, and 400 codes at 9 ms more.
    assert report.derived(kept)["codes_cpu_hours_in_earnest"] == round(39.6 / 3600, 2)
    found = json.loads(json.dumps(report.as_json(kept, {"ballot": 2**20}, {})))
    assert (found["database_mib"], found["phases"]["codes"]["cpu_seconds"]) == ({"ballot": 1.0}, 36.0)
    with pytest.raises(states.OtherRun, match="100 électeurs"):
        states.load(tmp_path, 200, 10, 1)
