"""The opening campaign: one message to every voter."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from services.identity.contract.limits import LARGEST_CAMPAIGN_PAGE, CampaignId, CampaignName
from services.runtime.contracts.kinds import Range, VotingEventUuid
from services.runtime.contracts.messages import Message

OPENING = "Ouverture du portail"
"""The name of the campaign that opens the portal, wherever it is started from: one and the same."""


class OpenCampaign(Message):
    """A campaign by its name, which stands for it for ever."""

    voting_event: VotingEventUuid
    name: CampaignName


class OfCampaign(Message):
    """A campaign."""

    campaign: CampaignId


class SendCampaignPage(OfCampaign):
    """The next part of a campaign."""

    limit: Annotated[int, Range(1, LARGEST_CAMPAIGN_PAGE)]


class CampaignPage(Message):
    """How many were written to now, and whether nobody is left."""

    queued: int
    finished: bool


class CampaignProgress(Message):
    """How far a campaign is: voters on the roll, messages asked for, accounts activated since by whatever way."""

    voting_event: str
    name: str
    opened_at: datetime
    voters: int
    queued: int
    activated: int


class NamedCampaign(CampaignProgress):
    """A campaign and how far it is."""

    campaign: str


class Campaigns(Message):
    """The campaigns of a voting event, the oldest first."""

    campaigns: list[NamedCampaign]
