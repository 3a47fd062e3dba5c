"""Who tells what to whom. The relay declares all of it before it publishes, so that no event falls on deaf ears."""

SERVICES = ("identity", "notification", "ballot", "reassort")

SUBSCRIPTIONS: dict[tuple[str, str], tuple[str, ...]] = {
    ("identity", "message_requested"): ("notification",),
    ("reassort", "message_requested"): ("notification",),
    ("reassort", "credentials_issued"): ("ballot",),
    ("reassort", "credentials_committed"): ("ballot",),
    ("ballot", "election_sealed"): ("identity",),
    ("identity", "reissue_granted"): ("reassort",),
    ("identity", "reissue_resent"): ("reassort",),
    ("reassort", "activate"): ("ballot",),
    ("ballot", "activated"): ("reassort",),
    ("ballot", "too_late"): ("reassort",),
    ("reassort", "reissue_settled"): ("identity",),
    ("notification", "message_settled"): ("identity", "reassort"),
}
"""(source, type) of each event → the services that subscribe to it."""


def exchange_name(source: str) -> str:
    """The topic exchange of a service's events: nameko's name for it."""
    return f"{source}.events"


def queue_name(source: str, event_type: str, subscriber: str) -> str:
    """The durable queue of a subscription: nameko's name for a service pool's handler called `inbox`."""
    return f"evt-{source}-{event_type}--{subscriber}.inbox"
