"""The roll sent from the browser: handed over in pieces, shown with what it would change, imported once it is confirmed."""

import base64
import copy
import io
from typing import Any

import pytest
from werkzeug.test import TestResponse

from gateway.serving import large_bodies
from gateway.serving.connections import SizedParser
from gateway.settings import Settings
from services.identity.contract.event.uploads import PIECE_BYTES
from services.identity.contract.staff.rights import RIGHTS, Right, Role
from services.runtime.refusals import Refusal
from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import EVENT_UUID, FakeRpc, agent_session, event
from tests.unit.gateway.jobs import job
from tests.unit.gateway.test_console import JOB, noted, operator

__all__ = ["operator"]
PAGE = "/agents/echeance/liste"
UPLOAD = "22222222-2222-4222-8222-222222222222"
SENT = {
    "upload": UPLOAD,
    "name": "liste <b>.csv",
    "complement": False,
    "agent": "Octave Ficelle",
    "sent_at": "2026-12-01T07:00:00+00:00",
    "job": JOB["job"],
    "lines": None,
    "repairs": [],
}
DIFFERENCES = {
    "voters": 2000,
    "added": 3,
    "removed": 450,
    "changed": 7,
    "fields": [{"column": "nom", "voters": 7}],
    "elections": [{"code": "CSA", "voters": 2000, "added": 3, "removed": 450}],
    "confirm": True,
}


def sealed(browser: Browser, rpc: FakeRpc, *, yes: bool) -> None:
    """Have the roll be sealed, or not yet."""
    rpc.table["identity", "voting_event"] = {**event(), "roll_sealed": yes}
    browser.client.application.extensions["isoloir"].identity.forget_presented_event()


def waits(rpc: FakeRpc, **changes: Any) -> None:
    """Have a file wait."""
    rpc.table["identity", "roll_upload"] = {"upload": {**SENT, **changes}}


def compared(rpc: FakeRpc, **changes: Any) -> None:
    """Have it be read, with nothing wrong."""
    waits(rpc, lines=1553, repairs=["Codage de Windows (cp1252), lu comme tel : vérifiez un nom accentué."])
    rpc.table["identity", "job"] = {**job("done", step="roll"), "result": {**DIFFERENCES, **changes}}


@pytest.fixture
def sender(operator: Browser, rpc: FakeRpc) -> Browser:
    """An operator, before a roll that may change."""
    sealed(operator, rpc, yes=False)
    rpc.table["identity", "roll_upload"] = {"upload": None}
    for method in ("open_roll_upload", "add_roll_piece", "drop_roll"):
        rpc.table["identity", method] = {}
    rpc.table["identity", "start_read_roll"] = rpc.table["identity", "start_commit_roll"] = JOB
    return operator


def send(browser: Browser, content: bytes, address: str = "", **fields: str) -> TestResponse:
    """The form, as a browser sends it."""
    page = browser.get(PAGE).text
    action = address or page.partition('action="/agents/echeance/liste?envoi=')[2].partition('"')[0]
    data = {
        "csrf_token": browser.csrf(),
        "way": "remplacer",
        "file": (io.BytesIO(content), "listes/liste.csv"),
        **fields,
    }
    return browser.client.post(f"{PAGE}?envoi={action}", data=data, content_type="multipart/form-data")


def test_a_file_larger_than_any_page_is_handed_over_in_pieces_and_read(sender: Browser, rpc: FakeRpc) -> None:
    content = b"x" * (2 * PIECE_BYTES + 9)
    assert len(content) > sender.client.application.config["MAX_CONTENT_LENGTH"]
    answer = send(sender, content, way="ajouter")
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert noted(rpc) == [("open-roll-upload", None)]
    order = [call.method for call in rpc.calls if "roll" in call.method or call.method == "note_agent_command"]
    assert order[order.index("note_agent_command") :][:2] == ["note_agent_command", "open_roll_upload"]
    [opened] = rpc.made("identity", "open_roll_upload")
    assert (opened.payload["name"], opened.payload["complement"]) == ("liste.csv", True)
    pieces = [call.payload for call in rpc.made("identity", "add_roll_piece")]
    assert [piece["number"] for piece in pieces] == [0, 1, 2]
    assert b"".join(base64.b64decode(piece["content"]) for piece in pieces) == content
    [started] = rpc.made("identity", "start_read_roll")
    assert started.payload == {"upload": opened.payload["upload"], "pieces": 3}


def test_room_for_a_large_file_is_the_operator_s_on_that_form_alone(sender: Browser, rpc: FakeRpc) -> None:
    large = b"x" * (sender.client.application.config["MAX_CONTENT_LENGTH"] + 1)
    assert send(sender, large, address="nothing").status_code == 413
    permit = sender.get(PAGE).text.partition("?envoi=")[2].partition('"')[0]
    for path in ("/agents/echeance/cloture", "/agents/comptes", "/identification"):
        data = {"csrf_token": sender.csrf(), "file": (io.BytesIO(large), "x")}
        assert sender.client.post(f"{path}?envoi={permit}", data=data).status_code == 413, path
    for role in Role:
        rpc.table["identity", "agent_session"] = agent_session(role)
        if Right.RUN_ELECTIONS not in RIGHTS[role]:
            assert sender.get(PAGE).status_code == 403, role
            assert send(sender, large, address=permit).status_code == 413, role
            assert send(sender, b"x", address=permit).status_code == 403, role
    sender.client.set_cookie("isoloir_agent", "another-session")
    rpc.table["identity", "agent_session"] = agent_session("operator")
    assert send(sender, large, address=permit).status_code == 413
    assert rpc.made("identity", "open_roll_upload") == []


def test_the_connection_knows_before_the_body_comes(sender: Browser) -> None:
    settings: Settings = sender.client.application.extensions["isoloir_settings"]
    permit = sender.get(PAGE).text.partition("?envoi=")[2].partition('"')[0]

    class Usual:
        max_request_header_size = 16_000
        max_request_body_size = 8_000_000
        inbuf_overflow = 1000
        url_scheme = "http"

    usual = copy.copy(Usual())
    usual.larger = lambda *where: large_bodies.limit(settings, *where)  # type: ignore[attr-defined]

    def heard(line: str, length: int) -> SizedParser:
        parser = SizedParser(usual)
        parser.received(f"{line} HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n".encode())
        return parser

    allowed = heard(f"POST {PAGE}?envoi={permit}", 150_000_000)
    assert (allowed.error, allowed.is_large) == (None, True)
    assert heard(f"POST {PAGE}?envoi={permit}", 2_000_000_000).error.code == 413
    for line in (
        f"POST {PAGE}?envoi={permit[:-1]}",
        f"POST {PAGE}",
        f"GET {PAGE}?envoi={permit}",
        f"POST /?envoi={permit}",
    ):
        refused = heard(line, 150_000_000)
        assert (refused.error.code, refused.is_large) == (413, False), line


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"way": ""}, "Dites si le fichier remplace"), ({"way": "x"}, "Choisissez dans la liste")],
    ids=["no-way", "another-way"],
)
def test_a_form_that_is_refused_hands_nothing_over(
    sender: Browser, rpc: FakeRpc, changes: dict[str, str], said: str
) -> None:
    answer = send(sender, b"a;b", **changes)
    assert said in sender.get(answer.location).text
    assert "Ce fichier est vide" in sender.get(send(sender, b"").location).text.replace("\u00a0", " ")
    data = {"csrf_token": sender.csrf(), "way": "ajouter"}
    answer = sender.client.post(PAGE, data=data)
    assert "Choisissez le fichier" in sender.get(answer.location).text
    assert noted(rpc) == []
    assert rpc.made("identity", "open_roll_upload") == []


def test_progress_errors_and_their_file_are_there_at_every_reload(sender: Browser, rpc: FakeRpc) -> None:
    waits(rpc)
    rpc.table["identity", "job"] = job("running", step="roll", done=300, total=900, remaining_seconds=61)
    page = sender.get(PAGE).text
    assert '<progress value="300" max="900"' in page
    assert "liste &lt;b&gt;.csv" in page
    assert 'type="file"' not in page
    wrong = {"line": 4, "column": "nom", "problem": "Valeur vide.", "remedy": "Renseigner le nom."}
    rpc.table["identity", "job"] = Refusal("roll_invalid", total=150, errors=[wrong] * 150)
    page = sender.get(PAGE).text
    assert page.count("Renseigner le nom.") == 100
    assert "Les 100 premières erreurs sur 150" in page
    assert 'type="file"' in page
    rpc.table["identity", "list_roll_problems"] = lambda asked: {
        "problems": [{**wrong, "problem": f"=après {asked['after']}"}],
        "next": 5000 if asked["after"] == 0 else None,
    }
    report = sender.get(f"{PAGE}/erreurs.csv").text.splitlines()
    assert report[1:] == [f"4;nom;'=après {after};Renseigner le nom." for after in (0, 5000)]
    rpc.table["identity", "job"] = Refusal("roll_unreadable", total=1, problems=["ligne 1 : en-tête incorrect."])
    page = sender.get(PAGE).text.replace("\u00a0", " ")
    assert "ligne 1 : en-tête incorrect." in page
    assert "ne peut pas être lu comme une liste" in page
    assert "ligne 1 : en-tête incorrect." in sender.get(f"{PAGE}/erreurs.csv").text
    waits(rpc, job=None)
    assert "a été interrompu" in sender.get(PAGE).text


def test_many_who_would_leave_are_counted_by_whoever_confirms(sender: Browser, rpc: FakeRpc) -> None:
    compared(rpc)
    page = sender.get(PAGE).text.replace("\u202f", " ").replace("\u00a0", " ")
    assert "450 électeurs quitteraient la liste" in page
    assert "Codage de Windows" in page
    for typed in ("", "45", "abc"):
        refused = sender.post(f"{PAGE}/import", {"upload": UPLOAD, "removing": typed})
        assert "Ce n’est pas le nombre" in refused.text, typed
    assert sender.post(f"{PAGE}/import", {"upload": "another", "removing": "450"}).location == PAGE
    assert rpc.made("identity", "start_commit_roll") == []
    assert noted(rpc) == []
    answer = sender.post(f"{PAGE}/import", {"upload": UPLOAD, "removing": " 450 "})
    assert answer.location == "/agents/echeance"
    assert noted(rpc) == [("start-commit-roll", None)]
    [started] = rpc.made("identity", "start_commit_roll")
    assert started.payload == {
        "voting_event": EVENT_UUID,
        "import_id": UPLOAD,
        "lines": 1553,
        "complement": False,
        "removing": 450,
    }


def test_few_need_no_number_and_who_changes_is_a_file(sender: Browser, rpc: FakeRpc) -> None:
    compared(rpc, removed=1, confirm=False)
    assert 'name="removing"' not in sender.get(PAGE).text
    rpc.table["identity", "list_differences"] = lambda asked: {
        "entries": [{"kind": asked["kind"], "identifier": "a@b.fr", "line": 2, "columns": ["nom", "ville"]}],
        "next": None,
    }
    report = sender.get(f"{PAGE}/changements.csv").text
    assert [line.partition(";")[0] for line in report.splitlines()[1:]] == ["ajouté", "modifié", "retiré"]
    assert sender.post(f"{PAGE}/import", {"upload": UPLOAD}).location == "/agents/echeance"
    assert len(rpc.made("identity", "start_commit_roll")) == 1


def test_a_file_is_abandoned_and_a_roll_that_is_sealed_takes_none(sender: Browser, rpc: FakeRpc) -> None:
    compared(rpc)
    assert sender.post(f"{PAGE}/abandon", {"upload": "another"}).location == PAGE
    assert noted(rpc) == []
    sender.post(f"{PAGE}/abandon", {"upload": UPLOAD})
    assert noted(rpc) == [("drop-roll", None)]
    assert rpc.made("identity", "drop_roll")[0].payload == {"voting_event": EVENT_UUID, "import_id": UPLOAD}
    sealed(sender, rpc, yes=True)
    page = sender.get(PAGE).text
    assert "R211-528" in page
    assert "<form" not in page.partition("<main")[2].partition("</main")[0]
    assert send(sender, b"a;b", address="x").status_code == 303
    assert sender.post(f"{PAGE}/import", {"upload": UPLOAD, "removing": "450"}).location == PAGE
    assert rpc.made("identity", "open_roll_upload") == rpc.made("identity", "start_commit_roll") == []
