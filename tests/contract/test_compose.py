"""docker-compose.yml: valid, complete, and partitioned as the design says."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import check_jsonschema
import jsonschema
import psycopg2
import pytest
import yaml

from deploy.cli.broker_definitions import variable
from deploy.cli.serve import PATHS
from deploy.local.broker import CONFIGURATION
from deploy.local.postgresql import LocalCluster, PostgresMissing, programs
from deploy.local.sink.settings import SinkSettings
from deploy.production.broker.accounts import accounts, processes
from deploy.production.broker.definitions import VHOST
from deploy.production.hosting.loading import load_class
from deploy.production.images.new_env import GIVEN, filled, main
from deploy.production.postgresql.grants import OWNER, grant
from gateway.settings import Settings as GatewaySettings
from services.notification.bounces.receiver_settings import BounceSettings
from services.runtime.age_box import new_identity
from services.runtime.bus.relay import Settings as RelaySettings
from services.runtime.bus.topology import LARGEST_MESSAGE
from services.runtime.hosting.worker import processes_of, settings_of_process
from services.runtime.service_names import DELIVERERS, SERVICES, WORKERS
from services.runtime.settings import RuntimeSettings, environment_names

REPOSITORY = Path(__file__).resolve().parents[2]
OURS = (*SERVICES, *WORKERS, *DELIVERERS, "relay", "gateway", "bounces", "sink")
ONE_SHOTS = (*(f"{service}-migrate" for service in SERVICES), "broker-definitions")
DATABASES = tuple(f"{service}-database" for service in SERVICES)
VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)(?::([?-])([^}]*))?\}")


def _url(template: str) -> SplitResult:
    """The address with the names of its variables in place of their values."""
    return urlsplit(VARIABLE.sub(r"\1", template))


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())
    return found


@pytest.fixture(scope="module")
def example() -> dict[str, str]:
    lines = (REPOSITORY / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def _settings_class(process: str) -> type[RuntimeSettings]:
    known = {"relay": RelaySettings, "gateway": GatewaySettings, "bounces": BounceSettings, "sink": SinkSettings}
    if process in known:
        return known[process]
    service, _, aside = process.partition("-")
    found: type[RuntimeSettings] = settings_of_process(load_class(PATHS[service]), aside)
    return found


def test_it_follows_the_compose_specification(compose: dict[str, Any]) -> None:
    vendored = Path(check_jsonschema.__file__).parent / "builtin_schemas" / "vendor" / "compose-spec.json"
    jsonschema.validate(compose, json.loads(vendored.read_text()))


def test_every_process_is_there(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {*OURS, *ONE_SHOTS, *DATABASES, "rabbitmq", "limits"}
    assert compose["services"]["sink"]["profiles"] == ["demo"]


@pytest.mark.parametrize("process", OURS)
def test_each_setting_exists_in_the_processs_own_settings(compose: dict[str, Any], process: str) -> None:
    named = set(compose["services"][process]["environment"])
    assert named - environment_names(_settings_class(process)) == set()


@pytest.mark.parametrize("process", OURS)
def test_no_required_setting_is_forgotten(compose: dict[str, Any], process: str) -> None:
    settings = _settings_class(process)
    prefix = str(settings.model_config["env_prefix"])
    required = {
        str(field.validation_alias) if field.validation_alias else f"{prefix}{name}".upper()
        for name, field in settings.model_fields.items()
        if field.is_required()
    }
    assert required - set(compose["services"][process]["environment"]) == set()


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_told_nothing_of_the_others(compose: dict[str, Any], service: str) -> None:
    own = f"ISOLOIR_{service.upper()}_"
    shared = {"AMQP_URI", "ISOLOIR_EVENT_KEYS", "ISOLOIR_LOG_LEVEL", "ISOLOIR_METRICS_BIND", "ISOLOIR_PUBLIC_URL"}
    told = compose["services"][service]["environment"]
    assert {name for name in told if not name.startswith(own)} == shared
    # A migration has nothing to say on the bus, and works under the account that owns the tables.
    migration = compose["services"][f"{service}-migrate"]["environment"]
    name = f"{own}DATABASE_URL"
    assert migration | {name: told[name]} == without_bus(told)
    owner, running = _url(migration[name]), _url(told[name])
    assert owner.username == f"{running.username}{OWNER}"
    assert owner.password == f"{service.upper()}_DATABASE_OWNER_PASSWORD"
    assert (owner.hostname, owner.path) == (running.hostname, running.path)
    assert (
        compose["services"][f"{service}-database"]["environment"]["ISOLOIR_OWNER_PASSWORD"]
        == f"${{{owner.password}:?}}"
    )


def without_bus(environment: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name != "AMQP_URI"}


def test_each_process_has_its_own_account_of_the_broker_and_the_broker_knows_it(compose: dict[str, Any]) -> None:
    tls = yaml.safe_load((REPOSITORY / "deploy/production/broker/tls.compose.yml").read_text())["services"]
    told = {
        name: one["environment"]["AMQP_URI"]
        for name, one in compose["services"].items()
        if "AMQP_URI" in one.get("environment", {})
    }
    assert set(told) == set(processes()) == set(tls) - {"rabbitmq"}
    assert {name for name, one in compose["services"].items() if "bus" in one.get("networks", [])} == {
        *told,
        "rabbitmq",
    }
    made = compose["services"]["broker-definitions"]["environment"]
    assert set(made) == {variable(one.name) for one in accounts()}
    for name, uri in told.items():
        address, secure = _url(uri), _url(tls[name]["environment"]["AMQP_URI"])
        assert (address.username, address.hostname, address.path) == (name, "rabbitmq", f"/{VHOST}")
        assert made[variable(name)] == f"${{{address.password}:?}}"
        assert (secure.scheme, secure.username, secure.password) == ("amqps", name, address.password)
        (mounted,) = tls[name]["volumes"]
        assert secure.query == f"cacertfile={mounted.split(':')[-2]}"
    assert len({_url(uri).password for uri in told.values()}) == len(told)
    conf = (REPOSITORY / "deploy/production/broker/rabbitmq.conf").read_text()
    # As the nodes of tests and demonstrations, which have a quarter of the memory.
    assert re.findall(r"^raft\.wal_max_size_bytes = .*$", conf, re.M) == re.findall(
        r"^raft\.wal_max_size_bytes = .*$", CONFIGURATION, re.M
    )
    assert f"max_message_size = {LARGEST_MESSAGE}\n" in conf
    assert f"load_definitions = {compose['services']['broker-definitions']['command'][-1]}\n" in conf


@pytest.mark.parametrize("service", SERVICES)
def test_one_database_one_account_one_network_per_service(compose: dict[str, Any], service: str) -> None:
    url = _url(compose["services"][service]["environment"][f"ISOLOIR_{service.upper()}_DATABASE_URL"])
    database = compose["services"][f"{service}-database"]
    assert url.hostname == f"{service}-database"
    assert url.path == f"/{database['environment']['ISOLOIR_DATABASE_NAME']}"
    assert url.username == database["environment"]["ISOLOIR_DATABASE_NAME"] == f"isoloir_{service}"
    assert url.password == f"{service.upper()}_DATABASE_PASSWORD"
    assert database["environment"]["ISOLOIR_DATABASE_PASSWORD"] == f"${{{url.password}:?}}"
    (network,) = database["networks"]
    assert compose["networks"][network] == {"internal": True}
    neighbours = {name for name, process in compose["services"].items() if network in process.get("networks", [])}
    aside = {name for name, owner in (WORKERS | DELIVERERS).items() if owner == service}
    assert neighbours == {service, *aside, f"{service}-migrate", f"{service}-database", "relay"}
    assert "ports" not in database


def test_the_relay_has_its_own_account_everywhere(compose: dict[str, Any]) -> None:
    environment = compose["services"]["relay"]["environment"]
    for service in SERVICES:
        url = _url(environment[f"ISOLOIR_RELAY_{service.upper()}_DATABASE_URL"])
        assert (url.username, url.hostname, url.path) == ("isoloir_relay", f"{service}-database", f"/isoloir_{service}")


def test_the_portal_reaches_no_database_and_only_the_portal_is_reached(compose: dict[str, Any]) -> None:
    assert set(compose["services"]["gateway"]["networks"]) == {"bus", "portal", "limits"}
    published = {name for name, process in compose["services"].items() if "ports" in process}
    assert published == {"gateway"}
    assert compose["services"]["gateway"]["ports"] == [
        "${GATEWAY_ADDRESS:-127.0.0.1:8080}:8080",
        "${OPERATOR_ADDRESS:-127.0.0.1:8081}:8081",
    ]


def test_nobody_runs_as_root_or_gains_rights(compose: dict[str, Any]) -> None:
    for name, process in compose["services"].items():
        assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", process["user"]), name
        assert process["cap_drop"] == ["ALL"], name
        assert process["security_opt"] == ["no-new-privileges:true"], name
        assert "privileged" not in process, name
        if name != "rabbitmq":
            assert process["read_only"] is True, name


def test_who_stays_is_checked_and_started_again(compose: dict[str, Any]) -> None:
    for name, process in compose["services"].items():
        if name in ONE_SHOTS:
            assert process["restart"] == "no"
            continue
        assert process["restart"] == "unless-stopped", name
        assert process["healthcheck"]["test"][0] == "CMD", name
        if name in OURS:
            wanted = ["isoloir", "sink", "--health"] if name == "sink" else ["isoloir", "health", name]
            assert process["healthcheck"]["test"][1:] == wanted


def test_a_process_waits_for_what_it_needs(compose: dict[str, Any]) -> None:
    for service in SERVICES:
        waits = compose["services"][service]["depends_on"]
        assert waits["rabbitmq"]["condition"] == "service_healthy"
        assert waits[f"{service}-migrate"]["condition"] == "service_completed_successfully"
        migration = compose["services"][f"{service}-migrate"]
        assert migration["depends_on"] == {f"{service}-database": {"condition": "service_healthy"}}
        assert migration["command"] == [
            f"isoloir migrate {service} && python -m deploy.production.postgresql.grants {service}"
        ]
    assert {entry["condition"] for entry in compose["services"]["gateway"]["depends_on"].values()} == {
        "service_healthy"
    }


@pytest.mark.parametrize("worker", WORKERS)
def test_a_worker_is_its_service_without_an_ear(compose: dict[str, Any], worker: str) -> None:
    service = worker.removesuffix("-worker")
    process = compose["services"][worker]
    assert process["command"] == ["worker", service]
    assert without_bus(process["environment"]) == without_bus(compose["services"][service]["environment"])
    assert f"{service}-migrate" in process["depends_on"]
    # The codes need identity's roll; no other long work needs another service.
    wanted = {f"{service}-data", "bus"} if service == "reassort" else {f"{service}-data"}
    assert set(process["networks"]) == wanted
    assert process.get("volumes") == compose["services"][service].get("volumes")


@pytest.mark.parametrize("deliverer", DELIVERERS)
def test_a_deliverer_has_one_key_no_bus_and_the_way_out(compose: dict[str, Any], deliverer: str) -> None:
    process = compose["services"][deliverer]
    channel = deliverer.partition("-")[2]
    assert process["command"] == ["deliver", channel]
    assert set(process["networks"]) == {"notification-data", "delivery"}
    assert "notification-migrate" in process["depends_on"]
    key = "ISOLOIR_NOTIFICATION_{}_PRIVATE_KEY"
    holders = {
        name for name, one in compose["services"].items() if key.format(channel.upper()) in one.get("environment", {})
    }
    assert holders == {deliverer}
    assert {name for name in process["environment"] if name.endswith("_PRIVATE_KEY")} == {
        key.format(channel.upper()),
        key.format("EVENT"),
    }


def test_every_process_that_a_service_has_aside_runs_here_and_on_this_machine() -> None:
    found = {f"{name}-{process}": name for name, path in PATHS.items() for process in processes_of(load_class(path))}
    assert found == WORKERS | DELIVERERS


def test_no_secret_is_written_in_the_file(compose: dict[str, Any]) -> None:
    for name, process in compose["services"].items():
        for setting, value in process.get("environment", {}).items():
            if re.search(r"KEY$|PASS|TOKEN$|SECRET", setting):
                assert VARIABLE.fullmatch(str(value)), (name, setting)


def test_the_example_has_every_variable_without_a_default(example: dict[str, str]) -> None:
    text = (REPOSITORY / "docker-compose.yml").read_text()
    required = {name for name, operator, _ in VARIABLE.findall(text) if operator != "-"}
    used = {name for name, _, _ in VARIABLE.findall(text)}
    assert required - set(example) == set()
    assert set(example) - used == set()


def test_new_secrets_are_all_different_and_accepted_by_the_settings(
    compose: dict[str, Any], example: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = filled((REPOSITORY / ".env.example").read_text())
    values = dict(line.split("=", 1) for line in text.splitlines() if line and not line.startswith("#"))
    assert {name for name in GIVEN if values[name]} == set()
    values["PRINTER_RECIPIENT"] = new_identity()[1]
    drawn = [values[name] for name, value in example.items() if value == "" and name not in GIVEN]
    assert len(set(drawn)) == len(drawn)
    event_keys = json.loads(values["EVENT_KEYS"])
    assert set(event_keys) == set(SERVICES)
    secrets = {*drawn, *event_keys.values()} - {values["EVENT_KEYS"]}
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{32,}", value) for value in secrets)

    def replaced(match: re.Match[str]) -> str:
        name, operator, default = match.groups()
        return values.get(name, "").strip('"') or (default if operator == "-" else "")

    for process in OURS:
        with monkeypatch.context() as patch:
            for name, value in compose["services"][process]["environment"].items():
                patch.setenv(name, VARIABLE.sub(replaced, str(value)))
            _settings_class(process)()


def test_env_is_closed_to_others_and_never_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / ".env"
    main(target)
    before = target.read_text()
    example = (REPOSITORY / ".env.example").read_text().splitlines()
    drawn = [line.partition("=")[2] for line in before.splitlines() if line not in example]
    assert len(drawn) == len(set(drawn)) > 10
    assert min(map(len, drawn)) > 20
    assert target.stat().st_mode & 0o077 == 0
    with pytest.raises(SystemExit):
        main(target)
    assert target.read_text() == before
    said = "".join(capsys.readouterr())
    assert [secret for secret in drawn if secret in said] == []


@pytest.fixture
def empty_cluster() -> Iterator[LocalCluster]:
    try:
        cluster = LocalCluster()
    except PostgresMissing as error:
        pytest.fail(str(error))
    try:
        cluster.start(empty=True)
        yield cluster
    finally:
        cluster.close()


def test_the_init_script_gives_each_account_its_own_and_no_more(empty_cluster: LocalCluster) -> None:
    found = programs()
    assert found is not None
    port = str(empty_cluster.port)
    name = "isoloir_scripted"
    environment = {
        "PATH": f"{found}:{os.environ['PATH']}",
        "PGHOST": "127.0.0.1",
        "PGPORT": port,
        "POSTGRES_USER": "postgres",
        "ISOLOIR_DATABASE_NAME": name,
        "ISOLOIR_OWNER_PASSWORD": "the owner's",
        "ISOLOIR_DATABASE_PASSWORD": 'it\'s a "password"',
        "ISOLOIR_RELAY_PASSWORD": "another",
    }
    script = REPOSITORY / "deploy" / "production" / "postgresql" / "init.sh"
    subprocess.run([script], env=environment, check=True, capture_output=True)
    stranger = psycopg2.connect(host="127.0.0.1", port=port, user="postgres", dbname="postgres")
    stranger.autocommit = True
    stranger.cursor().execute("CREATE ROLE isoloir_stranger LOGIN")
    stranger.close()
    owner = psycopg2.connect(host="127.0.0.1", port=port, user=name + OWNER, dbname=name)
    owner.autocommit = True
    owner.cursor().execute(
        "CREATE TABLE outbox (id integer); CREATE TABLE process_alive (id integer); CREATE TABLE kept (id integer)"
    )
    grant(owner, "ballot", name, "isoloir_relay")
    owner.close()
    running = psycopg2.connect(host="127.0.0.1", port=port, user=name, dbname=name)
    running.autocommit = True
    running.cursor().execute("INSERT INTO kept VALUES (1); CREATE TEMPORARY TABLE probe (id integer)")
    for refused in ("DROP TABLE kept", "TRUNCATE kept", "CREATE TABLE x (id integer)"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            running.cursor().execute(refused)
    running.close()
    with pytest.raises(psycopg2.OperationalError, match="permission denied"):
        psycopg2.connect(host="127.0.0.1", port=port, user="isoloir_stranger", dbname=name)
    relay = psycopg2.connect(host="127.0.0.1", port=port, user="isoloir_relay", dbname=name)
    relay.autocommit = True
    relay.cursor().execute("DELETE FROM outbox; INSERT INTO process_alive VALUES (1)")
    for refused in ("SELECT * FROM kept", "CREATE TABLE x (id integer)"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            relay.cursor().execute(refused)
    relay.close()


def test_the_image_installs_with_hashes_and_runs_as_nobody() -> None:
    lines = (REPOSITORY / "deploy" / "production" / "images" / "Dockerfile").read_text()
    bases = re.findall(r"^FROM (\S+)", lines, re.MULTILINE)
    # Debian's own Node is older than the engines that package.json asks for.
    assert set(bases) == {"debian:bookworm-slim", "node:22-bookworm-slim"}
    assert "--require-hashes" in lines
    assert "npm ci" in lines
    assert "useradd --uid 10001 --gid 10001" in lines, "the user: of docker-compose.yml"
    last = lines.rpartition("FROM")[2]
    assert "USER isoloir" in last
    assert not re.search(r"^(COPY|ADD) \. ", lines, re.MULTILINE)
