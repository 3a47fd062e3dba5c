"""The job that writes to everybody: page after page of a campaign, with nobody waiting for it.

Each page is a transaction tied to the lease: a worker that is killed leaves whole pages, and the next goes on after them.
A command line that sends pages of the same campaign meanwhile takes turns with it: nobody is written to twice.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.identity.desk import campaigns
from services.identity.letters.requests import LetterSettings
from services.identity.settings import Settings
from services.runtime.clock import utc_now
from services.runtime.hosting.resources import Resources
from services.runtime.jobs.running_job import RunningJob

KIND = "send_campaign"
STEP = "writing"
PAGE = 200
"""Voters of a transaction: other writers of the roll wait no longer than that takes."""


def send(resources: Resources[Settings], job: RunningJob) -> dict[str, Any]:
    """Write to all voters of a campaign who have not been written to.

    Args:
        resources: of identity.
        job: its request is {campaign}.

    Returns:
        {campaign, queued}: how many were written to by this job, its present attempt and those before.

    Raises:
        Refusal: campaign_unknown.
    """
    campaign = str(job.request["campaign"])
    settings = resources.settings
    letters = LetterSettings.of(settings)
    lifetime = timedelta(minutes=settings.campaign_link_lifetime_minutes)
    with resources.database.reading() as session:
        known = campaigns.progress(session, campaign)
    written, queued = int(job.position or 0), known.queued
    finished = False
    while not finished:
        job.report(STEP, queued, known.voters)
        with resources.database.transaction() as session:
            page = campaigns.send_page(
                session, letters, campaign=campaign, limit=PAGE, lifetime=lifetime, now=utc_now()
            )
            job.confirm(session, str(written + page.queued))
        written, queued, finished = written + page.queued, queued + page.queued, page.finished
    return {"campaign": campaign, "queued": written}
