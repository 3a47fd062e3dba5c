"""A permit dies with its session (L9), and the receipt of a vote is checked by anybody: on a whole portal, by its API."""

import json

import pytest
import requests
from click.testing import CliRunner

from deploy.holder.own_ballot.receipt import command as receipt_command
from deploy.rehearsal import notices
from deploy.rehearsal.voter import Voter, VoterRefused
from tests.tour.portal import PASSWORD, Portal
from tests.waiting import wait_until

ANNE, ANNES_STREET = "ondine.brindille@example.org", "1 rue du Baromètre"


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    with Portal(tmp_path_factory.mktemp("portal")) as made:
        yield made


@pytest.fixture(scope="module")
def code(portal):
    return notices.wait_for_codes(portal.demo_dir / "print", {ANNES_STREET: ANNE})[ANNE]


@pytest.fixture(scope="module")
def election(portal):
    return next(entry for entry in portal.event["elections"] if entry["mode"] == "online")


def signed_in(portal, identifier=ANNE):
    """A voter with a session of his own."""
    portal.session(identifier)
    voter = Voter(portal.base_url, requests.Session(), 30.0)
    voter.log_in(identifier, PASSWORD)
    return voter


def refusal_of(given, *arguments):
    with pytest.raises(VoterRefused) as refused:
        given(*arguments)
    return refused.value.code


def with_cookies_of(portal, cookies):
    thief = Voter(portal.base_url, requests.Session(), 0.0)
    thief.http.cookies.update(cookies)
    return thief


def test_a_permit_is_good_for_its_session_alone(portal, code, election):
    choice = [[1] + [0] * len(election["question"]["answers"])]
    voter = signed_in(portal)
    prepared = voter.prepare(election["uuid"], code, choice)

    # The cookie was kept, and the voter logs out: nothing is cast with it.
    cookies = voter.http.cookies.copy()
    voter.log_out()
    assert refusal_of(with_cookies_of(portal, cookies).cast, prepared) == "session_expired"

    # Another session of the same voter, and another voter's, with the permit of the first.
    again = signed_in(portal)
    assert refusal_of(again.cast, prepared) == "permit_other_session"
    other = signed_in(portal, "basile.caillou@example.org")
    assert refusal_of(other.cast, prepared) == "permit_other_session"

    # A thief is signed in; the voter sets a new password by the link in her mail.
    stolen = again.prepare(election["uuid"], code, choice)
    link = portal.link(ANNE, "request_password_link")
    portal.call("identity", "activate", token=link.rsplit("/", 1)[-1], password=PASSWORD + "!")
    assert refusal_of(again.cast, stolen) == "session_expired"
    assert portal.call("ballot", "describe_election", election=election["uuid"])["ballots"] == 0

    # The ballot that was made is still good, with a permit of the session that is open now.
    last = Voter(portal.base_url, requests.Session(), 30.0)
    last.log_in(ANNE, PASSWORD + "!")
    receipt = last.cast(last.prepare(election["uuid"], code, choice))
    own = {entry["uuid"]: entry["signed"] for entry in last.elections()}
    assert own[election["uuid"]] is True, "the urn says at once that she has voted"
    wait_until(lambda: _signatures(portal, election) == 1, 60, "the poll book")
    _check(portal, election, receipt)


def _signatures(portal, election):
    counts = portal.call("identity", "attendance", voting_event=portal.event["voting_event"])["elections"]
    return next(entry["signed"] for entry in counts if entry["uuid"] == election["uuid"])


def _check(portal, election, receipt):
    """The signature is that of the key fixed at sealing, and every other answer is said to be no receipt."""
    text = "Accusé de réception\r\n\r\n" + json.dumps(receipt) + "\r\n"
    false = text.replace(receipt["signature"], "00" * 64)

    def run(content, *options):
        file = portal.state_dir / "recu.txt"
        file.write_text(content, encoding="utf-8")
        return CliRunner().invoke(receipt_command, ["check", str(file), *options])

    portal_option = ("--portal", portal.base_url)
    good = run(text, *portal_option)
    assert good.exit_code == 0, good.output
    assert receipt["tracker"] in good.output
    for content in (false, text.replace(receipt["signature"], "not a signature"), "rien"):
        assert run(content, *portal_option).exit_code == 1
    assert run(text, "--key", "ab" * 32).exit_code == 1
    assert run(text).exit_code == 2, "without a key there is nothing to check with"
    assert (
        requests.get(f"{portal.base_url}/api/v1/elections/{election['uuid']}/sealing", timeout=10).json()["fingerprint"]
        == portal.call("ballot", "describe_election", election=election["uuid"])["election_hash"]
    )
