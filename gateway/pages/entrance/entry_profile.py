"""The two built-in ways of entering: 2022 (question and activation) and 2018 (a password, nothing else)."""

from gateway.clients import services

DEFAULT = "2022"


def current_profile() -> str:
    """The profile of the current voting event; the default where there is none yet."""
    event = services().identity.presented_event()
    return str(event["profile"]) if event else DEFAULT
