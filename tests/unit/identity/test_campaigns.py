from dataclasses import asdict
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from services.identity.access import links
from services.identity.desk import campaigns
from services.identity.letters import requests
from services.identity.models import Account, CampaignMessage, Voter
from services.runtime.refusals import Refusal
from tests.servers.together import together
from tests.unit.identity.test_accounts import refusal
from tests.unit.identity.test_links import activate, answer, ask, token_in
from tests.unit.identity.world import EVENT, NOW, everything, import_roll, row

LIFETIME = timedelta(days=14)


@pytest.fixture
def many(database, event):
    """Twenty-five voters."""
    import_roll(database, [row(f"v{number}@ac-amiens.fr") for number in range(25)])


def start(database, name="Ouverture"):
    with database.transaction() as session:
        return campaigns.open_campaign(session, voting_event=EVENT, name=name, now=NOW)


def page(database, letters, campaign, limit=10, now=NOW):
    with database.transaction() as session:
        return asdict(campaigns.send_page(session, letters, campaign=campaign, limit=limit, lifetime=LIFETIME, now=now))


def run(database, letters, campaign, limit=10):
    while not page(database, letters, campaign, limit)["finished"]:
        pass


def progress(database, campaign):
    with database.reading() as session:
        return asdict(campaigns.progress(session, campaign))


def test_everybody_is_written_to_once(database, many, letters, mails):
    campaign = start(database)
    assert [page(database, letters, campaign) for _ in range(4)] == [
        {"queued": 10, "finished": False},
        {"queued": 10, "finished": False},
        {"queued": 5, "finished": True},
        {"queued": 0, "finished": True},
    ]
    sent = mails()
    assert sorted(mail["to"]["email"] for mail in sent) == sorted(f"v{number}@ac-amiens.fr" for number in range(25))
    assert {(mail["template"], mail["campaign"], mail["expires_at"]) for mail in sent} == {
        ("opening_campaign", campaign, (NOW + LIFETIME).isoformat())
    }
    assert len({token_in(mail) for mail in sent}) == 25
    assert {mail["values"]["minutes"] for mail in sent} == {14 * 1440}
    assert {mail["values"]["until"] for mail in sent} == {(NOW + LIFETIME).isoformat()}
    assert progress(database, campaign) | {"voters": 25, "queued": 25, "activated": 0} == progress(database, campaign)


def test_the_link_is_a_first_connection(database, voters, letters, mails):
    run(database, letters, start(database))
    anne = next(mail for mail in mails() if mail["to"]["email"] == "anne@ac-amiens.fr")
    assert activate(database, token_in(anne), now=NOW + timedelta(days=13))
    assert progress(database, start(database))["activated"] == 1


def test_the_name_stands_for_the_campaign(database, many, letters, mails):
    first = start(database)
    run(database, letters, first)
    assert start(database) == first
    other = start(database, "Rappel")
    assert other != first
    run(database, letters, other)
    assert len(mails()) == 50
    with database.reading() as session:
        assert [one.name for one in campaigns.of_event(session, EVENT)] == ["Ouverture", "Rappel"]


def test_unknown_campaigns_and_events_are_refused(database, many, letters):
    assert refusal(page, database, letters, "nothing").code == "campaign_unknown"
    assert refusal(progress, database, "nothing").code == "campaign_unknown"
    with pytest.raises(Refusal) as refused, database.transaction() as session:
        campaigns.open_campaign(session, voting_event="nothing", name="x", now=NOW)
    assert refused.value.code == "voting_event_unknown"
    with pytest.raises(Refusal) as refused, database.reading() as session:
        campaigns.of_event(session, "nothing")
    assert refused.value.code == "voting_event_unknown"


@pytest.mark.parametrize("dies_at", [1, 7, 10])
def test_a_crash_within_a_page_leaves_all_of_it_or_nothing(database, many, letters, mails, monkeypatch, dies_at):
    campaign = start(database)
    page(database, letters, campaign)
    before = everything(database)
    asked = []
    publish = requests.outbox.publish

    def dying(*args, **kwargs):
        asked.append(None)
        if len(asked) == dies_at:
            raise KeyboardInterrupt
        return publish(*args, **kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(requests.outbox, "publish", dying)
        with pytest.raises(KeyboardInterrupt):
            page(database, letters, campaign)
    assert everything(database) == before
    run(database, letters, campaign)
    addresses = [mail["to"]["email"] for mail in mails()]
    assert (len(addresses), len(set(addresses))) == (25, 25)


def test_two_operators_at_once_write_to_nobody_twice(database, many, letters, mails):
    campaign = start(database)
    together(lambda: run(database, letters, campaign, limit=3), 3)
    addresses = [mail["to"]["email"] for mail in mails()]
    assert (len(addresses), len(set(addresses))) == (25, 25)


def test_late_additions_to_the_roll_are_written_to_when_it_is_run_again(database, many, letters, mails):
    campaign = start(database)
    run(database, letters, campaign)
    import_roll(database, [row(f"v{number}@ac-amiens.fr") for number in range(5, 40)], import_id="import-2")
    assert progress(database, campaign) | {"voters": 35, "queued": 20} == progress(database, campaign)
    run(database, letters, campaign, limit=4)
    addresses = [mail["to"]["email"] for mail in mails()]
    assert (len(addresses), len(set(addresses))) == (40, 40)
    assert page(database, letters, campaign) == {"queued": 0, "finished": True}


def test_who_is_active_already_is_told_so_without_a_link(database, voters, letters, mails):
    ask(database, "anne@ac-amiens.fr")
    answer(database, letters)
    session = activate(database, token_in(mails()[0]))
    assert session
    run(database, letters, start(database))
    anne = next(mail for mail in mails()[1:] if mail["to"]["email"] == "anne@ac-amiens.fr")
    assert anne["values"] | {"active": True, "link": None} == anne["values"]
    bob = next(mail for mail in mails()[1:] if mail["to"]["email"] == "bob@ac-amiens.fr")
    assert bob["values"]["active"] is False
    assert bob["values"]["link"].startswith("https://vote.example.org/lien/")


def test_the_link_of_the_campaign_serves_beside_one_asked_for(database, voters, letters, mails):
    run(database, letters, start(database))
    old = next(mail for mail in mails() if mail["to"]["email"] == "anne@ac-amiens.fr")
    later = NOW + timedelta(days=1)
    ask(database, "anne@ac-amiens.fr", later)
    answer(database, letters, later)
    with database.reading() as session:
        assert (
            links.find(session, token_in(old), later).voter_id
            == links.find(session, token_in(mails()[-1]), later).voter_id
        )


def test_the_database_refuses_a_second_message(database, many, letters):
    campaign = start(database)
    run(database, letters, campaign)
    with database.reading() as session:
        voter = session.scalar(select(Voter.id))
        assert session.scalar(select(func.count()).select_from(CampaignMessage)) == 25
        assert session.scalar(select(func.count()).select_from(Account)) == 0
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.add(CampaignMessage(campaign=campaign, voter_id=voter, message_id="x", queued_at=NOW))
    with database.transaction() as session:
        session.execute(delete(CampaignMessage).where(CampaignMessage.voter_id == voter))
    assert page(database, letters, campaign) == {"queued": 1, "finished": True}
