"""A message that comes back: from the other mail server's report by SMTP to the operator's list of failures."""

import email
import os
import smtplib
import subprocess
from datetime import UTC, datetime

import pytest

from deploy.local.demonstration import scenario
from deploy.local.launcher.ports import LOOPBACK, answers, free_port
from deploy.local.launcher.system import ISOLOIR, REPOSITORY, System
from deploy.operator.client import OperatorClient
from services.files.voting_event_file import for_identity
from tests.integration.conftest import QUICK
from tests.integration.test_campaign import ROLL_COLUMNS, address
from tests.unit.notification.test_bounces import report
from tests.waiting import wait_until


@pytest.fixture
def system(tmp_path, rabbitmq):
    made = System(tmp_path / "state", bus="broker", node=rabbitmq, settings=QUICK)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def port(rabbitmq):
    """Where `isoloir bounces` listens, run as an operator runs it."""
    chosen = free_port()
    environment = {**os.environ, "AMQP_URI": rabbitmq.uri_of("bounces"), "ISOLOIR_BOUNCES_BIND": f"{LOOPBACK}:{chosen}"}
    with subprocess.Popen([*ISOLOIR, "bounces"], env=environment, cwd=REPOSITORY, stdout=subprocess.DEVNULL) as process:
        wait_until(lambda: answers(chosen), 120, "isoloir bounces listens")
        yield chosen
        process.terminate()
        assert process.wait(120) == 0


def test_a_report_reaches_the_list_of_failures(system, port):
    client = OperatorClient(system.base_url, system.operator_token)
    event = scenario.voting_event(datetime.now(UTC))
    client.open_voting_event(for_identity(event))
    values = (address(1), "Nuage", "Iris", "École", "", "", "", "", event["elections"][0]["code"])
    client.stage_roll(event["voting_event"], "i", 2, [dict(zip(ROLL_COLUMNS, values, strict=True))])
    client.commit_roll(event["voting_event"], "i", 1)
    campaign = client.open_campaign(event["voting_event"], "Ouverture")
    client.send_campaign_page(campaign, 10)
    sent = {"channel": "email", "state": "sent", "count": 1}
    wait_until(lambda: sent in client.message_counts(campaign), 120, "the message is sent")
    (path,) = (system.demo_dir / "mail").glob("*.eml")
    message_id = email.message_from_bytes(path.read_bytes())["Message-ID"].strip("<>").partition("@")[0]
    envelope = f"bounce+{message_id}@example.org"
    with smtplib.SMTP(LOOPBACK, port, timeout=60) as connection:
        connection.sendmail("", [envelope], report(to=envelope))
    (failure,) = client.list_failures(5, campaign)
    client.close()
    assert (failure["message_id"], failure["state"], failure["reason"]) == (message_id, "bounced", "bounce_5.1.1")
    assert "@" not in failure["diagnostic"]
