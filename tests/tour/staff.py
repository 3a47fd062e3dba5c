"""Invented agents of a portal in this process, who come in as their telephones would have them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
from playwright.sync_api import BrowserContext
from sqlalchemy import select

from services.identity.agents import accounts
from services.identity.letters.requests import LetterSettings
from services.identity.models import Agent, Voter
from tests.tour.portal import Portal

PASSWORD = "Rideau vert, 2 fois !"
PEOPLE = {
    "operator": ("Octave Ficelle", "octave.ficelle@rivages.example"),
    "support": ("Luz Bergamote", "luz.bergamote@rivages.example"),
    "president": ("Violette Sémaphore", "violette.semaphore@rivages.example"),
    "observer": ("Hippolyte Tapioca", "hippolyte.tapioca@rivages.example"),
}


class Staff:
    """Those who run the election of a portal."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.database = portal.database("identity")
        assert portal._bus is not None
        settings: Any = portal._bus.resources["identity"].settings
        self.terms = accounts.Terms(
            LetterSettings.of(settings), settings.holder_key, timedelta(minutes=30), timedelta(hours=10), 4
        )
        self._operator = self._known_operator()

    def _known_operator(self) -> Agent | None:
        """The first operator, where somebody has invited him in this portal before."""
        with self.database.reading() as session:
            return session.scalars(select(Agent).where(Agent.email == PEOPLE["operator"][1])).one_or_none()

    def operator(self) -> Agent:
        """The first operator, whose account is open."""
        if self._operator is None:
            name, email = PEOPLE["operator"]
            with self.database.transaction() as session:
                token = accounts.invite_first(session, self.terms.key, email=email, name=name, now=self.now())
            self.accept(token)
            self._operator = self.agent(email)
        return self._operator

    def named(self, role: str, name: str = "", email: str = "", elections: tuple[str, ...] = ()) -> str:
        """A new agent's session."""
        known = PEOPLE.get(role, ("", ""))
        name, email = name or known[0], email or known[1]
        if role == "operator":
            operator = self.operator()
            with self.database.transaction() as session:
                accounts.invite_again(session, self.terms, operator, operator.id, self.now())
        else:
            self.invite(role, name, email, elections)
        return self.accept(self.link(email))

    def invite(self, role: str, name: str, email: str, elections: tuple[str, ...] = ()) -> str:
        """Invite an agent; the address."""
        operator = self.operator()
        with self.database.transaction() as session:
            accounts.invite(
                session,
                self.terms,
                operator,
                email=email,
                name=name,
                role=role,
                elections=elections,
                now=self.now(),
            )
        return email

    def link(self, email: str) -> str:
        """A link to that agent's account that works: the mail's is sealed, so another is made in its place."""
        with self.database.transaction() as session:
            agent = session.scalars(select(Agent).where(Agent.email == email)).one()
            return accounts._link(session, self.terms.key, agent, self.now())

    def accept(self, token: str) -> str:
        """Use an invitation up; the session."""
        secret = self.portal.call("identity", "open_invitation", token=token)["secret"]
        code = pyotp.TOTP(secret).now()
        answer = self.portal.call("identity", "accept_invitation", token=token, password=PASSWORD, code=code)
        return str(answer["session"])

    def agent(self, email: str) -> Agent:
        """An agent by address."""
        with self.database.reading() as session:
            return session.scalars(select(Agent).where(Agent.email == email)).one()

    def voter(self, identifier: str) -> str:
        """A voter's id by address."""
        with self.database.reading() as session:
            return session.scalars(select(Voter.id).where(Voter.identifier == identifier)).one()

    def sign_in(self, context: BrowserContext, session: str) -> None:
        """Give a browser the cookie of an agent who is signed in."""
        context.add_cookies([{"name": "isoloir_agent", "value": session, "url": self.portal.base_url}])

    @staticmethod
    def now() -> datetime:
        """This moment."""
        return datetime.now(UTC)
