"""The entry points of identity as the bus calls them, with notification sending what identity asks for."""

import base64
import dataclasses
import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from nacl.signing import SigningKey
from sqlalchemy import select

from services.ballot.contract.events import ElectionSealed
from services.identity.agents import accounts
from services.identity.inboxes import record_sealing
from services.identity.letters.requests import LetterSettings
from services.identity.loops import fetch_attendance, seal_poll_books
from services.identity.models import JournalEntry, Voter, VotingEvent
from services.identity.service import IdentityService
from services.identity.voting_events import holders
from services.notification.service import NotificationService
from services.runtime.clock import utc_now
from services.runtime.hosting.in_process_bus import LocalBus
from services.runtime.refusals import Refusal
from services.runtime.sealing_box import new_keypair
from tests.unit.identity.agents_world import accepted
from tests.unit.identity.test_attendance import voter_id
from tests.unit.identity.test_roll_uploads import file_of, line
from tests.unit.identity.world import EVENT, KEY, ONLINE, ONLINE_TOO, PAPER, row
from tests.unit.notification.world import MailServer
from tests.waiting import wait_until

PASSWORD = "2022jevote-CGTI"
CHALLENGE = {"question": "Couleur de ma 1re voiture ?", "answer": "Vert d’eau"}
OPENS = datetime(2026, 12, 3, 7, tzinfo=UTC)
DEFINITION = {
    "voting_event": EVENT,
    "name": "Élections professionnelles 2026",
    "opens_at": OPENS.isoformat(),
    "closes_at": (OPENS + timedelta(days=7)).isoformat(),
    "elections": [
        {"uuid": ONLINE, "code": "CSA-M", "name": "CSA ministériel", "mode": "online", "notice": ""},
        {"uuid": ONLINE_TOO, "code": "CAP-1", "name": "CAP nationale", "mode": "online", "notice": ""},
        {"uuid": PAPER, "code": "CCP", "name": "CCP", "mode": "paper", "notice": "Vote à l’urne."},
    ],
}


@pytest.fixture
def mail_server():
    made = MailServer()
    yield made
    made.stop()


@pytest.fixture
def bus(tmp_path, monkeypatch, mail_server):
    private, public = new_keypair()
    for name, value in {
        "ISOLOIR_PUBLIC_URL": "https://vote.example.org",
        "ISOLOIR_IDENTITY_DATABASE_URL": f"sqlite:///{tmp_path}/identity.sqlite",
        "ISOLOIR_IDENTITY_HOLDER_KEY": KEY,
        "ISOLOIR_IDENTITY_PERMIT_PRIVATE_KEY": SigningKey.generate().encode().hex(),
        "ISOLOIR_IDENTITY_MAIL_PUBLIC_KEY": public,
        "ISOLOIR_IDENTITY_SMS_PUBLIC_KEY": new_keypair()[1],
        "ISOLOIR_IDENTITY_BCRYPT_COST": "4",
        "ISOLOIR_NOTIFICATION_DATABASE_URL": f"sqlite:///{tmp_path}/notification.sqlite",
        "ISOLOIR_NOTIFICATION_MAIL_PRIVATE_KEY": private,
        "ISOLOIR_NOTIFICATION_SMS_PRIVATE_KEY": new_keypair()[0],
        "ISOLOIR_NOTIFICATION_SMTP_URL": mail_server.url,
    }.items():
        monkeypatch.setenv(name, value)
    made = LocalBus([IdentityService, NotificationService])
    for held in made.resources.values():
        held.database.upgrade()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def call(bus):
    return lambda method, payload=None, **options: bus.caller.call("identity", method, payload or {}, **options)


@pytest.fixture
def work(call):
    """Have a job done by the worker that runs in this process; its result."""

    def run(start, payload, **options):
        job = call(start, payload, **options)["job"]
        return wait_until(lambda: call("job", {"job": job})["result"], 60)

    return run


@pytest.fixture
def roll(call, work):
    """The voting event and a roll of two, put in place by the commands that operators give."""
    call("open_voting_event", DEFINITION)
    rows = [row("anne@ac-amiens.fr"), row("bob@ac-amiens.fr", scrutins="CSA-M|CAP-1")]
    staging = {"voting_event": EVENT, "import_id": "i", "first_line": 2, "rows": rows}
    assert call("stage_roll", staging) == {"staged": 2}
    assert work("start_commit_roll", {"voting_event": EVENT, "import_id": "i", "lines": 2}) == {
        "voters": 2,
        "entitlements": 4,
    }


class Urn:
    """The ballot box as identity asks it: one batch."""

    def __init__(self, signers):
        self.signers, self.asked = signers, []

    def call(self, service, method, payload, **_options):
        assert service == "ballot"
        if method == "election_states":
            return {"states": {uuid: "closed" for uuid in payload["elections"] if uuid == ONLINE}, "voted": []}
        if method == "attendance_end":
            return {"closed_at": "2026-12-10T16:30:00+00:00", "head": "e" * 64, "ballots": 1, "last_batch": 0}
        assert method == "attendance_part"
        self.asked.append(payload)
        if payload["batch"] > 0:
            return {"election": None, "hour": None, "parts": 0, "holders": []}
        return {"election": ONLINE, "hour": "2026-12-03T10:00:00+00:00", "parts": 1, "holders": self.signers}


def link_in(mail):
    return re.search(r"/lien/(\S+)", mail.get_body(("plain",)).get_content()).group(1)


def test_from_the_first_request_to_the_signed_poll_book(bus, call, roll, mail_server):
    assert call("request_access", {"identifier": " Anne@AC-amiens.fr"}) == {
        "next": "link_sent",
        "sent_since": None,
        "retry_after": 120,
    }
    wait_until(lambda: mail_server.received, 60)
    token = link_in(mail_server.received[0])
    opened = call("open_link", {"token": token})
    assert (opened["purpose"], opened["identifier"], opened["profile"]) == ("activation", "anne@ac-amiens.fr", "2022")
    session = call("activate", {"token": token, "password": PASSWORD, **CHALLENGE})["session"]
    resumed = call("resume_session", {"session": session})
    assert resumed["voter"] == {
        "surname": "Nom-anne",
        "first_name": "Zoé",
        "identifier": "anne@ac-amiens.fr",
        "assignment": "Lycée Œuvre",
    }
    assert resumed["last_connection"] is None
    shown = call("voting_event", {"voting_event": resumed["voting_event"]})
    assert (shown["name"], shown["version"]) == (DEFINITION["name"], resumed["version"])
    own = call("own_elections", {"session": session})["elections"]
    assert resumed["elections"] is None
    at_once = call("resume_session", {"session": session, "elections": True})["elections"]
    assert [entry | {"permit": None} for entry in at_once] == [entry | {"permit": None} for entry in own]
    assert [entry["permit"] is None for entry in at_once] == [entry["permit"] is None for entry in own]
    assert [(election["code"], election["permit"]) for election in own] == [
        ("CSA-M", None),
        ("CCP", None),
    ]
    held = bus.resources["identity"]
    with held.database.transaction() as transaction:
        record_sealing(transaction, ElectionSealed(election=ONLINE, fingerprint="f" * 43, receipt_key="ab" * 32), held)
    assert call("own_elections", {"session": session})["elections"][0]["permit"]
    permit = call("issue_permit", {"session": session, "election": ONLINE})
    assert datetime.fromisoformat(permit["expires_at"]) > datetime.now(UTC)
    to_cast = {"session": session, "permit": permit["permit"]}
    assert call("confirm_permit", to_cast)["permit"] != permit["permit"]
    assert call("sealing", {"election": ONLINE})["fingerprint"] == "f" * 43

    urn = Urn([holders.holder(KEY, ONLINE, voter_id(held.database, "anne@ac-amiens.fr"))])
    with_urn = dataclasses.replace(held, rpc=urn)
    assert fetch_attendance(with_urn)
    assert not fetch_attendance(with_urn)
    assert [question["batch"] for question in urn.asked] == [0, 1]
    seal_poll_books(with_urn)
    counted = call("attendance", {"voting_event": EVENT})["elections"][0]
    assert (counted["uuid"], counted["entitled"], counted["signed"]) == (ONLINE, 2, 1)
    assert counted["seal"] is None, "the vote has not begun: nothing is sealed, whatever the urn says"
    with held.database.transaction() as transaction:
        transaction.get_one(VotingEvent, EVENT).opens_at = utc_now() - timedelta(hours=1)
    seal_poll_books(with_urn)
    seal = call("attendance", {"voting_event": EVENT})["elections"][0]["seal"]
    assert (seal["signed"], seal["head"]) == (1, "e" * 64)
    wait_until(lambda: len(mail_server.received) == 2, 60)
    assert "CSA ministériel" in mail_server.received[1].get_body(("plain",)).get_content()

    assert call("close_session", {"session": session}) == {}
    with pytest.raises(Refusal) as refused:
        call("resume_session", {"session": session})
    assert refused.value.code == "session_expired"
    for method, payload in (("confirm_permit", to_cast), ("own_elections", {"session": session})):
        with pytest.raises(Refusal) as refused:
            call(method, payload)
        assert refused.value.code == "session_expired", "a permit dies with its session"
    assert call("log_in", {"identifier": "anne@ac-amiens.fr", "password": PASSWORD})["session"]
    assert call("request_password_link", {"identifier": "nobody@ac-amiens.fr"})["next"] == "link_sent"

    sent = {"channel": "email", "state": "sent", "count": 2}
    wait_until(lambda: sent in bus.caller.call("notification", "message_counts", {})["counts"], 60)
    assert bus.caller.call("notification", "list_failures", {"limit": 5}) == {"failures": []}


def test_the_roll_is_sealed_and_listed(call, work, roll):
    described = call("voting_event")
    assert (described["voting_event"], described["roll_sealed"]) == (EVENT, False)
    first = call("list_bearers", {"voting_event": EVENT, "after": None, "limit": 1})
    second = call("list_bearers", {"voting_event": EVENT, "after": first["next"], "limit": 1})
    assert second["next"] is None
    assert sorted(len(page["bearers"][0]["holders"]) for page in (first, second)) == [1, 2]
    assert work("start_seal_roll", {"voting_event": EVENT}) == {"voters": 2, "entitlements": 4}
    assert call("voting_event")["roll_sealed"] is True


def test_an_import_taken_over_twice_answers_the_same(call, work, roll):
    rows = [row("dora@ac-amiens.fr")]
    call("stage_roll", {"voting_event": EVENT, "import_id": "j", "first_line": 2, "rows": rows})
    commit = {"voting_event": EVENT, "import_id": "j", "lines": 1}
    first = work("start_commit_roll", commit, idempotency_key="k")
    assert work("start_commit_roll", commit) == first == {"voters": 1, "entitlements": 2}


def test_a_refused_roll_is_told_to_whoever_asks_for_the_job(call, roll):
    job = call("start_commit_roll", {"voting_event": EVENT, "import_id": "j", "lines": 1})["job"]

    def refusal():
        try:
            call("job", {"job": job})
        except Refusal as refused:
            return refused.code, refused.details
        return None

    assert wait_until(refusal, 60) == ("import_incomplete", {"expected": 1, "staged": 0})
    assert [(one["kind"], one["state"], one["reason"]) for one in call("jobs")["jobs"]] == [
        ("commit_roll", "refused", "import_incomplete"),
        ("commit_roll", "done", None),
    ]


@pytest.mark.parametrize(
    ("method", "payload", "field"),
    [
        ("request_access", {"identifier": "a", "more": 1}, "more"),
        ("request_access", {"identifier": "a\x00"}, "identifier"),
        ("request_access", {"identifier": "a\ud800"}, "identifier"),
        ("request_access", {}, "identifier"),
        ("log_in", {"identifier": "a", "password": "x" * 2001}, "password"),
        ("open_link", {"token": ""}, "token"),
        ("stage_roll", {"voting_event": EVENT, "import_id": "i", "first_line": 1, "rows": []}, "first_line"),
        ("list_bearers", {"voting_event": EVENT, "limit": 0}, "limit"),
        ("open_voting_event", {**DEFINITION, "opens_at": "hier"}, "opens_at"),
        ("open_voting_event", {**DEFINITION, "profile": "1789"}, "profile"),
        ("open_voting_event", {**DEFINITION, "availability": {"soup": None}}, "availability.soup.key"),
        ("spend_proof", {"proof": "0" * 63, "form": "login", "expires_at": OPENS.isoformat()}, "proof"),
        ("search_roll", {"session": "s", "election": "e", "limit": 51}, "limit"),
        ("search_roll", {"session": "s", "election": "e", "limit": 5, "after": "-1"}, "after"),
        ("submit_claim", {"session": "s", "subject": "money", "text": "x" * 10}, "subject"),
        ("submit_claim", {"session": "s", "subject": "other", "text": " " * 10 + "court"}, "text"),
        ("submit_claim", {"session": "s", "subject": "other", "text": "une cloche \x07 sonne"}, "text"),
        ("submit_claim", {"session": "s", "subject": "other", "text": "x" * 2001}, "text"),
        ("submit_assistance", {"email": "a@b", "name": "n", "subject": "vote", "text": "x" * 10}, "email"),
        ("submit_assistance", {"email": "é@b.fr", "name": "n", "subject": "vote", "text": "x" * 10}, "email"),
        ("submit_assistance", {"email": "a@b.fr", "name": " ", "subject": "vote", "text": "x" * 10}, "name"),
        ("answer_claim", {"claim": 1, "state": "accepted"}, "answer"),
        ("answer_claim", {"claim": 1, "state": "submitted"}, "state"),
        ("answer_assistance", {"request": 1, "answer": " \n "}, "answer"),
        ("send_campaign_page", {"campaign": "c", "limit": 501}, "limit"),
    ],
)
def test_what_does_not_fit_is_refused_before_any_rule(call, method, payload, field):
    with pytest.raises(Refusal) as refused:
        call(method, payload)
    assert refused.value.code == "invalid_request"
    assert field in refused.value.details["fields"]


def test_health(bus):
    for service in ("identity", "notification"):
        answer = bus.caller.call(service, "health", {})
        assert (answer["service"], answer["database"]) == (service, "ok")


def test_a_campaign_from_the_command_to_the_mailbox_and_into_the_space(bus, call, roll, mail_server):
    campaign = call("open_campaign", {"voting_event": EVENT, "name": " Ouverture "})["campaign"]
    assert call("send_campaign_page", {"campaign": campaign, "limit": 500}) == {"queued": 2, "finished": True}
    sent = {"channel": "email", "state": "sent", "count": 2}
    counts = {"campaign": campaign}
    wait_until(lambda: bus.caller.call("notification", "message_counts", counts)["counts"] == [sent], 60)
    (listed,) = call("list_campaigns", {"voting_event": EVENT})["campaigns"]
    assert (listed["campaign"], listed["name"], listed["queued"], listed["activated"]) == (campaign, "Ouverture", 2, 0)
    anne = next(mail for mail in mail_server.received if mail["To"] == "anne@ac-amiens.fr")
    assert anne["Subject"] == "Ouverture du portail élections professionnelles"
    token = link_in(anne)
    assert call("open_link", {"token": token})["questions"][0] == "first_car_colour"
    assert call("prepare_activation", {"token": token, "password": PASSWORD}) == {"profile": "2022"}
    assert call("open_link", {"token": token})["prepared"] is True
    session = call("activate", {"token": token, **CHALLENGE})["session"]
    resumed = call("resume_session", {"session": session})
    assert resumed["activated"] is True
    assert datetime.fromisoformat(resumed["expires_at"]) > datetime.now(UTC)
    shown = call("voting_event", {"voting_event": resumed["voting_event"]})
    assert (shown["profile"], shown["availability"]["roll"]) == ("2022", None)
    assert call("campaign_progress", {"campaign": campaign})["activated"] == 1


def test_without_activation_claims_and_assistance(bus, call, roll, mail_server):
    call("request_access", {"identifier": "anne@ac-amiens.fr"})
    wait_until(lambda: mail_server.received, 60)
    token = link_in(mail_server.received[0])
    session = call("enter_without_activation", {"token": token})["session"]
    assert call("resume_session", {"session": session})["activated"] is False
    page = call("search_roll", {"session": session, "election": ONLINE, "query": "nom", "limit": 1})
    assert (len(page["voters"]), page["next"], page["total"]) == (1, "1", 2)
    claim = {"session": session, "subject": "wrong_name", "election": ONLINE, "text": "  Il manque\r\nun accent.\t"}
    first = call("submit_claim", claim, idempotency_key="claim-1")
    assert call("submit_claim", claim, idempotency_key="claim-1") == first
    (mine,) = call("list_claims", {"session": session})["claims"]
    assert (mine["text"], mine["state"]) == ("Il manque\nun accent.", "submitted")
    (queued,) = call("list_claims_queue", {"limit": 10})["claims"]
    assert queued["voter"]["identifier"] == "anne@ac-amiens.fr"
    call("answer_claim", {"claim": first["claim"], "state": "accepted", "answer": "Ajouté."})
    asked = {"email": "x@example.org", "name": "X", "subject": "vote", "text": "Comment voter ?"}
    number = call("submit_assistance", asked)["request"]
    assert call("submit_assistance", {**asked, "session": session})["request"] == number + 1
    call("answer_assistance", {"request": number, "answer": "Ainsi."})
    wait_until(lambda: len(mail_server.received) == 5, 60)
    subjects = " ".join(mail["Subject"] for mail in mail_server.received)
    assert f"réponse à votre réclamation n° {first['claim']}" in subjects
    assert f"votre demande d'assistance n° {number}" in subjects
    assert len(call("list_assistance", {"limit": 10, "state": "open"})["requests"]) == 1
    with pytest.raises(Refusal) as refused:
        call("submit_assistance", {**asked, "session": "nobody"})
    assert refused.value.code == "session_expired"


def test_a_captcha_answered_wrong_is_used_up(call):
    opened = call("open_captcha", {"form": "access", "binding": "b"})
    assert call("captcha_text", {"captcha": opened["captcha"], "binding": "b"}) == {"text": opened["text"]}
    answer = {"captcha": opened["captcha"], "form": "access", "binding": "b"}
    for given_answer, code in (("wrong", "captcha_wrong"), (opened["text"], "captcha_expired")):
        with pytest.raises(Refusal) as refused:
            call("check_captcha", {**answer, "answer": given_answer})
        assert refused.value.code == code
    with pytest.raises(Refusal) as refused:
        call("captcha_text", {"captcha": opened["captcha"], "binding": "b"})
    assert refused.value.code == "captcha_expired"
    # Not a date of the calendar: the service forgets expired proofs by itself, perhaps between the two calls.
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    proof = {"proof": "0" * 64, "form": "login", "expires_at": tomorrow.isoformat()}
    assert call("spend_proof", proof) == {}
    with pytest.raises(Refusal) as refused:
        call("spend_proof", proof)
    assert refused.value.code == "proof_spent"


def test_another_code_from_the_session_to_the_event_for_reassort(bus, call, roll, mail_server):
    call("request_access", {"identifier": "anne@ac-amiens.fr"})
    wait_until(lambda: mail_server.received, 60)
    activation = {"token": link_in(mail_server.received[0]), "password": PASSWORD, **CHALLENGE}
    session = {"session": call("activate", activation)["session"]}
    closed = call("reissue_standing", session)
    assert (closed["is_open"], closed["left"], closed["proof"], closed["newest"]) == (False, 3, "challenge", None)
    with pytest.raises(Refusal, match="reissue_closed"):
        call("answer_reissue", {**session, "answer": CHALLENGE["answer"]})
    call("list_bearers", {"voting_event": EVENT, "after": None, "limit": 2})  # codes are being made
    held = bus.resources["identity"]
    with held.database.transaction() as transaction:
        transaction.get_one(VotingEvent, EVENT).opens_at = utc_now() - timedelta(hours=1)
    assert call("reissue_standing", session)["question"] == CHALLENGE["question"]
    with pytest.raises(Refusal, match="reissue_proof_wrong"):
        call("answer_reissue", {**session, "answer": "Rouge"})
    until = datetime.fromisoformat(call("answer_reissue", {**session, "answer": "vert d'eau"})["until"])
    assert until > utc_now()
    wait_until(lambda: len(mail_server.received) == 2, 60)
    link = {**session, "token": link_in(mail_server.received[1])}
    for nonsense in ({}, {"phone": "0612345678", "browser_key": "ab" * 32}):
        with pytest.raises(Refusal, match="invalid_request"):
            call("follow_reissue_link", {**link, **nonsense})
    asked = call("follow_reissue_link", {**link, "browser_key": "ab" * 32})
    assert (asked["channel"], asked["left"], asked["new"]) == ("screen", 2, True)
    newest = call("reissue_standing", session)["newest"]
    assert (newest["request"], newest["state"]) == (asked["request"], "open")
    assert call("list_shared_phones") == {"phones": []}


def test_a_roll_sent_from_a_page_is_read_and_a_voter_leaves_by_an_agent_s_session(bus, call, work, roll):
    held = bus.resources["identity"]
    with held.database.transaction() as session:
        token = accounts.invite_first(session, KEY, email="luz@rivages.example", name="Luz Bergamote", now=utc_now())
    opened, _secret = accepted(held.database, LetterSettings.of(held.settings), token, now=utc_now())
    wanted = {"upload": "sent", "voting_event": EVENT, "name": "ajouts.csv", "complement": True}
    with pytest.raises(Refusal, match="agent_session_expired"):
        call("open_roll_upload", {**wanted, "session": "nobody"})
    call("open_roll_upload", {**wanted, "session": opened})
    content = base64.b64encode(file_of(line("dora"))).decode()
    call("add_roll_piece", {"upload": "sent", "number": 0, "content": content})
    found = work("start_read_roll", {"upload": "sent", "pieces": 1})
    assert (found["voters"], found["added"], found["removed"]) == (2, 1, 0)
    shown = call("roll_upload", {"voting_event": EVENT})["upload"]
    assert (shown["agent"], shown["lines"]) == ("Luz Bergamote", 1)
    # Another operator's command, which would change what was shown under the number that is confirmed.
    other = {"voting_event": EVENT, "import_id": "sent", "first_line": 2, "rows": [row("eve@ac-amiens.fr")]}
    with pytest.raises(Refusal, match="invalid_request"):
        call("stage_roll", other)
    commit = {"voting_event": EVENT, "import_id": "sent", "lines": 1, "complement": True}
    assert work("start_commit_roll", commit)["voters"] == 3
    assert call("roll_upload", {"voting_event": EVENT})["upload"] is None
    with held.database.reading() as session:
        assert session.scalar(select(Voter.id).where(Voter.identifier == "dora@ac-amiens.fr")) is not None
    removal = {"removal": str(uuid4()), "voting_event": EVENT, "identifier": "dora@ac-amiens.fr"}
    asked = {**removal, "reason": "Départ avant le scrutin.", "session": opened}
    assert call("ask_removal", {**asked, "dry_run": True})["who"] == "Zoé Nom-dora"
    assert call("ask_removal", asked)["state"] == "done"
    with held.database.reading() as session:
        told = session.scalars(select(JournalEntry.actor).order_by(JournalEntry.number.desc()).limit(1)).one()
    assert "Luz Bergamote" in told
