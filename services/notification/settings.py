"""What notification reads from its environment (prefix ISOLOIR_NOTIFICATION_)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from pydantic_settings import SettingsConfigDict

from services.notification.channels.twilio_provider import Account
from services.runtime.settings import HexKey, ServiceSettings


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


class _OfNotification(ServiceSettings):
    """What all processes of notification read. A channel whose settings are empty keeps its messages waiting, with the
    reason shown to operators.
    """

    model_config = SettingsConfigDict(env_prefix="ISOLOIR_NOTIFICATION_", extra="ignore")

    database_url: str = "sqlite:///var/notification.sqlite"


class _WithMailServer(_OfNotification):
    """The way to the mail server. To hand it a message opens none of those that wait."""

    smtp_url: Annotated[str, StringConstraints(pattern=r"^(smtps?://[^\s/?#]+/?)?$"), AfterValidator(_mail_server)] = (
        Field(default="", repr=False)
    )
    sender: str = Field(default="Election Professionnelle <ne-pas-repondre@localhost>", pattern=r"^[^\r\n]*@[^\r\n]+$")
    bounce_domain: str = Field(default="", pattern=r"^[A-Za-z0-9.-]*$")
    """Domain of the envelope sender bounce+MESSAGE@…, where `isoloir bounces` listens; empty, the sender's own."""
    dkim_selector: str = Field(default="", pattern=r"^[A-Za-z0-9._-]*$")
    """Where the key of the sender's domain is in the DNS; empty, our mails are not signed here (the mail server may)."""
    dkim_private_key_file: str = ""
    """PEM of the key, RSA."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """What belongs together is there together. Raises ValueError."""
        if bool(self.dkim_selector) != bool(self.dkim_private_key_file):
            raise ValueError("the DKIM selector and the file of its key go together")
        if self.dkim_private_key_file and not Path(self.dkim_private_key_file).is_file():
            raise ValueError("there is no file of the DKIM key")
        return self


class MailSettings(_WithMailServer):
    """What `isoloir deliver mail` reads: the only process that opens e-mails."""

    mail_private_key: HexKey = Field(repr=False)
    """X25519: e-mails are sealed to its public half."""
    emails_per_second: float = Field(default=0, ge=0, le=10_000)
    """How many e-mails the mail server may be handed in a second, by all processes; 0, no limit."""
    smtp_connections: int = Field(default=5, ge=1, le=50)
    """How many connections a process has to the mail server at once."""


class _WithOperators(_OfNotification):
    """Accounts with operators of short messages: to send, and to know what is told of a message from what is made up."""

    twilio_base_url: str = "https://api.twilio.com"
    twilio_account_sid: str = ""
    twilio_auth_token: str = Field(default="", repr=False)
    sms_sender: str = ""
    sms_operator: str = Field(default="first", pattern=r"^[a-z0-9-]{1,20}$")
    """What evidence calls the operator by."""
    second_sms_base_url: str = "https://api.twilio.com"
    second_sms_account_sid: str = ""
    second_sms_auth_token: str = Field(default="", repr=False)
    second_sms_sender: str = ""
    second_sms_operator: str = Field(default="second", pattern=r"^[a-z0-9-]{1,20}$")
    """Another account that speaks the same API, which takes over where the first does not work; empty, there is none."""

    @property
    def sms_accounts(self) -> tuple[Account, Account]:
        """The accounts with operators of short messages, in the order in which they are tried."""
        return (
            Account(
                self.sms_operator,
                self.twilio_base_url,
                self.twilio_account_sid,
                self.twilio_auth_token,
                self.sms_sender,
            ),
            Account(
                self.second_sms_operator,
                self.second_sms_base_url,
                self.second_sms_account_sid,
                self.second_sms_auth_token,
                self.second_sms_sender,
            ),
        )


class SmsSettings(_WithOperators):
    """What `isoloir deliver sms` reads: the only process that opens short messages."""

    sms_private_key: HexKey = Field(repr=False)
    """X25519: short messages, and whom they go to, are sealed to its public half."""
    texts_per_second: float = Field(default=0, ge=0, le=10_000)
    """How many short messages the operator may be handed in a second, by all processes; 0, no limit."""
    sms_news_minutes: int = Field(default=120, ge=1)
    """How long an operator may tell nothing of a message before it counts as unknown."""


class Settings(_WithOperators, _WithMailServer):
    """What the service and its worker read: no key that opens a message. A receipt is sent by the service itself."""

    print_dir: str = ""
