"""Receipts: signed over exactly what they say."""

import dataclasses

import pytest

from services.ballot.urn import receipt
from tests.unit.ballot.urn import RECEIPT_PUBLIC, RECEIPT_SEED


@pytest.fixture
def one():
    return receipt.sign(RECEIPT_SEED, election="4zrSvGhhbnvfVP", tracker="t" * 43, head="a" * 64, height=12)


def test_the_signed_text_is_compact_json_in_order(one):
    text = receipt.signed_text(one.election, one.tracker, one.head, one.height)
    expected = '{"election":"4zrSvGhhbnvfVP","tracker":"%s","head":"%s","height":12}'
    assert text == expected % ("t" * 43, "a" * 64)


def test_the_same_ballot_has_the_same_receipt(one):
    again = receipt.sign(RECEIPT_SEED, election=one.election, tracker=one.tracker, head=one.head, height=one.height)
    assert again == one
    assert receipt.is_valid(RECEIPT_PUBLIC, one)


@pytest.mark.parametrize(
    "change",
    [{"election": "other"}, {"tracker": "u" * 43}, {"head": "b" * 64}, {"height": 13}, {"signature": "00" * 64}],
)
def test_each_altered_field_is_noticed(one, change):
    assert not receipt.is_valid(RECEIPT_PUBLIC, dataclasses.replace(one, **change))


@pytest.mark.parametrize("signature", ["", "zz", "00"])
def test_a_signature_that_is_none(one, signature):
    assert not receipt.is_valid(RECEIPT_PUBLIC, dataclasses.replace(one, signature=signature))


def test_a_receipt_says_neither_holder_nor_time(one):
    assert set(one.dump()) == {"election", "tracker", "head", "height", "signature"}
