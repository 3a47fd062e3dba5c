"""Pseudonyms under which the other services know voters. Only identity has the key that makes them."""

from __future__ import annotations

import hmac
import uuid


def holder(key: str, election: str, voter_id: str) -> str:
    """Return the pseudonym of a voter for one election; ballot knows the voter by nothing else."""
    return _tag(key, f"{election}|{voter_id}")


def bearer(key: str, voting_event: str, voter_id: str) -> str:
    """Return the pseudonym of a voter for a voting event; reassort knows the voter by nothing else."""
    return _tag(key, f"bearer|{voting_event}|{voter_id}")


def lookup_tag(key: str, holder_pseudonym: str) -> str:
    """Return what identity stores to find an entitlement again from a holder.

    The holder itself is never stored: a dump of this database beside one of the ballot box would otherwise be
    joined by it, and the secret of who voted which ballot would hang on the encryption alone (L1).
    """
    return _tag(key, f"lookup|{holder_pseudonym}")


def page_tag(key: str, voter_id: str) -> str:
    """Return the place of a voter in lists that are handed out page by page: its order says nothing of the roll's."""
    return _tag(key, f"page|{voter_id}")


def identifier_tag(key: str, voting_event: str, identifier: str) -> str:
    """Return what stands for a typed identifier, on the roll or not, where attempts and requests are counted."""
    return _tag(key, f"identifier|{voting_event}|{identifier}")


def session_tag(key: str, election: str, session_id: str) -> str:
    """Return what stands for a session in its permits: another tag in each election, so that none are joined by it."""
    return _tag(key, f"session|{election}|{session_id}")


def phone_tag(key: str, number: str) -> str:
    """Return what stands for a telephone number where the voters who use it are counted."""
    return _tag(key, f"phone|{number}")


def reissue_tag(key: str, voter_id: str) -> str:
    """Return what stands for a voter where wrong proofs for another code are counted, apart from log-ins."""
    return _tag(key, f"reissue|{voter_id}")


def request_number(key: str, voter_id: str, form: str) -> str:
    """Return the number of the request that a voter makes with a form or a link: sent twice, it is one request."""
    return str(uuid.UUID(hex=_tag(key, f"request|{voter_id}|{form}")[:32]))


def _tag(key: str, message: str) -> str:
    return hmac.digest(bytes.fromhex(key), message.encode(), "sha256").hex()
