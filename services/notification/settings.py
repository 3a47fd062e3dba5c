"""What notification reads from its environment (prefix ISOLOIR_NOTIFICATION_)."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_settings import SettingsConfigDict

from services.runtime.settings import ServiceSettings


def _mail_server(url: str) -> str:
    """Return `url`, which a connection can be opened with. Raises ValueError, whose words never repeat a part of it."""
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if url and not usable:
        raise ValueError("host, and port if any, must be those of a mail server")
    if not unquote(url).isascii():
        raise ValueError("names and passwords of mail servers are ASCII")
    return url


class Settings(ServiceSettings):
    """A channel whose settings are empty keeps its messages waiting, with the reason shown to operators."""

    model_config = SettingsConfigDict(env_prefix="ISOLOIR_NOTIFICATION_", extra="ignore")

    database_url: str = "sqlite:///var/notification.sqlite"
    private_key: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] = Field(repr=False)
    smtp_url: Annotated[str, StringConstraints(pattern=r"^(smtps?://[^\s/?#]+/?)?$"), AfterValidator(_mail_server)] = (
        Field(default="", repr=False)
    )
    sender: str = Field(default="Election Professionnelle <ne-pas-repondre@localhost>", pattern=r"^[^\r\n]*@[^\r\n]+$")
    bounce_domain: str = Field(default="", pattern=r"^[A-Za-z0-9.-]*$")
    """Domain of the envelope sender bounce+MESSAGE@…, where `isoloir bounces` listens; empty, the sender's own."""
    emails_per_minute: int = Field(default=0, ge=0)
    """How many e-mails the mail server may be handed in a minute, by all processes; 0, no limit."""
    print_dir: str = ""
    twilio_base_url: str = "https://api.twilio.com"
    twilio_account_sid: str = ""
    twilio_auth_token: str = Field(default="", repr=False)
    sms_sender: str = ""
