"""What agents, the board and the support cells can ask of identity."""

from __future__ import annotations

from services.identity.contract import board, figures
from services.identity.contract.event import voting_events
from services.identity.contract.limits import OPERATOR_SECONDS
from services.identity.contract.staff import agents, journal, passkeys, support, vote_journal
from services.runtime.contracts.messages import Nothing
from services.runtime.contracts.methods import (
    PASSWORD_SECONDS,
    QUESTION_SECONDS,
    AnyMethod,
    Command,
    Idempotent,
    NeverRepeated,
    Question,
    Remembered,
)

AGENT_LOG_IN = Command(
    "agent_log_in",
    agents.AgentLogIn,
    agents.AgentSessionToken,
    repeated=NeverRepeated("a second try is counted as a second guess"),
    seconds=PASSWORD_SECONDS,
)
AGENT_SESSION = Command(
    "agent_session",
    agents.AgentSessionToken,
    agents.AgentSession,
    repeated=Idempotent("that somebody is there is noted once a minute"),
    seconds=QUESTION_SECONDS,
    tries=1,
)
CLOSE_AGENT_SESSION = Command(
    "close_agent_session",
    agents.AgentSessionToken,
    Nothing,
    repeated=Idempotent("a session that has ended stays so"),
)
OPEN_INVITATION = Question("open_invitation", agents.OfInvitation, agents.Invitation)
ACCEPT_INVITATION = Command(
    "accept_invitation",
    agents.AcceptInvitation,
    agents.AgentSessionToken,
    repeated=Idempotent("an invitation is used up once: a repetition is refused and changes nothing"),
    seconds=PASSWORD_SECONDS,
)
_ANOTHER_CHALLENGE = NeverRepeated("a second try is counted as a second guess, and makes a second challenge")
_ANSWERED_ONCE = NeverRepeated("a challenge is used up by one answer, whatever it is")
BEGIN_PASSKEY_LOG_IN = Command(
    "begin_passkey_log_in",
    passkeys.PasskeyLogIn,
    passkeys.PasskeyBegun,
    repeated=_ANOTHER_CHALLENGE,
    seconds=PASSWORD_SECONDS,
)
BEGIN_PASSKEY = Command(
    "begin_passkey", passkeys.PasskeyToAdd, passkeys.PasskeyBegun, repeated=_ANOTHER_CHALLENGE, seconds=PASSWORD_SECONDS
)
BEGIN_INVITATION_PASSKEY = Command(
    "begin_invitation_passkey",
    passkeys.PasskeyWithInvitation,
    passkeys.PasskeyBegun,
    repeated=Idempotent("another challenge is made; the one that nobody answers goes after five minutes"),
    seconds=PASSWORD_SECONDS,
)
PASSKEY_OPTIONS = Question("passkey_options", passkeys.OfCeremony, passkeys.PasskeyOptions)
PASSKEY_LOG_IN = Command("passkey_log_in", passkeys.AnswerLogIn, agents.AgentSessionToken, repeated=_ANSWERED_ONCE)
ADD_PASSKEY = Command("add_passkey", passkeys.AddPasskey, Nothing, repeated=_ANSWERED_ONCE)
ACCEPT_BY_PASSKEY = Command(
    "accept_by_passkey", passkeys.AcceptByPasskey, agents.AgentSessionToken, repeated=_ANSWERED_ONCE
)
LIST_PASSKEYS = Question("list_passkeys", agents.AgentSessionToken, passkeys.Passkeys)
REMOVE_PASSKEY = Command(
    "remove_passkey", passkeys.RemovePasskey, Nothing, repeated=Idempotent("a passkey that is removed stays so")
)
PASSKEY_TERMS = Question("passkey_terms", Nothing, passkeys.PasskeyTerms)
LIST_AGENTS = Question("list_agents", agents.AgentSessionToken, agents.Agents)
LIST_BOARD = Question("list_board", Nothing, agents.Agents)
INVITE_AGENT = Command("invite_agent", agents.InviteAgent, agents.AgentNamed, repeated=Remembered())
INVITE_AGAIN = Command("invite_again", agents.OfAgent, agents.AgentNamed, repeated=Remembered())
CLOSE_AGENT = Command(
    "close_agent", agents.OfAgent, agents.AgentNamed, repeated=Idempotent("a closed account stays closed")
)
LIST_TOKENS = Question("list_tokens", agents.AgentSessionToken, agents.PersonalTokens)
MAKE_TOKEN = Command(
    "make_token",
    agents.MakeToken,
    agents.TokenMade,
    repeated=NeverRepeated("a second try makes a second token, and the first is kept by nobody"),
)
REVOKE_TOKEN = Command(
    "revoke_token", agents.RevokeToken, Nothing, repeated=Idempotent("a token that is revoked stays so")
)
AUTHORIZE_TOKEN = Question("authorize_token", agents.AuthorizeToken, agents.AgentNamed)
NOTE_COMMAND = Command("note_command", agents.NoteCommand, agents.Noted, repeated=Remembered())
NOTE_AGENT_COMMAND = Command("note_agent_command", agents.NoteAgentCommand, agents.Noted, repeated=Remembered())
READ_JOURNAL = Question("read_journal", journal.ReadJournal, journal.Journal)
VOTE_JOURNAL = Question("vote_journal", voting_events.OfVotingEvent, vote_journal.VoteJournal, seconds=OPERATOR_SECONDS)

ASK_BOARD_ACT = Command("ask_board_act", board.AskBoardAct, board.BoardActAsked, repeated=Remembered())
LIST_BOARD_ACTS = Question("list_board_acts", board.OfBoard, board.WaitingActs)
BOARD_DECISIONS = Question("board_decisions", board.OfDecisions, board.Decisions)
DECIDE_BOARD_ACT = Command("decide_board_act", board.DecideBoardAct, Nothing, repeated=Remembered())

FIND_VOTERS = Question("find_voters", support.FindVoters, support.VotersFound)
OPEN_SHEET = Command(
    "open_sheet",
    support.OfVoter,
    support.VoterSheet,
    repeated=Idempotent("a look is noted once in a quarter of an hour"),
)
RESEND_LINK = Command(
    "resend_link",
    support.OfVoter,
    support.LinkResent,
    repeated=Idempotent("within the cooldown the message that is on its way is the answer"),
)
ASK_CORRECTION = Command("ask_correction", support.AskCorrection, support.ApprovalAsked, repeated=Remembered())
ASK_ASSISTED_REISSUE = Command(
    "ask_assisted_reissue", support.AskAssistedReissue, support.ApprovalAsked, repeated=Remembered()
)
LIST_APPROVALS = Question("list_approvals", support.AgentOnly, support.Approvals)
DECIDE_APPROVAL = Command("decide_approval", support.DecideApproval, Nothing, repeated=Remembered())
CELL_CLAIMS = Question("cell_claims", support.CellQueue, support.CellClaims)
CELL_REQUESTS = Question("cell_requests", support.CellQueue, support.CellRequests)
ANSWER_CELL_CLAIM = Command("answer_cell_claim", support.AnswerCellClaim, Nothing, repeated=Remembered())
ANSWER_CELL_REQUEST = Command("answer_cell_request", support.AnswerCellRequest, Nothing, repeated=Remembered())

TERRITORY_TURNOUT = Question(
    "territory_turnout", figures.OfElection, figures.TerritoryTurnout, seconds=OPERATOR_SECONDS
)
RECORD_EARLIER_TURNOUT = Command(
    "record_earlier_turnout",
    figures.EarlierTurnout,
    figures.EarlierRecorded,
    repeated=Idempotent("the same figures again replace themselves"),
)

METHODS: tuple[AnyMethod, ...] = (
    AGENT_LOG_IN,
    AGENT_SESSION,
    CLOSE_AGENT_SESSION,
    OPEN_INVITATION,
    ACCEPT_INVITATION,
    BEGIN_PASSKEY_LOG_IN,
    BEGIN_PASSKEY,
    BEGIN_INVITATION_PASSKEY,
    PASSKEY_OPTIONS,
    PASSKEY_LOG_IN,
    ADD_PASSKEY,
    ACCEPT_BY_PASSKEY,
    LIST_PASSKEYS,
    REMOVE_PASSKEY,
    PASSKEY_TERMS,
    LIST_AGENTS,
    LIST_BOARD,
    INVITE_AGENT,
    INVITE_AGAIN,
    CLOSE_AGENT,
    LIST_TOKENS,
    MAKE_TOKEN,
    REVOKE_TOKEN,
    AUTHORIZE_TOKEN,
    NOTE_COMMAND,
    NOTE_AGENT_COMMAND,
    READ_JOURNAL,
    VOTE_JOURNAL,
    ASK_BOARD_ACT,
    LIST_BOARD_ACTS,
    BOARD_DECISIONS,
    DECIDE_BOARD_ACT,
    FIND_VOTERS,
    OPEN_SHEET,
    RESEND_LINK,
    ASK_CORRECTION,
    ASK_ASSISTED_REISSUE,
    LIST_APPROVALS,
    DECIDE_APPROVAL,
    CELL_CLAIMS,
    CELL_REQUESTS,
    ANSWER_CELL_CLAIM,
    ANSWER_CELL_REQUEST,
    TERRITORY_TURNOUT,
    RECORD_EARLIER_TURNOUT,
)
