"""The portal in this process for those who throw things at it: real services, no limit of requests."""

from collections.abc import Iterator

import pytest

from tests.tour.portal import Portal

SETTINGS = {"ISOLOIR_GATEWAY_CHALLENGE": "proof_of_work", "ISOLOIR_GATEWAY_RATELIMIT_ENABLED": "false"}


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A voting event that is open; nobody waits for the printer."""
    with Portal(tmp_path_factory.mktemp("portal"), settings=SETTINGS, notices=False) as portal:
        yield portal
