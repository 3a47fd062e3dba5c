"""Every e-mail as a mail program shows it, filled with invented values."""

import uuid
from collections.abc import Iterator
from typing import Any

from services.notification.queue import rendering
from services.runtime.sealing_box import new_keypair, seal

LINK = "https://vote.example.org/lien/" + "Zq8" * 14
VALUES: dict[str, Any] = {
    "first_name": "Marie-Bernadette",
    "surname": "de La Rochefoucauld-Montbéliard",
    "portal": "https://vote.example.org",
    "link": LINK,
    "minutes": 1440,
    "until": "2026-12-04T10:20:30+00:00",
    "election": "Comité social d’administration ministériel de l’éducation nationale",
    "voting_code": "68WM-EUWD-5AEJ-0000",
    "voting_event_name": "Élections professionnelles 2026",
    "active": False,
    "number": 12,
    "subject": "voting_code",
    "accepted": True,
    "answer": "Votre affectation est corrigée.\nElle était restée celle de l’an passé.",
    "masked": "06xxxxx678",
    "name": "Agnès Nuage",
    "role": "support",
    "uuid": "QcmdAnVK7vcXSv",
    "tracker": "Ab9" * 14 + "Q",
    "urn": "https://vote.example.org/urne/QcmdAnVK7vcXSv",
    "closes_at": "2026-12-10T16:00:00+00:00",
    "receipt": '{"election":"QcmdAnVK7vcXSv","tracker":"' + "Ab9" * 14 + 'Q","head":"' + "0a" * 32 + '","height":7}',
    "at": "2026-12-04T10:20:30+00:00",
    "changes": [
        {"what": "agent_activated", "name": ""},
        {"what": "passkey_added", "name": "Ordinateur du bureau"},
    ],
}


def letters(language: str) -> Iterator[tuple[str, str]]:
    """Name and HTML of each e-mail in a language ("fr" or "en")."""
    private, public = new_keypair()
    for template in sorted(path.name for path in rendering.TEMPLATES.iterdir() if path.is_dir()):
        sealed = seal(public, {"to": {"email": "a@b.example"}, "values": VALUES, "language": language})
        letter = rendering.compose(private, message_id=str(uuid.uuid4()), template=template, sealed=sealed)
        if letter.html is not None:
            yield f"courriel-{template.replace('_', '-')}", letter.html
