"""What Twilio's SDK sends for us, against a mock that Prism makes from Twilio's own description of its API (D8)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from services.notification.channels.twilio_provider import Account, TwilioProvider
from services.notification.queue.outcomes import DELIVERED, Result
from tests.servers.prism import prism

ACCOUNT, TOKEN = "AC" + "a" * 32, "a-token-of-nobody"
DESCRIPTION = Path(__file__).resolve().parents[4] / "shared" / "twilio" / "messages.openapi.json"


@pytest.fixture(scope="module")
def mock() -> Iterator[str]:
    """The operator as it describes itself."""
    if not DESCRIPTION.exists():
        pytest.skip("Twilio's description is not beside this checkout")
    with prism(DESCRIPTION) as address:
        yield address


def provider(address: str, account: str = ACCOUNT) -> TwilioProvider:
    """A provider that sends there."""
    return TwilioProvider(Account("first", address, account, TOKEN, "ELECTIONS"), "https://vote.example.org")


def test_the_description_allows_what_is_sent(mock: str) -> None:
    assert provider(mock).send("0" * 32, "+33612345678", "Bonjour Zoé, votre nouveau code : …") == DELIVERED


def test_what_the_description_does_not_allow_is_refused_and_told(mock: str) -> None:
    """The mock looks: an account's number that cannot be one is an error, and the message is not said to have gone."""
    refused = provider(mock, "not-an-account").send("0" * 32, "+33612345678", "Bonjour")
    assert (refused.result, refused.reason) == (Result.REFUSED, "sms_422_422")
    messages = f"{mock}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    nowhere = requests.post(messages, data={"Body": "Bonjour"}, auth=(ACCOUNT, TOKEN), timeout=30)
    nobody = requests.post(messages, data={"To": "+33612345678"}, timeout=30)
    assert (nowhere.status_code, nobody.status_code) == (422, 401)
