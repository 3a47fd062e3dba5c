"""What can be asked of the credential authority."""

from __future__ import annotations

from services.reassort.contract.codes import CodeCounts, CodeParameters, CodeParametersOf, OfVotingEvent
from services.reassort.contract.register import OfReissue, RegisterAfter, RegisterLines, ShownCode
from services.runtime.contracts.condition import CONDITION, RETRY_PARKED
from services.runtime.contracts.jobs import JOB, JOBS, SHARED, JobAsked
from services.runtime.contracts.messages import Nothing
from services.runtime.contracts.methods import COUNTING_SECONDS, Command, Idempotent, Question, table

START_GENERATE_CODES = Command("start_generate_codes", OfVotingEvent, JobAsked, repeated=SHARED)
CODE_COUNTS = Question("code_counts", OfVotingEvent, CodeCounts, seconds=COUNTING_SECONDS)
CODE_PARAMETERS = Question("code_parameters", CodeParametersOf, CodeParameters)
REGISTER_LINES = Question("register_lines", RegisterAfter, RegisterLines, seconds=30.0)
SHOWN_CODE = Question("shown_code", OfReissue, ShownCode)
FORGET_SHOWN_CODE = Command(
    "forget_shown_code", OfReissue, Nothing, repeated=Idempotent("what is forgotten cannot be forgotten again")
)

METHODS = table(
    CONDITION,
    RETRY_PARKED,
    START_GENERATE_CODES,
    JOB,
    JOBS,
    CODE_COUNTS,
    CODE_PARAMETERS,
    REGISTER_LINES,
    SHOWN_CODE,
    FORGET_SHOWN_CODE,
)
