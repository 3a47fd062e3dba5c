"""A process with a wrong setting ends at once, with one clear line that names the setting and not its value."""

import pytest
from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.runtime import settings


class Example(settings.RuntimeSettings):
    model_config = SettingsConfigDict(env_prefix="ISOLOIR_EXAMPLE_")

    key: str = Field(pattern="^[0-9a-f]{64}$")
    minutes: int = 5


def test_settings_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("ISOLOIR_EXAMPLE_KEY", "0" * 64)
    monkeypatch.setenv("AMQP_URI", "amqp://broker")
    loaded = settings.load(Example)
    assert (loaded.key, loaded.minutes, loaded.amqp_uri) == ("0" * 64, 5, "amqp://broker")


def test_wrong_settings_end_the_process_with_one_line(monkeypatch, capsys):
    monkeypatch.setenv("ISOLOIR_EXAMPLE_KEY", "not-a-key-but-secret")
    monkeypatch.setenv("ISOLOIR_EXAMPLE_MINUTES", "soon")
    with pytest.raises(SystemExit) as ended:
        settings.load(Example)
    assert ended.value.code == settings.EXIT_BAD_CONFIGURATION
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "ISOLOIR_EXAMPLE_KEY" in said
    assert "ISOLOIR_EXAMPLE_MINUTES" in said
    assert "not-a-key-but-secret" not in said


def test_environment_names_are_those_that_are_read():
    assert settings.environment_names(Example) == {
        "AMQP_URI", "ISOLOIR_EVENT_KEYS", "ISOLOIR_LOG_LEVEL", "ISOLOIR_PUBLIC_URL",
        "ISOLOIR_JOB_LEASE_SECONDS", "ISOLOIR_DATABASE_LOCK_SECONDS",
        "ISOLOIR_DATABASE_STATEMENT_SECONDS", "ISOLOIR_DATABASE_IDLE_SECONDS", "ISOLOIR_EXAMPLE_CONCURRENT_REQUESTS",
        "ISOLOIR_DATABASE_BACKGROUND_SECONDS",
        "ISOLOIR_INBOX_DAYS", "ISOLOIR_METRICS_BIND",
        "ISOLOIR_EXAMPLE_KEY",
        "ISOLOIR_EXAMPLE_MINUTES",
    }  # fmt: skip


class Addresses(settings.RuntimeSettings):
    model_config = SettingsConfigDict(env_prefix="ISOLOIR_EXAMPLE_")

    database_url: str = "sqlite:///x"
    smtp_bind: str = "127.0.0.1:25"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AMQP_URI", "garbage"),
        ("AMQP_URI", "http://account:secret@broker/"),
        ("AMQP_URI", "amqp://account:secret@broker:port/"),
        ("ISOLOIR_EXAMPLE_DATABASE_URL", ""),
        ("ISOLOIR_EXAMPLE_DATABASE_URL", "garbage-secret"),
        ("ISOLOIR_EXAMPLE_DATABASE_URL", "nosuch://account:secret@host/x"),
        ("ISOLOIR_EXAMPLE_DATABASE_URL", "postgresql+nosuch://account:secret@host/x"),
        ("ISOLOIR_EXAMPLE_SMTP_BIND", "somewhere"),
        ("ISOLOIR_EXAMPLE_SMTP_BIND", "127.0.0.1:99999"),
    ],
)
def test_a_mistyped_address_is_one_line_and_not_a_traceback_later(monkeypatch, capsys, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        settings.load(Addresses)
    assert ended.value.code == settings.EXIT_BAD_CONFIGURATION
    said = capsys.readouterr().err
    assert said.startswith(f"isoloir: cannot start, wrong settings: {name}: should be ")
    assert said.count("\n") == 1
    assert "secret" not in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AMQP_URI", "amqps://account:p%40ss@broker.example:5671/%2F"),
        ("ISOLOIR_EXAMPLE_DATABASE_URL", "postgresql+psycopg2://account:secret@host/x"),
        ("ISOLOIR_EXAMPLE_SMTP_BIND", "[::1]:2525"),
    ],
)
def test_good_addresses_are_taken(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    assert value in settings.load(Addresses).model_dump().values()


def test_a_process_that_needs_a_broker_says_so(capsys):
    with pytest.raises(SystemExit):
        settings.load(Addresses, needs_broker=True)
    assert capsys.readouterr().err == "isoloir: cannot start, wrong settings: AMQP_URI: this process needs a broker\n"
