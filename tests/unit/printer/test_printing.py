"""The printer's commands, as a printer uses them."""

import csv
import hashlib
import io
import json

import pyrage
import pytest
from click.testing import CliRunner
from pypdf import PdfReader

from deploy.printer.command import command
from services.notification.channels.paper.notice import reference
from services.runtime import age_box
from tests.unit.printer.world import code, message_id, voter, write_batches, write_key_and_sheet


@pytest.fixture
def run(tmp_path):
    key, sheet = write_key_and_sheet(tmp_path / "room")

    def invoke(name, *arguments):
        more = ["--sheet", str(sheet), "--out", str(tmp_path / "out")] if name == "print" else []
        return CliRunner().invoke(command, [name, str(tmp_path / "in"), "--key", str(key), *more, *arguments])

    return invoke


def manifest(tmp_path):
    return json.loads((tmp_path / "out" / "bordereau.json").read_text())


def texts(content):
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def test_posted_and_handed_over_are_apart_and_every_code_is_printed_once(tmp_path, run):
    posted = {number: voter(number, place="Lycée de l’Été") for number in range(7)}
    handed = {
        number: voter(number, lines=["Lycée de l’Été"], place="Lycée de l’Été" if number % 2 else "École", posted=False)
        for number in range(7, 20)
    }
    write_batches(tmp_path / "in", posted | handed, size=6)
    done = run("print")
    assert done.exit_code == 0, done.output
    summary = manifest(tmp_path)
    assert (summary["printed"], summary["kept_back"]) == (20, 0)
    assert sum(one["count"] for one in summary["batches"]) == 20
    found = []
    for entry in summary["files"]:
        content = (tmp_path / "out" / entry["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry["sha256"] == entry["sha256_opened"]
        pages = texts(content)
        if entry["kind"] == "signatures":
            numbers = range(7, 20) if entry["place"] else ()
            assert {n for n in numbers if reference(message_id(n)) in "".join(pages)} == {
                n for n in handed if handed[n]["to"]["place"] == entry["place"]
            }
        else:
            assert len(pages) == entry["notices"]
            mine = [n for n in range(20) for page in pages if code(n) in page]
            assert all((n in posted) == (entry["kind"] == "post") for n in mine)
            found += mine
    assert sorted(found) == list(range(20))


def test_everything_can_be_handed_over(tmp_path, run):
    write_batches(tmp_path / "in", {number: voter(number, place="École") for number in range(3)})
    assert run("print", "--hand-over-all").exit_code == 0
    assert {one["kind"] for one in manifest(tmp_path)["files"]} == {"hand_over", "signatures"}


def test_a_list_is_in_the_order_of_surnames(tmp_path, run):
    names = ["Zoé Abel", "Ada Éluard", "Bob Zola", "Max Durand"]
    write_batches(
        tmp_path / "in", {n: voter(n, name=name, place="École", posted=False) for n, name in enumerate(names)}
    )
    assert run("print").exit_code == 0
    (listed,) = (tmp_path / "out").glob("*-signatures.pdf")
    text = "\n".join(texts(listed.read_bytes()))
    assert sorted(names, key=text.index) == ["Zoé Abel", "Max Durand", "Ada Éluard", "Bob Zola"]


def test_for_a_workshop_only_encrypted_files_are_left(tmp_path, run):
    private, public = age_box.new_identity()
    write_batches(tmp_path / "in", {number: voter(number, place="École", posted=False) for number in range(3)})
    assert run("print", "--recipient", public).exit_code == 0
    for entry in manifest(tmp_path)["files"]:
        lying = (tmp_path / "out" / entry["file"]).read_bytes()
        assert hashlib.sha256(lying).hexdigest() == entry["sha256"]
        opened = pyrage.decrypt(lying, [pyrage.x25519.Identity.from_str(private)])
        assert hashlib.sha256(opened).hexdigest() == entry["sha256_opened"]
    for path in (tmp_path / "out").iterdir():
        assert path.suffix in (".age", ".json", ".csv")
        assert b"Nom1" not in path.read_bytes()
        assert b"%PDF" not in path.read_bytes()
        assert code(1).encode() not in path.read_bytes()


def test_a_name_that_cannot_be_printed_stops_the_printing_and_is_named_by_its_message(tmp_path, run):
    write_batches(tmp_path / "in", {1: voter(1), 2: voter(2, name="王 小明"), 3: voter(3, name="Zo\ufffd")})
    for name in ("check", "print"):
        done = run(name)
        assert done.exit_code == 1
        assert message_id(2) in done.output
        assert "U+738B" in done.output
        assert "U+FFFD" in done.output
        assert "王" not in done.output
    assert not list((tmp_path / "out").glob("*.pdf"))


def test_the_others_can_be_printed_and_the_report_says_which_were_not(tmp_path, run):
    long = "Marie-Antoinette Bernadette Vandermeersch"
    write_batches(tmp_path / "in", {1: voter(1, name=long), 2: voter(2, name="王 小明")})
    done = run("print", "--without-unprintable")
    assert done.exit_code == 0, done.output
    assert (manifest(tmp_path)["printed"], manifest(tmp_path)["kept_back"]) == (1, 1)
    text = (tmp_path / "out" / "constats.csv").read_text(encoding="utf-8-sig")
    rows = {row["message"]: row for row in csv.DictReader(io.StringIO(text), delimiter=";")}
    assert (rows[message_id(1)]["imprimée"], rows[message_id(2)]["imprimée"]) == ("oui", "non")
    assert rows[message_id(2)]["caractères"] == "U+5C0F U+660E U+738B"
    assert "Vandermeersch" not in text


def test_notices_for_another_key_are_said_to_be_so(tmp_path, run):
    write_batches(tmp_path / "in", {1: voter(1)})
    private, _ = age_box.new_identity()
    (tmp_path / "room" / "key.txt").write_text(private)
    done = run("check")
    assert done.exit_code == 1
    assert "autre clé" in done.output


def test_large_print_by_number(tmp_path, run):
    write_batches(tmp_path / "in", {number: voter(number) for number in range(3)})
    assert run("print", "--large-print", reference(message_id(1)).upper()).exit_code == 0
    assert len(texts((tmp_path / "out" / "poste-0001.pdf").read_bytes())) == 4


def test_a_second_printing_into_the_same_folder_is_refused(tmp_path, run):
    write_batches(tmp_path / "in", {1: voter(1)})
    assert run("print").exit_code == 0
    before = sorted((path.name, path.read_bytes()) for path in (tmp_path / "out").iterdir())
    done = run("print")
    assert done.exit_code == 1
    assert "déjà" in done.output
    assert sorted((path.name, path.read_bytes()) for path in (tmp_path / "out").iterdir()) == before


def test_a_damaged_batch_stops_everything(tmp_path, run):
    write_batches(tmp_path / "in", {number: voter(number) for number in range(4)}, size=2)
    (tmp_path / "in" / "notices-0002.jsonl").write_bytes(b"{}\n")
    done = run("print")
    assert done.exit_code == 1
    assert "notices-0002.jsonl" in done.output
    assert not list((tmp_path / "out").glob("*.pdf"))


def test_after_the_hand_over_nothing_readable_is_left(tmp_path, run):
    write_batches(tmp_path / "in", {number: voter(number, place="École", posted=False) for number in range(3)})
    run("print")
    done = CliRunner().invoke(command, ["forget", str(tmp_path / "out")])
    assert done.exit_code == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"bordereau.json", "constats.csv"}


def test_a_key_is_drawn_once(tmp_path):
    path = tmp_path / "key"
    done = CliRunner().invoke(command, ["new-key", str(path)])
    public = done.output.strip().partition("=")[2]
    assert age_box.recipient_of(path.read_text()) == public
    assert path.read_text().splitlines()[-1] not in done.output
    assert path.stat().st_mode & 0o777 == 0o600
    assert CliRunner().invoke(command, ["new-key", str(path)]).exit_code == 1


def test_a_sheet_is_made_of_the_voting_event(tmp_path):
    event = tmp_path / "event.json"
    event.write_text(
        json.dumps({"name": "Vote", "opens_at": "2026-12-03T08:00:00+01:00", "closes_at": "2026-12-10T17:00:00+01:00"})
    )
    arguments = [
        "sheet",
        str(event),
        "--portal",
        "https://v.example.org",
        "--support",
        "01",
        "--out",
        str(tmp_path / "s"),
    ]
    assert CliRunner().invoke(command, arguments).exit_code == 0
    assert json.loads((tmp_path / "s").read_text())["voting_event"] == "Vote"
    event.write_text("{}")
    done = CliRunner().invoke(command, arguments)
    assert done.exit_code == 1
    assert "opens_at" in done.output


def test_a_code_is_on_its_own_page_and_nowhere_else(tmp_path, run):
    numbers = range(6)
    places = {number: "École" if number % 2 else "" for number in numbers}
    write_batches(
        tmp_path / "in",
        {
            number: voter(number, **({"place": places[number], "posted": False} if places[number] else {}))
            for number in numbers
        },
        size=2,
    )
    sealed = b"".join(path.read_bytes() for path in (tmp_path / "in").iterdir())
    done = run("print")
    assert done.exit_code == 0, done.output
    ways = {way for number in numbers for way in (code(number), code(number).replace("-", ""))}
    # What people copy, keep and send around: batches, slips, reports, lists to sign, names of files, titles of documents.
    out = tmp_path / "out"
    around = sealed.decode("latin-1") + done.output + " ".join(path.name for path in out.iterdir())
    around += (out / "bordereau.json").read_text() + (out / "constats.csv").read_text(encoding="utf-8-sig")
    seen = []
    for path in sorted(out.glob("*.pdf")):
        reader = PdfReader(path)
        around += repr(reader.metadata) + str(reader.xmp_metadata and reader.xmp_metadata.stream.get_data())
        around += repr([one.get("/Title") for one in reader.outline if hasattr(one, "get")])
        pages = ["".join(page.split()) for page in texts(path.read_bytes())]
        of_pages = [[number for number in numbers if code(number) in page] for page in pages]
        assert all(len(found) <= 1 for found in of_pages), path.name
        seen += [number for found in of_pages for number in found]
    assert sorted(seen) == list(numbers)
    assert {way for way in ways if way in around} == set()
