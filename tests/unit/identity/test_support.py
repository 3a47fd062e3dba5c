"""The support cell: whom it finds, what it may know, and what only two of its agents can do."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from services.identity.access import sessions
from services.identity.agents import four_eyes, journal
from services.identity.attendance import poll_book
from services.identity.contract.staff.journal import Action
from services.identity.letters.requests import request_email
from services.identity.models import (
    Account,
    AssistanceRequest,
    Claim,
    Entitlement,
    FourEyes,
    PollBookEntry,
    ReissueRequest,
    Voter,
    VotingEvent,
    outbox,
)
from services.identity.reissue.requests import Terms
from services.identity.support import approvals, assisted_reissue, corrections, finding, queues, sheet
from services.runtime.clock import cut_to_hour
from services.runtime.refusals import Refusal
from tests.unit.identity.agents_world import named, operator
from tests.unit.identity.world import EVENT, KEY, LIFETIME, NOW, ONLINE, ONLINE_TOO, everything, import_roll, row

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
REASON = "Rappelée au standard de son lycée, carte vérifiée."
PHONE = "06 12 34 56 78"


@pytest.fixture
def roll(database, event):
    """anne and chloe vote in the ministry's election, bob in the other one alone."""
    import_roll(
        database,
        [
            row("anne@ac-amiens.fr", nom="Ficelle", prenom="Anne", affectation="Phare du Grand-Vent"),
            row("bob@ac-amiens.fr", nom="Brise", prenom="Bob", scrutins="CAP-1"),
            row("chloe@ac-amiens.fr", nom="Éolienne", prenom="Chloé", affectation="Phare du Petit-Vent"),
        ],
    )
    with database.transaction() as session:
        session.execute(update(VotingEvent).values(codes_listed_at=NOW - timedelta(days=3)))


@pytest.fixture
def cell(database, letters, mails, roll):
    """Two agents of the ministry's election, and one of the other."""
    inviter, _, _ = operator(database, letters)
    return [
        named(database, letters, mails, inviter, f"{name}@rivages.example", "support", [election])[0]
        for name, election in (("luz", ONLINE), ("come", ONLINE), ("leonie", ONLINE_TOO))
    ]


@pytest.fixture
def terms(letters):
    return Terms(letters, KEY, 3, 3)


def voter(database, identifier):
    with database.reading() as session:
        return session.scalars(select(Voter).where(Voter.identifier == identifier)).one()


def refused(work, *arguments, **more):
    with pytest.raises(Refusal) as found:
        work(*arguments, **more)
    return found.value.code


def opened(database, terms, agent, identifier, now=NOW):
    with database.transaction() as session:
        return sheet.opened(session, terms, agent, voter(database, identifier).id, now)


@pytest.mark.parametrize(
    ("query", "names", "near"),
    [
        ("ANNE@ac-amiens.fr ", ["Ficelle"], False),
        ("fic ann", ["Ficelle"], False),
        ("eolienne", ["Éolienne"], False),
        ("phare", ["Éolienne", "Ficelle"], False),
        ("phare petit", ["Éolienne"], False),
        ("ficele", ["Ficelle"], True),
        ("ficlele anne", ["Ficelle"], True),
        ("bob", [], False),
        ("bob@ac-amiens.fr", [], False),
        ("", [], False),
        ("personne", [], False),
    ],
)
def test_voters_of_the_territory_are_found(database, cell, query, names, near):
    with database.reading() as session:
        found = finding.find(session, cell[0], query)
    assert (sorted(one.surname for one in found.voters), found.near) == (sorted(names), near)


def test_another_territorys_voter_is_refused_and_nothing_changes(database, terms, cell):
    stranger = voter(database, "bob@ac-amiens.fr").id
    before = everything(database)
    with database.transaction() as session:
        for work in (
            lambda: sheet.opened(session, terms, cell[0], stranger, NOW),
            lambda: sheet.resend_link(session, terms, cell[0], stranger, now=NOW, lifetime=LIFETIME),
            lambda: corrections.ask(session, cell[0], voter_id=stranger, email="b@x.fr", reason=REASON, now=NOW),
            lambda: assisted_reissue.ask(
                session, terms, cell[0], voter_id=stranger, phone=PHONE, reason=REASON, now=NOW
            ),
        ):
            assert refused(work) == "voter_unknown"
    assert everything(database) == before


def test_a_sheet_is_the_same_before_and_after_a_vote(database, terms, cell, letters):
    before = opened(database, terms, cell[0], "anne@ac-amiens.fr")
    anne = voter(database, "anne@ac-amiens.fr")
    with database.transaction() as session:
        session.add(PollBookEntry(id="1" * 36, voter_id=anne.id, election=ONLINE, signed_in_hour=cut_to_hour(NOW)))
        request_email(session, letters, anne, template="attendance", values={"election": "x"}, expires_at=None)
        assert poll_book.is_signed is not None
    after = opened(database, terms, cell[0], "anne@ac-amiens.fr")
    assert after == before
    assert not {"voted", "attendance", "signed"} & set(repr(after).lower().replace("=", " ").split())


def test_whoever_has_voted_everywhere_is_helped_alike(database, terms, cell):
    """The answer to a request for a code must not say who has voted: the urn finds out, and tells the cell nothing."""
    anne = voter(database, "anne@ac-amiens.fr")
    with database.transaction() as session:
        session.add(PollBookEntry(id="1" * 36, voter_id=anne.id, election=ONLINE, signed_in_hour=cut_to_hour(NOW)))
    asked(database, terms, cell[0])
    decide(database, terms, cell[1], 1, approve=True)
    reissues = opened(database, terms, cell[0], "anne@ac-amiens.fr").reissues
    with database.transaction() as session:
        session.execute(update(ReissueRequest).values(state="late"))
    assert opened(database, terms, cell[0], "anne@ac-amiens.fr").reissues == reissues


def test_opening_a_sheet_is_in_the_journal_once_in_a_while(database, terms, cell):
    for minutes in (0, 5, 10, 16):
        opened(database, terms, cell[0], "anne@ac-amiens.fr", NOW + timedelta(minutes=minutes))
    opened(database, terms, cell[1], "anne@ac-amiens.fr", NOW)
    with database.reading() as session:
        entries = journal.page(session, None, 50).entries
    looks = [entry.actor for entry in entries if entry.action == Action.LOOKED]
    assert looks == ["come", "luz", "luz"]


def test_a_link_is_sent_again_and_not_twice_at_once(database, terms, cell, mails):
    anne = voter(database, "anne@ac-amiens.fr").id
    with database.transaction() as session:
        until = sheet.resend_link(session, terms, cell[0], anne, now=NOW, lifetime=LIFETIME)
    assert until == NOW + LIFETIME
    assert mails()[-1]["template"] == "activation_link"
    with database.transaction() as session:
        again = {"now": NOW + timedelta(minutes=1), "lifetime": LIFETIME}
        assert refused(sheet.resend_link, session, terms, cell[0], anne, **again) == "link_on_its_way"
    shown = opened(database, terms, cell[0], "anne@ac-amiens.fr", NOW + timedelta(minutes=1))
    assert shown.next_link_at == NOW + timedelta(minutes=2)
    assert [one.template for one in shown.messages] == ["activation_link"]
    assert [one.code for one in shown.seen] == ["link_waits", "vote_open"]


def asked(database, terms, agent, identifier="anne@ac-amiens.fr"):
    with database.transaction() as session:
        return assisted_reissue.ask(
            session,
            terms,
            agent,
            voter_id=voter(database, identifier).id,
            phone=PHONE,
            reason=REASON,
            now=NOW,
        )


def corrected(database, agent, email="anne.ficelle@rivages.example", identifier="anne@ac-amiens.fr"):
    with database.transaction() as session:
        return corrections.ask(
            session, agent, voter_id=voter(database, identifier).id, email=email, reason=REASON, now=NOW
        )


def decide(database, terms, agent, number, *, approve, now=NOW):
    with database.transaction() as session:
        approvals.decide(session, terms, agent, number, approve=approve, now=now, lifetime=LIFETIME)


def test_four_eyes_are_those_of_two_agents_of_the_territory_in_time(database, terms, cell):
    number = corrected(database, cell[0])
    before = everything(database)
    assert refused(decide, database, terms, cell[0], number, approve=True) == "approval_own"
    assert refused(decide, database, terms, cell[2], number, approve=True) == "voter_unknown"
    late = NOW + four_eyes.LIFETIME
    assert refused(decide, database, terms, cell[1], number, approve=True, now=late) == "approval_unknown"
    assert refused(corrected, database, cell[1]) == "approval_waiting"
    assert everything(database) == before
    with database.reading() as session:
        assert [approvals.count(session, agent, NOW) for agent in cell] == [0, 1, 0]
    decide(database, terms, cell[1], number, approve=False)
    assert voter(database, "anne@ac-amiens.fr")
    assert refused(decide, database, terms, cell[1], number, approve=True) == "approval_unknown"


def test_a_corrected_address_ends_what_went_to_the_old_one_and_both_are_told(database, terms, cell, mails):
    anne = voter(database, "anne@ac-amiens.fr")
    with database.transaction() as session:
        sheet.resend_link(session, terms, cell[0], anne.id, now=NOW, lifetime=LIFETIME)
        opened_before = sessions.open_unactivated(session, anne.id, NOW)
    old = mails()[-1]["values"]["link"]
    decide(database, terms, cell[1], corrected(database, cell[0]), approve=True)
    assert voter(database, "anne.ficelle@rivages.example").id == anne.id
    sent = [(mail["to"]["email"], mail["template"]) for mail in mails()[-3:]]
    assert sent == [
        ("anne@ac-amiens.fr", "address_replaced"),
        ("anne.ficelle@rivages.example", "address_corrected"),
        ("anne.ficelle@rivages.example", "activation_link"),
    ]
    with database.reading() as session:
        assert refused(sessions.find, session, opened_before, now=NOW, idle=timedelta(hours=1)) == "session_expired"
        from services.identity.access import links

        assert refused(links.find, session, old.rsplit("/", 1)[-1], NOW) == "link_used"
        actions = [entry.action for entry in journal.page(session, None, 2).entries]
    assert actions == [Action.APPROVED, Action.ASKED]


def test_an_address_of_somebody_else_is_taken_before_and_after(database, terms, cell):
    assert refused(corrected, database, cell[0], "Chloe@ac-amiens.fr") == "address_taken"
    number = corrected(database, cell[0])
    with database.transaction() as session:
        session.execute(
            update(Voter)
            .where(Voter.identifier == "chloe@ac-amiens.fr")
            .values(identifier="anne.ficelle@rivages.example")
        )
    before = everything(database)
    assert refused(decide, database, terms, cell[1], number, approve=True) == "address_taken"
    assert everything(database) == before


def test_an_assisted_reissue_goes_by_sms_and_the_voter_is_told(database, terms, cell, mails):
    decide(database, terms, cell[1], corrected(database, cell[0]), approve=True)
    number = asked(database, terms, cell[0], "anne.ficelle@rivages.example")
    with database.reading() as session:
        assert session.scalars(select(ReissueRequest)).all() == [], "nothing before a second agent agrees"
    decide(database, terms, cell[1], number, approve=True)
    with database.reading() as session:
        granted = [
            json.loads(payload)
            for payload in session.scalars(select(outbox.c.payload).where(outbox.c.type == "reissue_granted"))
        ]
        kept = session.scalars(select(ReissueRequest)).one()
    assert [(one["channel"], len(one["holders"])) for one in granted] == [("sms", 1)]
    assert (kept.channel, kept.masked) == ("sms", "06xxxxxxx")
    told = [mail["to"]["email"] for mail in mails() if mail.get("template") == "reissue_assisted"]
    assert sorted(told) == ["anne.ficelle@rivages.example", "anne@ac-amiens.fr"], "also where the address was corrected"
    assert refused(asked, database, terms, cell[0], "anne.ficelle@rivages.example") == "reissue_under_way"
    with database.transaction() as session:
        four_eyes.strip_decided(session, NOW)
        assert "sealed" not in "".join(session.scalars(select(FourEyes.payload)))


def test_an_assisted_reissue_counts_with_the_voters_own(database, terms, cell):
    anne = voter(database, "anne@ac-amiens.fr").id
    with database.transaction() as session:
        session.add_all(
            ReissueRequest(
                id=str(number) * 36, voter_id=anne, state="issued", channel="sms", masked="06xxxxxxx", asked_at=NOW
            )
            for number in range(3)
        )
    assert refused(asked, database, terms, cell[0]) == "reissue_used_up"


def test_queues_are_the_territorys_and_an_answer_is_noted(database, terms, cell, letters, mails):
    anne, bob = (voter(database, f"{name}@ac-amiens.fr").id for name in ("anne", "bob"))
    with database.transaction() as session:
        for who in (anne, bob):
            session.add(
                Claim(voting_event=EVENT, voter_id=who, subject="other", text="x" * 12, state="submitted",
                      submitted_at=NOW)
            )  # fmt: skip
        for who in (anne, bob, None):
            session.add(
                AssistanceRequest(voter_id=who, sender_tag="t", email="a@x.fr", name="A", subject="other",
                                  text="x" * 12, state="open", submitted_at=NOW)
            )  # fmt: skip
    with database.transaction() as session:
        more = {"answered": False, "after": None, "limit": 10}
        assert [one.claim for one in queues.claims_of(session, cell[0], **more).claims] == [1]
        assert [one.request for one in queues.requests_of(session, cell[0], **more).requests] == [1, 3]
        assert queues.counts(session, cell[0]) == (1, 2)
        reply = {"text": "Voici la réponse.", "now": NOW}
        assert refused(queues.answer_claim, session, letters, cell[0], number=2, state="accepted", **reply) == (
            "claim_unknown"
        )
        assert refused(queues.answer_request, session, letters, cell[0], number=2, **reply) == "assistance_unknown"
        queues.answer_claim(session, letters, cell[0], number=1, state="accepted", **reply)
        queues.answer_request(session, letters, cell[0], number=3, **reply)
        assert queues.counts(session, cell[0]) == (0, 1)
        assert [entry.action for entry in journal.page(session, None, 2).entries] == [
            Action.REQUEST_ANSWERED,
            Action.CLAIM_ANSWERED,
        ]
    assert [mail["template"] for mail in mails()[-2:]] == ["claim_answered", "assistance_answered"]


def test_a_voter_who_leaves_the_roll_takes_letters_along_and_the_chain_holds(database, terms, cell):
    with database.transaction() as session:
        session.execute(update(VotingEvent).values(codes_listed_at=None))
        sheet.resend_link(session, terms, cell[0], voter(database, "anne@ac-amiens.fr").id, now=NOW, lifetime=LIFETIME)
    corrected(database, cell[0])
    import_roll(database, [row("bob@ac-amiens.fr", scrutins="CAP-1")], "import-2")
    with database.reading() as session:
        assert session.scalars(select(FourEyes.voter_id)).all() == [None]
        assert session.scalars(select(Account)).all() == []
        assert session.scalars(select(Entitlement.election)).all() == [ONLINE_TOO]
        newest = journal.page(session, None, 1).entries[0]
    assert (newest.action, newest.who) == (Action.ASKED, None)
