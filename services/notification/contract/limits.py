"""Closed sets and lengths of notification."""

from __future__ import annotations

from typing import Annotated

from services.runtime.contracts.kinds import Form, Length, OneOf

CHANNELS = ("email", "sms", "paper")
MOST_DESCRIBED = 50
"""Messages described at once."""
MOST_FAILURES = 1000
"""Failures listed at once."""

Channel = Annotated[str, OneOf(*CHANNELS)]
Template = Annotated[str, Form("[a-z_]{1,50}")]
"""A folder of services/notification/templates."""

Status = Annotated[str, Form(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")]
"""A status of RFC 3463: « 5.1.1 »."""

Diagnostic = Annotated[str, Length(0, 2000)]
"""A mail server's own words, which may hold addresses."""
