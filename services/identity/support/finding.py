"""Finding a voter by address, name or place: by the roll's own search, within the cell's territory alone.

Where no words begin so, voters whose words are like them are shown: people spell names as they hear them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.identity.contract.identifiers import normalise
from services.identity.contract.staff.support import MOST_FOUND, FoundVoter, VotersFound
from services.identity.models import Account, Agent, Voter
from services.identity.roll import places, search
from services.identity.support import territory
from services.identity.voting_events import voting_events

BEGINNING = 3
"""Letters of a word that a slip is not looked for in."""
ALIKE = 0.7


def find(session: Session, agent: Agent, query: str) -> VotersFound:
    """Return the voters whom a query finds, at most MOST_FOUND. Raises no_voting_event."""
    if "@" in query:
        event = voting_events.current_voting_event(session)
        of_address = Voter.identifier == normalise(query)
        chosen = select(Voter.id).where(Voter.voting_event == event.uuid, of_address, territory.holds(agent, Voter.id))
        return VotersFound(voters=_shown(session, session.scalars(chosen).all()), more=False, near=False)
    searched = [word[: search.LONGEST_WORD] for word in search.words(query)[: search.MOST_WORDS]]
    if not searched:
        return VotersFound(voters=[], more=False, near=False)
    where = _Where(territory.elections_of(session, agent), territory.places_of(agent))
    found = _matching(session, where, searched)
    if found:
        return VotersFound(voters=_shown(session, found[:MOST_FOUND]), more=len(found) > MOST_FOUND, near=False)
    like = _like(session, where, searched)
    return VotersFound(voters=_shown(session, like), more=False, near=bool(like))


@dataclass(frozen=True)
class _Where:
    """The territory: its elections, and its places, where it is limited to some."""

    elections: Sequence[str]
    places: Sequence[str]

    def matching(self, session: Session, searched: Sequence[str], most: int) -> Iterator[list[tuple[str, str]]]:
        """Voters whom all words find, one election and place after the other.

        The words of the place are looked for too: the index leads to those who are there, however common the name.
        """
        for election in self.elections:
            if not self.places:
                yield search.matching(session, election, searched, most)
            for place in self.places:
                there = [*searched, *search.words(place)[: search.MOST_WORDS]]
                yield search.matching(session, election, there, most, places.within(place))


def _matching(session: Session, where: _Where, searched: Sequence[str]) -> list[str]:
    """Voters whom all words find, by name: of all elections, and no more than tells that there are more."""
    found: dict[str, str] = {}
    for page in where.matching(session, searched, MOST_FOUND + 1):
        found |= {voter: text for text, voter in page}
        if len(found) > MOST_FOUND:
            break
    return sorted(found, key=lambda voter: (found[voter], voter))


def _like(session: Session, where: _Where, searched: Sequence[str]) -> list[str]:
    """Voters whose words are like those that were typed, the likeliest first."""
    beginnings = [word[:BEGINNING] for word in searched]
    judged: dict[str, float] = {}
    for page in where.matching(session, beginnings, search.MOST_FOUND):
        for text, voter in page:
            words = text.split()
            likeness = min(max(SequenceMatcher(None, one, word).ratio() for word in words) for one in searched)
            if likeness >= ALIKE:
                judged[voter] = likeness
    return sorted(judged, key=lambda voter: (-judged[voter], voter))[:MOST_FOUND]


def _shown(session: Session, ids: Sequence[str]) -> list[FoundVoter]:
    """What is shown of these voters, in their order."""
    rows = session.execute(
        select(Voter, Account.voter_id).outerjoin(Account, Account.voter_id == Voter.id).where(Voter.id.in_(ids))
    ).all()
    by_id = {
        voter.id: FoundVoter(
            voter=voter.id,
            surname=voter.surname,
            first_name=voter.first_name,
            identifier=voter.identifier,
            assignment=voter.assignment,
            activated=active is not None,
        )
        for voter, active in rows
    }
    return [by_id[voter] for voter in ids if voter in by_id]
