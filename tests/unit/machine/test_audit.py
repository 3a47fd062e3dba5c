"""What `make audit` makes of the registries' answers, as they write them."""

import json

from tests.machine import audit


def test_what_pip_audit_knows_is_a_line_with_its_remedy(capsys) -> None:
    fault = {"id": "PYSEC-2099-1", "fix_versions": ["2.0"], "aliases": [], "description": "…"}
    answer = {
        "dependencies": [
            {"name": "sound", "version": "1.0", "vulns": []},
            {"name": "faulty", "version": "1.0", "vulns": [fault]},
            {"name": "elsewhere", "skip_reason": "not found on PyPI"},
        ],
        "fixes": [],
    }
    assert audit.known_by_pip_audit(json.dumps(answer), 3) == ["faulty 1.0: PYSEC-2099-1, mended in 2.0"]
    assert "2 of 3 Python packages" in capsys.readouterr().out


def test_what_npm_knows_is_a_line_with_its_address(capsys) -> None:
    advisory = {"title": "Prototype pollution", "url": "https://github.com/advisories/GHSA-xxxx-yyyy-zzzz"}
    answer = {
        "auditReportVersion": 2,
        "vulnerabilities": {
            "faulty": {"range": "<2", "via": [advisory]},
            "user-of-faulty": {"range": "*", "via": ["faulty"]},
        },
        "metadata": {"dependencies": {"total": 120}},
    }
    (line,) = audit.known_by_npm(json.dumps(answer))
    assert line.startswith("faulty <2: Prototype pollution")
    assert "120 npm packages" in capsys.readouterr().out


def test_a_registry_that_does_not_tell_is_said_and_stops_nobody(capsys) -> None:
    assert audit.known_by_pip_audit("", 3) == []
    assert audit.known_by_pip_audit(json.dumps({"dependencies": [{"name": "a", "skip_reason": "no"}]}), 1) == []
    assert audit.known_by_npm(json.dumps({"message": "405 Method Not Allowed"})) == []
    assert capsys.readouterr().out.count("nothing is known") == 3


def test_every_lock_file_is_looked_at() -> None:
    assert {"flask", "pytest", "pynacl"} <= {name.lower() for name in audit.pinned()}
