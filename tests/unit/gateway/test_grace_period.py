"""Pages after the closing (L9): who was authenticated before it is told until when he may vote, and what a log-out means."""

import pytest

from tests.unit.gateway.conftest import Browser
from tests.unit.gateway.fake_rpc import ONLINE, FakeRpc, states
from tests.unit.gateway.space import session

CLOSES, GRACE, ENDS = (f"2026-12-10T16:{minute}:00+00:00" for minute in ("00", "10", "30"))
UNTIL = "jeudi 10 décembre 2026 à 17h30"
FINAL = "Ne vous déconnectez pas"


def in_grace(rpc: FakeRpc, votes_until: str = ENDS, now: str = GRACE) -> None:
    """The urn takes the last ballots; the voter's session was opened before the closing, or after it."""
    session(rpc, now=now)
    rpc.table["identity", "resume_session"]["votes_until"] = votes_until  # type: ignore[index]
    rpc.table["ballot", "election_states"] = states("closing")


@pytest.mark.parametrize("path", ["/accueil", "/voter", f"/voter/{ONLINE}"])
def test_every_page_says_until_when(voter: Browser, rpc: FakeRpc, path: str) -> None:
    in_grace(rpc)
    page = voter.get(path).text
    assert f"jusqu’au {UNTIL}" in page
    assert FINAL in page


def test_the_way_to_the_booth_stays_open(voter: Browser, rpc: FakeRpc) -> None:
    in_grace(rpc)
    home = voter.get("/accueil").text
    assert "Il vous reste, pour finir de voter" in home
    assert "btn-big" in home
    assert f'href="/voter/{ONLINE}"' in voter.get("/voter").text
    assert [one["state"] for one in voter.get("/api/v1/elections").json] == ["closing", None]


def test_who_signs_in_after_the_closing_finds_it_closed(voter: Browser, rpc: FakeRpc) -> None:
    in_grace(rpc, votes_until=CLOSES)
    home = voter.get("/accueil").text
    assert "Le vote est clos." in home
    assert FINAL not in home
    assert "btn-big" not in home
    assert f'href="/voter/{ONLINE}"' not in voter.get("/voter").text
    assert [one["state"] for one in voter.get("/api/v1/elections").json] == ["closed", None]


def test_before_and_after_it_nothing_is_said(voter: Browser, rpc: FakeRpc) -> None:
    for now in ("2026-12-10T15:59:59+00:00", ENDS):
        in_grace(rpc, now=now)
        assert FINAL not in voter.get("/accueil").text


def test_the_booth_says_beforehand_what_the_closing_will_mean(voter: Browser, rpc: FakeRpc) -> None:
    assert f"Si vous restez connecté, vous pourrez finir jusqu’au {UNTIL}" in voter.get(f"/voter/{ONLINE}").text
