"""Numbers as voters type them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notification.contract.phone import PhoneRefused, Why, mobile


@pytest.mark.parametrize(
    ("typed", "e164", "region"),
    [
        ("06 12 34 56 78", "+33612345678", "FR"),
        ("+33 (0)6.12.34.56.78", "+33612345678", "FR"),
        ("0033612345678", "+33612345678", "FR"),
        ("07-56-12-34-56", "+33756123456", "FR"),
        ("0692 12 34 56", "+262692123456", "RE"),
        ("0639 01 23 45", "+262639012345", "YT"),
        ("0690 30 12 34", "+590690301234", "GP"),
        ("0696 20 12 34", "+596696201234", "MQ"),
        ("0694 20 12 34", "+594694201234", "GF"),
        ("+687 75 12 34", "+687751234", "NC"),
        ("+689 87 12 34 56", "+68987123456", "PF"),
    ],
)
def test_mobiles_of_all_territories_are_told_by_their_prefix(typed, e164, region):
    found = mobile(typed)
    assert (found.e164, found.region) == (e164, region)
    assert e164[-4:] not in repr(found)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("01 42 34 56 78", Why.FIXED_LINE),
        ("0262 20 12 34", Why.FIXED_LINE),
        ("0899 12 34 56", Why.PREMIUM),
        ("+44 7400 123456", Why.FOREIGN),
        ("751234", Why.COUNTRY_CODE_MISSING),
        ("87 12 34 56", Why.COUNTRY_CODE_MISSING),
        ("06 12 34 56", Why.COUNTRY_CODE_MISSING),
        ("06 12 34 56 7", Why.NOT_A_NUMBER),
        ("+33 6 12 34 56 789", Why.NOT_A_NUMBER),
        ("", Why.NOT_A_NUMBER),
        ("bonjour", Why.NOT_A_NUMBER),
        ("+", Why.NOT_A_NUMBER),
    ],
)
def test_what_no_code_is_sent_to_is_refused_with_the_reason(typed, why):
    with pytest.raises(PhoneRefused) as caught:
        mobile(typed)
    assert caught.value.why == why
    assert not any(char.isdigit() for char in str(caught.value))


def test_a_number_is_masked_as_in_2018():
    assert mobile("0612345678").masked == "06xxxxxxx"
    assert mobile("+687 75 12 34").masked == "75xxxxxxx"


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(max_size=60))
def test_anything_typed_is_a_mobile_or_refused(typed):
    try:
        found = mobile(typed)
    except PhoneRefused:
        return
    assert mobile(found.e164) == found
