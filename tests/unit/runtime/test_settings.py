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
        "AMQP_URI", "ISOLOIR_LOG_LEVEL", "ISOLOIR_PUBLIC_URL", "ISOLOIR_EXAMPLE_KEY", "ISOLOIR_EXAMPLE_MINUTES",
    }  # fmt: skip
