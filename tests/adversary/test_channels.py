"""Whoever has the key of one channel reads nothing that leaves by the other: links come by mail, codes by SMS (issue 8)."""

import json
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from services.ballot.contract.events import UrnHead
from services.identity.contract.events import HolderIn, ReissueGranted
from services.identity.letters.requests import LetterSettings
from services.identity.models import outbox as identity_outbox
from services.identity.reissue import requests
from services.notification.contract.events import MessageRequested
from services.notification.queue import intake, message_queue, rendering
from services.notification.settings import MailSettings, Settings, SmsSettings
from services.reassort.reissue import reissues
from services.runtime.sealing_box import CannotOpen, new_keypair, open_sealed
from tests.servers.databases import MigratedDatabases
from tests.unit.identity import test_reissues as asking
from tests.unit.identity.world import KEY, NOW
from tests.unit.reassort.roll import CODE_KEY, Roll

MAIL, TEXTS = new_keypair(), new_keypair()


@pytest.fixture
def databases(tmp_path, tmp_path_factory):
    made = {
        name: MigratedDatabases(name, tmp_path_factory.mktemp(name), lambda: 0)
        for name in ("identity", "reassort", "notification")
    }
    folders = {name: tmp_path / name for name in made}
    for folder in folders.values():
        folder.mkdir()
    with (
        made["identity"].fresh("sqlite", folders["identity"]) as identity,
        made["reassort"].fresh("sqlite", folders["reassort"]) as reassort,
        made["notification"].fresh("sqlite", folders["notification"]) as notification,
    ):
        yield identity, reassort, notification


def told(database, outbox, kind):
    with database.reading() as session:
        found = select(outbox.c.payload).where(outbox.c.type == kind).order_by(outbox.c.sequence)
        return [json.loads(payload) for payload in session.scalars(found)]


def a_reissue(identity, reassort):
    """A voter asks for another code: the events of it, as they lie in both outboxes and on the bus."""
    letters = LetterSettings(MAIL[1], TEXTS[1], "https://vote.example.org")
    terms = requests.Terms(letters, KEY, most=3, voters_per_phone=2)
    asking.opened(identity, "2018")
    asking.ask(identity, terms)
    [granted] = told(identity, identity_outbox, "reissue_granted")
    granted = ReissueGranted.read(granted)
    roll = Roll(reassort, granted.voting_event, {one.election: one.election for one in granted.holders})
    bearer = roll.bearer("bob", *roll.elections)
    roll.generate(bearer, last=True)
    held = [HolderIn(election=one.election, holder=one.holder) for one in bearer.holders]
    granted = replace(granted, bearer=bearer.bearer, holders=held)
    heads = [UrnHead(election=one.election, height=4, head="ab" * 32) for one in granted.holders]
    with reassort.transaction() as session:
        reissues.take_spare(session, granted)
    with reassort.transaction() as session:
        reissues.issue(session, reissues.Keys(CODE_KEY, TEXTS[1]), granted.request, heads, NOW)
    messages = [*told(identity, identity_outbox, "message_requested"), *roll.events("message_requested")]
    return granted, [MessageRequested.read(one) for one in messages if one["channel"] != "paper"]


def test_the_key_of_one_channel_opens_nothing_of_the_other(databases):
    identity, reassort, notification = databases
    granted, messages = a_reissue(identity, reassort)
    assert {one.channel for one in messages} == {"email", "sms"}
    with pytest.raises(CannotOpen):
        open_sealed(MAIL[0], granted.sealed)  # the telephone's number, on its way through reassort
    with notification.transaction() as session:
        for one in messages:
            intake.receive(session, one, NOW)
    opened = {}
    for channel, own, other in (("email", MAIL, TEXTS), ("sms", TEXTS, MAIL)):
        with notification.transaction() as session:
            [one] = message_queue.claim(session, channel, now=NOW, limit=9)
        of_it = {"message_id": one.id, "template": one.template, "sealed": one.sealed}
        opened[channel] = rendering.compose(own[0], **of_it)
        with pytest.raises(rendering.Unreadable, match="cannot_open"):
            rendering.compose(other[0], **of_it)
    assert "email" in opened["email"].to
    assert opened["sms"].to == {"phone": "+33612345678"}
    assert "voting_code" in opened["sms"].values
    assert "voting_code" not in opened["email"].values


def test_a_letter_cannot_be_turned_round_into_the_other_channel(databases):
    """Whoever writes into notification's rows moves a code to the mail's queue: nobody can open it there."""
    identity, reassort, notification = databases
    _granted, messages = a_reissue(identity, reassort)
    code = next(one for one in messages if one.channel == "sms")
    moved = replace(code, channel="email", message_id=str(uuid.uuid4()))
    with notification.transaction() as session:
        intake.receive(session, moved, NOW)
        [claimed] = message_queue.claim(session, "email", now=NOW + timedelta(seconds=1), limit=9)
    with pytest.raises(rendering.Unreadable, match="cannot_open"):
        rendering.compose(MAIL[0], message_id=claimed.id, template=claimed.template, sealed=claimed.sealed)


def test_no_process_of_notification_reads_both_keys():
    keys = {
        settings: {name for name in settings.model_fields if name.endswith("private_key")} - {"event_private_key"}
        for settings in (Settings, MailSettings, SmsSettings)
    }
    assert keys == {Settings: set(), MailSettings: {"mail_private_key"}, SmsSettings: {"sms_private_key"}}
    # Nor does the mail's process reach an operator of short messages, who shows what was sent, nor the SMS's a mail server.
    # The service hands the mail server what is kept nowhere, receipts: whoever only sends reads nothing there.
    assert not [name for name in MailSettings.model_fields if "sms" in name or "twilio" in name]
    assert not [name for name in SmsSettings.model_fields if "smtp" in name]
