"""The booth, the casting of ballots, and the public ballot box."""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from nacl.signing import SigningKey

from gateway.elections.results import readable
from services.ballot.contract import receipts
from services.runtime.contracts.client import RpcTimeout, RpcUnavailable
from services.runtime.refusals import Refusal, ServiceFault
from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import (
    CAST_PERMIT,
    ELECTION,
    EVENT_UUID,
    FINGERPRINT,
    ONLINE,
    PAPER,
    RECEIPT_SEED,
    SESSION,
    TRACKER,
    FakeRpc,
    described,
    entry,
    permit,
    sealing,
)

BOOTH = f"/api/v1/elections/{ONLINE}/booth"
BALLOTS = f"/api/v1/elections/{ONLINE}/ballots"


def test_booth_page_is_for_voters_of_that_online_election(voter: Browser, browser: Browser) -> None:
    page = voter.get(f"/voter/{ONLINE}")
    assert page.status_code == 200
    assert f'data-election="{ONLINE}"' in page.text
    assert 'name="csrf-token"' in page.text
    assert voter.get(f"/voter/{PAPER}").status_code == 409
    assert voter.get("/voter/ZzzdAnVK7vcXSz").status_code == 403
    browser.client.delete_cookie("isoloir")
    assert browser.get(f"/voter/{ONLINE}").location == "/identification"


def test_own_elections_with_their_states(voter: Browser) -> None:
    listed = voter.get("/api/v1/elections").json
    assert listed is not None
    assert [(one["uuid"], one["mode"], one["state"]) for one in listed] == [
        (ONLINE, "online", "open"),
        (PAPER, "paper", None),
    ]


@pytest.mark.parametrize("silence", [RpcTimeout("ballot"), RpcUnavailable("ballot"), ServiceFault("fault")])
def test_a_silent_ballot_box_holds_the_voter_up_once(voter: Browser, rpc: FakeRpc, silence: Exception) -> None:
    """At the opening everybody asks for these pages: they must stand without the ballot box, and not wait for long."""
    rpc.table["identity", "own_elections"]["elections"] = [entry(), entry("QcmdAnVK7vcXSw"), entry(PAPER, "paper")]
    rpc.table["ballot", "election_states"] = silence
    for path in ("/accueil", "/voter", "/mes-scrutins", "/resultats"):
        rpc.calls.clear()
        page = voter.get(path)
        assert page.status_code == 200, path
        assert page.text.count("État momentanément indisponible") == 2, path
        assert [call.timeout <= 2 for call in rpc.made("ballot", "election_states")] == [True], path
    assert f'href="/voter/{ONLINE}"' in voter.get("/voter").text, "the way into the booth stays open"


def test_booth_material_carries_permit_salt_and_iterations(voter: Browser, rpc: FakeRpc) -> None:
    material = voter.get(BOOTH).json
    assert material == {
        "election": ELECTION,
        "credential": "ef" * 32,
        "retired": [],
        "permit": permit(),
        "voting_event": EVENT_UUID,
        "iterations": 10_000,
        "voted": False,
        "state": "open",
        "presentation": [
            [
                {"name": "Liste Nuages", "union": "", "logo": "", "document": ""},
                {"name": "Liste Marées", "union": "", "logo": "", "document": ""},
            ]
        ],
    }
    assert rpc.made("ballot", "booth_material")[0].payload == {"permit": permit()}
    voter.get(BOOTH)
    assert len(rpc.made("reassort", "code_parameters")) == 1


def test_presentation_decorates_the_sealed_names_only(
    make_app: Callable[..., Flask], tmp_path: Path, rpc: FakeRpc
) -> None:
    file = tmp_path / "event.imported.json"
    logo = "data:image/svg+xml;base64,AAAA"
    answers = [
        {"name": "Liste Nuages", "union": "Syndicat des Nuages", "logo": logo},
        {"name": "Liste Marées", "union": "Collectif", "logo": "javascript:alert(1)"},
    ]
    event = {"elections": [{"uuid": ONLINE, "question": {"answers": answers}}]}
    file.write_text(json.dumps(event), encoding="utf-8")
    voter = Browser(make_app(presentation_file=str(file)).test_client()).sign_in()
    (shown,) = voter.get(BOOTH).json["presentation"]  # type: ignore[index]
    assert shown == [
        {"name": "Liste Nuages", "union": "Syndicat des Nuages", "logo": logo, "document": ""},
        {"name": "Liste Marées", "union": "Collectif", "logo": "", "document": ""},
    ]
    answers.reverse()  # a file that would swap the lists is not believed
    file.write_text(json.dumps(event), encoding="utf-8")
    (shown,) = voter.get(BOOTH).json["presentation"]  # type: ignore[index]
    assert [one["name"] for one in shown] == ["Liste Nuages", "Liste Marées"]
    assert {one["union"] for one in shown} == {""}
    file.write_text("{", encoding="utf-8")
    assert voter.get(BOOTH).status_code == 200


def test_a_ballot_is_cast_and_its_receipt_returned(voter: Browser, rpc: FakeRpc) -> None:
    answer = voter.send(BALLOTS, {"permit": permit(), "ballot": "{}"})
    assert answer.status_code == 201
    assert answer.json == {
        "election": ONLINE,
        "tracker": TRACKER,
        "head": "ab" * 32,
        "height": 4,
        "signature": "cd" * 64,
    }
    assert rpc.made("ballot", "cast_ballot")[0].payload == {"permit": CAST_PERMIT, "ballot": "{}"}
    assert rpc.made("identity", "confirm_permit")[0].payload == {"session": SESSION, "permit": permit()}


def test_a_ballot_whose_answer_is_lost_is_sent_once_more_with_the_same_key(voter: Browser, rpc: FakeRpc) -> None:
    good = rpc.table["ballot", "cast_ballot"]
    rpc.table["ballot", "cast_ballot"] = [RpcTimeout("late"), good]
    assert voter.send(BALLOTS, {"permit": permit(), "ballot": "{}"}).status_code == 201
    first, second = rpc.made("ballot", "cast_ballot")
    assert first.idempotency_key == second.idempotency_key
    assert first.idempotency_key
    rpc.table["ballot", "cast_ballot"] = good
    voter.send(BALLOTS, {"permit": permit(), "ballot": "{}"})
    assert rpc.made("ballot", "cast_ballot")[2].idempotency_key != first.idempotency_key
    rpc.table["ballot", "cast_ballot"] = RpcTimeout("late")
    assert voter.send(BALLOTS, {"permit": permit(), "ballot": "{}"}).status_code == 503
    assert len(rpc.made("ballot", "cast_ballot")) == 5


@pytest.mark.parametrize(
    ("given", "code"),
    [(permit("ZzzdAnVK7vcXSz"), "permit_other_election"), ("é", "permit_invalid"), ("W10.x", "permit_invalid")],
)
def test_a_permit_for_another_urn_never_reaches_the_urn(given: str, code: str, voter: Browser, rpc: FakeRpc) -> None:
    answer = voter.send(BALLOTS, {"permit": given, "ballot": "{}"})
    assert answer.status_code == 403
    assert answer.json is not None
    assert answer.json["code"] == code
    assert rpc.made("ballot", "cast_ballot") == []


@pytest.mark.parametrize(("code", "status"), [("session_expired", 401), ("permit_other_session", 403)])
def test_a_permit_dies_with_its_session(code: str, status: int, voter: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "confirm_permit"] = Refusal(code)
    answer = voter.send(BALLOTS, {"permit": permit(), "ballot": "{}"})
    assert (answer.status_code, answer.json["code"]) == (status, code)  # type: ignore[index]
    assert rpc.made("ballot", "cast_ballot") == []


def test_nobody_casts_without_a_session(browser: Browser, rpc: FakeRpc) -> None:
    answer = browser.send(BALLOTS, {"permit": permit(), "ballot": "{}"})
    assert answer.status_code == 401
    assert rpc.calls == []


def test_urn_page_lists_searches_and_explains(browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["ballot", "list_trackers"] = {
        "trackers": [{"height": 1, "tracker": TRACKER}],
        "next": 1,
        "total": 51,
    }
    page = browser.get(f"/urne/{ONLINE}").text
    assert TRACKER in page
    assert f"/urne/{ONLINE}?apres=1" in page
    assert f"/api/v1/elections/{ONLINE}/archive" in page
    assert "isoloir verify" in page
    assert "belenios-tool" in page
    assert "h" * 43 in page
    browser.get(f"/urne/{ONLINE}?apres=50")
    assert rpc.made("ballot", "list_trackers")[-1].payload["after"] == 50
    for junk in ("-1", "x", "9" * 30, "1;2"):
        assert browser.get(f"/urne/{ONLINE}?apres={junk}").status_code == 200


def test_a_tracker_is_found_by_one_question_however_it_was_pasted(browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["ballot", "find_tracker"] = lambda asked: {"height": 2 if asked["tracker"] == TRACKER else None}
    found = browser.post(f"/urne/{ONLINE}", {"tracker": f" {TRACKER[:20]}\r\n {TRACKER[20:]}\u00a0"})
    assert "à la position 2" in found.text
    assert len(rpc.made("ballot", "find_tracker")) == 1
    assert len(rpc.made("ballot", "list_trackers")) == 1
    missing = browser.post(f"/urne/{ONLINE}", {"tracker": "C" * 43})
    assert "Aucun bulletin de cette urne" in missing.text
    assert browser.post(f"/urne/{ONLINE}", {"tracker": "trop court"}).status_code == 422


def test_programs_find_a_tracker_too(browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["ballot", "find_tracker"] = lambda asked: {"height": 2 if asked["tracker"] == TRACKER else None}
    address = f"/api/v1/elections/{ONLINE}/tracker"
    assert browser.send(address, {"tracker": f"{TRACKER[:20]}\n{TRACKER[20:]}"}).json == {
        "height": 2,
        "replaced": False,
    }
    assert browser.send(address, {"tracker": "C" * 43}).json == {"height": None, "replaced": False}
    for wrong in ("trop court", "!" * 43, None, 7):
        assert browser.send(address, {"tracker": wrong}).status_code == 422


def test_a_published_result_is_a_table_with_bars(browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["ballot", "describe_election"] = described(state="published", result='{"result":[[1,3,1]]}')
    page = browser.get(f"/urne/{ONLINE}").text
    assert "75,00\u00a0%" in page
    assert "Votes blancs" in page
    assert '<rect width="75.00"' in page
    for word in ("Inscrits", "Votants", "Participation"):
        assert word in page
    answer = browser.get(f"/api/v1/elections/{ONLINE}/result")
    assert answer.json is not None
    assert answer.json["result"] == '{"result":[[1,3,1]]}'


def test_no_result_before_its_publication(browser: Browser) -> None:
    answer = browser.get(f"/api/v1/elections/{ONLINE}/result")
    assert answer.status_code == 404
    assert answer.json is not None
    assert answer.json["code"] == "result_not_published"


def test_results_that_do_not_fit_their_election_are_refused() -> None:
    assert readable(ELECTION, '{"result":[[0,0,0]]}', 0)[0].rows[0].share == 0
    for wrong in ('{"result":[[1,2]]}', '{"result":[[1,2,3],[1]]}', '{"result":[[1,2,3,4]]}'):
        with pytest.raises(ValueError, match="number"):
            readable(ELECTION, wrong, 6)


def test_register_of_reissues_is_streamed_in_pages(browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["reassort", "register_lines"] = [{"lines": ["{1}", "{2}"], "next": 7}, {"lines": ["{3}"], "next": None}]
    answer = browser.get(f"/api/v1/elections/{ONLINE}/register")
    assert answer.get_data(as_text=True) == "{1}\n{2}\n{3}\n"
    assert "register.jsonl" in answer.headers["Content-Disposition"]
    assert [call.payload["after"] for call in rpc.made("reassort", "register_lines")] == [-1, 7]
    rpc.table["reassort", "register_lines"] = Refusal("election_unknown")
    assert browser.get(f"/api/v1/elections/{ONLINE}/register").status_code == 404


class GrowingUrn:
    """The urn's answers: an archive that only grows, a byte of each event a page."""

    def __init__(self, rpc: FakeRpc, content: bytes) -> None:
        self.content, self.asked, self.name = content, [], "a"
        rpc.table["ballot", "read_archive"] = self.page

    def head(self, height: int) -> str | None:
        return None if not 0 <= height < len(self.content) else f"{self.name}{height}"

    def page(self, payload: dict) -> dict:
        after = payload["after"]
        self.asked.append(after)
        last = min(after + 1, len(self.content) - 1)
        return {
            "data": base64.b64encode(self.content[after + 1 : last + 1]).decode(),
            "before": self.head(after),
            "after": last,
            "skip": 0,
            "head": self.head(last),
            "complete": last == len(self.content) - 1,
        }


def test_archive_is_copied_once_and_served_from_the_copy(browser: Browser, rpc: FakeRpc) -> None:
    urn = GrowingUrn(rpc, b"onetwo")
    address = f"/api/v1/elections/{ONLINE}/archive"
    answer = browser.get(address)
    assert (answer.data, answer.content_length) == (b"onetwo", 6)
    assert answer.mimetype == "application/x-tar"
    assert f'filename="{ONLINE}.bel"' in answer.headers["Content-Disposition"]
    assert answer.headers["Accept-Ranges"] == "bytes"
    # What is copied is not asked for again; the urn is asked whether there is more.
    urn.asked.clear()
    assert browser.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert urn.asked == [5]
    # A transfer that broke off goes on, even after the urn has grown.
    urn.content = b"onetwothree"
    rest = browser.get(address, headers={"Range": "bytes=4-"})
    assert (rest.status_code, rest.data) == (206, b"wothree")
    assert rest.headers["Content-Range"] == "bytes 4-10/11"
    assert rest.headers["ETag"] != answer.headers["ETag"]
    beyond = browser.get(address, headers={"Range": "bytes=11-"})
    assert (beyond.status_code, beyond.json["code"]) == (416, "out_of_range")


def test_a_copy_that_the_urn_does_not_continue_is_begun_anew(browser: Browser, rpc: FakeRpc) -> None:
    urn = GrowingUrn(rpc, b"onetwo")
    address = f"/api/v1/elections/{ONLINE}/archive"
    assert browser.get(address).data == b"onetwo"
    urn.content, urn.name = b"other", "b"
    assert browser.get(address).data == b"other"


def test_a_copy_goes_on_with_the_next_request(browser: Browser, rpc: FakeRpc, monkeypatch: pytest.MonkeyPatch) -> None:
    urn = GrowingUrn(rpc, b"four")
    monkeypatch.setattr("gateway.api.elections.ARCHIVE_SECONDS", 0.0)
    address = f"/api/v1/elections/{ONLINE}/archive"
    waiting = browser.get(address)
    assert (waiting.status_code, waiting.json["code"]) == (503, "archive_in_preparation")
    assert int(waiting.headers["Retry-After"]) > 0
    while (answer := browser.get(address)).status_code == 503:
        pass
    assert answer.data == b"four"
    assert urn.asked == [-1, 0, 1, 2]


def test_slow_readers_of_archives_leave_the_other_lines_alone(make_app: Callable[..., Flask], rpc: FakeRpc) -> None:
    app = make_app(line_download=1, line_public=1)
    GrowingUrn(rpc, b"onetwo")
    address = f"/api/v1/elections/{ONLINE}/archive"
    slow = app.test_client().get(address, buffered=False)
    assert app.test_client().get(address).status_code == 503
    assert app.test_client().get("/identification").status_code == 200
    slow.close()
    assert app.test_client().get(address).data == b"onetwo"


def test_an_archive_that_does_not_exist_leaves_nothing(browser: Browser, rpc: FakeRpc, tmp_path: Path) -> None:
    rpc.table["ballot", "read_archive"] = Refusal("election_unknown")
    assert browser.get(f"/api/v1/elections/{ONLINE}/archive").status_code == 404
    assert list(tmp_path.glob("archives/*.bel")) == []


@pytest.mark.parametrize("query", ["after=-1", "limit=0", "limit=5000", "after=x", "other=1"])
def test_pages_of_trackers_are_bounded(query: str, browser: Browser) -> None:
    assert browser.get(f"/api/v1/elections/{ONLINE}/trackers?{query}").status_code == 422


@pytest.mark.parametrize("uuid", ["x", "0OIl" * 4, "..%2f..", "a" * 100])
def test_uuids_of_another_form_never_leave_the_gateway(uuid: str, browser: Browser, rpc: FakeRpc) -> None:
    assert browser.get(f"/urne/{uuid}").status_code == 404
    assert rpc.calls == []


def test_voting_event_is_public(browser: Browser) -> None:
    found = browser.get("/api/v1/voting-event").json
    assert found is not None
    assert found["voting_event"] == EVENT_UUID


def test_readiness_names_the_service_that_is_silent(browser: Browser, rpc: FakeRpc) -> None:
    assert browser.get("/readyz").status_code == 200
    rpc.table["ballot", "health"] = RpcTimeout("ballot")
    answer = browser.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["services"]["ballot"] == "silent"
    assert browser.get("/healthz").status_code == 200


RECEIPT = {"election": ONLINE, "tracker": TRACKER, "head": "ab" * 32, "height": 4}


def written(signature: str | None = None) -> str:
    """The file that a voter keeps."""
    text = receipts.signed_text(**RECEIPT)  # type: ignore[arg-type]
    made = SigningKey(bytes.fromhex(RECEIPT_SEED)).sign(text.encode()).signature.hex()
    return "Accusé de réception\r\n\r\n" + json.dumps({**RECEIPT, "signature": signature or made}) + "\r\n"


@pytest.mark.parametrize(
    ("text", "height", "verdict"),
    [
        (written(), 4, "valid"),
        (written(), None, "missing"),
        (written(), 5, "missing"),
        (written("00" * 64), 4, "unsigned"),
        (written("not a signature"), 4, "unreadable"),
        ("Accusé de réception", 4, "unreadable"),
    ],
)
def test_anybody_checks_a_receipt(browser: Browser, rpc: FakeRpc, text: str, height: int | None, verdict: str) -> None:
    rpc.table["ballot", "find_tracker"] = {"height": height}
    page = browser.post("/recu", {"receipt": text})
    assert f'data-verdict="{verdict}"' in page.text


def test_a_receipt_of_another_portal_is_said_to_be_unknown_here(browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["identity", "sealing"] = Refusal("election_not_sealed")
    assert 'data-verdict="unknown_election"' in browser.post("/recu", {"receipt": written()}).text
    assert browser.get("/recu").status_code == 200
    assert browser.post("/recu", {"receipt": ""}).status_code == 422


def test_a_sealed_election_is_given_byte_for_byte_and_a_draft_is_not(browser: Browser, rpc: FakeRpc) -> None:
    answer = browser.get(f"/api/v1/elections/{ONLINE}/election")
    assert (answer.text, answer.mimetype) == (ELECTION, "application/json")
    rpc.table["ballot", "describe_election"] = described(election=None, election_hash=None)
    assert browser.get(f"/api/v1/elections/{ONLINE}/election").json["code"] == "election_not_sealed"


def test_what_was_sealed_is_public(browser: Browser) -> None:
    assert browser.get(f"/api/v1/elections/{ONLINE}/sealing").json == sealing()
    assert FINGERPRINT in browser.get(f"/urne/{ONLINE}").text


def test_who_may_vote_again_is_told_the_rule_and_shown_the_way(voter: Browser, rpc: FakeRpc) -> None:
    asked: dict[str, list[str]] = {"voted": [ONLINE], "revoting": [ONLINE]}

    def answer(state: str) -> None:
        rpc.table["ballot", "election_states"] = lambda payload: {
            "states": dict.fromkeys(payload["elections"], state),
            **asked,
        }

    answer("open")
    for address in ("/accueil", "/voter"):
        page = voter.get(address).text
        assert "Voter à nouveau" in page
        assert "seul votre dernier bulletin compte" in page
        assert f'href="/voter/{ONLINE}"' in page
    assert "Il est définitif" not in voter.get("/voter").text
    listed = voter.get("/api/v1/elections").json
    assert listed is not None
    assert [one["again"] for one in listed] == [True, False]
    # Once the vote is over, and where voters vote once, the vote is final; suspended, it is over for nobody.
    for state, revoting, final in (("closed", [ONLINE], True), ("suspended", [ONLINE], False), ("open", [], True)):
        asked["revoting"] = revoting
        answer(state)
        page = voter.get("/voter").text
        assert "Voter à nouveau" not in page
        assert ("Il est définitif" in page) is final
        assert ("Si le vote reprend, vous pourrez voter à nouveau" in page) is not final
    # The rules are told to whoever has not voted yet, too.
    for revoting in ([ONLINE], []):
        asked.update(voted=[], revoting=revoting)
        answer("open")
        page = voter.get("/voter").text
        assert ("Un seul vote par scrutin, définitif" in page) is (revoting == [])


def test_a_replaced_ballot_is_found_and_said_to_be_replaced(browser: Browser, rpc: FakeRpc) -> None:
    rpc.table["ballot", "find_tracker"] = {"height": 1, "replaced": True}
    rpc.table["ballot", "describe_election"] = described(revoting=True, replaced=1)
    page = browser.post(f"/urne/{ONLINE}", {"tracker": TRACKER}).text
    # Whose vote somebody else replaced has to know what to do: it is not said that it was the same person.
    assert "Un vote ultérieur, avec le même code, le remplace" in page
    assert "Si vous n’avez pas voté à nouveau, prévenez le bureau de vote" in page
    assert "dont 1 remplacés par un vote ultérieur" in page
    found = browser.send(f"/api/v1/elections/{ONLINE}/tracker", {"tracker": TRACKER}).json
    assert found == {"height": 1, "replaced": True}
    rpc.table["ballot", "find_tracker"] = {"height": 4, "replaced": True}
    page = browser.post("/recu", {"receipt": written()}).text
    assert 'data-verdict="replaced"' in page
    assert "Si vous n’avez pas voté à nouveau, prévenez le bureau de vote" in page
