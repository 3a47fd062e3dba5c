"""What can be asked of identity."""

from __future__ import annotations

from services.identity.contract import attendance, claims, figures, identity_checks, reissue
from services.identity.contract.entrance import access, forms, sessions
from services.identity.contract.event import campaigns, notices, removals, roll, sealings, uploads, voting_events
from services.identity.contract.limits import OPERATOR_SECONDS
from services.identity.contract.staff import methods as staff
from services.runtime.contracts.condition import CONDITION, RETRY_PARKED
from services.runtime.contracts.integrity import Integrity
from services.runtime.contracts.jobs import JOB, JOBS, SHARED, JobAsked
from services.runtime.contracts.messages import Nothing
from services.runtime.contracts.methods import (
    COUNTING_SECONDS,
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
FIGURES = Question("figures", Nothing, figures.Figures, seconds=OPERATOR_SECONDS)
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
START_COMPARE_ROLL = Command("start_compare_roll", roll.CompareRoll, JobAsked, repeated=SHARED)
LIST_DIFFERENCES = Question("list_differences", roll.ListDifferences, roll.DifferencePage, seconds=OPERATOR_SECONDS)
DROP_ROLL = Command(
    "drop_roll",
    roll.OfImport,
    Nothing,
    repeated=Idempotent("what is dropped is gone"),
    seconds=OPERATOR_SECONDS,
)
OPEN_ROLL_UPLOAD = Command(
    "open_roll_upload",
    uploads.OpenRollUpload,
    Nothing,
    repeated=Idempotent("a file that is known by its number stays as it is"),
    seconds=OPERATOR_SECONDS,
)
ADD_ROLL_PIECE = Command(
    "add_roll_piece",
    uploads.RollPiece,
    Nothing,
    repeated=Idempotent("the same piece again replaces itself"),
    seconds=OPERATOR_SECONDS,
)
START_READ_ROLL = Command("start_read_roll", uploads.ReadRoll, JobAsked, repeated=SHARED)
ROLL_UPLOAD = Question("roll_upload", voting_events.OfVotingEvent, uploads.RollUploadShown)
LIST_ROLL_PROBLEMS = Question(
    "list_roll_problems", uploads.ListRollProblems, uploads.RollProblems, seconds=COUNTING_SECONDS
)
START_SEAL_ROLL = Command("start_seal_roll", roll.SealRoll, JobAsked, repeated=SHARED)
START_CHECK_ROLL_INTEGRITY = Command(
    "start_check_roll_integrity", voting_events.OfVotingEvent, JobAsked, repeated=SHARED
)
ROLL_INTEGRITY = Question("roll_integrity", voting_events.OfVotingEvent, Integrity)
LIST_BEARERS = Command(
    "list_bearers",
    roll.ListBearers,
    roll.Bearers,
    repeated=Idempotent("a page is read; that the roll is in use from now on is noted once"),
    seconds=COUNTING_SECONDS,
    callers=("reassort-worker",),
)
ASK_REMOVAL = Command(
    "ask_removal",
    removals.AskRemoval,
    removals.Removal,
    repeated=Idempotent("a removal is found again by its number, and one that waits by its voter"),
    seconds=OPERATOR_SECONDS,
)
REMOVAL = Question("removal", removals.OfRemoval, removals.Removal)
REMOVALS_TOLD = Question("removals_told", voting_events.OfVotingEvent, removals.RemovalsTold)
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
START_CAMPAIGN = Command("start_campaign", campaigns.OpenCampaign, JobAsked, repeated=SHARED)
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
BEGIN_IDENTITY_CHECK = Command(
    "begin_identity_check",
    identity_checks.BeginIdentityCheck,
    identity_checks.IdentityCheckBegun,
    repeated=Idempotent("a second try takes the place of the first, of which nothing came back"),
)
END_IDENTITY_CHECK = Command(
    "end_identity_check",
    identity_checks.EndIdentityCheck,
    reissue.LinkSent,
    repeated=NeverRepeated("what the provider answers is good once"),
    seconds=PASSWORD_SECONDS,
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

METHODS = table(
    CONDITION,
    RETRY_PARKED,
    OPEN_VOTING_EVENT,
    VOTING_EVENT,
    ATTENDANCE,
    STAGE_ROLL,
    START_COMPARE_ROLL,
    LIST_DIFFERENCES,
    DROP_ROLL,
    OPEN_ROLL_UPLOAD,
    ADD_ROLL_PIECE,
    START_READ_ROLL,
    ROLL_UPLOAD,
    LIST_ROLL_PROBLEMS,
    START_COMMIT_ROLL,
    START_SEAL_ROLL,
    START_CHECK_ROLL_INTEGRITY,
    ROLL_INTEGRITY,
    JOB,
    JOBS,
    LIST_BEARERS,
    ASK_REMOVAL,
    REMOVAL,
    REMOVALS_TOLD,
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
    START_CAMPAIGN,
    SEND_CAMPAIGN_PAGE,
    CAMPAIGN_PROGRESS,
    LIST_CAMPAIGNS,
    FIGURES,
    REISSUE_STANDING,
    ASK_REISSUE,
    ANSWER_REISSUE,
    FOLLOW_REISSUE_LINK,
    BEGIN_IDENTITY_CHECK,
    END_IDENTITY_CHECK,
    RESEND_REISSUE,
    LIST_SHARED_PHONES,
    RECORD_NOTICE,
    LIST_NOTICES,
    *staff.METHODS,
)
