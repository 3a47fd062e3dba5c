"""Lengths and closed sets of identity."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Annotated

from email_validator import EmailNotValidError, validate_email

from services.runtime.contracts.kinds import (
    LARGEST_INTEGER,
    Form,
    Length,
    Line,
    OneOf,
    Prose,
    Range,
    VotingEventUuid,
    no_blank_edges,
    no_control,
    storable,
    tight,
)
from services.runtime.contracts.problems import Code, wrong

FRENCH, ENGLISH = "fr", "en"
LANGUAGES = (FRENCH, ENGLISH)
"""What pages and messages can be in."""
ONLINE, PAPER = "online", "paper"
MODES = (ONLINE, PAPER)
BLOCKS = ("profile", "elections", "lists", "roll", "claims", "vote", "results")
"""The parts of the voter's space that may have an availability date of their own (B8)."""
PROFILES = ("2018", "2022")
"""Password policies: the texts shown to voters in those years."""
PASSWORD, LINK_SENT = "password", "link_sent"
"""What comes next for who asks for access."""
FORMS = ("access", "activation", "login", "password", "assistance", "reissue")
"""The forms that a challenge can be for."""
CLAIM_SUBJECTS = ("missing", "wrong_name", "wrong_assignment", "wrong_election", "other")
SUBMITTED, EXAMINED, ACCEPTED, REJECTED = "submitted", "examined", "accepted", "rejected"
CLAIM_STATES = (SUBMITTED, EXAMINED, ACCEPTED, REJECTED)
ASSISTANCE_SUBJECTS = ("access", "password", "voting_code", "vote", "roll", "other")
OPEN, ANSWERED = "open", "answered"
ASSISTANCE_STATES = (OPEN, ANSWERED)
ROLL_COLUMNS = (
    "identifiant",
    "nom",
    "prenom",
    "affectation",
    "adresse1",
    "adresse2",
    "code_postal",
    "ville",
    "scrutins",
)
"""The columns of a roll file, in their order."""
ROLL_OPTIONAL = ("numen", "date_naissance", "territoire")
"""Columns that may follow: the first two are what voters prove who they are by when they ask for another code (profile of
2018), the last is what turnout is counted by; a file without it has the department of the postal code."""

LONGEST_EVENT_NAME = 200
LONGEST_ELECTION_NAME = 300
LONGEST_SHORT_NAME = 60
LONGEST_NOTICE = 5000
LONGEST_IDENTIFIER = 500
"""Of what is typed; nothing longer than 254 can be on the roll."""
LONGEST_PASSWORD = 2000
"""Longer than any policy allows, so that the policy is what answers; bounded, so that hashing is."""
LONGEST_CLAIM = 2000
LONGEST_ASSISTANCE = 5000
LONGEST_ANSWER = 5000
SHORTEST_TEXT = 10
"""Of a claim or a request for assistance."""
LONGEST_QUERY = 200
MOST_ROWS = 10_000
MOST_PRESENT = 100
"""Members of the board who are noted as present at a sealing."""
LONGEST_CELL = 10_000
MOST_LINES = 10_000_000
LARGEST_ROLL_PAGE = 50
LARGEST_BEARER_PAGE = 1000
LARGEST_DIFFERENCE_PAGE = 1000
LARGEST_PROBLEM_PAGE = 5000
LARGEST_CAMPAIGN_PAGE = 500
LARGEST_QUEUE_PAGE = 200


def writable(typed: str) -> None:
    """Refuse what is no address that our mail server can write to."""
    address = unicodedata.normalize("NFC", typed.strip())
    if not address.isascii():
        raise wrong(Code.ADDRESS_NOT_ASCII)
    try:
        validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise wrong(Code.NOT_AN_ADDRESS) from None


EventName = Annotated[str, Length(1, LONGEST_EVENT_NAME), no_blank_edges, no_control]
ShortName = Annotated[str, Length(0, LONGEST_SHORT_NAME), tight, no_control]
"""What an election is called where there is little room; empty, its name."""
ElectionName = Annotated[str, Length(1, LONGEST_ELECTION_NAME), no_blank_edges, no_control]
OwnElectionUuid = Annotated[str, Form("[1-9A-HJ-NP-Za-km-z]{14}")]
"""Identity's elections have uuids of fourteen symbols."""
ElectionCode = Annotated[str, Form(r"[^|;\s\x00-\x1f]([^|;\x00-\x1f]{0,48}[^|;\s\x00-\x1f])?")]
"""What the roll's column `scrutins` calls an election by: no separator of that column, no blank at the ends."""
Language = Annotated[str, OneOf(*LANGUAGES)]
"""Of the page that somebody asked on."""
Mode = Annotated[str, OneOf(*MODES)]
Notice = Annotated[str, Length(0, LONGEST_NOTICE), storable]
NextStep = Annotated[str, OneOf(PASSWORD, LINK_SENT)]
Profile = Annotated[str, OneOf(*PROFILES)]
Availability = dict[Annotated[str, OneOf(*BLOCKS)], datetime | None]
ImportId = VotingEventUuid
AnyElection = Annotated[str, Length(0, 64), no_control]
"""An election that is asked for: one that cannot exist is not the voter's, which is said by a refusal of its own."""
Identifier = Annotated[str, Length(0, LONGEST_IDENTIFIER), no_control]
Password = Annotated[str, Length(0, LONGEST_PASSWORD)]
ChallengeQuestion = Annotated[str, Length(0, 200), no_control]
ChallengeAnswer = Annotated[str, Length(0, 2000), no_control]
FormName = Annotated[str, Form("[a-z_]{1,20}")]
CaptchaId = Annotated[str, Length(1, 64), no_control]
CaptchaAnswer = Annotated[str, Length(0, 200)]
Proof = Annotated[str, Form("[0-9a-f]{64}")]
Query = Annotated[str, Length(0, LONGEST_QUERY), no_control]
RollPosition = Annotated[str, Form("[0-9]{1,9}")]
ClaimSubject = Annotated[str, OneOf(*CLAIM_SUBJECTS)]
ClaimState = Annotated[str, OneOf(*CLAIM_STATES)]
ClaimText = Annotated[str, Prose, Length(SHORTEST_TEXT, LONGEST_CLAIM)]
ClaimAnswer = Annotated[str, Prose, Length(0, LONGEST_ANSWER)]
AssistanceSubject = Annotated[str, OneOf(*ASSISTANCE_SUBJECTS)]
AssistanceState = Annotated[str, OneOf(*ASSISTANCE_STATES)]
AssistanceText = Annotated[str, Prose, Length(SHORTEST_TEXT, LONGEST_ASSISTANCE)]
AssistanceAnswer = Annotated[str, Prose, Length(1, LONGEST_ANSWER)]
PersonName = Annotated[str, Line, Length(1, 200)]
PresentName = Annotated[str, Length(1, 200), no_blank_edges, no_control]
Address = Annotated[str, Length(3, 254), no_control, writable]
CampaignName = Annotated[str, Line, Length(1, 100)]
CampaignId = VotingEventUuid
AfterNumber = Annotated[int, Range(0, LARGEST_INTEGER)]

OPERATOR_SECONDS = 30.0
"""What an operator waits for, beyond what a voter does."""
