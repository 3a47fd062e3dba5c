"""A1: the opening campaign on a real system whose parts die by kill -9, the operator's command among them."""

import email
import email.policy
import os
import sqlite3
import subprocess
import threading
from collections import Counter
from datetime import UTC, datetime

import pytest

from deploy.local.demonstration import scenario
from deploy.local.launcher.system import ISOLOIR, REPOSITORY, System
from deploy.operator.client import OperatorClient
from deploy.rehearsal.electorate import ROLL_COLUMNS
from services.files.voting_event_file import for_identity
from tests.integration.conftest import QUICK
from tests.waiting import wait_until

VOTERS = 400
NAME = "Ouverture"


@pytest.fixture
def deaths():
    """When a process of notification was found dead: after its last act, before the first of the next one."""
    return []


@pytest.fixture
def system(tmp_path, deaths):
    """A system on a broker whose mail server takes 40 messages a second at most."""

    def tell(line):
        if line.startswith("notification s'est arrêté"):
            deaths.append(datetime.now(UTC))

    made = System(
        tmp_path / "state",
        bus="broker",
        settings={**QUICK, "ISOLOIR_NOTIFICATION_EMAILS_PER_SECOND": "40"},
        tell=tell,
    )
    made.start()
    yield made
    made.stop()


@pytest.fixture
def client(system):
    """An operator of the system, once the roll is imported."""
    made = OperatorClient(system.base_url, system.operator_token)
    event = scenario.voting_event(datetime.now(UTC))
    made.open_voting_event(for_identity(event))
    code = event["elections"][0]["code"]
    rows = [
        dict(zip(ROLL_COLUMNS, (address(number), "Nuage", "Iris", "École", "", "", "", "", code), strict=True))
        for number in range(VOTERS)
    ]
    made.stage_roll(event["voting_event"], "import-1", 2, rows)
    made.commit_roll(event["voting_event"], "import-1", VOTERS)
    yield made
    made.close()


def address(number):
    return f"electeur{number}@academie.example"


def start_command(system, page=10):
    """`isoloir operator campaign start`, as an operator starts it."""
    environment = {
        **os.environ,
        "ISOLOIR_PUBLIC_URL": system.base_url,
        "ISOLOIR_GATEWAY_OPERATOR_TOKEN": system.operator_token,
    }
    arguments = ("operator", "campaign", "start", "--name", NAME, "--page", str(page), "--no-follow")
    return subprocess.Popen(
        [*ISOLOIR, *arguments], env=environment, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def mailed(system):
    """How many messages of the campaign each address received."""
    received = Counter()
    for path in (system.demo_dir / "mail").glob("*.eml"):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        received[message["To"]] += 1
    return received


def lease_is_over(system, died_at):
    """Five minutes pass for the messages that a process had claimed before it died."""
    with sqlite3.connect(system.state_dir / "databases" / "notification.sqlite", timeout=30) as connection:
        connection.execute(
            "UPDATE messages SET leased_until = '2020-01-01 00:00:00.000000' "
            "WHERE state = 'sending' AND changed_at < ?",
            (f"{died_at:%Y-%m-%d %H:%M:%S.%f}",),
        )


@pytest.mark.timeout(900)
def test_nobody_is_mailed_twice_whatever_dies(system, client, deaths):
    def counted():
        return {line["state"]: line["count"] for line in client.message_counts(campaign)}

    killed = start_command(system, page=1)
    event = client.voting_event()["voting_event"]
    wait_until(lambda: client.list_campaigns(event), 120, "the campaign is open")
    (found,) = client.list_campaigns(event)
    campaign = found["campaign"]
    wait_until(lambda: client.campaign_progress(campaign)["queued"] >= 50, 120, "a part is queued")
    killed.kill()
    killed.wait()
    killed.stdout.close()
    assert client.campaign_progress(campaign)["queued"] < VOTERS

    misfortunes = threading.Thread(target=strike, args=(system,))
    misfortunes.start()
    ended = 1
    while ended:
        again = start_command(system)
        said = again.communicate(timeout=300)[0].decode()
        ended = again.returncode
        assert ended in (0, 1), said
    misfortunes.join()
    assert f"{VOTERS} électeur(s) sur {VOTERS}" in said
    assert client.campaign_progress(campaign)["queued"] == VOTERS

    def all_ended():
        lease_is_over(system, deaths[-1])
        counts = counted()
        return counts.get("sent", 0) + counts.get("uncertain", 0) == VOTERS

    wait_until(all_ended, 240, "every message has an end")
    received = mailed(system)
    assert max(received.values()) == 1
    uncertain = counted().get("uncertain", 0)
    # Each death of notification, which may also give up when the broker dies: at most the one message that was being
    # handed over is in doubt.
    assert uncertain <= len(deaths)
    assert len(received) >= VOTERS - uncertain
    assert set(received) <= {address(number) for number in range(VOTERS)}

    before = sum(received.values())
    last = start_command(system)
    last.communicate(timeout=300)
    assert last.returncode == 0
    assert counted().get("queued", 0) == 0
    assert sum(mailed(system).values()) == before


def strike(system):
    """Kill each part on the way of a message, one after the other."""
    for part in ("identity", "notification", "relay", "broker"):
        pid = system.kill(part)
        wait_until(lambda: system.pids.get(part) not in (None, pid), 120, f"{part} is back")  # noqa: B023
        wait_until(system.is_ready, 180, f"ready after {part} died")
