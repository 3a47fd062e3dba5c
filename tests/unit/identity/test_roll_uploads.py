"""A roll file sent from a page: in pieces, read by a job that may die, compared, gone once it is the roll or abandoned."""

import base64
import json
from datetime import timedelta
from random import Random
from types import SimpleNamespace

import pytest
from sqlalchemy import delete, func, select

from services.files import roll_file
from services.files.csv_form import Repairs
from services.identity.contract.event.removals import RemoveVoter
from services.identity.contract.event.uploads import OpenRollUpload, RollPiece
from services.identity.models import (
    Agent,
    Entitlement,
    RollUpload,
    RollUploadPiece,
    StagedEntitlement,
    StagedRow,
    Voter,
)
from services.identity.roll import electoral_roll, import_checks, removals, staging
from services.identity.roll.sent import reading, uploads
from services.identity.support import corrections
from services.runtime.jobs.job_queue import LeaseLost
from services.runtime.refusals import Refusal
from tests.unit.identity.test_console_jobs import Running
from tests.unit.identity.world import EVENT, KEY, LIFETIME, NOW, everything, import_roll, row

HEADER = "identifiant;nom;prenom;affectation;adresse1;adresse2;code_postal;ville;scrutins"
UPLOAD = "import-sent"


def line(name, elections="CSA-M|CCP", **changes):
    values = row(f"{name}@ac-amiens.fr", scrutins=elections) | changes
    return ";".join(values[column] for column in HEADER.split(";"))


def file_of(*lines):
    return "\r\n".join((HEADER, *lines, "")).encode()


@pytest.fixture
def resources(database, event):
    """Those of identity, as far as this job looks."""
    settings = SimpleNamespace(holder_key=KEY, roll_loss_voters=2, roll_loss_percent=1.0)
    return SimpleNamespace(database=database, settings=settings)


def send(database, content, *, size=40, complement=False, upload=UPLOAD, at=NOW):
    """As the portal does."""
    wanted = OpenRollUpload(session="s", upload=upload, voting_event=EVENT, name="liste.csv", complement=complement)
    with database.transaction() as session:
        uploads.begin(session, wanted, Agent(name="Ondine Bruine"), at)
    pieces = [content[start : start + size] for start in range(0, len(content), size)]
    for number, piece in enumerate(pieces):
        with database.transaction() as session:
            uploads.add_piece(
                session, RollPiece(upload=upload, number=number, content=base64.b64encode(piece).decode())
            )
    with database.transaction() as session:
        assert uploads.read(session, upload, len(pieces)) == uploads.read(session, upload, len(pieces))


def count(database, table):
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table))


def read(resources, **more):
    return reading.read(resources, Running({"upload": UPLOAD}, **more))


def test_a_file_in_pieces_is_read_compared_taken_over_and_leaves_nothing(resources, database):
    import_roll(database, [row(f"v{number}@ac-amiens.fr") for number in range(5)])
    content = "\ufeff".encode() + file_of(line("v0"), line("v1", nom="Cafe\u0301 "), line("z")) + b";;;;;;;;\r\n"
    send(database, content, size=7)
    with database.reading() as session:
        assert uploads.shown(session, EVENT).upload.lines is None
    found = read(resources)
    assert (found["voters"], found["added"], found["changed"], found["removed"], found["confirm"]) == (5, 1, 1, 3, True)
    assert count(database, RollUploadPiece) == 0
    assert count(database, Voter) == 5
    with database.reading() as session:
        sent = uploads.shown(session, EVENT).upload
    assert (sent.name, sent.agent, sent.lines, sent.job is not None) == ("liste.csv", "Ondine Bruine", 3, True)
    assert any("Accents décomposés" in said for said in sent.repairs)
    assert any("Lignes vides à la fin" in said for said in sent.repairs)
    with database.transaction() as session:
        electoral_roll.commit(session, voting_event=EVENT, import_id=UPLOAD, lines=3, removing=3, now=NOW)
    assert count(database, Voter) == 3
    assert count(database, RollUpload) == count(database, StagedRow) == 0


def test_a_reader_that_dies_goes_on_after_its_last_part(resources, database, monkeypatch):
    monkeypatch.setattr(reading, "PART", 10)
    send(database, file_of(*(line(f"v{number}") for number in range(25))))
    for pages in (1, 4):
        killed = Running({"upload": UPLOAD}, pages=pages)
        with pytest.raises(LeaseLost):
            reading.read(resources, killed)
        assert killed.position == ("10" if pages == 1 else reading.STAGED)
        again = Running({"upload": UPLOAD}, position=killed.position, pages=None)
    assert reading.read(resources, again)["added"] == 25
    assert again.told[0][0] == "checking", "what was staged is not read again"


def test_all_that_is_wrong_is_listed_by_pages_and_nothing_changes(resources, database):
    import_roll(database, [row("v0@ac-amiens.fr")])
    bad = [line("a", code_postal="1000"), line("b"), line("b"), line("c", elections="???", nom="")]
    send(database, file_of(*bad))
    before = count(database, Voter)
    with pytest.raises(Refusal) as refused:
        read(resources)
    assert (refused.value.code, refused.value.details["total"]) == ("roll_invalid", 4)
    listed, after = [], 0
    while after is not None:
        with database.reading() as session:
            page = import_checks.problems(
                session, voting_event=EVENT, import_id=UPLOAD, complement=False, after=after, limit=2
            )
        listed += [(one.line, one.column) for one in page.problems]
        after = page.next
    assert listed == [(2, "code_postal"), (4, "identifiant"), (5, "nom"), (5, "scrutins")]
    assert count(database, Voter) == before
    assert count(database, RollUploadPiece) == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"nom;prenom\r\nA;B\r\n", "en-tête incorrect"),
        (file_of(line("a"), line("b") + ";x"), "au lieu de 9"),
        (HEADER.encode() + b"\r\n" + b"x" * 300_000, "sans retour à la ligne"),
        (HEADER.encode() + b"\r\n", "n’a que son en-tête"),
        (file_of(line("a")) + "é".encode() + b"\xff;\xfe\r\n", "pas de l’UTF-8"),
        (b"\x00\x01\x02", "caractère nul"),
    ],
    ids=["header", "columns", "one-line", "empty", "two-encodings", "binary"],
)
def test_what_is_no_roll_is_told_with_its_line(resources, database, content, said):
    send(database, content, size=100_000)
    with pytest.raises(Refusal) as refused:
        read(resources)
    assert refused.value.code == "roll_unreadable"
    assert any(said in problem for problem in refused.value.details["problems"])
    assert count(database, RollUploadPiece) == count(database, StagedRow) == 0


CASES = {
    # What reports of people who do this work brought: a lost zero, a lost letter, rows of separators at a spreadsheet's end.
    "lost-zero": (line("a", code_postal="1000"), [(2, "code_postal")]),
    "lost-letter": (line("a", nom="H\ufffdLICE"), [(2, "nom")]),
    "long-line": (line("a", adresse1="Résidence " * 12), [(2, "adresse1")]),
    "hyphens": (line("a", nom="Vent\u2011Debout"), []),
    "separators": (line("a") + "\r\n;;;;;;;;\r\n;;;;;;;;", []),
}


@pytest.mark.parametrize("case", CASES)
def test_cases_from_reports_are_mended_or_refused_with_their_place(resources, database, case):
    content, expected = CASES[case]
    send(database, file_of(content))
    if not expected:
        assert read(resources)["added"] == 1
        return
    with pytest.raises(Refusal, match="roll_invalid") as refused:
        read(resources)
    assert [(one["line"], one["column"]) for one in refused.value.details["errors"]] == expected


def test_a_file_in_pieces_reads_as_the_file_itself(resources, database, tmp_path):
    """Whatever was done to it: cut, doubled, bytes altered; in pieces that end anywhere."""
    whole = "\ufeff".encode() + file_of(*(line(f"é{number}", nom="Œuvre") for number in range(6)))
    send(database, b"x")
    for seed in range(60):
        chance = Random(seed)
        cut, at = chance.randrange(len(whole)), chance.randrange(len(whole))
        altered = bytes([chance.choice(b'\x00\r\n";,\t\xe9\xff')])
        content = whole[:at] + altered * chance.randrange(3) + whole[at:][: cut or None]
        path = tmp_path / "roll.csv"
        path.write_bytes(content)
        size = chance.randrange(1, 200)
        with database.transaction() as session:
            session.execute(delete(RollUploadPiece))
            session.add_all(
                RollUploadPiece(import_id=UPLOAD, number=number, content=content[start : start + size])
                for number, start in enumerate(range(0, len(content), size))
            )
        assert outcome(uploads.SentFile(database, UPLOAD)) == outcome(path), seed


def outcome(file):
    """What reading a file comes to: its rows, or what is wrong; and what was mended."""
    repairs = Repairs()
    try:
        return [chunk.rows for chunk in roll_file.chunks(file, 2, repairs)], list(repairs.said())
    except roll_file.RollFileError as error:
        return error.problems, None


def test_another_file_takes_its_place_and_what_is_abandoned_goes(resources, database, monkeypatch):
    send(database, file_of(line("a")))
    read(resources)
    send(database, file_of(*(line(f"b{number}") for number in range(5))), upload="import-next")
    assert count(database, StagedRow) == 0
    with pytest.raises(Refusal, match="roll_upload_unknown"):
        read(resources)
    reading.read(resources, Running({"upload": "import-next"}))
    monkeypatch.setattr(uploads, "FORGOTTEN", 2)
    uploads.forget_abandoned(database, NOW + timedelta(hours=24), timedelta(hours=24))
    assert (count(database, RollUpload), count(database, StagedRow)) == (1, 5)
    uploads.forget_abandoned(database, NOW + timedelta(hours=25), timedelta(hours=24))
    assert count(database, RollUpload) == count(database, RollUploadPiece) == count(database, StagedRow) == 0


def test_a_piece_that_is_missing_or_comes_too_late_is_refused(resources, database):
    send(database, file_of(line("a")))
    piece = RollPiece(upload=UPLOAD, number=0, content="YQ==")
    before = everything(database)
    with pytest.raises(Refusal, match="roll_upload_unknown"), database.transaction() as session:
        uploads.add_piece(session, piece)
    assert everything(database) == before
    wanted = OpenRollUpload(session="s", upload="other", voting_event=EVENT, name="x")
    with database.transaction() as session:
        uploads.begin(session, wanted, Agent(name="Ondine Bruine"), NOW)
        uploads.add_piece(session, RollPiece(upload="other", number=1, content="YQ=="))
    with pytest.raises(Refusal, match="import_incomplete"), database.transaction() as session:
        uploads.read(session, "other", 2)
    with database.transaction() as session:
        staging.open_roll(session, EVENT).codes_listed_at = NOW
    with pytest.raises(Refusal, match="roll_in_use"), database.transaction() as session:
        uploads.begin(session, OpenRollUpload(session="s", upload="u", voting_event=EVENT, name="x"), Agent(), NOW)


@pytest.mark.parametrize("elections", [[], ["CCP"]], ids=["off-the-roll", "off-one-election"])
@pytest.mark.parametrize("complement", [True, False], ids=["added", "replaced"])
def test_whoever_is_removed_after_the_reading_is_not_brought_back(resources, database, complement, elections):
    """The file was read while he was on the roll: nobody was shown, or has agreed, that it puts him there again."""
    import_roll(database, [row("v0@ac-amiens.fr"), row("v1@ac-amiens.fr")])
    send(database, file_of(line("v0"), line("v1")), complement=complement)
    assert read(resources)["added"] == 0
    wanted = RemoveVoter(
        removal="5e5e5e5e-0000-4000-8000-00000000000a",
        voting_event=EVENT,
        identifier="v1@ac-amiens.fr",
        elections=elections,
        reason="Fin de détachement.",
    )
    with database.transaction() as session:
        removals.ask(session, wanted, "Opératrice", holder_key=KEY, now=NOW)
    before = count(database, Voter), count(database, Entitlement)
    with pytest.raises(Refusal, match="import_incomplete"), database.transaction() as session:
        electoral_roll.commit(
            session, voting_event=EVENT, import_id=UPLOAD, lines=2, complement=complement, removing=0, now=NOW
        )
    assert (count(database, Voter), count(database, Entitlement)) == before
    with database.transaction() as session:
        staging.forget(session, EVENT, import_id=UPLOAD, lines=staging.ALL_LINES)
    assert count(database, StagedEntitlement) == 0


def test_pieces_are_those_of_the_file_and_no_others(database, event):
    """As many as were sent, but one of them beyond the end: the file would end, unseen, where one is missing."""
    wanted = OpenRollUpload(session="s", upload="other", voting_event=EVENT, name="x")
    with database.transaction() as session:
        uploads.begin(session, wanted, Agent(name="Ondine Bruine"), NOW)
        for number in (0, 1, 3):
            uploads.add_piece(session, RollPiece(upload="other", number=number, content="YQ=="))
    for pieces in (2, 3, 4):
        with pytest.raises(Refusal, match="import_incomplete"), database.transaction() as session:
            uploads.read(session, "other", pieces)


def test_an_address_that_a_correction_gave_after_the_reading_is_not_added_twice(resources, database, letters):
    """Two voters of one address: the import failed again and again, and the page said that it is under way."""
    import_roll(database, [row("v0@ac-amiens.fr")])
    send(database, file_of(line("z")), complement=True)
    assert read(resources)["added"] == 1
    with database.transaction() as session:
        voter = session.scalars(select(Voter.id)).one()
        asked = {"before": "v0@ac-amiens.fr", "email": "z@ac-amiens.fr"}
        approved = SimpleNamespace(voter_id=voter, payload=json.dumps(asked))
        corrections.apply(session, letters, approved, now=NOW, lifetime=LIFETIME)
    with pytest.raises(Refusal, match="import_incomplete"), database.transaction() as session:
        electoral_roll.commit(session, voting_event=EVENT, import_id=UPLOAD, lines=1, complement=True, now=NOW)
    assert count(database, Voter) == 1
