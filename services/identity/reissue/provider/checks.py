"""One try to prove an identity at the provider: begun from a session, ended once, in the same session (A11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.identity.access import lockout, tokens
from services.identity.contract.refusals import Code, refuse
from services.identity.models import IdentityCheck, Voter
from services.identity.reissue import mailed_link, requests, rules
from services.identity.reissue.provider import civil_identity
from services.identity.reissue.provider.openid import Provider, ProviderAway, ProviderNotBelieved
from services.runtime.storage.database import Database
from services.runtime.storage.upsert import upsert
from services.runtime.telemetry import logs

LIFETIME = timedelta(minutes=15)
"""How long somebody may take to prove who he is at the provider."""
CANCELLED = "access_denied"
AWAY = ("server_error", "temporarily_unavailable")

log = logs.get_logger("isoloir.identity_check")


@dataclass(frozen=True)
class Answer:
    """What a browser brings back: `code` or `error`, never believed before the state is."""

    state: str
    code: str | None
    error: str | None
    issuer: str | None


@dataclass(frozen=True)
class Asker:
    """The voter, and the session that asks."""

    voter_id: str
    session_id: str


def begin(
    database: Database, provider: Provider, terms: requests.Terms, asker: Asker, *, language: str, now: datetime
) -> str:
    """Note a try and return where to send the voter's browser; an earlier try of the voter is over.

    Raises:
        Refusal: reissue_* (rules.require_open), reissue_proof_missing (the roll has no date of birth, or the profile knows
            no such proof), provider_away {provider}.
    """
    with database.reading() as session:
        _require(session, terms, asker.voter_id, now)
    state = tokens.fresh()
    try:
        address = provider.address(state, language)
    except (ProviderAway, ProviderNotBelieved) as error:
        raise _away(provider, error) from None
    with database.transaction() as session:
        values = {
            "state_hash": tokens.digest(state),
            "session_id": asker.session_id,
            "expires_at": now + LIFETIME,
        }
        row = upsert(session, IdentityCheck).values(voter_id=asker.voter_id, **values)
        session.execute(row.on_conflict_do_update(index_elements=["voter_id"], set_=values))
    return address


def end(
    database: Database, provider: Provider, terms: requests.Terms, asker: Asker, answer: Answer, now: datetime
) -> datetime:
    """Use a try up, and mail a link to who is on the roll under the identity that the provider vouches for.

    Nothing of that identity is kept, nor written to a log.

    Returns:
        Until when the link works.

    Raises:
        Refusal: identity_check_unknown (not this session's, used, replaced or too old), identity_check_cancelled,
            provider_away, identity_check_refused, identity_differs, each with {provider}; reissue_* (rules.require_open),
            reissue_proof_missing, reissue_resting {minutes}.
    """
    name = provider.client.name
    # Used up before anything is asked: whoever sends the same answer again finds no try.
    with database.transaction() as session:
        found = _used_up(session, asker, answer.state)
    if found is None or found <= now:
        raise refuse(Code.IDENTITY_CHECK_UNKNOWN, provider=name)
    if answer.code is None:
        raise _not_given(provider, answer.error)
    try:
        claims = provider.claims(answer.state, answer.code, answer.issuer)
    except ProviderAway as error:
        raise _away(provider, error) from None
    except ProviderNotBelieved as error:
        log.warning("provider_not_believed", check=str(error))
        raise refuse(Code.IDENTITY_CHECK_REFUSED, provider=name) from None
    with database.transaction() as session:
        requests.locked(session, asker.voter_id)
        _require(session, terms, asker.voter_id, now)
        # Counted before it is judged, with the wrong answers to the challenge.
        lockout.count_attempt(session, requests.attempts_tag(terms, asker.voter_id), now, Code.REISSUE_RESTING)
        voter = session.get_one(Voter, asker.voter_id)
        known = civil_identity.OnTheRoll(voter.id, voter.first_name, voter.surname, str(voter.birth_date_tag))
    if not civil_identity.agrees(terms.holder_key, known, civil_identity.of_claims(claims)):
        raise refuse(Code.IDENTITY_DIFFERS, provider=name)
    with database.transaction() as session:
        voter = requests.locked(session, asker.voter_id)
        lockout.clear(session, requests.attempts_tag(terms, asker.voter_id))
        return mailed_link.send(session, terms.letters, voter, now)


def forget(session: Session, now: datetime) -> None:
    """Delete the tries that nobody ended."""
    session.execute(delete(IdentityCheck).where(IdentityCheck.expires_at <= now))


def _require(session: Session, terms: requests.Terms, voter_id: str, now: datetime) -> None:
    standing = rules.standing(session, voter_id, terms.most, now)
    rules.require_open(standing)
    if not standing.civil_identity:
        raise refuse(Code.REISSUE_PROOF_MISSING)


def _used_up(session: Session, asker: Asker, state: str) -> datetime | None:
    """Until when the try was good; None where this session has none under that state, and then nothing is used up."""
    gone = delete(IdentityCheck).where(
        IdentityCheck.voter_id == asker.voter_id,
        IdentityCheck.session_id == asker.session_id,
        IdentityCheck.state_hash == tokens.digest(state),
    )
    returned = gone.returning(IdentityCheck.expires_at).execution_options(synchronize_session=False)
    return session.execute(returned).scalar()


def _not_given(provider: Provider, error: str | None) -> Exception:
    name = provider.client.name
    if error == CANCELLED:
        return refuse(Code.IDENTITY_CHECK_CANCELLED, provider=name)
    if error in AWAY:
        return refuse(Code.PROVIDER_AWAY, provider=name)
    log.warning("provider_refused")
    return refuse(Code.IDENTITY_CHECK_REFUSED, provider=name)


def _away(provider: Provider, error: Exception) -> Exception:
    log.warning("provider_away", error=str(error))
    return refuse(Code.PROVIDER_AWAY, provider=provider.client.name)
