"""Each process, started with one wrong setting: one plain line that names it, status 78, and nothing else said."""

import subprocess
from pathlib import Path

import pytest

from deploy.local.launcher.environment import Addresses, environments
from deploy.local.launcher.system import ISOLOIR, REPOSITORY
from deploy.production.keys import draw
from services.runtime.service_names import SERVICES
from services.runtime.settings import EXIT_BAD_CONFIGURATION

BROKER = "amqp://isoloir:s3cret@127.0.0.1:1/%2F"
WRONG = [
    ("identity", ("serve", "identity"), "ISOLOIR_IDENTITY_HOLDER_KEY", "s3cret"),
    ("ballot", ("serve", "ballot"), "ISOLOIR_BALLOT_DATABASE_URL", "s3cret"),
    ("reassort", ("serve", "reassort"), "ISOLOIR_REASSORT_CODE_KEY", ""),
    ("notification", ("serve", "notification"), "AMQP_URI", ""),
    ("relay", ("relay",), "AMQP_URI", ""),
    ("gateway", ("gateway",), "AMQP_URI", "s3cret"),
    ("gateway", ("gateway",), "ISOLOIR_GATEWAY_BIND", "127.0.0.1:99999"),
    ("sink", ("sink",), "ISOLOIR_SINK_SMTP_BIND", "127.0.0.1:99999"),
    ("all", ("serve", "all"), "ISOLOIR_BALLOT_RECEIPT_PRIVATE_KEY", "s3cret"),
    ("all", ("migrate",), "ISOLOIR_BALLOT_DATABASE_URL", "s3cret"),
]


def environment(process: str, folder: Path) -> dict[str, str]:
    urls = {service: f"sqlite:///{folder}/{service}.sqlite" for service in SERVICES}
    addresses = Addresses(
        18080, 18025, 18026, lambda _process: BROKER, urls, urls, folder, folder / "voting_event.json"
    )
    told = environments(draw(), addresses, {})[process]
    # As an operator starts it, who silences no warning.
    return {name: value for name, value in told.items() if name != "PYTHONWARNINGS"}


def run(arguments: tuple[str, ...], told: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*ISOLOIR, *arguments], env=told, cwd=REPOSITORY, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.parametrize(("process", "arguments", "name", "value"), WRONG)
def test_one_line_and_status_78(
    tmp_path: Path, process: str, arguments: tuple[str, ...], name: str, value: str
) -> None:
    ended = run(arguments, environment(process, tmp_path) | {name: value})
    assert ended.returncode == EXIT_BAD_CONFIGURATION
    assert ended.stderr.startswith("isoloir: cannot start, wrong settings: ")
    assert name in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert "s3cret" not in ended.stderr
    assert "Traceback" not in ended.stdout
    assert '"event"' not in ended.stdout


def test_a_database_that_is_away_is_one_line_for_migrations(tmp_path: Path) -> None:
    away = {"ISOLOIR_BALLOT_DATABASE_URL": "postgresql+psycopg2://ballot:s3cret@127.0.0.1:1/ballot"}
    ended = run(("migrate", "ballot"), environment("all", tmp_path) | away)
    assert ended.returncode == 1
    assert ended.stderr.startswith("Error: ballot: base inaccessible")
    assert "Traceback" not in ended.stderr
    assert "s3cret" not in ended.stderr
