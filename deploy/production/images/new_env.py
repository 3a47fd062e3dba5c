"""Writes .env for docker-compose.yml: new random secrets in the places that .env.example leaves empty.

``.venv/bin/python -m deploy.production.images.new_env [FILE]`` (.env). Refuses to overwrite: a new key in a running
election would make its data unreadable.
"""

import json
import os
import re
import secrets
import sys
from pathlib import Path

from deploy.production.keys import draw

EXAMPLE = Path(__file__).resolve().parents[3] / ".env.example"
GIVEN = {"PRINTER_RECIPIENT": "isoloir printer new-key FILE"}
"""Left empty: others have to give them. Name → where they come from."""
EMPTY = re.compile(r"^([A-Z0-9_]+)=$", re.MULTILINE)


def filled(example: str) -> str:
    """The text of .env: each empty variable of ``example`` with a value of its own, but those that others give."""
    keys = draw()
    known = {
        "ISOLOIR_IDENTITY_HOLDER_KEY": keys.holder_key,
        "ISOLOIR_IDENTITY_PERMIT_PRIVATE_KEY": keys.permit_private_key,
        "PERMIT_PUBLIC_KEY": keys.permit_public_key,
        "ISOLOIR_BALLOT_RECEIPT_PRIVATE_KEY": keys.receipt_private_key,
        "ISOLOIR_REASSORT_CODE_KEY": keys.code_key,
        "ISOLOIR_REASSORT_REGISTER_PRIVATE_KEY": keys.register_private_key,
        "ISOLOIR_NOTIFICATION_MAIL_PRIVATE_KEY": keys.mail_private_key,
        "MAIL_PUBLIC_KEY": keys.mail_public_key,
        "ISOLOIR_NOTIFICATION_SMS_PRIVATE_KEY": keys.sms_private_key,
        "SMS_PUBLIC_KEY": keys.sms_public_key,
        **{f"ISOLOIR_{service.upper()}_EVENT_PRIVATE_KEY": key for service, key in keys.event_private_keys.items()},
        "EVENT_KEYS": json.dumps(keys.event_public_keys, separators=(",", ":")),
        "ISOLOIR_GATEWAY_SECRET_KEY": keys.gateway_secret_key,
        "ISOLOIR_NOTIFICATION_TWILIO_ACCOUNT_SID": keys.twilio_account_sid,
        "ISOLOIR_NOTIFICATION_TWILIO_AUTH_TOKEN": keys.twilio_auth_token,
    }

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name in GIVEN:
            return match.group()
        return f"{name}={known.get(name) or secrets.token_hex(24)}"

    return EMPTY.sub(value, example)


def main(target: Path) -> None:
    """Write ``target``, closed to others; status 1 where it exists."""
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        print(f"{target} exists: its keys may be in use. Remove it first if they are not.", file=sys.stderr)
        sys.exit(1)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(filled(EXAMPLE.read_text(encoding="utf-8")))
    print(f"{target}: new secrets, readable by you alone")
    for name, source in GIVEN.items():
        print(f"Still to fill in: {name} ({source})")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(".env"))
