"""Notification's channels and states as an operator reads them, whatever carries the message."""

CHANNELS = {"email": "e-mail", "sms": "SMS", "paper": "papier"}
STATES = {
    "queued": "en attente",
    "sending": "en cours d’envoi",
    "sent": "remis",
    "failed": "en échec",
    "expired": "expiré avant l’envoi",
    "uncertain": "incertain",
    "delivered": "arrivé",
    "unknown": "sans nouvelles de l’opérateur",
    "bounced": "revenu",
}


def channel(code: str) -> str:
    """The words for a channel; the code itself where there are none."""
    return CHANNELS.get(code, code)


def state(code: str) -> str:
    """The words for a state; the code itself where there are none."""
    return STATES.get(code, code)
