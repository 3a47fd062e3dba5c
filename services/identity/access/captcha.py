"""Codes to copy (A3): bound to a form and a browser, used once whatever the answer, gone after ten minutes."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.identity.access import tokens
from services.identity.contract.refusals import Code
from services.identity.models import Captcha

ALPHABET = "246hjkrwxy"
"""No symbol that a stroke of the drawing's noise turns into another (7 is read as 1 or Z, 3 and 9 as 8, 5 as 6 or S,
F as E or P), none that looks like another (0 o, 1 i l), no two whose French names sound alike (b c d e g p t v, a k,
m n, f s): the same code is drawn and spoken."""
_READ_AS = str.maketrans({"z": "2", "a": "4", "8": "6", "b": "6", "g": "6", "v": "y"})
"""What people read nevertheless, none of it in the alphabet, → what was drawn."""
LENGTH = 5
LIFETIME = timedelta(minutes=10)
MOST_OF_BROWSER = 20
"""Codes that one browser may have open; the oldest goes first."""


def open_captcha(session: Session, *, form: str, binding: str, now: datetime) -> tuple[str, str]:
    """Return (id, text) of a new code for a form and a browser; `binding` is the browser's secret."""
    made = Captcha(
        id=tokens.fresh(),
        form=form,
        binding_hash=tokens.digest(binding),
        text="".join(secrets.choice(ALPHABET) for _ in range(LENGTH)),
        opened_at=now,
        expires_at=now + LIFETIME,
    )
    session.add(made)
    session.flush()
    too_many = (
        select(Captcha.id)
        .where(Captcha.binding_hash == made.binding_hash)
        .order_by(Captcha.opened_at.desc(), Captcha.id)
        .offset(MOST_OF_BROWSER)
    )
    ids = session.scalars(too_many).all()
    if ids:
        session.execute(delete(Captcha).where(Captcha.id.in_(ids)))
    return made.id, made.text


def text_of(session: Session, *, captcha: str, binding: str, now: datetime) -> str | None:
    """Return the text to draw or speak, None when the code is not this browser's, used or expired."""
    return session.scalar(
        select(Captcha.text).where(
            Captcha.id == captcha, Captcha.binding_hash == tokens.digest(binding), Captcha.expires_at > now
        )
    )


def check(session: Session, *, captcha: str, form: str, binding: str, answer: str, now: datetime) -> Code | None:
    """Use the code up and return None when the answer is right, else the refusal to make once this is committed.

    One statement takes the row away, so of two simultaneous answers one finds it.
    """
    row = session.execute(
        delete(Captcha)
        .where(Captcha.id == captcha)
        .returning(Captcha.form, Captcha.binding_hash, Captcha.text, Captcha.expires_at)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None or row.expires_at <= now or row.form != form:
        return Code.CAPTCHA_EXPIRED
    if not hmac.compare_digest(row.binding_hash, tokens.digest(binding)):
        return Code.CAPTCHA_EXPIRED
    if not hmac.compare_digest(normalise(answer).encode("utf-8", "replace"), row.text.encode()):
        return Code.CAPTCHA_WRONG
    return None


def normalise(answer: str) -> str:
    """Return an answer as it is compared: lower case, without blanks, look-alikes as the symbol that can be meant."""
    return "".join(answer.lower().split()).translate(_READ_AS)


def forget_expired(session: Session, now: datetime) -> None:
    """Delete the codes whose time is over."""
    session.execute(delete(Captcha).where(Captcha.expires_at <= now))
