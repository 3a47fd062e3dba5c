"""The part of identity's typed client that agents, the board and the support cells use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.identity.contract import board, figures
from services.identity.contract.event import voting_events
from services.identity.contract.staff import agents, journal, methods, passkeys, support, vote_journal
from services.runtime.contracts.client import JobClient
from services.runtime.contracts.messages import Nothing


class StaffClient(JobClient):
    """Accounts of agents, journal, board, support cell."""

    # Agents

    def agent_log_in(self, email: str, password: str, code: str) -> str:
        """Open an agent's session; its token. Refusals: agent_log_in_refused, agent_locked, busy."""
        return self._do(methods.AGENT_LOG_IN, agents.AgentLogIn(email=email, password=password, code=code)).session

    def agent_session(self, session: str) -> agents.AgentSession:
        """Who is signed in, with which rights. Refusal: agent_session_expired."""
        return self._do(methods.AGENT_SESSION, agents.AgentSessionToken(session=session))

    def close_agent_session(self, session: str) -> None:
        """End an agent's session."""
        self._do(methods.CLOSE_AGENT_SESSION, agents.AgentSessionToken(session=session))

    def open_invitation(self, token: str) -> agents.Invitation:
        """Describe an invitation. Refusal: invitation_unknown."""
        return self._ask(methods.OPEN_INVITATION, agents.OfInvitation(token=token))

    def accept_invitation(self, token: str, password: str, code: str) -> str:
        """Use an invitation up; the token of a session.

        Refusals: invitation_unknown, password_refused, second_factor_wrong, busy.
        """
        request = agents.AcceptInvitation(token=token, password=password, code=code)
        return self._do(methods.ACCEPT_INVITATION, request).session

    def begin_passkey_log_in(self, email: str, password: str) -> str:
        """Begin a log-in by passkey; the token of its challenge.

        Refusals: passkey_log_in_refused, agent_locked, passkeys_off, busy.
        """
        request = passkeys.PasskeyLogIn(email=email, password=password)
        return self._do(methods.BEGIN_PASSKEY_LOG_IN, request).ceremony

    def begin_passkey(self, session: str, password: str) -> str:
        """Begin to add a passkey; the token of its challenge.

        Refusals: agent_session_expired, agent_password_wrong, agent_locked, too_many_passkeys, passkeys_off, busy.
        """
        return self._do(methods.BEGIN_PASSKEY, passkeys.PasskeyToAdd(session=session, password=password)).ceremony

    def begin_invitation_passkey(self, token: str, password: str) -> str:
        """Begin to accept an invitation by passkey; the token of its challenge.

        Refusals: invitation_unknown, password_refused, passkeys_off, busy.
        """
        request = passkeys.PasskeyWithInvitation(token=token, password=password)
        return self._do(methods.BEGIN_INVITATION_PASSKEY, request).ceremony

    def passkey_options(self, ceremony: str) -> passkeys.PasskeyOptions:
        """What the browser is asked for a challenge. Refusals: passkey_over, passkeys_off."""
        return self._ask(methods.PASSKEY_OPTIONS, passkeys.OfCeremony(ceremony=ceremony))

    def passkey_log_in(self, ceremony: str, answer: str) -> str:
        """The token of a session, for a passkey's answer. Refusals: passkey_over, passkey_refused, passkeys_off."""
        return self._do(methods.PASSKEY_LOG_IN, passkeys.AnswerLogIn(ceremony=ceremony, answer=answer)).session

    def add_passkey(self, session: str, ceremony: str, answer: str, name: str) -> None:
        """Keep a new passkey. Refusals: agent_session_expired, passkey_over, passkey_refused, passkey_known,
        too_many_passkeys, passkeys_off.
        """
        self._do(methods.ADD_PASSKEY, passkeys.AddPasskey(session=session, ceremony=ceremony, answer=answer, name=name))

    def accept_by_passkey(self, token: str, ceremony: str, answer: str, name: str) -> str:
        """Use an invitation up with a passkey; the token of a session.

        Refusals: invitation_unknown, passkey_over, passkey_refused, passkey_known, passkeys_off.
        """
        request = passkeys.AcceptByPasskey(token=token, ceremony=ceremony, answer=answer, name=name)
        return self._do(methods.ACCEPT_BY_PASSKEY, request).session

    def list_passkeys(self, session: str) -> passkeys.Passkeys:
        """The agent's own passkeys. Refusal: agent_session_expired."""
        return self._ask(methods.LIST_PASSKEYS, agents.AgentSessionToken(session=session))

    def remove_passkey(self, session: str, passkey: str) -> None:
        """Remove one of the agent's own passkeys. Refusals: agent_session_expired, passkey_last."""
        self._do(methods.REMOVE_PASSKEY, passkeys.RemovePasskey(session=session, passkey=passkey))

    def passkey_terms(self) -> passkeys.PasskeyTerms:
        """What passkeys are bound to."""
        return self._ask(methods.PASSKEY_TERMS, Nothing())

    def list_agents(self, session: str) -> list[agents.Agent]:
        """All agents. Refusals: agent_session_expired, right_missing."""
        return self._ask(methods.LIST_AGENTS, agents.AgentSessionToken(session=session)).agents

    def invite_agent(
        self, session: str, email: str, name: str, role: str, elections: list[str], places: list[str] | None = None
    ) -> str:
        """Invite an agent; its id. Refusals: agent_known, right_missing, invalid_request (elections, places)."""
        request = agents.InviteAgent(
            session=session, email=email, name=name, role=role, elections=elections, places=places or []
        )
        return self._do(methods.INVITE_AGENT, request).agent

    def list_board(self) -> list[agents.Agent]:
        """The members of the electoral board whose accounts are open."""
        return self._ask(methods.LIST_BOARD, Nothing()).agents

    def invite_again(self, session: str, agent: str) -> str:
        """Mail another link. Refusals: agent_session_expired, right_missing, agent_unknown."""
        return self._do(methods.INVITE_AGAIN, agents.OfAgent(session=session, agent=agent)).agent

    def close_agent(self, session: str, agent: str) -> str:
        """Close an account. Refusals: agent_session_expired, right_missing, agent_unknown, agent_himself."""
        return self._do(methods.CLOSE_AGENT, agents.OfAgent(session=session, agent=agent)).agent

    def list_tokens(self, session: str) -> list[agents.PersonalToken]:
        """One's own tokens. Refusal: agent_session_expired."""
        return self._ask(methods.LIST_TOKENS, agents.AgentSessionToken(session=session)).tokens

    def make_token(self, session: str, name: str, rights: list[str], days: int) -> agents.TokenMade:
        """Make a personal token. Refusals: agent_session_expired, right_missing, too_many_tokens."""
        return self._do(methods.MAKE_TOKEN, agents.MakeToken(session=session, name=name, rights=rights, days=days))

    def revoke_token(self, session: str, token: str) -> None:
        """Revoke one of one's own tokens. Refusal: agent_session_expired."""
        self._do(methods.REVOKE_TOKEN, agents.RevokeToken(session=session, token=token))

    def authorize_token(self, token: str, right: str, election: str | None, *, whole_event: bool = False) -> str:
        """The agent whose token is good for that. Refusals: token_refused, right_missing."""
        request = agents.AuthorizeToken(token=token, right=right, election=election, whole_event=whole_event)
        return self._ask(methods.AUTHORIZE_TOKEN, request).agent

    def note_command(self, token: str | None, command: str, election: str | None, session: str | None = None) -> int:
        """Write a command into the journal; the number of the entry. Refusals: token_refused, agent_session_expired."""
        request = agents.NoteCommand(token=token, session=session, command=command, election=election)
        return self._do(methods.NOTE_COMMAND, request).number

    def note_agent_command(self, session: str, command: str, election: str | None) -> int:
        """Write what an agent does on a page into the journal, before it is done; the number of the entry.

        Refusals: agent_session_expired, right_missing (to run elections, or that one).
        """
        request = agents.NoteAgentCommand(session=session, command=command, election=election)
        return self._do(methods.NOTE_AGENT_COMMAND, request).number

    def read_journal(self, session: str, before: int | None = None, limit: int = 50) -> journal.Journal:
        """A page of the journal, the newest first. Refusals: agent_session_expired, right_missing."""
        return self._ask(methods.READ_JOURNAL, journal.ReadJournal(session=session, before=before, limit=limit))

    def vote_journal(self, voting_event: str, seconds: float | None = None) -> vote_journal.VoteJournal:
        """What the official record has of the journal. Refusal: voting_event_unknown."""
        return self._ask(methods.VOTE_JOURNAL, voting_events.OfVotingEvent(voting_event=voting_event), seconds)

    # The board. Refusals of all: agent_session_expired, right_missing, election_unknown.

    def ask_board_act(self, session: str, election: str, act: str, reason: str, changes: Sequence[str] = ()) -> int:
        """Ask that a vote be suspended, resumed or stopped. Refusal: approval_waiting."""
        request = board.AskBoardAct(session=session, election=election, act=act, reason=reason, changes=list(changes))
        return self._do(methods.ASK_BOARD_ACT, request).number

    def list_board_acts(self, session: str, election: str) -> list[board.WaitingAct]:
        """What waits for a second member."""
        return self._ask(methods.LIST_BOARD_ACTS, board.OfBoard(session=session, election=election)).acts

    def board_decisions(
        self, election: str, session: str | None = None, seconds: float | None = None
    ) -> list[board.Decision]:
        """What two members have decided, with their roles; with a session that may read the journal, with names.

        Refusals of a session: agent_session_expired, right_missing.
        """
        request = board.OfDecisions(election=election, session=session)
        return self._ask(methods.BOARD_DECISIONS, request, seconds).decisions

    def decide_board_act(self, session: str, number: int, approve: bool) -> None:
        """Agree or refuse. Refusals: approval_unknown, approval_own, approval_presides."""
        self._do(methods.DECIDE_BOARD_ACT, board.DecideBoardAct(session=session, number=number, approve=approve))

    # The support cell. Refusals of all: agent_session_expired, right_missing; of a voter: voter_unknown.

    def find_voters(self, session: str, query: str) -> support.VotersFound:
        """Voters of the territory by address, name or place."""
        return self._ask(methods.FIND_VOTERS, support.FindVoters(session=session, query=query))

    def open_sheet(self, session: str, voter: str) -> support.VoterSheet:
        """One voter's sheet; that it was opened is noted."""
        return self._do(methods.OPEN_SHEET, support.OfVoter(session=session, voter=voter))

    def resend_link(self, session: str, voter: str) -> datetime:
        """Send a link to the address on the roll; until when it works. Refusal: link_on_its_way."""
        return self._do(methods.RESEND_LINK, support.OfVoter(session=session, voter=voter)).until

    def ask_correction(self, session: str, voter: str, email: str, reason: str) -> int:
        """Ask for another address. Refusals: address_taken, approval_waiting."""
        request = support.AskCorrection(session=session, voter=voter, email=email, reason=reason)
        return self._do(methods.ASK_CORRECTION, request).number

    def ask_assisted_reissue(self, session: str, voter: str, phone: str, reason: str) -> int:
        """Ask for another code. Refusals: phone_refused, phone_shared, reissue_*, approval_waiting."""
        request = support.AskAssistedReissue(session=session, voter=voter, phone=phone, reason=reason)
        return self._do(methods.ASK_ASSISTED_REISSUE, request).number

    def list_approvals(self, session: str) -> list[support.Approval]:
        """What waits for a second agent."""
        return self._ask(methods.LIST_APPROVALS, support.AgentOnly(session=session)).approvals

    def decide_approval(self, session: str, number: int, approve: bool) -> None:
        """Agree or refuse. Refusals: approval_unknown, approval_own, address_taken, reissue_*."""
        self._do(methods.DECIDE_APPROVAL, support.DecideApproval(session=session, number=number, approve=approve))

    def cell_claims(self, session: str, answered: bool, after: int | None, limit: int) -> support.CellClaims:
        """Claims of the territory, the oldest first."""
        request = support.CellQueue(session=session, answered=answered, after=after, limit=limit)
        return self._ask(methods.CELL_CLAIMS, request)

    def cell_requests(self, session: str, answered: bool, after: int | None, limit: int) -> support.CellRequests:
        """Requests for assistance, the oldest first."""
        request = support.CellQueue(session=session, answered=answered, after=after, limit=limit)
        return self._ask(methods.CELL_REQUESTS, request)

    def answer_cell_claim(self, session: str, claim: int, state: str, answer: str) -> None:
        """Put a claim into a state. Refusals: claim_unknown, already_answered, invalid_request."""
        request = support.AnswerCellClaim(session=session, claim=claim, state=state, answer=answer)
        self._do(methods.ANSWER_CELL_CLAIM, request)

    def answer_cell_request(self, session: str, number: int, answer: str) -> None:
        """Answer a request for assistance. Refusals: assistance_unknown, already_answered."""
        request = support.AnswerCellRequest(session=session, request=number, answer=answer)
        self._do(methods.ANSWER_CELL_REQUEST, request)

    # Figures

    def territory_turnout(self, election: str) -> figures.TerritoryTurnout:
        """The turnout of an election by territory, for those who run it. Refusals: no_voting_event, election_unknown."""
        return self._ask(methods.TERRITORY_TURNOUT, figures.OfElection(election=election))

    def record_earlier_turnout(self, given: figures.EarlierTurnout) -> figures.EarlierRecorded:
        """Keep the turnout of the vote before. Refusals: voting_event_unknown, invalid_request."""
        return self._do(methods.RECORD_EARLIER_TURNOUT, given)
