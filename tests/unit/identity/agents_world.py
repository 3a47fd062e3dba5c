"""Agents for the tests of identity: invented people, who log in as a telephone would."""

from datetime import timedelta

import pyotp

from services.identity.agents import accounts, entrance
from services.identity.models import Agent
from tests.unit.identity.world import COST, KEY, NOW

PASSWORD = "Un rideau vert, 2 fois !"
IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=10)


def plainly(function, *arguments):
    """What hashes here and now."""
    return function(*arguments)


def terms(letters):
    return accounts.Terms(letters, KEY, IDLE, LONGEST, COST)


def secret_of(database, token, now=NOW):
    with database.reading() as session:
        return entrance.invitation(session, KEY, token, now).secret


def digits(secret, now):
    return pyotp.TOTP(secret).at(now)


def accepted(database, letters, token, now=NOW, password=PASSWORD):
    """Use an invitation up; the session's token and the secret of the second factor."""
    secret = secret_of(database, token, now)
    opened = entrance.accept(
        database, plainly, terms(letters), token=token, password=password, code=digits(secret, now), now=now
    )
    return opened.session, secret


def operator(database, letters, email="luz.bergamote@rivages.example", name="Luz Bergamote"):
    """The first operator, as the command on the server makes one: the agent, a session, the secret."""
    with database.transaction() as session:
        token = accounts.invite_first(session, KEY, email=email, name=name, now=NOW)
    opened, secret = accepted(database, letters, token)
    return agent(database, email), opened, secret


def agent(database, email):
    from sqlalchemy import select

    with database.reading() as session:
        return session.scalars(select(Agent).where(Agent.email == email)).one()


def named(database, letters, mails, inviter, email, role, elections=(), name=None, places=()):
    """An agent whom another one has invited, and who has followed the link of the mail: the agent and a session."""
    with database.transaction() as session:
        accounts.invite(
            session,
            terms(letters),
            inviter,
            email=email,
            name=name or email.partition("@")[0],
            role=role,
            elections=elections,
            places=places,
            now=NOW,
        )
    opened, _secret = accepted(database, letters, link_to(mails, email))
    return agent(database, email), opened


def link_to(mails, email):
    """The token in the last invitation that was mailed there."""
    values = [mail["values"] for mail in mails() if mail["to"] == {"email": email} and "link" in mail["values"]][-1]
    return values["link"].rsplit("/", 1)[-1]


def log_in(database, letters, email, secret, now, password=PASSWORD, code=None):
    return entrance.log_in(
        database,
        plainly,
        terms(letters),
        email=email,
        password=password,
        code=digits(secret, now) if code is None else code,
        now=now,
    ).session
