"""What each process of a local system is told: its own settings and nothing of the others'."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy.local.demonstration.scenario import CONTENT
from deploy.local.launcher.ports import LOOPBACK
from deploy.production.keys import Keys
from services.runtime.service_names import DELIVERERS, SERVICES, WORKERS

KEPT = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "PYTHONPATH",
    "VIRTUAL_ENV",
    "PYTHONDONTWRITEBYTECODE",
    "COVERAGE_PROCESS_START",
)
"""Variables of the caller that children keep."""
SENDER = "Election Professionnelle <ne-pas-repondre@example.org>"
SMS_SENDER = "+15005550006"  # the number of Twilio's test credentials that always works


@dataclass(frozen=True)
class Addresses:
    """Where things are. ``database_urls`` and ``relay_database_urls``: service → URL.

    ``amqp_uri_of``: process → address of the broker with the process's own account, '' where it has none.
    """

    gateway_port: int
    smtp_port: int
    sms_port: int
    amqp_uri_of: Callable[[str], str]
    database_urls: dict[str, str]
    relay_database_urls: dict[str, str]
    demo_dir: Path
    presentation_file: Path

    @property
    def base_url(self) -> str:
        """Where the portal is."""
        return f"http://{LOOPBACK}:{self.gateway_port}"


def environments(keys: Keys, addresses: Addresses, extra: dict[str, str]) -> dict[str, dict[str, str]]:
    """Process name → its complete environment. ``extra`` (settings that a test lowers) is given to all, and wins."""
    own = _own_settings(keys, addresses)
    for service in SERVICES:
        own[service][f"ISOLOIR_{service.upper()}_EVENT_PRIVATE_KEY"] = keys.event_private_keys[service]
    # A deliverer of messages tells their senders what became of them, in the name of its service.
    for process, service in DELIVERERS.items():
        name = f"ISOLOIR_{service.upper()}_EVENT_PRIVATE_KEY"
        own[process][name] = own[service][name]
    for process in (*SERVICES, "gateway"):
        own[process]["ISOLOIR_EVENT_KEYS"] = json.dumps(keys.event_public_keys)
    everything = {name: value for settings in own.values() for name, value in settings.items()}
    shared = {name: os.environ[name] for name in KEPT if name in os.environ}
    shared |= {
        "ISOLOIR_PUBLIC_URL": addresses.base_url,
        "ISOLOIR_LOG_LEVEL": "INFO",
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore::DeprecationWarning",  # eventlet announces its own end in every process
    }
    result = {process: shared | settings | extra for process, settings in own.items()}
    result |= {worker: result[service] for worker, service in WORKERS.items()}
    result = {process: {"AMQP_URI": addresses.amqp_uri_of(process)} | settings for process, settings in result.items()}
    result["all"] = shared | everything | {"AMQP_URI": ""} | extra
    return result


def _own_settings(keys: Keys, addresses: Addresses) -> dict[str, dict[str, str]]:
    databases = addresses.database_urls
    operators = {
        "ISOLOIR_NOTIFICATION_TWILIO_BASE_URL": f"http://{LOOPBACK}:{addresses.sms_port}",
        "ISOLOIR_NOTIFICATION_TWILIO_ACCOUNT_SID": keys.twilio_account_sid,
        "ISOLOIR_NOTIFICATION_TWILIO_AUTH_TOKEN": keys.twilio_auth_token,
        "ISOLOIR_NOTIFICATION_SMS_SENDER": SMS_SENDER,
    }
    mail_server = {
        "ISOLOIR_NOTIFICATION_SMTP_URL": f"smtp://{LOOPBACK}:{addresses.smtp_port}",
        "ISOLOIR_NOTIFICATION_SENDER": SENDER,
    }
    return {
        "identity": {
            "ISOLOIR_IDENTITY_DATABASE_URL": databases["identity"],
            "ISOLOIR_IDENTITY_HOLDER_KEY": keys.holder_key,
            "ISOLOIR_IDENTITY_PERMIT_PRIVATE_KEY": keys.permit_private_key,
            "ISOLOIR_IDENTITY_MAIL_PUBLIC_KEY": keys.mail_public_key,
            "ISOLOIR_IDENTITY_SMS_PUBLIC_KEY": keys.sms_public_key,
        },
        "ballot": {
            "ISOLOIR_BALLOT_DATABASE_URL": databases["ballot"],
            "ISOLOIR_BALLOT_PERMIT_PUBLIC_KEY": keys.permit_public_key,
            "ISOLOIR_BALLOT_RECEIPT_PRIVATE_KEY": keys.receipt_private_key,
            # Nobody tries a demonstration for an hour, and few try it together.
            "ISOLOIR_BALLOT_ATTENDANCE_MINUTES": "0",
            "ISOLOIR_BALLOT_ATTENDANCE_MINIMUM": "1",
        },
        "reassort": {
            "ISOLOIR_REASSORT_DATABASE_URL": databases["reassort"],
            "ISOLOIR_REASSORT_CODE_KEY": keys.code_key,
            "ISOLOIR_REASSORT_PRINTER_RECIPIENT": keys.printer_recipient,
            "ISOLOIR_REASSORT_REGISTER_PRIVATE_KEY": keys.register_private_key,
            "ISOLOIR_REASSORT_SMS_PUBLIC_KEY": keys.sms_public_key,
        },
        "notification": {
            "ISOLOIR_NOTIFICATION_DATABASE_URL": databases["notification"],
            "ISOLOIR_NOTIFICATION_PRINT_DIR": str(addresses.demo_dir / "print"),
            **mail_server,
            **operators,
        },
        "notification-mail": {
            "ISOLOIR_NOTIFICATION_DATABASE_URL": databases["notification"],
            "ISOLOIR_NOTIFICATION_MAIL_PRIVATE_KEY": keys.mail_private_key,
            **mail_server,
        },
        "notification-sms": {
            "ISOLOIR_NOTIFICATION_DATABASE_URL": databases["notification"],
            "ISOLOIR_NOTIFICATION_SMS_PRIVATE_KEY": keys.sms_private_key,
            **operators,
        },
        "relay": {
            f"ISOLOIR_RELAY_{service.upper()}_DATABASE_URL": addresses.relay_database_urls[service]
            for service in SERVICES
        },
        "gateway": {
            "ISOLOIR_GATEWAY_SECRET_KEY": keys.gateway_secret_key,
            "ISOLOIR_GATEWAY_CHALLENGE_KEY": keys.gateway_challenge_key,
            "ISOLOIR_GATEWAY_BIND": f"{LOOPBACK}:{addresses.gateway_port}",
            "ISOLOIR_GATEWAY_OPERATOR_TOKEN": keys.operator_token,
            "ISOLOIR_GATEWAY_DEMONSTRATION": "true",
            "ISOLOIR_GATEWAY_DEMO_DIR": str(addresses.demo_dir),
            "ISOLOIR_GATEWAY_PRESENTATION_FILE": str(addresses.presentation_file),
            "ISOLOIR_GATEWAY_CONTENT_DIR": str(CONTENT),
            "ISOLOIR_GATEWAY_ARCHIVE_DIR": str(addresses.demo_dir / "archives"),
        },
        "sink": {
            "ISOLOIR_SINK_DIRECTORY": str(addresses.demo_dir),
            "ISOLOIR_SINK_SMTP_BIND": f"{LOOPBACK}:{addresses.smtp_port}",
            "ISOLOIR_SINK_HTTP_BIND": f"{LOOPBACK}:{addresses.sms_port}",
            "ISOLOIR_SINK_ACCOUNT_SID": keys.twilio_account_sid,
            "ISOLOIR_SINK_AUTH_TOKEN": keys.twilio_auth_token,
        },
    }
