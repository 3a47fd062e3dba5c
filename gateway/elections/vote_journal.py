"""The journal of the vote in the words of the official record: French, functions instead of names (E10)."""

from __future__ import annotations

from flask_babel import force_locale, gettext

from gateway.clients import services
from gateway.figures.kept import kept
from gateway.pages.agents import words
from services.identity.contract.staff.vote_journal import NO_AGENT, VoteJournal
from services.record.facts import Done, Journal, JournalLine


def journal_of(voting_event: str, election: str, seconds: float) -> Journal:
    """The journal as one election's record has it: what is about another election is left to that one's.

    Asked for once a minute, whoever looks: it is read whole.

    Args:
        voting_event: whose.
        election: whose record it is.
        seconds: how long to wait for identity.
    """
    found: VoteJournal = (
        kept().get(f"journal-{voting_event}", lambda: services().identity.vote_journal(voting_event, seconds)).value
    )
    with force_locale("fr"):
        return Journal(
            since=found.since,
            lines=tuple(
                JournalLine(
                    number=one.number,
                    at=one.at,
                    who=_function(one.function),
                    what=words.described(one.action, one.details),
                    about=_about(one.details),
                    digest=one.digest,
                )
                for one in found.entries
                if one.details.get("election", election) == election
            ),
            counts=tuple(
                Done(words.described(one.action, {}), _function(one.function), one.count) for one in found.counts
            ),
            omitted=found.omitted,
            total=found.total,
            head=found.head,
        )


def _function(role: str) -> str:
    return str(gettext("Ligne de commande du serveur") if role == NO_AGENT else words.ROLES.get(role, role))


def _about(details: dict[str, str]) -> str:
    told = {name: value for name, value in details.items() if name in ("kind", "reason", "request")}
    said = [words.detail(name, value, {}) for name, value in told.items()]
    return " ; ".join(f"{one[0]} : {' '.join(one[1].split())}" for one in said if one is not None)
