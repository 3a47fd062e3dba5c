"""Entry points for agents' passkeys. Rules live in the modules beside."""

from __future__ import annotations

from sqlalchemy.orm import Session

from services.identity.agents.entry_points import AgentEntryPoints
from services.identity.agents.passkeys import ceremonies, own_keys, ways_in
from services.identity.contract.staff import methods, passkeys
from services.identity.contract.staff.agents import AgentSessionToken
from services.identity.contract.staff.rights import Right
from services.identity.hashing.line import hashing_place
from services.identity.models import Agent
from services.runtime.clock import utc_now
from services.runtime.contracts.messages import Nothing
from services.runtime.hosting.entrypoints import command, command_in_steps, question
from services.runtime.storage.database import Database


class PasskeyEntryPoints(AgentEntryPoints):
    """Passkeys: in by them, and one's own."""

    def _owner(self, database: Database, token: str) -> Agent:
        """The agent of an open session, who has the right to the account. Raises agent_session_expired, right_missing."""
        with database.reading() as session:
            return self._agent(session, token, Right.OWN_ACCOUNT)

    @command_in_steps(methods.BEGIN_PASSKEY_LOG_IN)
    def begin_passkey_log_in(self, request: passkeys.PasskeyLogIn, database: Database) -> passkeys.PasskeyBegun:
        """Begin a log-in by passkey."""
        with hashing_place(self.resources) as slow:
            return ways_in.begin_log_in(
                database, slow, self._agents, email=request.email, password=request.password, now=utc_now()
            )

    @command_in_steps(methods.BEGIN_PASSKEY)
    def begin_passkey(self, request: passkeys.PasskeyToAdd, database: Database) -> passkeys.PasskeyBegun:
        """Begin to add a passkey."""
        agent = self._owner(database, request.session)
        with hashing_place(self.resources) as slow:
            return own_keys.begin(database, slow, self._agents, agent, password=request.password, now=utc_now())

    @command_in_steps(methods.BEGIN_INVITATION_PASSKEY)
    def begin_invitation_passkey(
        self, request: passkeys.PasskeyWithInvitation, database: Database
    ) -> passkeys.PasskeyBegun:
        """Begin to accept an invitation by passkey."""
        with hashing_place(self.resources) as slow:
            return ways_in.begin_invitation(
                database, slow, self._agents, token=request.token, password=request.password, now=utc_now()
            )

    @question(methods.PASSKEY_OPTIONS)
    def passkey_options(self, request: passkeys.OfCeremony, session: Session) -> passkeys.PasskeyOptions:
        """Say what the browser is asked for a challenge."""
        return ceremonies.options(session, self._agents.passkeys, request.ceremony, utc_now())

    @command_in_steps(methods.PASSKEY_LOG_IN)
    def passkey_log_in(self, request: passkeys.AnswerLogIn, database: Database) -> AgentSessionToken:
        """Open an agent's session for a passkey's answer."""
        return ways_in.log_in(database, self._agents, ceremony=request.ceremony, answer=request.answer, now=utc_now())

    @command_in_steps(methods.ADD_PASSKEY)
    def add_passkey(self, request: passkeys.AddPasskey, database: Database) -> Nothing:
        """Keep a new passkey."""
        agent = self._owner(database, request.session)
        own_keys.add(
            database,
            self._agents,
            agent.id,
            ceremony=request.ceremony,
            answer=request.answer,
            name=request.name,
            now=utc_now(),
        )
        return Nothing()

    @command_in_steps(methods.ACCEPT_BY_PASSKEY)
    def accept_by_passkey(self, request: passkeys.AcceptByPasskey, database: Database) -> AgentSessionToken:
        """Set password and passkey, and open a session."""
        return ways_in.accept(
            database,
            self._agents,
            token=request.token,
            ceremony=request.ceremony,
            answer=request.answer,
            name=request.name,
            now=utc_now(),
        )

    @question(methods.LIST_PASSKEYS)
    def list_passkeys(self, request: AgentSessionToken, session: Session) -> passkeys.Passkeys:
        """List the agent's own passkeys."""
        agent = self._agent(session, request.session, Right.OWN_ACCOUNT)
        return own_keys.listed(session, self._agents, agent)

    @command(methods.REMOVE_PASSKEY)
    def remove_passkey(self, request: passkeys.RemovePasskey, session: Session) -> Nothing:
        """Remove one of the agent's own passkeys."""
        agent = self._agent(session, request.session, Right.OWN_ACCOUNT)
        own_keys.remove(session, self._agents, agent.id, request.passkey, utc_now())
        return Nothing()

    @question(methods.PASSKEY_TERMS)
    def passkey_terms(self, _request: Nothing, _session: Session) -> passkeys.PasskeyTerms:
        """Say what passkeys are bound to."""
        party = self._agents.passkeys
        return passkeys.PasskeyTerms(rp_id=party.id if party else None, origins=list(party.origins) if party else [])
