"""The pages: PDF/UA, and what a voter reads on them."""

import io
import json

import pytest
from marshmallow import ValidationError
from pypdf import PdfReader, PdfWriter

from services.notification.channels.paper import notice, typesetting
from services.notification.channels.paper.notice import Malformed, Sheet
from tests.servers import verapdf
from tests.unit.notification.world import START
from tests.unit.printer.world import SHEET, code, message_id, voter

LONG = "Marie-Antoinette Bernadette Vandermeersch"
NAMES = [
    "O'Brien \"Bob\" D'Été",
    "Ελένη Παπαδοπούλου",
    "Анна Иванова",
    "Łukasz Świątek",
    "fi fl ffi",
    "#strong[*a*] $x$ \\n",
]


def made(number=1, **more):
    large = more.pop("large", False)
    return notice.read(message_id(number), voter(number, **more), large=large)


def pages(content):
    return [page.extract_text().splitlines() for page in PdfReader(io.BytesIO(content)).pages]


def set_pages(notices, **sheet):
    return pages(typesetting.notices(Sheet.parse(SHEET | sheet), notices, START))


def test_notices_and_lists_are_pdf_ua(tmp_path):
    """The validator, asked once for all, refuses a page that has no tags."""
    sheet = Sheet.parse(SHEET)
    printed = [
        made(1),
        made(2, name=LONG),
        made(3, large=True),
        *(made(4 + i, name=name) for i, name in enumerate(NAMES)),
    ]
    (tmp_path / "notices.pdf").write_bytes(typesetting.notices(sheet, printed, START))
    (tmp_path / "signatures.pdf").write_bytes(typesetting.signatures(sheet, "Lycée de l’Été", printed * 9, START))
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.write(tmp_path / "bare.pdf")
    try:
        found = verapdf.failures(*sorted(tmp_path.iterdir()))
    except verapdf.VeraPdfMissing as missing:
        pytest.skip(f"veraPDF cannot be had: {missing}")
    assert found.pop("bare.pdf")
    assert found == {"notices.pdf": [], "signatures.pdf": []}


def test_a_notice_is_one_page_that_says_all_that_is_needed():
    (page,) = set_pages([made()])
    assert page[1:4] == ["Ada Nom1", "1 rue du Phare", "80000 AMIENS"]
    text = " ".join(" ".join(page).split())
    assert code(1) in page
    for words in (
        "elections.example.org/portail",
        "3 décembre 2026 à 8 h 00",
        "10 décembre 2026 à 17 h 00",
        "01 99 00 12 34",
        "7F3A 91C0 55DE 2B14",
        "réassort",
        f"Notice n° {notice.reference(message_id(1))}",
        "5. ",
    ):
        assert words in text


def test_without_a_fingerprint_the_notice_says_who_publishes_it():
    (page,) = set_pages([made()], fingerprint="")
    assert "le bureau de vote la publie" in " ".join(" ".join(page).split())


def test_the_channel_of_2018_speaks_of_an_sms_before_the_opening():
    (page,) = set_pages([made()], reissue="2018")
    assert "il vous parvient par SMS" in " ".join(" ".join(page).split())


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_printed_letter_for_letter(name):
    (page,) = set_pages([made(name=name)])
    assert page[1] == name


def test_large_print_takes_both_sides_and_has_the_code_on_the_first():
    first, second = set_pages([made(large=True)])
    assert code(1) in first
    assert code(1) not in second


def test_each_code_is_on_the_page_of_its_own_addressee():
    printed = set_pages([made(number) for number in range(40)])
    assert len(printed) == 40
    for number, page in enumerate(printed):
        assert f"Ada Nom{number}" in page
        assert [line for line in page if line.startswith("ABCD-")] == [code(number)]


def test_long_texts_are_set_smaller_and_stay_on_the_page():
    longest = {"voting_event": "mot " * 49, "support": "numéro " * 28, "portal": "https://" + "a" * 24 + ".example.org"}
    for large in (False, True):
        assert len(set_pages([made(large=large)], **longest)) == 1 + large


@pytest.mark.parametrize("large", [False, True])
def test_texts_that_would_run_off_the_page_are_refused(large):
    with pytest.raises(typesetting.DoesNotFit):
        set_pages([made(large=large)], portal=f"https://e.example.org/{'w' * 120}")


def test_a_list_has_names_and_numbers_and_no_code():
    printed = [made(number) for number in range(30)]
    content = typesetting.signatures(Sheet.parse(SHEET), "Lycée de l’Été", printed, START)
    text = "\n".join(line for page in pages(content) for line in page)
    assert all(one.reference in text and one.name in text for one in printed)
    assert "ABCD" not in text


def test_the_same_notices_give_the_same_bytes():
    sheet = Sheet.parse(SHEET)
    assert typesetting.notices(sheet, [made()], START) == typesetting.notices(sheet, [made()], START)


@pytest.mark.parametrize(
    "change",
    [
        {"portal": "portail"},
        {"closes_at": SHEET["opens_at"]},
        {"opens_at": "2026-12-03"},
        {"reissue": "2020"},
        {"other": 1},
    ],
)
def test_a_sheet_that_would_mislead_is_refused(change):
    with pytest.raises(ValidationError):
        Sheet.parse(json.loads(json.dumps(SHEET | change)))


@pytest.mark.parametrize(
    "content",
    [{}, {"to": {}}, {"to": {"name": "A", "lines": [3]}, "values": {"voting_code": "X"}}, {"to": 3, "values": 4}],
)
def test_what_is_no_notice_is_said_to_be_none(content):
    with pytest.raises(Malformed):
        notice.read(message_id(1), content)


def test_a_notice_shows_nothing_of_its_voter_in_messages_of_faults():
    assert "Nom1" not in repr(made())
    assert "ABCD" not in repr(made())
