"""What can be asked of the credential authority."""

from __future__ import annotations

from services.reassort.contract.codes import CodeCounts, CodeParameters, CodeParametersOf, OfVotingEvent
from services.runtime.contracts.jobs import JOB, JOBS, SHARED, JobAsked
from services.runtime.contracts.methods import Command, Question, table

START_GENERATE_CODES = Command("start_generate_codes", OfVotingEvent, JobAsked, repeated=SHARED)
CODE_COUNTS = Question("code_counts", OfVotingEvent, CodeCounts, seconds=30.0)
CODE_PARAMETERS = Question("code_parameters", CodeParametersOf, CodeParameters)

METHODS = table(START_GENERATE_CODES, JOB, JOBS, CODE_COUNTS, CODE_PARAMETERS)
