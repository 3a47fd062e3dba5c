"""Entry points for support cells. Rules live in the modules beside."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from services.identity.agents.entry_points import AgentEntryPoints
from services.identity.contract.limits import EXAMINED
from services.identity.contract.staff import methods
from services.identity.contract.staff import support as support_contract
from services.identity.contract.staff.rights import Right
from services.identity.support import approvals, assisted_reissue, corrections, finding, queues, sheet
from services.runtime.clock import utc_now
from services.runtime.contracts import problems
from services.runtime.contracts.messages import Nothing
from services.runtime.hosting.entrypoints import command, question


class SupportEntryPoints(AgentEntryPoints):
    """What a cell sees of voters, and does for them; who asks is an agent."""

    @property
    def _link_lifetime(self) -> timedelta:
        return timedelta(minutes=self.resources.settings.link_lifetime_minutes)

    @question(methods.FIND_VOTERS)
    def find_voters(self, request: support_contract.FindVoters, session: Session) -> support_contract.VotersFound:
        """Find voters of the agent's territory."""
        return finding.find(session, self._agent(session, request.session, Right.SEE_VOTERS), request.query)

    @command(methods.OPEN_SHEET)
    def open_sheet(self, request: support_contract.OfVoter, session: Session) -> support_contract.VoterSheet:
        """Open a voter's sheet."""
        agent = self._agent(session, request.session, Right.SEE_VOTERS)
        return sheet.opened(session, self._terms, agent, request.voter, utc_now())

    @command(methods.RESEND_LINK)
    def resend_link(self, request: support_contract.OfVoter, session: Session) -> support_contract.LinkResent:
        """Send a voter another link."""
        agent = self._agent(session, request.session, Right.HELP_VOTERS)
        until = sheet.resend_link(
            session, self._terms, agent, request.voter, now=utc_now(), lifetime=self._link_lifetime
        )
        return support_contract.LinkResent(until=until)

    @command(methods.ASK_CORRECTION)
    def ask_correction(
        self, request: support_contract.AskCorrection, session: Session
    ) -> support_contract.ApprovalAsked:
        """Ask for another address of a voter."""
        agent = self._agent(session, request.session, Right.HELP_VOTERS)
        number = corrections.ask(
            session, agent, voter_id=request.voter, email=request.email, reason=request.reason, now=utc_now()
        )
        return support_contract.ApprovalAsked(number=number)

    @command(methods.ASK_ASSISTED_REISSUE)
    def ask_assisted_reissue(
        self, request: support_contract.AskAssistedReissue, session: Session
    ) -> support_contract.ApprovalAsked:
        """Ask for another code for a voter."""
        agent = self._agent(session, request.session, Right.HELP_VOTERS)
        number = assisted_reissue.ask(
            session,
            self._terms,
            agent,
            voter_id=request.voter,
            phone=request.phone,
            reason=request.reason,
            now=utc_now(),
        )
        return support_contract.ApprovalAsked(number=number)

    @question(methods.LIST_APPROVALS)
    def list_approvals(self, request: support_contract.AgentOnly, session: Session) -> support_contract.Approvals:
        """List what waits for a second agent."""
        return approvals.waiting(session, self._agent(session, request.session, Right.APPROVE), utc_now())

    @command(methods.DECIDE_APPROVAL)
    def decide_approval(self, request: support_contract.DecideApproval, session: Session) -> Nothing:
        """Decide, as the second agent."""
        agent = self._agent(session, request.session, Right.APPROVE)
        approvals.decide(
            session,
            self._terms,
            agent,
            request.number,
            approve=request.approve,
            now=utc_now(),
            lifetime=self._link_lifetime,
        )
        return Nothing()

    @question(methods.CELL_CLAIMS)
    def cell_claims(self, request: support_contract.CellQueue, session: Session) -> support_contract.CellClaims:
        """List claims of the territory."""
        agent = self._agent(session, request.session, Right.ANSWER_REQUESTS)
        found = queues.claims_of(session, agent, answered=request.answered, after=request.after, limit=request.limit)
        return support_contract.CellClaims(claims=found.claims, next=found.next)

    @question(methods.CELL_REQUESTS)
    def cell_requests(self, request: support_contract.CellQueue, session: Session) -> support_contract.CellRequests:
        """List requests for assistance of the territory."""
        agent = self._agent(session, request.session, Right.ANSWER_REQUESTS)
        found = queues.requests_of(session, agent, answered=request.answered, after=request.after, limit=request.limit)
        return support_contract.CellRequests(requests=found.requests, next=found.next)

    @command(methods.ANSWER_CELL_CLAIM)
    def answer_cell_claim(self, request: support_contract.AnswerCellClaim, session: Session) -> Nothing:
        """Answer a claim of the territory."""
        agent = self._agent(session, request.session, Right.ANSWER_REQUESTS)
        if request.state != EXAMINED and not request.answer:
            raise problems.invalid_request({"answer": [problems.problem(problems.Code.REQUIRED)]})
        queues.answer_claim(
            session,
            self._letters,
            agent,
            number=request.claim,
            state=request.state,
            text=request.answer,
            now=utc_now(),
        )
        return Nothing()

    @command(methods.ANSWER_CELL_REQUEST)
    def answer_cell_request(self, request: support_contract.AnswerCellRequest, session: Session) -> Nothing:
        """Answer a request for assistance."""
        agent = self._agent(session, request.session, Right.ANSWER_REQUESTS)
        queues.answer_request(session, self._letters, agent, number=request.request, text=request.answer, now=utc_now())
        return Nothing()
