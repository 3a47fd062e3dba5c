"""The definition sent from the browser: nothing is recorded before every service has looked and its name was copied."""

import html
import io
import json
import re
from typing import Any

import pytest
from werkzeug.test import TestResponse

from gateway.serving import large_bodies
from services.identity.contract.staff.rights import RIGHTS, Right, Role
from services.runtime.refusals import Refusal
from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import EVENT_UUID, ONLINE, FakeRpc, agent_session, event
from tests.unit.gateway.test_console import noted, operator, stands
from tests.unit.gateway.test_event_tables import TABLES
from tests.unit.gateway.test_roll_page import sealed

__all__ = ["operator"]
PAGE = "/agents/echeance/definition"
CHANGE = {"field": "CSA.name", "before": "Comité", "after": "Comité social"}
LATER = {"field": "closes_at", "before": "2027-03-09T16:00:00+00:00", "after": "2027-03-10T16:00:00+00:00"}
WRITTEN = re.compile(r'name="definition" value="([^"]*)"')


@pytest.fixture
def author(operator: Browser, rpc: FakeRpc) -> Browser:
    """An operator, before a draft."""
    sealed(operator, rpc, yes=False)
    rpc.table["identity", "open_voting_event"] = lambda asked: {
        "voting_event": asked["voting_event"],
        "changes": [CHANGE, LATER],
    }
    rpc.table["ballot", "create_election"] = lambda asked: {"uuid": asked["uuid"], "changes": []}
    return operator


def definition(**changes: Any) -> dict[str, Any]:
    """A file of one election."""
    question = {"question": "Quelle liste ?", "answers": [{"name": "Les Nuages"}, {"name": "Les Marées"}]}
    return {
        "name": "Élections de printemps",
        "opens_at": "2027-03-03T08:00:00+01:00",
        "closes_at": "2027-03-10T17:00:00+01:00",
        "elections": [{"code": "CSA", "name": "Comité social", "mode": "online", "question": question}],
        **changes,
    }


def send(browser: Browser, files: dict[str, bytes], way: str = "corriger") -> TestResponse:
    """The form, as a browser sends it."""
    data = {"csrf_token": browser.csrf(), "way": way, "files": [(io.BytesIO(one), name) for name, one in files.items()]}
    return browser.client.post(PAGE, data=data, content_type="multipart/form-data")


def as_json(**changes: Any) -> dict[str, bytes]:
    """The file, as JSON."""
    return {"event.json": json.dumps(definition(**changes)).encode()}


def recorded(rpc: FakeRpc) -> list[str]:
    """Which services have recorded something."""
    asked = [*rpc.made("identity", "open_voting_event"), *rpc.made("ballot", "create_election")]
    return [call.method for call in asked if not call.payload["dry_run"]]


def written(page: TestResponse) -> str:
    """The definition that the page holds for its confirmation."""
    found = WRITTEN.search(page.text)
    assert found, page.text[-3000:]
    return html.unescape(found[1])


@pytest.mark.parametrize("files", ["json", "tables"])
def test_a_draft_is_corrected_once_what_changes_was_seen(author: Browser, rpc: FakeRpc, files: str) -> None:
    brought = as_json() if files == "json" else {name: text.encode("cp1252") for name, text in TABLES.items()}
    page = send(author, brought)
    assert page.status_code == 200
    assert "Comité social" in page.text
    assert "9 mars 2027 à 17h00" in page.text.replace("\u00a0", " ")
    assert ("Codage de Windows" in page.text) is (files == "tables")
    event = json.loads(written(page))
    assert (event["voting_event"], event["elections"][0]["uuid"]) == (EVENT_UUID, ONLINE), "known by their codes"
    assert recorded(rpc) == noted(rpc) == []
    form = {"definition": written(page)}
    refused = author.post(f"{PAGE}/import", form | {"confirmation": "autre"})
    assert refused.status_code == 422
    assert json.loads(written(refused)) == event
    assert recorded(rpc) == []
    done = author.post(f"{PAGE}/import", form | {"confirmation": event["name"].upper()})
    assert done.location == "/agents/echeance"
    assert noted(rpc) == [("open-voting-event", None), ("create-election", ONLINE)]
    assert recorded(rpc) == ["open_voting_event", "create_election"]
    file = author.post(f"{PAGE}/fichier", form)
    assert json.loads(file.text) == event
    assert "event.imported.json" in file.headers["Content-Disposition"]


def test_what_is_corrected_alike_in_several_elections_is_said_of_each(author: Browser, rpc: FakeRpc) -> None:
    again = {"field": "revoting", "before": "non", "after": "oui"}
    rpc.table["ballot", "create_election"] = lambda asked: {"uuid": asked["uuid"], "changes": [LATER, again]}
    [one] = definition()["elections"]
    page = send(author, as_json(elections=[one, {**one, "code": "CAP", "name": "Commission"}])).text
    assert [page.count(f">{field}<") for field in ("CSA.revoting", "CAP.revoting")] == [1, 1]
    assert "CSA.closes_at" not in page


def test_another_event_takes_its_place_by_the_name_of_the_one_that_leaves(author: Browser, rpc: FakeRpc) -> None:
    page = send(author, as_json(), way="autre")
    assert "quittera sa place" in page.text
    form = {"definition": written(page)}
    assert json.loads(form["definition"])["voting_event"] != EVENT_UUID
    assert author.post(f"{PAGE}/import", form | {"confirmation": definition()["name"]}).status_code == 422
    assert recorded(rpc) == []
    assert author.post(f"{PAGE}/import", form | {"confirmation": "elections 2026"}).location == "/agents/echeance"
    last = rpc.made("identity", "open_voting_event")[-1].payload
    assert (last["in_place_of"], last["dry_run"]) == (EVENT_UUID, False)


@pytest.mark.parametrize("state", ["draft", "open", "closed"])
def test_nothing_takes_the_place_of_a_live_event(author: Browser, rpc: FakeRpc, state: str) -> None:
    form = {"definition": written(send(author, as_json(), way="autre")), "confirmation": "elections 2026"}
    sealed(author, rpc, yes=True)
    stands(rpc, state)
    for answer in (send(author, as_json(), way="autre"), author.post(f"{PAGE}/import", form)):
        assert answer.status_code == 409
        assert "aucune page ne met une autre échéance à sa" in answer.text
    assert recorded(rpc) == noted(rpc) == []
    # Nothing leads there either: the step has no button, and the page says why instead of asking for a file.
    assert 'href="/agents/echeance/definition"' not in author.get("/agents/echeance").text
    page = author.get(PAGE).text
    assert "aucune page ne met une autre échéance à sa" in page
    assert 'name="files"' not in page
    stands(rpc, "published")
    assert 'name="files"' in author.get(PAGE).text
    assert author.post(f"{PAGE}/import", form).location == "/agents/echeance"


def test_the_largest_definition_that_is_shown_can_be_confirmed(author: Browser, rpc: FakeRpc) -> None:
    """Its text comes back within a form, which may say each of its accents and quotes in three times as many bytes."""
    [election] = definition()["elections"]
    many = [f"{'é' * 90} {number}" for number in range(20_000)]
    lists = [{"name": "Les Nuages", "candidates": many}, {"name": "Les Marées"}]
    content = json.dumps(
        definition(elections=[election | {"question": {"question": "Quelle liste ?", "answers": lists}}]),
        ensure_ascii=False,
    ).encode()
    assert 3_500_000 < len(content) < large_bodies.DEFINITION_BYTES
    page = send(author, {"event.json": content})
    for step in ("import", "fichier"):
        [form] = re.findall(rf'<form method="post" action="{PAGE}/{step}"([^>]*)>', page.text)
        kind = re.search('enctype="([^"]*)"', form)
        data = {"csrf_token": author.csrf(), "definition": written(page), "confirmation": definition()["name"]}
        answer = author.client.post(
            f"{PAGE}/{step}", data=data, content_type=kind[1] if kind else "application/x-www-form-urlencoded"
        )
        assert answer.status_code == (303 if step == "import" else 200), step


def test_a_sealing_that_another_portal_has_just_seen_counts_here_too(author: Browser, rpc: FakeRpc) -> None:
    """Before the first urn is sealed, the voting event alone says so: what strangers' pages present is too old for it."""
    form = {"definition": written(send(author, as_json(), way="autre")), "confirmation": "elections 2026"}
    rpc.table["identity", "voting_event"] = {**event(), "roll_sealed": True}
    answer = author.post(f"{PAGE}/import", form)
    assert answer.status_code == 409
    assert "aucune page ne met une autre échéance à sa" in answer.text
    assert recorded(rpc) == []


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"event.json": b"{"}, "JSON incorrect"),
        ({"event.json": b"\xff"}, "UTF-8"),
        ({"event.json": b"[" * 100_000}, "trop de niveaux"),
        ({"event.json": b"[]"}, "un objet est attendu"),
        ({"event.json": b"9" * 5000}, "trop de niveaux ou de chiffres"),
        ({"event.json": b'{"\\ud800": 1}'}, "caractère incomplet"),
        (as_json(elections=[{**definition()["elections"][0], "description": "\ud800"}]), "caractère incomplet"),
        (as_json(closes_at="2026-01-01T08:00:00+01:00"), "la clôture doit suivre"),
        (as_json(name="Élections "), "espace au début ou à la fin"),
        ({"scrutins.csv": b"code;nom;mode;question\n"}, "echeance.csv : ce tableau manque"),
        ({"liste.xlsx": b"PK", "scrutins.csv": b""}, "liste.xlsx"),
    ],
    ids=["json", "bytes", "deep", "array", "digits", "half-name", "half-value", "hours", "blank", "missing", "strange"],
)
def test_what_is_wrong_is_said_and_nobody_is_asked(
    author: Browser, rpc: FakeRpc, files: dict[str, bytes], said: str
) -> None:
    page = send(author, files)
    assert page.status_code == 422
    assert said in page.text.replace("\u00a0", " ")
    assert rpc.made("identity", "open_voting_event") == []


def test_what_a_service_refuses_is_said_before_anything_is_recorded(author: Browser, rpc: FakeRpc) -> None:
    rpc.table["ballot", "create_election"] = Refusal("election_sealed")
    page = send(author, as_json())
    assert page.status_code == 409
    assert "est scellé" in page.text
    assert recorded(rpc) == []
    data = {"csrf_token": author.csrf(), "way": ""}
    answer = author.client.post(PAGE, data=data)
    assert "Choisissez le fichier de la définition" in author.get(answer.location).text
    for role in Role:
        rpc.table["identity", "agent_session"] = agent_session(role)
        if Right.RUN_ELECTIONS not in RIGHTS[role]:
            assert author.get(PAGE).status_code == send(author, as_json()).status_code == 403, role
