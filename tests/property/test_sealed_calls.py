"""A request that is closed for a service is read by it, and by nobody else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.runtime.bus import sealed_calls
from services.runtime.sealing_box import CannotOpen
from tests.servers.event_keys import PRIVATE, PUBLIC

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
REQUESTS = st.dictionaries(
    TEXT, TEXT | st.integers(-(2**53), 2**53) | st.none() | st.lists(TEXT, max_size=3), max_size=5
)
SERVICE = st.sampled_from(sorted(PUBLIC))


@given(REQUESTS, SERVICE)
def test_the_service_reads_what_was_asked(request_, service):
    closed = json.loads(json.dumps(sealed_calls.close(PUBLIC, service, request_)))
    assert sealed_calls.opened(PRIVATE[service], closed) == request_


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=12), SERVICE, SERVICE)
def test_nobody_else_reads_it(secret, service, other):
    closed = sealed_calls.close(PUBLIC, service, {"password": secret})
    assert set(closed) == {"sealed"}
    assert secret not in json.dumps(closed)
    if other != service:
        with pytest.raises(CannotOpen):
            sealed_calls.opened(PRIVATE[other], closed)


@pytest.mark.parametrize("sealed", ["", "x", None, 7, [], {}, "A" * 200])
def test_what_cannot_be_opened_is_refused_without_its_content(sealed):
    with pytest.raises(CannotOpen) as refused:
        sealed_calls.opened(PRIVATE["ballot"], {"sealed": sealed})
    assert "A" * 20 not in str(refused.value)


@given(REQUESTS)
def test_without_a_key_a_request_stays_as_it_is(request_):
    assert sealed_calls.close({}, "ballot", request_) == request_
    assert sealed_calls.opened("", request_) == request_
