"""Alert rules and dashboards ask for what the processes count, and every alert has its entry in the runbook."""

import json
import re
from pathlib import Path

import pytest
import yaml

from services.runtime.bus import condition
from services.runtime.integrity import checks
from services.runtime.service_names import DELIVERERS, SERVICES, WORKERS
from services.runtime.telemetry import metrics
from tests.servers.databases import MigratedDatabases

MONITORING = Path(__file__).parents[2] / "deploy" / "production" / "monitoring"
RULES = [
    rule
    for group in yaml.safe_load((MONITORING / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
DASHBOARD = json.loads((MONITORING / "dashboard.json").read_text(encoding="utf-8"))
QUERIES = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
NAME = re.compile(r"\b(isoloir_[a-z_]+)\b")


def known() -> set[str]:
    """The names that a scrape may bring."""
    found = {*metrics.GAUGES, "isoloir_database_answers"}
    for family in metrics.REGISTRY.collect():
        endings = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}.get(family.type, [""])
        found |= {family.name + ending for ending in endings}
    return found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_asks_for_what_there_is_and_is_in_the_runbook(rule) -> None:
    assert set(NAME.findall(rule["expr"])) <= known()
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert rule["labels"]["severity"] in {"page", "warning"}
    assert rule["annotations"]["summary"]
    runbook = (MONITORING.parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
    assert f"| `{rule['alert']}` |" in runbook


def test_the_dashboard_asks_for_what_there_is_and_shows_all_of_it() -> None:
    asked = {name for query in QUERIES for name in NAME.findall(query)}
    assert asked <= known()
    shown = {re.sub(r"_(bucket|count|sum)$", "", name) for name in asked}
    of_ours = {re.sub(r"_(bucket|count|sum)$", "", name) for name in known() if name.startswith("isoloir_")}
    assert shown == of_ours
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_every_process_is_asked() -> None:
    asked = yaml.safe_load((MONITORING / "prometheus.yml").read_text(encoding="utf-8"))["scrape_configs"][0]
    hosts = {target.partition(":")[0] for target in asked["static_configs"][0]["targets"]}
    assert hosts >= {*SERVICES, *WORKERS, *DELIVERERS, "relay", "gateway", "bounces"}


def test_what_the_database_says_is_scraped_and_its_absence_too(tmp_path_factory, tmp_path) -> None:
    migrated = MigratedDatabases("ballot", tmp_path_factory.mktemp("metrics"), lambda: 0)
    with migrated.fresh("sqlite", tmp_path) as database:
        condition.Heart(database, condition.RELAY).beat()
        collector = metrics.OfDatabase(
            "ballot", lambda: [*condition.samples(database, "ballot", []), *checks.samples(database)]
        )
        found = {family.name: family.samples for family in collector.collect()}
        assert set(found) == {*metrics.GAUGES, "isoloir_database_answers"}
        assert [sample.value for sample in found["isoloir_relay_alive"]] == [1.0]

        def away():
            raise OSError

        (answers,) = metrics.OfDatabase("ballot", away).collect()
        assert [(sample.labels, sample.value) for sample in answers.samples] == [({"service": "ballot"}, 0.0)]
