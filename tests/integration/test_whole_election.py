"""One small but complete election, from the roll to the verified result, on both ways to run it."""

import json
import re
import tarfile
import time
from pathlib import Path

import pytest

from deploy.rehearsal import witness
from deploy.rehearsal.command import PATIENCE
from deploy.rehearsal.mailbox import Mailboxes
from deploy.rehearsal.reconciliation import write_summary
from deploy.rehearsal.voter import Voter
from deploy.rehearsal.whole_election import Rehearsal
from tests.adversary import dumps

VOTERS = 12


class Secrets:
    """Whatever nobody but its owner may read, collected while an election runs."""

    def __init__(self):
        self.kinds = {
            "code": set(),
            "re-issued code": set(),
            "password": set(),
            "answer": set(),
            "link": set(),
            "ballot": set(),
            "tracker": set(),
            "permit": set(),
            "person": set(),
        }

    def of(self, kinds):
        """These kinds alone."""
        some = Secrets()
        some.kinds = {kind: self.kinds[kind] for kind in kinds}
        return some

    def found_in(self, text):
        return {kind for kind, secrets in self.kinds.items() for secret in secrets if secret in text}


@pytest.fixture
def secrets(monkeypatch):
    collected = Secrets()
    prepare, activate, another_code = Voter.prepare, Voter.activate, Voter.another_code

    def watched_prepare(self, election, code, choice):
        prepared = prepare(self, election, code, choice)
        collected.kinds["code"] |= {code, code.replace("-", "")}
        collected.kinds["tracker"].add(prepared.tracker)
        collected.kinds["permit"] |= {prepared.permit, prepared.permit.split(".")[1]}
        # A ballot would not be logged whole: any of its numbers gives it away.
        collected.kinds["ballot"] |= set(re.findall(r"[0-9a-f]{64}|[0-9]{70,}", prepared.ballot))
        return prepared

    def watched_activate(self, link, password, answer):
        collected.kinds["password"].add(password)
        collected.kinds["answer"].add(answer)
        collected.kinds["link"] |= {link, link.rsplit("/", 1)[-1]}
        return activate(self, link, password, answer)

    def watched_reissue(self, link):
        code = another_code(self, link)
        collected.kinds["re-issued code"] |= {code, code.replace("-", "")}
        collected.kinds["link"] |= {link, link.rsplit("/", 1)[-1]}
        return code

    monkeypatch.setattr(Voter, "prepare", watched_prepare)
    monkeypatch.setattr(Voter, "activate", watched_activate)
    monkeypatch.setattr(Voter, "another_code", watched_reissue)
    return collected


@pytest.fixture(params=["in-process", "broker"])
def system(request, start_system):
    if request.param == "in-process":
        return start_system("in-process")
    databases = request.getfixturevalue("postgresql").another_system()
    return start_system("broker", "postgresql", databases, node=request.getfixturevalue("rabbitmq"))


@pytest.mark.timeout(900)
def test_an_election_from_the_roll_to_the_verified_result(system, phases, secrets, tmp_path, request):
    out, began = tmp_path / "out", time.time()
    rehearsal = Rehearsal(system, VOTERS, out, phases, PATIENCE)
    outcome = rehearsal.run()

    assert [counts.differences() for counts in outcome.elections] == [[], []]
    assert outcome.activated == VOTERS
    assert all(counts.counted and sum(counts.counted) == counts.urn > 0 for counts in outcome.elections)
    for counts in outcome.elections:
        assert counts.verdicts["isoloir"] == "ok"
        assert counts.register > 0
        assert counts.verdicts["isoloir, registre des réassorts"] == "ok"
        assert counts.verdicts["isoloir observe"] == "ok"
        assert counts.verdicts["belenios-tool"] == ("ok" if witness.belenios_tool() else "absent")

    every_mail_is_accounted_for(system, rehearsal)
    a_holder_is_published_nowhere(out)
    secrets.kinds["person"] = {one.identifier for one in rehearsal.electors} | {
        one.street for one in rehearsal.electors
    }
    no_secret_is_in_any_log(system, secrets)
    cluster = request.getfixturevalue("postgresql") if system.bus == "broker" else None
    no_service_has_what_is_anothers(system, secrets, cluster, began)
    queues = request.getfixturevalue("rabbitmq").directory if system.bus == "broker" else None
    no_way_in_is_kept_in_clear(system, secrets, queues)
    every_line_is_json_and_requests_can_be_followed(system)

    write_summary(out / "summary.json", VOTERS, outcome.activated, outcome.elections, phases.seconds, system.bus)
    summary = json.loads((out / "summary.json").read_text())
    assert summary["differences"] == []
    assert {entry["voted"] for entry in summary["elections"]} == {counts.planned for counts in outcome.elections}


def every_mail_is_accounted_for(system, rehearsal):
    mailboxes = Mailboxes(system.demo_dir / "mail")
    assert all(len(mailboxes.links(one.identifier)) == 1 + one.loses_code for one in rehearsal.electors)


def a_holder_is_published_nowhere(out):
    for archive in out.glob("*.bel"):
        with tarfile.open(archive) as entries:
            names = entries.getnames()
        assert names[0] == "BELENIOS"
        assert b"holder" not in archive.read_bytes()


def no_secret_is_in_any_log(system, secrets):
    assert all(secrets.kinds.values()), "every kind of secret was used"
    logs = list(Path(system.logs_dir).glob("*"))
    assert logs
    for log in logs:
        assert secrets.found_in(log.read_text(encoding="utf-8", errors="replace")) == set(), log.name


def no_service_has_what_is_anothers(system, secrets, cluster, began):
    """Whoever takes a service's machine, and every log with it: names here, ballots there, and no way in anywhere."""
    rows = 0
    for service, url in system._database_urls().items():
        others = secrets.of(dumps.NEVER_HELD[service])
        for table, row in dumps.rows(url):
            rows += 1
            assert others.found_in(row) == set(), f"{service}.{table}"
        for path in dumps.files(url, cluster):
            assert others.found_in(dumps.content(path).decode("latin-1")) == set(), f"{service}: {path.name}"
    assert rows > VOTERS
    for path in dumps.write_ahead_log(cluster, began) if cluster else ():
        assert secrets.of(dumps.WAYS_IN).found_in(dumps.content(path).decode("latin-1")) == set(), path.name


def no_way_in_is_kept_in_clear(system, secrets, queues):
    """Neither codes nor links, passwords, answers: not in a table, not in what was deleted from one, not in a queue."""
    ways_in = secrets.of(dumps.WAYS_IN)
    folders = [system.state_dir / "databases", *([queues] if queues else [])]
    for file in (file for folder in folders for file in folder.rglob("*") if file.is_file()):
        assert ways_in.found_in(dumps.content(file).decode("latin-1")) == set(), file.name


def every_line_is_json_and_requests_can_be_followed(system):
    seen = {}
    for log in Path(system.logs_dir).glob("*.jsonl"):
        for line in log.read_text(encoding="utf-8").splitlines():
            event = json.loads(line)
            if "correlation_id" in event:
                seen.setdefault(event["correlation_id"], set()).add((event["process"], event["event"]))
    casts = [events for events in seen.values() if any(event == "event_worked" for _, event in events)]
    assert casts
    if system.bus == "broker":
        # From the browser's request to the poll book: gateway, ballot, then identity by the event.
        assert any({"gateway", "ballot", "identity"} <= {process for process, _ in events} for events in casts)
        # From an operator's command to the notices that it caused, which go by the page.
        queued = [
            {process for process, _ in events} for events in casts if ("notification", "notices_queued") in events
        ]
        assert any({"gateway", "reassort"} <= processes for processes in queued)
