"""Whether a vote may be erased: the archives are of all of it, and the term has passed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.engine import URL

from deploy.production.erasure.emptying import NotErased, asked
from deploy.production.erasure.kept_archive import Archive, Urn

YEARS = 2
"""How long all of it is kept (R211-580)."""


@dataclass(frozen=True)
class Plan:
    """What is to be erased. `term`: when the two years are over, counted from whatever came last of vote and archive."""

    events: tuple[str, ...]
    urns: tuple[Urn, ...]
    term: datetime


def plan(archives: Sequence[Archive], urls: Mapping[str, URL], emptied: bool = False) -> Plan:
    """Compare archives and databases.

    Args:
        archives: read again, each of one voting event or more.
        urls: service → its database.
        emptied: whether the urns were erased already, before an interruption.

    Raises:
        NotErased: the databases hold a vote that no archive is of, or another one than the archives'.
    """
    events = asked(urls["identity"], "SELECT uuid, name, closes_at FROM voting_events ORDER BY rank")
    if not events:
        raise NotErased("les bases ne connaissent aucun vote.")
    sealed = dict(asked(urls["identity"], "SELECT election, fingerprint FROM sealed_elections"))
    urns = {urn.election: urn for archive in archives for urn in archive.urns}
    for election, fingerprint in sealed.items():
        if election not in urns:
            raise NotErased(f"aucune des archives n'a le scrutin {election} : il serait perdu avant son terme.")
        if urns[election].fingerprint != fingerprint:
            raise NotErased(f"l'archive a un autre scrutin {election} que les bases.")
    strangers = sorted(urns.keys() - sealed.keys())
    if strangers:
        raise NotErased(f"ces bases ne sont pas celles du scrutin {strangers[0]} de l'archive.")
    if not emptied:
        heads = dict(asked(urls["ballot"], _HEADS))
        for election, urn in urns.items():
            if heads.get(election) != urn.head:
                raise NotErased(f"l'urne du scrutin {election} ne finit pas comme celle de l'archive.")
    last = max([_moment(closes_at) for _, _, closes_at in events] + [one.made_at for one in archives])
    return Plan(tuple(str(name) for _, name, _ in events), tuple(urns.values()), years_after(last))


_HEADS = """
    SELECT election, hash FROM chain_events AS one
    WHERE height = (SELECT max(height) FROM chain_events AS other WHERE other.election = one.election)
"""


def years_after(moment: datetime, years: int = YEARS) -> datetime:
    """The same day, years later; the 1st of March where there is no 29th of February."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return moment.replace(year=moment.year + years, month=3, day=1)


def _moment(value: Any) -> datetime:
    # SQLite has text, in UTC.
    read = datetime.fromisoformat(value) if isinstance(value, str) else value
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
