"""A process aside is alive while its file is young; whoever asks reads the same database from the environment as it did."""

import importlib
import os
import subprocess
import sys
import time

import pytest

from deploy.production.hosting import alive
from services.runtime.service_names import DELIVERERS, SERVICES, WORKERS


def test_alive_late_and_never_begun(tmp_path, monkeypatch):
    monkeypatch.setattr(alive.tempfile, "gettempdir", lambda: str(tmp_path))
    with pytest.raises(alive.NotAlive):
        alive.check_alive("ballot", "worker")
    file = alive.alive_file("ballot-worker", alive.database_url("ballot"))
    file.touch()
    alive.check_alive("ballot", "worker")
    monkeypatch.setenv("ISOLOIR_BALLOT_DATABASE_URL", "sqlite:///another.sqlite")
    with pytest.raises(alive.NotAlive):
        alive.check_alive("ballot", "worker")
    monkeypatch.delenv("ISOLOIR_BALLOT_DATABASE_URL")
    late = time.time() - alive.LATE_SECONDS - 1
    os.utime(file, (late, late))
    with pytest.raises(alive.NotAlive):
        alive.check_alive("ballot", "worker")


@pytest.mark.parametrize("service", SERVICES)
def test_the_database_is_that_of_the_settings(service):
    module = importlib.import_module(f"services.{service}.settings")
    own = [one for name, one in vars(module).items() if name.endswith("Settings") and one.__module__ == module.__name__]
    assert own
    for settings in own:
        assert settings.model_fields["database_url"].default == alive.database_url(service)
        assert settings.model_config["env_prefix"] == f"ISOLOIR_{service.upper()}_"


def test_every_name_is_a_service_and_a_process_and_asking_imports_none():
    for name, service in {**WORKERS, **DELIVERERS}.items():
        assert name.partition("-")[0] == service
    look = "import sys; import deploy.production.hosting.alive; print('nameko' in sys.modules, 'sqlalchemy' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["False", "False"]
