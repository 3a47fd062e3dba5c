"""What notification reads from its environment (prefix ISOLOIR_NOTIFICATION_)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints
from pydantic_settings import SettingsConfigDict

from services.runtime.settings import RuntimeSettings


class Settings(RuntimeSettings):
    """A channel whose settings are empty keeps its messages waiting, with the reason shown to operators."""

    model_config = SettingsConfigDict(env_prefix="ISOLOIR_NOTIFICATION_", extra="ignore")

    database_url: str = "sqlite:///var/notification.sqlite"
    private_key: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] = Field(repr=False)
    smtp_url: str = Field(default="", repr=False, pattern=r"^(smtps?://[^\s/]+/?)?$")
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
