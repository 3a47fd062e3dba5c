"""Receipts: signed over exactly what they say."""

import dataclasses
import json

import pytest

from services.ballot.contract import receipts
from services.ballot.urn import receipt
from tests.unit.ballot.urn import RECEIPT_PUBLIC, RECEIPT_SEED


@pytest.fixture
def one():
    return receipt.sign(RECEIPT_SEED, election="4zrSvGhhbnvfVP", tracker="t" * 43, head="a" * 64, height=12)


def test_the_signed_text_is_compact_json_in_order(one):
    text = receipts.signed_text(one.election, one.tracker, one.head, one.height)
    expected = '{"election":"4zrSvGhhbnvfVP","tracker":"%s","head":"%s","height":12}'
    assert text == expected % ("t" * 43, "a" * 64)


def test_the_same_ballot_has_the_same_receipt(one):
    again = receipt.sign(RECEIPT_SEED, election=one.election, tracker=one.tracker, head=one.head, height=one.height)
    assert again == one
    assert receipts.is_signed(RECEIPT_PUBLIC, one)


@pytest.mark.parametrize(
    "change",
    [{"election": "other"}, {"tracker": "u" * 43}, {"head": "b" * 64}, {"height": 13}, {"signature": "00" * 64}],
)
def test_each_altered_field_is_noticed(one, change):
    assert not receipts.is_signed(RECEIPT_PUBLIC, dataclasses.replace(one, **change))


@pytest.mark.parametrize("signature", ["", "zz", "00"])
def test_a_signature_that_is_none(one, signature):
    assert not receipts.is_signed(RECEIPT_PUBLIC, dataclasses.replace(one, signature=signature))


def test_a_receipt_says_neither_holder_nor_time(one):
    assert set(one.dump()) == {"election", "tracker", "head", "height", "signature"}


def written(one, **changes):
    return "Accusé de réception\r\n\r\nScrutin : CSA\r\n\r\n" + json.dumps(one.dump() | changes) + "\r\n"


def test_a_receipt_is_found_at_the_end_of_its_file(one):
    for text in (written(one), json.dumps(one.dump())):
        read = receipts.read(text)
        assert receipts.is_signed(RECEIPT_PUBLIC, read)
        assert not receipts.is_signed("ab" * 32, read)


@pytest.mark.parametrize(
    "changes",
    [
        {"signature": "not a signature"},
        {"height": "12"},
        {"height": True},
        {"tracker": "t"},
        {"more": 1},
        {"head": None},
    ],
)
def test_what_has_not_the_form_is_no_receipt(one, changes):
    with pytest.raises(receipts.NotAReceipt):
        receipts.read(written(one, **changes))


@pytest.mark.parametrize("text", ["", "Accusé de réception", "{", "[1]", "{" * 5000, "x" * 30_000, '{"election": 1}'])
def test_texts_without_a_receipt(text):
    with pytest.raises(receipts.NotAReceipt):
        receipts.read(text)
