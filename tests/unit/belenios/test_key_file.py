"""The file in which a holder's keys are kept: sealed by a code, for one account, never half written."""

import json
import stat
import time

import pytest

from deploy.holder.keys import key_file
from deploy.holder.keys.key_file import HeldKey, KeyFile, KeyFileError, Keys

CODE = "douze brins de menthe"
KEYS = Keys("event", 1, "Délia", (HeldKey(3, "delegates", 1, "s" * 22),))


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setattr(key_file, "OPERATIONS", 1)
    monkeypatch.setattr(key_file, "MEMORY", 8192)
    made = KeyFile.new(tmp_path / "delia.key", CODE)
    made.write(KEYS)
    return made


def test_what_is_kept_is_read_again_with_the_code_alone(file) -> None:
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    content = file.path.read_text()
    assert "s" * 22 not in content
    opened, keys = KeyFile.opened(file.path, CODE)
    assert keys == KEYS
    opened.write(keys.with_share(3, 12345))
    assert KeyFile.opened(file.path, CODE)[1].keys[0].share == "12345"
    with pytest.raises(KeyFileError, match="ne s’ouvre pas"):
        KeyFile.opened(file.path, CODE + "!")
    assert "12345" not in repr(keys.with_share(3, 12345))


def test_an_altered_file_is_refused_and_asks_for_no_more_than_a_machine_has(file) -> None:
    content = json.loads(file.path.read_text())
    for change in (
        {"owners": [4]},
        {"voting_event": "other"},
        {"box": content["box"][:-8] + "AAAAAAA="},
        {"box": ""},
        {"derivation": content["derivation"] | {"memory": 2**40}},
        {"derivation": content["derivation"] | {"operations": 10**9}},
        {"derivation": content["derivation"] | {"name": "none"}},
        {"derivation": []},
        {"version": 2},
    ):
        file.path.write_text(json.dumps(content | change))
        with pytest.raises(KeyFileError):
            KeyFile.opened(file.path, CODE)
    for text in ("", "[]", "{}", "x" * (key_file.LARGEST + 1)):
        file.path.write_text(text)
        with pytest.raises(KeyFileError, match="n’est pas un fichier de clés"):
            KeyFile.opened(file.path, CODE)


def test_a_code_is_long_and_dear_to_guess(tmp_path) -> None:
    with pytest.raises(KeyFileError, match="12 caractères"):
        KeyFile.new(tmp_path / "x", "court")
    began = time.process_time()
    KeyFile.new(tmp_path / "x", CODE)
    assert time.process_time() - began > 0.02
