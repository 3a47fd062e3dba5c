"""An invented voting event in a running system, with a roll of any size; then what each of its voters has in hand."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import requests
from requests.adapters import HTTPAdapter

from deploy.load.preparation.ballots import make_all
from deploy.load.preparation.credentials import (
    InHand,
    LoadElection,
    LoadEvent,
    write_ballots,
    write_event,
    write_voters,
)
from deploy.load.profiles.profile import Profile
from deploy.local import printer
from deploy.rehearsal import electorate
from deploy.rehearsal.mailbox import Mailboxes, NoSuchMail
from deploy.rehearsal.notices import NoticesMissing
from deploy.rehearsal.phases import Phases
from deploy.rehearsal.voter import Voter
from deploy.rehearsal.whole_election import Rehearsal, RunningSystem
from services.notification.channels.paper import batches

AT_ONCE = 8
CAMPAIGN = "Essai de charge"
CAMPAIGN_PAGE = 500
NEWS_SECONDS = 120.0  # without a new notice or e-mail: something is stuck


class RunningElsewhere(NamedTuple):
    """A system that somebody else has started."""

    base_url: str
    operator_token: str
    demo_dir: Path
    presentation_file: Path


class Preparation:
    """Makes the files of a load test.

    Args:
        system: Where the event is made.
        portals: The portals' addresses that voters will use.
        voters: How many, all of whom mean to vote.
        folder: Where the files go.
        profile: How voters will come: who has no password yet.
        phases: What speaks and measures.
        works: Whether the portal has testers do the work of a challenge.
    """

    def __init__(
        self,
        system: RunningSystem,
        portals: list[str],
        voters: int,
        folder: Path,
        profile: Profile,
        phases: Phases,
        *,
        works: bool = False,
    ) -> None:
        self._system, self._portals, self._folder, self._profile, self._phases = (
            system,
            portals,
            folder,
            profile,
            phases,
        )
        self._works = works
        self._rehearsal = Rehearsal(system, voters, folder, phases)
        lists, on_paper = (
            self._rehearsal.lists,
            tuple(one["code"] for one in self._rehearsal.definition["elections"] if one["mode"] != "online"),
        )
        self._rehearsal.electors = electorate.invent(voters, lists, on_paper, absent_every=0)
        self._mailboxes = Mailboxes(system.demo_dir / "mail")
        self._connections = HTTPAdapter(pool_connections=1, pool_maxsize=AT_ONCE)

    def run(self) -> LoadEvent:
        """Everything from the definition to the files.

        Returns:
            The event, as it was written.

        Raises:
            OperatorRefusal: the portal refuses the event.
            NoticesMissing: notices do not come.
            NoSuchMail: an e-mail does not come.
            VoterRefused: an account could not be activated.
        """
        self._rehearsal.prepare()
        self._rehearsal.seal()
        codes = self._codes()
        links = self._links()
        voters = [self._in_hand(elector, codes, links) for elector in self._rehearsal.electors]
        self._activate([voter for voter in voters if voter.password and not self._stays_new(voter.identifier)])
        voters = [
            voter if self._stays_new(voter.identifier) else dataclasses.replace(voter, link="") for voter in voters
        ]
        event = self._event(voters)
        with self._phases.phase("Bulletins préparés"):
            write_ballots(self._folder, make_all(event, voters))
        write_voters(self._folder, voters)
        write_event(self._folder, event)  # last: where it is, the rest is
        return event

    def _stays_new(self, identifier: str) -> bool:
        # Somebody must have an account: the number of iterations is told in the booth alone.
        first = self._rehearsal.electors[0].identifier
        return identifier != first and self._profile.does("activates", identifier)

    def _codes(self) -> dict[str, str]:
        """Identifier → voting code, by the names on the notices; nothing is typeset."""
        names = {f"{one.first_name} {one.surname}": one.identifier for one in self._rehearsal.electors}
        found: dict[str, str] = {}
        with self._phases.phase("Notices de vote reçues"):
            for name, code in self._notices(len(names)):
                if name in names:
                    found[names[name]] = code
        return found

    def _notices(self, wanted: int) -> Iterator[tuple[str, str]]:
        room, seen, count = self._system.demo_dir / printer.BATCHES, set[str](), 0
        deadline = time.monotonic() + NEWS_SECONDS
        while count < wanted:
            fresh = [one for one in batches.manifests(room) if one.batch not in seen] if room.is_dir() else []
            for manifest in fresh:
                seen.add(manifest.batch)
                for notice in printer.opened_notices(self._system.demo_dir, manifest):
                    count += 1
                    yield notice.name, notice.code
                deadline = time.monotonic() + NEWS_SECONDS
            if time.monotonic() > deadline:
                raise NoticesMissing(f"{wanted} notices expected, {count} came")
            if not fresh:
                time.sleep(0.2)

    def _links(self) -> dict[str, str]:
        """Identifier → link of the first message, written to all by a campaign."""
        operator, event = self._rehearsal.operator, self._rehearsal.definition["voting_event"]
        with self._phases.phase("Liens de première connexion"):
            campaign = operator.open_campaign(event, CAMPAIGN)
            while not operator.send_campaign_page(campaign, CAMPAIGN_PAGE)["finished"]:
                pass
            return self._links_received({one.identifier for one in self._rehearsal.electors})

    def _links_received(self, wanted: set[str]) -> dict[str, str]:
        known, deadline = 0, time.monotonic() + NEWS_SECONDS
        while True:
            links = self._mailboxes.newest_links()
            if wanted <= links.keys():
                return links
            if len(links) > known:
                known, deadline = len(links), time.monotonic() + NEWS_SECONDS
            if time.monotonic() > deadline:
                raise NoSuchMail(f"{len(wanted)} links expected, {len(wanted & links.keys())} came")
            time.sleep(0.5)

    def _in_hand(self, elector: electorate.Elector, codes: dict[str, str], links: dict[str, str]) -> InHand:
        by_code = {one["code"]: one["uuid"] for one in self._rehearsal.online}
        return InHand(
            identifier=elector.identifier,
            password=elector.password,
            answer=elector.answer,
            code=codes[elector.identifier],
            link=links[elector.identifier],
            choices={by_code[code]: choice for code, choice in elector.choices.items()},
        )

    def _activate(self, voters: list[InHand]) -> None:
        def activate(one: InHand) -> None:
            voter = self._voter()
            voter.activate(one.link, one.password, one.answer)
            voter.log_out()

        self._phases.for_each("Comptes activés d'avance", voters, activate, AT_ONCE)

    def _event(self, voters: list[InHand]) -> LoadEvent:
        operator, lists = self._rehearsal.operator, self._rehearsal.lists
        elections = [
            LoadElection(
                one["uuid"], one["code"], lists[one["code"]], operator.describe_election(one["uuid"])["election"]
            )
            for one in self._rehearsal.online
        ]
        somebody = self._voter()
        somebody.log_in(voters[0].identifier, voters[0].password)
        booth = somebody.enter_booth(elections[0].uuid)
        somebody.log_out()
        return LoadEvent(
            self._portals, booth.voting_event, booth.iterations, elections, str(self._system.demo_dir), self._works
        )

    def _voter(self) -> Voter:
        session = requests.Session()
        session.mount("http://", self._connections)
        return Voter(self._system.base_url, session, patience=60.0, works=self._works)
