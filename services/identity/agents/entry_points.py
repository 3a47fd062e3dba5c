"""Entry points for agents: their accounts, tokens and journal. Rules live in the modules beside."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from services.identity.agents import accounts as agent_accounts
from services.identity.agents import board_acts, entrance, listing, personal_tokens, standing, vote_journal
from services.identity.agents import journal as agents_journal
from services.identity.agents import sessions as agent_sessions
from services.identity.contract import board
from services.identity.contract.event import voting_events
from services.identity.contract.staff import agents, methods
from services.identity.contract.staff import journal as journal_contract
from services.identity.contract.staff import vote_journal as vote_journal_contract
from services.identity.contract.staff.rights import Right
from services.identity.entry_points import IdentityEntryPoints
from services.identity.hashing.line import hashing_place
from services.identity.models import Agent
from services.runtime.clock import utc_now
from services.runtime.contracts.messages import Nothing
from services.runtime.hosting.entrypoints import command, command_in_steps, question
from services.runtime.storage.database import Database


class AgentEntryPoints(IdentityEntryPoints):
    """Agents in general: who they are, and what was done."""

    @property
    def _agents(self) -> agent_accounts.Terms:
        settings = self.resources.settings
        return agent_accounts.Terms(
            self._letters,
            settings.holder_key,
            timedelta(minutes=settings.agent_idle_minutes),
            timedelta(hours=settings.agent_session_hours),
            settings.bcrypt_cost,
            settings.relying_party(),
        )

    def _agent(self, session: Session, token: str, right: Right) -> Agent:
        """The agent of an open session, who has the right. Raises agent_session_expired, right_missing."""
        return agent_sessions.require(session, token, right, now=utc_now(), idle=self._agents.idle)

    @command_in_steps(methods.AGENT_LOG_IN)
    def agent_log_in(self, request: agents.AgentLogIn, database: Database) -> agents.AgentSessionToken:
        """Open an agent's session."""
        with hashing_place(self.resources) as slow:
            return entrance.log_in(
                database,
                slow,
                self._agents,
                email=request.email,
                password=request.password,
                code=request.code,
                now=utc_now(),
            )

    @command_in_steps(methods.AGENT_SESSION)
    def agent_session(self, request: agents.AgentSessionToken, database: Database) -> agents.AgentSession:
        """Say who is signed in, and note that somebody is there."""
        now, idle = utc_now(), self._agents.idle
        agent_sessions.resume(database, request.session, now=now, idle=idle)
        with database.reading() as session:
            opened = agent_sessions.find(session, request.session, now=now, idle=idle)
            return standing.described(session, opened, now)

    @command(methods.CLOSE_AGENT_SESSION)
    def close_agent_session(self, request: agents.AgentSessionToken, session: Session) -> Nothing:
        """End an agent's session."""
        agent_sessions.close(session, request.session, utc_now())
        return Nothing()

    @question(methods.OPEN_INVITATION)
    def open_invitation(self, request: agents.OfInvitation, session: Session) -> agents.Invitation:
        """Describe an invitation without using it up."""
        return entrance.invitation(session, self._agents.key, request.token, utc_now())

    @command_in_steps(methods.ACCEPT_INVITATION)
    def accept_invitation(self, request: agents.AcceptInvitation, database: Database) -> agents.AgentSessionToken:
        """Set password and second factor, and open a session."""
        with hashing_place(self.resources) as slow:
            return entrance.accept(
                database,
                slow,
                self._agents,
                token=request.token,
                password=request.password,
                code=request.code,
                now=utc_now(),
            )

    @question(methods.LIST_AGENTS)
    def list_agents(self, request: agents.AgentSessionToken, session: Session) -> agents.Agents:
        """List all agents."""
        self._agent(session, request.session, Right.MANAGE_AGENTS)
        return listing.listed(session)

    @question(methods.LIST_BOARD)
    def list_board(self, _request: Nothing, session: Session) -> agents.Agents:
        """List the members of the board."""
        return listing.board(session)

    @command(methods.INVITE_AGENT)
    def invite_agent(self, request: agents.InviteAgent, session: Session) -> agents.AgentNamed:
        """Invite an agent."""
        inviter = self._agent(session, request.session, Right.MANAGE_AGENTS)
        made = agent_accounts.invite(
            session,
            self._agents,
            inviter,
            email=request.email,
            name=request.name,
            role=request.role,
            elections=request.elections,
            places=request.places,
            now=utc_now(),
        )
        return agents.AgentNamed(agent=made.id)

    @command(methods.INVITE_AGAIN)
    def invite_again(self, request: agents.OfAgent, session: Session) -> agents.AgentNamed:
        """Send an agent another link."""
        inviter = self._agent(session, request.session, Right.MANAGE_AGENTS)
        agent_accounts.invite_again(session, self._agents, inviter, request.agent, utc_now())
        return agents.AgentNamed(agent=request.agent)

    @command(methods.CLOSE_AGENT)
    def close_agent(self, request: agents.OfAgent, session: Session) -> agents.AgentNamed:
        """Close an agent's account."""
        closer = self._agent(session, request.session, Right.MANAGE_AGENTS)
        agent_accounts.close(session, self._agents, closer, request.agent, utc_now())
        return agents.AgentNamed(agent=request.agent)

    @question(methods.LIST_TOKENS)
    def list_tokens(self, request: agents.AgentSessionToken, session: Session) -> agents.PersonalTokens:
        """List the agent's own tokens."""
        agent = self._agent(session, request.session, Right.OWN_ACCOUNT)
        return personal_tokens.listed(session, agent, utc_now())

    @command(methods.MAKE_TOKEN)
    def make_token(self, request: agents.MakeToken, session: Session) -> agents.TokenMade:
        """Make a personal token."""
        agent = self._agent(session, request.session, Right.OWN_ACCOUNT)
        return personal_tokens.make(
            session,
            self._letters,
            agent,
            name=request.name,
            rights=request.rights,
            days=request.days,
            now=utc_now(),
        )

    @command(methods.REVOKE_TOKEN)
    def revoke_token(self, request: agents.RevokeToken, session: Session) -> Nothing:
        """Revoke a personal token."""
        agent = self._agent(session, request.session, Right.OWN_ACCOUNT)
        personal_tokens.revoke(session, self._letters, agent, request.token, utc_now())
        return Nothing()

    @question(methods.AUTHORIZE_TOKEN)
    def authorize_token(self, request: agents.AuthorizeToken, session: Session) -> agents.AgentNamed:
        """Say whose token it is, where it is good for that."""
        agent = personal_tokens.authorize(
            session, request.token, request.right, request.election, utc_now(), whole_event=request.whole_event
        )
        return agents.AgentNamed(agent=agent.id)

    @command(methods.NOTE_COMMAND)
    def note_command(self, request: agents.NoteCommand, session: Session) -> agents.Noted:
        """Write a command of the operator API, or the same act from a page, into the journal."""
        actor = None if request.session is None else self._agent(session, request.session, Right.OWN_ACCOUNT)
        number = personal_tokens.note(session, actor or request.token, request.command, request.election, utc_now())
        return agents.Noted(number=number)

    @command(methods.NOTE_AGENT_COMMAND)
    def note_agent_command(self, request: agents.NoteAgentCommand, session: Session) -> agents.Noted:
        """Write a command that an agent gives on a page into the journal."""
        agent = self._agent(session, request.session, Right.RUN_ELECTIONS)
        number = personal_tokens.note_on_page(session, agent, request.command, request.election, utc_now())
        return agents.Noted(number=number)

    @command(methods.ASK_BOARD_ACT)
    def ask_board_act(self, request: board.AskBoardAct, session: Session) -> board.BoardActAsked:
        """Ask for what another member has to agree to."""
        agent = self._agent(session, request.session, Right.STEER)
        number = board_acts.ask(
            session,
            agent,
            election=request.election,
            act=request.act,
            reason=request.reason,
            changes=request.changes,
            now=utc_now(),
        )
        return board.BoardActAsked(number=number)

    @question(methods.LIST_BOARD_ACTS)
    def list_board_acts(self, request: board.OfBoard, session: Session) -> board.WaitingActs:
        """List what waits on an election."""
        agent = self._agent(session, request.session, Right.STEER)
        return board_acts.waiting(session, agent, request.election, utc_now())

    @question(methods.BOARD_DECISIONS)
    def board_decisions(self, request: board.OfDecisions, session: Session) -> board.Decisions:
        """List what two members have decided: anybody knows their roles, the readers of the journal their names."""
        if request.session is not None:
            self._agent(session, request.session, Right.READ_JOURNAL)
        return board_acts.decided(session, request.election, named=request.session is not None)

    @command(methods.DECIDE_BOARD_ACT)
    def decide_board_act(self, request: board.DecideBoardAct, session: Session) -> Nothing:
        """Agree to what another member has asked for, or refuse it."""
        agent = self._agent(session, request.session, Right.STEER)
        board_acts.decide(session, agent, request.number, approve=request.approve, now=utc_now())
        return Nothing()

    @question(methods.READ_JOURNAL)
    def read_journal(self, request: journal_contract.ReadJournal, session: Session) -> journal_contract.Journal:
        """Read a page of the journal."""
        self._agent(session, request.session, Right.READ_JOURNAL)
        return agents_journal.page(session, request.before, request.limit)

    @question(methods.VOTE_JOURNAL)
    def vote_journal(self, request: voting_events.OfVotingEvent, session: Session) -> vote_journal_contract.VoteJournal:
        """Say what the official record of a vote has of the journal."""
        return vote_journal.of_vote(session, request.voting_event)
