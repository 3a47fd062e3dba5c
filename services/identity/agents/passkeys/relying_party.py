"""What passkeys are bound to: a name and the addresses under it (WebAuthn's relying party, its id and origins)."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

LOCAL = "localhost"
"""The one name that browsers allow without TLS: a demonstration is opened by it, for no address of numbers can have keys."""


@dataclass(frozen=True)
class RelyingParty:
    """What an authenticator's answer is held against.

    Attributes:
        id: the name that passkeys are bound to, for good.
        origins: the addresses at which a browser may have asked for one.
        user_verification: "required", "preferred" or "discouraged", as WebAuthn has it.
    """

    id: str
    origins: tuple[str, ...]
    user_verification: str = "preferred"


def relying_party(
    public_url: str, rp_id: str = "", more_origins: str = "", user_verification: str = "preferred"
) -> RelyingParty | None:
    """From the settings to what passkeys are bound to.

    Args:
        public_url: where the portal is.
        rp_id: the name that was set; empty for the portal's own host.
        more_origins: further addresses, with commas.
        user_verification: what authenticators are asked for.

    Returns:
        None where browsers allow no passkey at the portal's address: numbers, or no TLS.

    Raises:
        ValueError: the portal is not under that name, or one of the further addresses is not, or is not https.
    """
    parts = urlsplit(public_url)
    host, origin = (parts.hostname or "").lower(), _origin(parts)
    if _is_loopback(host):
        host, origin = LOCAL, _origin(parts, LOCAL)
    if not (_is_name(host) and (parts.scheme == "https" or host == LOCAL)):
        if rp_id:
            raise ValueError(f"no passkey is possible at {public_url}: a name and https are needed")
        return None
    name = rp_id or host
    if not _is_under(host, name):
        raise ValueError(f"{name} is neither the host of ISOLOIR_PUBLIC_URL ({host}) nor a domain that it is in")
    further = [urlsplit(one.strip()) for one in more_origins.split(",") if one.strip()]
    for one in further:
        if one.scheme != "https" or not _is_under((one.hostname or "").lower(), name) or one.path or one.query:
            raise ValueError(f"{one.geturl()} should be https://, within {name}, with nothing behind the host")
    return RelyingParty(name, (origin, *(_origin(one) for one in further)), user_verification)


def _origin(parts: SplitResult, host: str = "") -> str:
    """An address as browsers write an origin: no port where it is the usual one."""
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    return f"{parts.scheme}://{host or (parts.hostname or '').lower()}{port}"


def _is_under(host: str, name: str) -> bool:
    return host == name or ("." in name and host.endswith(f".{name}"))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_name(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(host)
    return False
