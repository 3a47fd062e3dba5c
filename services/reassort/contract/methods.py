"""What can be asked of the credential authority."""

from __future__ import annotations

from services.reassort.contract.codes import (
    CodeCounts,
    CodeParameters,
    CodeParametersOf,
    CodesGenerated,
    GenerateCodes,
    OfVotingEvent,
)
from services.runtime.contracts.methods import HEAVY_SECONDS, Command, Idempotent, Question, table

GENERATE_CODES = Command(
    "generate_codes",
    GenerateCodes,
    CodesGenerated,
    repeated=Idempotent("a bearer who has codes is left alone"),
    seconds=HEAVY_SECONDS,
)
CODE_COUNTS = Question("code_counts", OfVotingEvent, CodeCounts, seconds=30.0)
CODE_PARAMETERS = Question("code_parameters", CodeParametersOf, CodeParameters)

METHODS = table(GENERATE_CODES, CODE_COUNTS, CODE_PARAMETERS)
