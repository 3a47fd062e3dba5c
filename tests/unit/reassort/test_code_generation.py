"""Voting codes for a roll: complete, resumable, and never in clear where they do not belong."""

import dataclasses
import hashlib

import pytest
from sqlalchemy import select

from services.ballot.belenios.keys.credential import private_from_credential, public_credential
from services.reassort.codes import generation, spares
from services.reassort.codes.voting_code import credential_from_code, normalize
from services.reassort.models import Base, Spare
from services.runtime.jobs.job_queue import LeaseLost
from services.runtime.refusals import Refusal
from tests.unit.reassort.roll import CODE_KEY, PARAMETERS, pseudonym, simultaneously


def issued(roll):
    """All entries sent to the urn: (election, holder, rank) → credential."""
    return {
        (batch["election"], entry["holder"], entry["rank"]): entry["credential"]
        for batch in roll.events("credentials_issued")
        for entry in batch["entries"]
    }


def derived(roll, code, election):
    credential = credential_from_code(code, roll.voting_event, PARAMETERS.iterations)
    return public_credential(private_from_credential(election, credential))


def test_a_voter_gets_one_code_and_spares(roll):
    page = roll.generate(roll.bearer("anne", "csa", "cap"), roll.bearer("bruno", "csa"))
    assert (page.generated, page.missing) == (2, None)
    assert dataclasses.asdict(roll.counts()) == {"voters": 2, "spares": 4, "credentials": 9, "notices": 2}


def test_the_code_of_the_notice_opens_every_election_of_the_voter(roll):
    roll.generate(roll.bearer("anne", "csa", "cap"))
    (notice,) = roll.notices()
    entries = issued(roll)
    for name, election in roll.elections.items():
        holder = pseudonym(f"{roll.voting_event}anne{name}")
        assert derived(roll, notice["values"]["voting_code"], election) == entries[election, holder, 0]


def test_the_notice_says_what_it_must(roll):
    roll.generate(roll.bearer("Anne Été", "csa"), name="Élections 2026")
    (notice,) = roll.notices()
    assert notice["to"] == {
        "name": "Anne Été",
        "lines": ["1 rue de l’Urne", "75001 Paris"],
        "place": "Lycée",
        "posted": True,
    }
    assert notice["values"]["voting_event_name"] == "Élections 2026"
    code = notice["values"]["voting_code"]
    assert [len(group) for group in code.split("-")] == [4, 4, 4, 4]
    assert normalize(code) == code.replace("-", "")
    (page,) = roll.events("notices_requested")
    assert (page["template"], len(page["notices"])) == ("voting_notice", 1)
    assert len(page["notices"][0]["message_id"]) == 36


def test_spares_are_sealed_at_rest_and_match_what_was_published(roll):
    roll.generate(roll.bearer("anne", "csa"))
    with roll.database.reading() as session:
        rows = session.execute(select(Spare.rank, Spare.sealed_code, Spare.used)).all()
    entries = issued(roll)
    holder = pseudonym(f"{roll.voting_event}annecsa")
    assert sorted(row.rank for row in rows) == [1, 2]
    for row in rows:
        code = spares.reveal(CODE_KEY, row.sealed_code)
        assert derived(roll, code, roll.elections["csa"]) == entries[roll.elections["csa"], holder, row.rank]
        assert not row.used


def test_no_code_is_in_clear_in_the_database(roll):
    roll.generate(roll.bearer("anne", "csa", "cap"), last=True)
    with roll.database.reading() as session:
        everything = "".join(
            str(tuple(row)) for table in Base.metadata.sorted_tables for row in session.execute(select(table))
        )
        sealed = session.scalars(select(Spare.sealed_code)).all()
    codes = [roll.notices()[0]["values"]["voting_code"], *(spares.reveal(CODE_KEY, one) for one in sealed)]
    for code in codes:
        assert code not in everything
        assert code.replace("-", "") not in everything
    assert "1 rue de l’Urne" not in everything


def test_generating_again_does_nothing(roll):
    bearers = [roll.bearer("anne", "csa"), roll.bearer("bruno", "csa", "cap")]
    roll.generate(*bearers, last=True)
    before = roll.snapshot()
    again = roll.generate(*bearers, last=True)
    assert (again.generated, again.missing) == (0, 0)
    assert roll.snapshot() == before


def test_a_page_that_overlaps_serves_only_who_is_missing(roll):
    roll.generate(roll.bearer("anne", "csa"))
    page = roll.generate(roll.bearer("anne", "csa"), roll.bearer("bruno", "csa"))
    assert (page.generated, roll.counts().voters) == (1, 2)
    assert [batch["batch"] for batch in roll.events("credentials_issued")] == [0, 1]


def test_a_crash_in_the_middle_of_a_page_loses_nothing(roll, monkeypatch):
    bearers = [roll.bearer(name, "csa") for name in ("anne", "bruno")]
    roll.generate(bearers[0])
    before = roll.snapshot()

    def crash(*_):
        raise RuntimeError("power cut")

    with monkeypatch.context() as patched:
        patched.setattr(generation, "_publish", crash)
        with pytest.raises(RuntimeError):
            roll.generate(*bearers, last=True)
    assert roll.snapshot() == before
    assert roll.generate(*bearers, last=True).missing == 0
    assert len(roll.notices()) == 2


def test_two_runs_at_once_serve_each_voter_once(roll):
    bearers = [roll.bearer(f"voter {number}", "csa", "cap") for number in range(12)]
    outcomes = simultaneously(*(lambda: roll.generate(*bearers, last=True) for _ in range(4)))
    assert sum(outcome.generated for outcome in outcomes) == 12
    assert len(roll.notices()) == 12
    assert len(issued(roll)) == 12 * 2 * 3
    assert len(roll.events("credentials_committed")) == 2


def test_the_commitment_is_to_all_credentials_of_an_election(roll):
    roll.generate(roll.bearer("anne", "csa", "cap"), roll.bearer("bruno", "csa"))
    assert roll.events("credentials_committed") == []
    roll.generate(roll.bearer("chloé", "cap"), last=True)
    entries = issued(roll)
    for event in roll.events("credentials_committed"):
        points = sorted(credential for (election, _, _), credential in entries.items() if election == event["election"])
        assert event["digest"] == hashlib.sha256("\n".join(points).encode()).hexdigest()
        assert (event["holders"], event["count"]) == (2, 6)
    assert len(roll.events("credentials_committed")) == 2


def test_late_voters_bring_a_new_commitment_where_they_vote(roll):
    roll.generate(roll.bearer("anne", "csa", "cap"), last=True)
    roll.generate(roll.bearer("late", "cap"), last=True)
    events = roll.events("credentials_committed")
    assert [event["election"] for event in events[2:]] == [roll.elections["cap"]]
    assert events[2]["count"] == 6


def test_an_empty_last_page_commits_too(roll):
    roll.generate(roll.bearer("anne", "csa"))
    page = roll.generate(last=True)
    assert (page.generated, page.missing) == (0, 0)
    assert len(roll.events("credentials_committed")) == 1


def test_entitlements_that_changed_are_refused(roll):
    roll.generate(roll.bearer("anne", "csa"))
    before = roll.snapshot()
    with pytest.raises(Refusal) as caught:
        roll.generate(roll.bearer("anne", "csa", "cap"), roll.bearer("bruno", "csa"), last=True)
    assert (caught.value.code, caught.value.details) == ("entitlements_changed", {"bearers": 1})
    assert roll.snapshot() == before


def test_the_parameters_of_the_first_page_hold(roll):
    roll.generate(roll.bearer("anne", "csa"))
    later = dataclasses.replace(PARAMETERS, iterations=7, spares=5)
    roll.generate(roll.bearer("bruno", "csa"), parameters=later)
    holder = pseudonym(f"{roll.voting_event}brunocsa")
    codes = [notice["values"]["voting_code"] for notice in roll.notices() if notice["to"]["name"] == "bruno"]
    assert derived(roll, codes[0], roll.elections["csa"]) == issued(roll)[roll.elections["csa"], holder, 0]
    assert roll.counts().spares == 4
    with roll.database.reading() as session:
        assert generation.iterations_of(session, roll.voting_event) == PARAMETERS.iterations
        assert generation.iterations_of(session, None) is None


def test_no_spares_at_all(roll):
    roll.generate(roll.bearer("anne", "csa"), parameters=dataclasses.replace(PARAMETERS, spares=0), last=True)
    assert dataclasses.asdict(roll.counts()) == {"voters": 1, "spares": 0, "credentials": 1, "notices": 1}


def test_all_credentials_are_different(roll):
    roll.generate(*(roll.bearer(f"voter {number}", "csa", "cap") for number in range(10)))
    entries = issued(roll)
    assert len(set(entries.values())) == len(entries) == 60


def test_batches_do_not_tell_the_order_of_the_roll(roll):
    roll.generate(*(roll.bearer(f"voter {number}", "csa") for number in range(10)))
    (batch,) = roll.events("credentials_issued")
    points = [entry["credential"] for entry in batch["entries"]]
    assert points == sorted(points)


def test_sqlite_keeps_no_insertion_order(database):
    if not database.is_sqlite:
        return  # PostgreSQL has no rowid.
    with database.reading() as session:
        made = dict(session.connection().exec_driver_sql("SELECT name, sql FROM sqlite_master").all())
    assert all("WITHOUT ROWID" in made[table] for table in ("bearers", "spares", "public_credentials"))


def test_a_page_that_is_not_confirmed_is_not_kept(roll):
    before = roll.snapshot()

    def lost(_session):
        raise LeaseLost

    with pytest.raises(LeaseLost):
        roll.generate(roll.bearer("anne", "csa"), last=True, confirm=lost)
    assert {name: rows for name, rows in roll.snapshot().items() if name != "generations"} == {
        name: rows for name, rows in before.items() if name != "generations"
    }


def test_the_migration_makes_what_the_models_say(database):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
