"""What can be asked of identity."""

from __future__ import annotations

from services.identity.contract import (
    access,
    agents,
    attendance,
    campaigns,
    claims,
    forms,
    journal,
    notices,
    reissue,
    roll,
    sealings,
    sessions,
    support,
    voting_events,
)
from services.runtime.contracts.condition import CONDITION, RETRY_PARKED
from services.runtime.contracts.jobs import JOB, JOBS, SHARED, JobAsked
from services.runtime.contracts.messages import Nothing
from services.runtime.contracts.methods import (
    GATEWAY,
    PASSWORD_SECONDS,
    QUESTION_SECONDS,
    Command,
    Idempotent,
    NeverRepeated,
    Question,
    Remembered,
    table,
)

OPERATOR_SECONDS = 30.0
_LINK_ON_ITS_WAY = Idempotent("within the cooldown the message that is on its way is the answer")
_LINK_USED_ONCE = Idempotent(
    "a link is used up once: a repetition is refused, changes nothing, and has its answer by answer_again"
)

OPEN_VOTING_EVENT = Command(
    "open_voting_event",
    voting_events.OpenVotingEvent,
    voting_events.VotingEventOpened,
    repeated=Idempotent("the same definition again changes nothing, another is refused"),
)
VOTING_EVENT = Question(
    "voting_event",
    voting_events.VotingEventAsked,
    voting_events.VotingEventShown,
    callers=(*GATEWAY, "reassort-worker"),
)
ATTENDANCE = Question("attendance", voting_events.OfVotingEvent, attendance.Attendance, seconds=OPERATOR_SECONDS)

STAGE_ROLL = Command(
    "stage_roll",
    roll.StageRoll,
    roll.Staged,
    repeated=Idempotent("the same lines again replace themselves"),
    seconds=OPERATOR_SECONDS,
)
START_COMMIT_ROLL = Command("start_commit_roll", roll.CommitRoll, JobAsked, repeated=SHARED)
START_SEAL_ROLL = Command("start_seal_roll", voting_events.OfVotingEvent, JobAsked, repeated=SHARED)
LIST_BEARERS = Command(
    "list_bearers",
    roll.ListBearers,
    roll.Bearers,
    repeated=Idempotent("a page is read; that the roll is in use from now on is noted once"),
    seconds=OPERATOR_SECONDS,
    callers=("reassort-worker",),
)
SEARCH_ROLL = Question("search_roll", roll.SearchRoll, roll.RollPage)

OPEN_CAPTCHA = Command(
    "open_captcha",
    forms.OpenCaptcha,
    forms.CaptchaOpened,
    repeated=Idempotent("another code is made; the one that nobody saw goes after ten minutes"),
    seconds=QUESTION_SECONDS,
    tries=1,
)
CAPTCHA_TEXT = Question("captcha_text", forms.OfCaptcha, forms.CaptchaText)
CHECK_CAPTCHA = Command("check_captcha", forms.CheckCaptcha, Nothing, repeated=Remembered())
SPEND_PROOF = Command("spend_proof", forms.SpendProof, Nothing, repeated=Remembered())

REQUEST_ACCESS = Command("request_access", access.OfIdentifier, access.Access, repeated=_LINK_ON_ITS_WAY)
REQUEST_PASSWORD_LINK = Command("request_password_link", access.OfIdentifier, access.Access, repeated=_LINK_ON_ITS_WAY)
OPEN_LINK = Question("open_link", access.OfLink, access.LinkShown)
PREPARE_ACTIVATION = Command(
    "prepare_activation",
    access.PrepareActivation,
    access.Prepared,
    repeated=Idempotent("the last password prepared counts"),
    seconds=PASSWORD_SECONDS,
)
ACTIVATE = Command(
    "activate", access.Activate, sessions.SessionToken, repeated=_LINK_USED_ONCE, seconds=PASSWORD_SECONDS
)
ENTER_WITHOUT_ACTIVATION = Command(
    "enter_without_activation", access.UseLink, sessions.SessionToken, repeated=_LINK_USED_ONCE
)
ANSWER_AGAIN = Command(
    "answer_again",
    access.AnswerAgain,
    sessions.SessionToken,
    repeated=Idempotent("each answer takes the place of the one before"),
)
LOG_IN = Command(
    "log_in",
    access.LogIn,
    sessions.SessionToken,
    repeated=NeverRepeated("a second try is counted as a second guess"),
    seconds=PASSWORD_SECONDS,
)

RESUME_SESSION = Command(
    "resume_session",
    sessions.ResumeSession,
    sessions.ResumedSession,
    repeated=Idempotent("that somebody is there is noted once a minute, the language where it is another"),
    seconds=QUESTION_SECONDS,
    tries=1,  # every page asks: a silent service must not hold it twice as long
)
CLOSE_SESSION = Command(
    "close_session", sessions.SessionToken, Nothing, repeated=Idempotent("a session that has ended stays so")
)
OWN_ELECTIONS = Question("own_elections", sessions.SessionToken, sessions.OwnElections)
ISSUE_PERMIT = Question("issue_permit", sessions.IssuePermit, sessions.PermitIssued, hourly=True)
CONFIRM_PERMIT = Question("confirm_permit", sessions.ConfirmPermit, sessions.PermitConfirmed, hourly=True)
SEALING = Question("sealing", sealings.OfElection, sealings.Sealing)

SUBMIT_CLAIM = Command("submit_claim", claims.SubmitClaim, claims.ClaimSubmitted, repeated=Remembered())
LIST_CLAIMS = Question("list_claims", sessions.SessionToken, claims.Claims)
LIST_CLAIMS_QUEUE = Question("list_claims_queue", claims.ListClaimsQueue, claims.ClaimsQueue, seconds=OPERATOR_SECONDS)
ANSWER_CLAIM = Command(
    "answer_claim",
    claims.AnswerClaim,
    claims.ClaimAnswered,
    repeated=Idempotent("the same answer again does nothing, another is refused"),
    seconds=OPERATOR_SECONDS,
)
SUBMIT_ASSISTANCE = Command(
    "submit_assistance", claims.SubmitAssistance, claims.AssistanceSubmitted, repeated=Remembered()
)
LIST_ASSISTANCE = Question("list_assistance", claims.ListAssistance, claims.AssistanceQueue, seconds=OPERATOR_SECONDS)
ANSWER_ASSISTANCE = Command(
    "answer_assistance",
    claims.AnswerAssistance,
    claims.AssistanceAnswered,
    repeated=Idempotent("the same answer again does nothing, another is refused"),
    seconds=OPERATOR_SECONDS,
)

OPEN_CAMPAIGN = Command(
    "open_campaign",
    campaigns.OpenCampaign,
    campaigns.OfCampaign,
    repeated=Idempotent("a campaign is found again by its name"),
    seconds=OPERATOR_SECONDS,
)
SEND_CAMPAIGN_PAGE = Command(
    "send_campaign_page",
    campaigns.SendCampaignPage,
    campaigns.CampaignPage,
    repeated=Remembered(),
    seconds=OPERATOR_SECONDS,
)
CAMPAIGN_PROGRESS = Question(
    "campaign_progress", campaigns.OfCampaign, campaigns.CampaignProgress, seconds=OPERATOR_SECONDS
)
LIST_CAMPAIGNS = Question("list_campaigns", voting_events.OfVotingEvent, campaigns.Campaigns, seconds=OPERATOR_SECONDS)

REISSUE_STANDING = Question("reissue_standing", sessions.SessionToken, reissue.ReissueStanding)
ASK_REISSUE = Command(
    "ask_reissue",
    reissue.AskReissue,
    reissue.ReissueAsked,
    repeated=NeverRepeated("a second try is counted as a second guess; the voter's own second click finds the first"),
)
ANSWER_REISSUE = Command(
    "answer_reissue",
    reissue.AnswerReissue,
    reissue.LinkSent,
    repeated=NeverRepeated("a second try is counted as a second guess"),
    seconds=PASSWORD_SECONDS,
)
FOLLOW_REISSUE_LINK = Command(
    "follow_reissue_link",
    reissue.FollowReissueLink,
    reissue.ReissueAsked,
    repeated=Idempotent("the request of a link is found again by its token"),
)
RESEND_REISSUE = Command(
    "resend_reissue",
    reissue.ResendReissue,
    reissue.ReissueAsked,
    repeated=Idempotent("the same form sends one message"),
)
LIST_SHARED_PHONES = Question("list_shared_phones", Nothing, reissue.SharedPhones, seconds=OPERATOR_SECONDS)

RECORD_NOTICE = Command(
    "record_notice",
    notices.RecordNotice,
    notices.NoticeRecorded,
    repeated=Idempotent("a notice is recorded once and its voter written to once; the last reason stands"),
    seconds=OPERATOR_SECONDS,
)
LIST_NOTICES = Question("list_notices", notices.ListNotices, notices.UndeliveredNotices, seconds=OPERATOR_SECONDS)
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
LIST_AGENTS = Question("list_agents", agents.AgentSessionToken, agents.Agents)
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
READ_JOURNAL = Question("read_journal", journal.ReadJournal, journal.Journal)

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

METHODS = table(
    CONDITION,
    RETRY_PARKED,
    OPEN_VOTING_EVENT,
    VOTING_EVENT,
    ATTENDANCE,
    STAGE_ROLL,
    START_COMMIT_ROLL,
    START_SEAL_ROLL,
    JOB,
    JOBS,
    LIST_BEARERS,
    SEARCH_ROLL,
    OPEN_CAPTCHA,
    CAPTCHA_TEXT,
    CHECK_CAPTCHA,
    SPEND_PROOF,
    REQUEST_ACCESS,
    REQUEST_PASSWORD_LINK,
    OPEN_LINK,
    PREPARE_ACTIVATION,
    ACTIVATE,
    ENTER_WITHOUT_ACTIVATION,
    ANSWER_AGAIN,
    LOG_IN,
    RESUME_SESSION,
    CLOSE_SESSION,
    OWN_ELECTIONS,
    ISSUE_PERMIT,
    CONFIRM_PERMIT,
    SEALING,
    SUBMIT_CLAIM,
    LIST_CLAIMS,
    LIST_CLAIMS_QUEUE,
    ANSWER_CLAIM,
    SUBMIT_ASSISTANCE,
    LIST_ASSISTANCE,
    ANSWER_ASSISTANCE,
    OPEN_CAMPAIGN,
    SEND_CAMPAIGN_PAGE,
    CAMPAIGN_PROGRESS,
    LIST_CAMPAIGNS,
    REISSUE_STANDING,
    ASK_REISSUE,
    ANSWER_REISSUE,
    FOLLOW_REISSUE_LINK,
    RESEND_REISSUE,
    LIST_SHARED_PHONES,
    RECORD_NOTICE,
    LIST_NOTICES,
    AGENT_LOG_IN,
    AGENT_SESSION,
    CLOSE_AGENT_SESSION,
    OPEN_INVITATION,
    ACCEPT_INVITATION,
    LIST_AGENTS,
    INVITE_AGENT,
    INVITE_AGAIN,
    CLOSE_AGENT,
    LIST_TOKENS,
    MAKE_TOKEN,
    REVOKE_TOKEN,
    AUTHORIZE_TOKEN,
    NOTE_COMMAND,
    READ_JOURNAL,
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
)
