"""The invented voting event and its roll are what an operator could bring, and nobody's."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from pathlib import Path

from pypdf import PdfReader

from deploy.local.demonstration import scenario
from deploy.local.demonstration.post import deliver
from deploy.local.printer import set_up
from deploy.production.keys import draw
from gateway.content.files import Contents, Found, Text
from gateway.elections.presentation import LOGO
from services.files import roll_file, voting_event_file
from services.notification.channels.paper import batches
from services.runtime.age_box import seal

NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)


def test_the_event_is_accepted_as_an_operators_file(tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    path.write_text(json.dumps(scenario.voting_event(NOW)), encoding="utf-8")
    event = voting_event_file.read(path)
    assert datetime.fromisoformat(event["closes_at"]) - datetime.fromisoformat(event["opens_at"]) == timedelta(days=8)
    assert [len(election["questions"][0]["answers"]) for election in voting_event_file.for_ballot(event)] == [8, 3]
    assert [election["mode"] for election in event["elections"]] == ["online", "online", "paper", "paper"]
    assert all(
        LOGO.fullmatch(answer["logo"])
        for election in event["elections"]
        for answer in election.get("question", {}).get("answers", [])
    )


def test_every_list_has_candidates_led_by_the_one_it_names() -> None:
    for election in scenario.voting_event(NOW)["elections"]:
        for answer in election.get("question", {}).get("answers", []):
            assert len(answer["candidates"]) >= 4
            assert answer["name"].endswith(f"conduite par {answer['candidates'][0]}")


def test_texts_of_the_demonstration_are_there() -> None:
    contents = Contents(scenario.CONTENT)
    for name in Text:
        for language in ("fr", "en"):
            found = contents.text(name, language)
            assert found is not None
            assert found.language == language
    for election in scenario.voting_event(NOW)["elections"]:
        answers = election.get("question", {}).get("answers", [])
        texts = [contents.profession_de_foi(election["code"], number, "fr") for number in range(1, len(answers) + 2)]
        # The last list has sent none, so that this can be seen as well.
        assert [text is None for text in texts[-2:]] == [True] * len(texts[-2:])
        assert all(isinstance(text, Found) for text in texts[:-2])


def test_parts_of_the_space_are_open_before_the_vote() -> None:
    event = scenario.voting_event(NOW)
    assert {datetime.fromisoformat(moment) < NOW for moment in event["availability"].values()} == {True}
    assert voting_event_file.for_identity(event)["availability"] == event["availability"]


def test_two_events_share_no_uuid() -> None:
    first, second = (scenario.voting_event(NOW) for _ in range(2))
    assert first["voting_event"] != second["voting_event"]
    assert not {e["uuid"] for e in first["elections"]} & {e["uuid"] for e in second["elections"]}


def test_the_roll_is_accepted_and_unreachable() -> None:
    assert roll_file.count_rows(scenario.ROLL) == 30
    voters = scenario.voters()
    addresses = [voter["identifiant"] for voter in voters]
    assert len(set(addresses)) == len(addresses)
    assert all(parseaddr(address)[1].endswith("@example.org") for address in addresses)
    codes = {election["code"] for election in scenario.voting_event(NOW)["elections"]}
    assert {code for voter in voters for code in voter["scrutins"].split("|")} == codes
    assert set(voters[0]["scrutins"].split("|")) == codes, "the voter that the launcher proposes sees every election"


def test_each_notice_is_delivered_to_its_addressee(tmp_path: Path) -> None:
    keys = draw()
    event = tmp_path / "event.json"
    event.write_text(json.dumps(scenario.voting_event(NOW)))
    set_up(tmp_path, keys, "http://127.0.0.1:8080", event)
    codes = {"Ada Brume": "ABCD-0001", "Zoé Rive": "ABCD-0002"}
    sealed = {
        str(uuid.uuid4()): seal(
            keys.printer_recipient,
            {"to": {"name": name, "lines": ["1 rue du Phare"]}, "values": {"voting_code": code}},
        )
        for name, code in codes.items()
    }
    room = tmp_path / "print"
    batches.write(room, "1", sealed, NOW)
    assert deliver(tmp_path, set(codes), seconds=10) == 2
    listed = {entry["name"]: entry["file"] for entry in json.loads((tmp_path / "notices.json").read_text())}
    for name, code in codes.items():
        (page,) = PdfReader(room / listed[name]).pages
        assert name in page.extract_text()
        assert [other for other in codes.values() if other in page.extract_text()] == [code]


def test_a_missing_notice_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    assert deliver(tmp_path, {"Nobody Here"}, seconds=0.1) == 0
    assert json.loads((tmp_path / "notices.json").read_text()) == []
