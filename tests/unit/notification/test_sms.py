import io
import json
import uuid
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl

import jsonschema
import pytest
from nacl.public import PrivateKey
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from deploy.local.sink.sms import sms_application
from deploy.local.sink.storage import prepare
from services.notification.channels import twilio_provider
from services.notification.channels.sms import SmsChannel, territory
from services.notification.channels.twilio_provider import Account, TwilioProvider
from services.notification.contract.events import MessageRequested
from services.notification.evidence import callbacks
from services.notification.models import outbox
from services.notification.queue import delivery, intake, message_queue
from services.notification.queue.outcomes import DELIVERED
from services.runtime.sealing_box import seal
from tests.servers.served import served
from tests.unit.notification.world import START, stored

ACCOUNT = "AC" + "0" * 32
TOKEN = "a-token-of-the-tests"
PUBLIC = "https://vote.example.org"


@pytest.fixture
def provider(tmp_path):
    """The sink's SMS side, listening; (address, function that gives the texts received)."""
    prepare(tmp_path)
    with served(sms_application(tmp_path, ACCOUNT, TOKEN)) as address:
        yield address, lambda: [json.loads(path.read_text()) for path in sorted((tmp_path / "sms").glob("*.json"))]


@pytest.fixture
def deliver(database, private_key, clock, jitter, provider):
    def run(base_url=provider[0], account_sid=ACCOUNT, auth_token=TOKEN, sender="ELECTIONS", second=None):
        first = Account("first", base_url, account_sid, auth_token, sender)
        others = [Account("second", second, ACCOUNT, TOKEN, "ELECTIONS")] if second else []
        channel = SmsChannel([TwilioProvider(account, PUBLIC) for account in (first, *others)])
        return delivery.deliver_singly(database, channel, private_key, clock=clock, jitter=jitter)

    return run


def test_a_text_is_sent_to_the_configured_address(database, request_message, deliver, provider):
    message_id = request_message("sms", to={"phone": "+33612345678"})
    assert deliver() == 1
    (text,) = provider[1]()
    assert "+33612345678" in text.values()
    assert any("Bonjour Zoé Œuvray" in str(value) for value in text.values())
    assert (stored(database, message_id).state, stored(database, message_id).sealed) == ("sent", "")


def test_a_text_is_asked_for_as_the_operator_describes_it(database, request_message, deliver, tmp_path):
    """The SDK's own request against the operator's published description: address, media type, fields, no other."""
    described = json.loads(Path(__file__).with_name("twilio_request.schema.json").read_text())
    asked = []
    application = sms_application(tmp_path, ACCOUNT, TOKEN)

    def recorded(environ, start):
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        asked.append(
            (environ["REQUEST_METHOD"], environ["PATH_INFO"], environ["CONTENT_TYPE"], dict(parse_qsl(body.decode())))
        )
        return application(environ | {"wsgi.input": io.BytesIO(body)}, start)

    request_message("sms", to={"phone": "+33612345678"})
    with served(recorded) as address:
        assert deliver(base_url=address) == 1
    [(method, path, media_type, fields)] = asked
    assert (method, path) == (described["method"], described["path"].format(AccountSid=ACCOUNT))
    assert media_type == described["media_type"]
    jsonschema.validate(fields, described["body"])
    assert fields["To"] == "+33612345678"
    assert fields["StatusCallback"].startswith(f"{PUBLIC}/")


def test_whom_one_service_knows_and_what_another_writes_make_one_text(database, deliver, provider, private_key, clock):
    """The address comes sealed from identity, the code from reassort: neither can open what the other sealed."""
    public = bytes(PrivateKey(bytes.fromhex(private_key)).public_key).hex()
    contact = seal(public, {"to": {"phone": "+33612345678"}, "values": {"voting_code": "never this one"}})
    sealed = seal(public, {"contact": contact, "values": {"voting_code": "68WM-EUWD-5AEJ-0000"}})
    with database.transaction() as session:
        message = MessageRequested(message_id="nested", channel="sms", template="reissued_code", sealed=sealed)
        intake.receive(session, message, clock())
    assert deliver() == 1
    (text,) = provider[1]()
    body = text["Body"] if "Body" in text else text["body"]
    assert "Votre nouvel identifiant de vote: 68WM-EUWD-5AEJ-0000" in body
    assert "Votre ancien identifiant a été invalidé." in body


@pytest.mark.parametrize("missing", ["account_sid", "auth_token", "sender"])
def test_without_settings_texts_wait_with_the_reason(database, request_message, deliver, missing):
    message_id = request_message("sms", to={"phone": "+33612345678"})
    deliver(**{missing: ""})
    row = stored(database, message_id)
    assert (row.state, row.reason) == ("queued", "sms_not_configured")


def test_a_number_that_the_provider_refuses_fails(database, request_message, deliver):
    message_id = request_message("sms", to={"phone": "+15005550001"})
    deliver()
    row = stored(database, message_id)
    assert (row.state, row.reason, row.sealed) == ("failed", "sms_400_21211", "")


def test_a_refused_account_is_not_the_message_s_fault(database, request_message, deliver):
    message_id = request_message("sms", to={"phone": "+33612345678"})
    deliver(auth_token="another-token-entirely")
    row = stored(database, message_id)
    assert row.state == "queued"
    assert row.reason.startswith("sms_401")


def test_a_refused_sender_is_not_the_message_s_fault(database, request_message, deliver):
    message_id = request_message("sms", to={"phone": "+33612345678"})
    deliver(sender="12")
    row = stored(database, message_id)
    assert (row.state, row.reason) == ("queued", "sms_400_21212")


def test_a_provider_that_is_away_is_tried_again(database, request_message, deliver, clock):
    message_id = request_message("sms", to={"phone": "+33612345678"})
    deliver(base_url="http://127.0.0.1:9")
    assert (stored(database, message_id).state, stored(database, message_id).reason) == ("queued", "sms_unreachable")
    clock.advance(minutes=6)
    deliver()
    assert stored(database, message_id).state == "sent"


def test_a_text_without_a_number_fails(database, request_message, deliver):
    message_id = request_message("sms")
    deliver()
    assert stored(database, message_id).reason == "message_malformed"


def told(database, message_id, status, operator="", **more):
    with database.transaction() as session:
        return callbacks.record(session, message_id, {"MessageStatus": status, **more}, START, operator)


def test_what_the_operator_tells_is_the_message_s_state(database, request_message, deliver):
    ids = [request_message("sms", to={"phone": "+33612345678"}) for _ in range(3)]
    deliver()
    assert told(database, ids[0], "sent") == "sent"
    assert told(database, ids[0], "delivered") == "delivered"
    assert told(database, ids[1], "undelivered", ErrorCode="30003") == "failed"
    assert told(database, ids[2], "a-word-of-tomorrow") == "sent"
    assert (stored(database, ids[1]).reason, stored(database, ids[0]).delivered_at) == ("sms_30003", START)


def test_repeated_late_and_contrary_callbacks_change_nothing(database, request_message, deliver):
    message_id = request_message("sms", to={"phone": "+33612345678"})
    deliver()
    for status in ("delivered", "delivered", "sent", "queued", "failed", "undelivered"):
        assert told(database, message_id, status) == "delivered"
    assert stored(database, message_id).reason is None
    assert told(database, str(uuid.uuid4()), "delivered") == "no_such_message"
    mail = request_message()
    assert told(database, mail, "delivered") == "no_such_message"


@pytest.mark.parametrize(
    ("status", "state", "reason"), [("delivered", "delivered", None), ("failed", "failed", "sms_30005")]
)
def test_a_callback_before_the_hand_over_is_recorded_is_not_lost(
    database, request_message, clock, jitter, status, state, reason
):
    message_id = request_message("sms", to={"phone": "+33612345678"})
    with database.transaction() as session:
        (claimed,) = message_queue.claim(session, "sms", now=clock(), limit=1)
    assert told(database, message_id, status, ErrorCode="30005") == "sending"
    with database.transaction() as session:
        assert message_queue.record(session, claimed, DELIVERED, now=clock(), jitter=jitter)
    row = stored(database, message_id)
    assert (row.state, row.reason, row.sealed) == (state, reason, "")


def test_who_wants_to_know_is_told_of_the_end_once_and_of_nothing_else(database, request_message, deliver, clock):
    to = {"phone": "+33612345678"}
    ids = [request_message("sms", to=to, report=True) for _ in range(3)]
    silent = request_message("sms", to=to)
    unsendable = request_message("sms", to={"name": "x"}, report=True)
    deliver()
    for message_id, status in ((ids[0], "delivered"), (ids[1], "undelivered"), (ids[2], "sent"), (silent, "delivered")):
        told(database, message_id, status)
        told(database, message_id, status)
    late = request_message("sms", to=to, report=True, expires_at=clock() + timedelta(seconds=1))
    clock.advance(seconds=2)
    deliver()
    with database.reading() as session:
        events = [json.loads(one) for one in session.scalars(select(outbox.c.payload).order_by(outbox.c.sequence))]
    assert sorted((one["message_id"], one["outcome"]) for one in events) == sorted(
        [(ids[0], "delivered"), (ids[1], "failed"), (unsendable, "failed"), (late, "failed")]
    )


def test_only_the_operator_s_own_signature_counts():
    url = twilio_provider.address(PUBLIC + "/", "1")
    form = {"MessageStatus": "delivered", "To": "+33612345678"}
    signature = RequestValidator(TOKEN).compute_signature(url, form)
    assert url == "https://vote.example.org/callbacks/sms/1"
    assert twilio_provider.is_genuine(TOKEN, url, form, signature)
    assert not twilio_provider.is_genuine("", url, form, RequestValidator("").compute_signature(url, form))
    assert not twilio_provider.is_genuine("another", url, form, signature)
    assert not twilio_provider.is_genuine(TOKEN, twilio_provider.address(PUBLIC, "2"), form, signature)
    assert not twilio_provider.is_genuine(TOKEN, url, form | {"MessageStatus": "failed"}, signature)
    assert not twilio_provider.is_genuine(TOKEN, url, form, "")


@pytest.mark.parametrize(
    "broken",
    [{"base_url": "http://127.0.0.1:9"}, {"auth_token": "another"}, {"sender": "12"}],
    ids=["away", "account", "sender"],
)
def test_where_the_first_operator_does_not_work_the_second_takes_over(
    database, request_message, deliver, provider, broken
):
    ids = [request_message("sms", to={"phone": "+262692123456"}) for _ in range(2)]
    assert deliver(second=provider[0], **broken) == 2
    rows = [stored(database, one) for one in ids]
    assert [(row.state, row.operator, row.territory) for row in rows] == [("sent", "second", "RE")] * 2
    assert len(provider[1]()) == 2


def test_what_the_first_operator_refuses_for_good_the_second_is_not_asked(database, request_message, deliver, provider):
    message_id = request_message("sms", to={"phone": "+15005550001"})
    deliver(second=provider[0])
    row = stored(database, message_id)
    assert (row.state, row.reason, row.operator, row.territory) == ("failed", "sms_400_21211", "first", None)


def test_where_no_operator_works_the_first_one_s_reason_is_kept(database, request_message, deliver):
    message_id = request_message("sms", to={"phone": "+33612345678"})
    deliver(auth_token="another", second="http://127.0.0.1:9")
    row = stored(database, message_id)
    assert row.state == "queued"
    assert row.reason.startswith("sms_401")


def test_of_a_message_that_another_took_over_the_first_may_say_only_that_it_arrived(
    database, request_message, deliver, provider
):
    ids = [request_message("sms", to={"phone": "+33612345678"}) for _ in range(2)]
    deliver(base_url="http://127.0.0.1:9", second=provider[0])
    assert told(database, ids[0], "undelivered", "first") == "sent"
    assert told(database, ids[0], "delivered", "first") == "delivered"
    assert told(database, ids[1], "undelivered", "second") == "failed"


def test_without_news_for_a_time_a_message_is_unknown_until_there_are_some(database, request_message, deliver, clock):
    ids = [request_message("sms", to={"phone": "+33612345678"}) for _ in range(3)]
    mail = request_message()
    deliver()
    told(database, ids[0], "delivered")

    def miss():
        with database.transaction() as session:
            return message_queue.miss_news(session, "sms", now=clock(), after=timedelta(hours=2))

    clock.advance(minutes=119)
    assert miss() == 0
    clock.advance(minutes=1)
    assert (miss(), miss()) == (2, 0)
    states = [stored(database, one).state for one in (*ids, mail)]
    assert states == ["delivered", "unknown", "unknown", "queued"]
    assert told(database, ids[1], "delivered") == "delivered"
    assert told(database, ids[2], "failed", ErrorCode="30003") == "failed"
    assert stored(database, ids[2]).reason == "sms_30003"


def test_texts_keep_the_pace_of_the_operator(database, request_message, private_key, clock, jitter, provider):
    for _ in range(7):
        request_message("sms", to={"phone": "+33612345678"})
    channel = SmsChannel([TwilioProvider(Account("first", provider[0], ACCOUNT, TOKEN, "ELECTIONS"), PUBLIC)])
    sent = []
    for _ in range(4):
        sent.append(
            delivery.deliver_singly(
                database, channel, private_key, clock=clock, jitter=jitter, pace=message_queue.Pace.of(3)
            )
        )
        clock.advance(milliseconds=600)
    # Three in any second: none is due before the first three are a second old.
    assert sent == [3, 0, 3, 0]


def test_a_pace_below_one_a_second_is_one_in_more():
    assert message_queue.Pace.of(0) is None
    assert message_queue.Pace.of(0.5) == message_queue.Pace(1, timedelta(seconds=2))
    assert message_queue.Pace.of(40) == message_queue.Pace(40, timedelta(seconds=1))


@pytest.mark.parametrize(
    ("phone", "where"),
    [
        ("+33612345678", "FR"),
        ("+262692123456", "RE"),
        ("+262639012345", "YT"),
        ("+687751234", "NC"),
        ("+15005550006", ""),
    ],
)
def test_the_territory_of_a_number(phone, where):
    assert territory(phone) == where
