"""Opening and closing as clocks show them in each French territory overseas (« horaires de vote hors métropole »).

Offsets come from the time zone database, never from a table of ours: Paris changes its clocks, most of these do not.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask_babel import get_locale, lazy_gettext
from flask_babel import gettext as _
from flask_babel.speaklater import LazyString

from gateway.clients import Payload
from gateway.hours.paris_time import hour_pattern, parse, with_ordinal

PARIS = ZoneInfo("Europe/Paris")


@dataclass(frozen=True)
class Territory:
    """A territory, or a part of one with a time of its own."""

    name: LazyString
    zone: ZoneInfo


TERRITORIES = (
    Territory(lazy_gettext("Guadeloupe"), ZoneInfo("America/Guadeloupe")),
    Territory(lazy_gettext("Martinique"), ZoneInfo("America/Martinique")),
    Territory(lazy_gettext("Saint-Martin"), ZoneInfo("America/Marigot")),
    Territory(lazy_gettext("Saint-Barthélemy"), ZoneInfo("America/St_Barthelemy")),
    Territory(lazy_gettext("Guyane"), ZoneInfo("America/Cayenne")),
    Territory(lazy_gettext("Saint-Pierre-et-Miquelon"), ZoneInfo("America/Miquelon")),
    Territory(lazy_gettext("Mayotte"), ZoneInfo("Indian/Mayotte")),
    Territory(lazy_gettext("La Réunion"), ZoneInfo("Indian/Reunion")),
    # The time zone database gives Crozet the time of La Réunion, Saint-Paul and Amsterdam that of the Kerguelen.
    Territory(lazy_gettext("Terres australes : Crozet"), ZoneInfo("Indian/Reunion")),
    Territory(lazy_gettext("Terres australes : Kerguelen, Saint-Paul et Amsterdam"), ZoneInfo("Indian/Kerguelen")),
    Territory(lazy_gettext("Terre Adélie"), ZoneInfo("Antarctica/DumontDUrville")),
    Territory(lazy_gettext("Polynésie française : Tahiti et îles de la Société"), ZoneInfo("Pacific/Tahiti")),
    Territory(lazy_gettext("Polynésie française : îles Marquises"), ZoneInfo("Pacific/Marquesas")),
    Territory(lazy_gettext("Polynésie française : îles Gambier"), ZoneInfo("Pacific/Gambier")),
    Territory(lazy_gettext("Nouvelle-Calédonie"), ZoneInfo("Pacific/Noumea")),
    Territory(lazy_gettext("Wallis-et-Futuna"), ZoneInfo("Pacific/Wallis")),
)
"""All that are inhabited or have a base: nobody votes from Clipperton."""


@dataclass(frozen=True)
class LocalTime:
    """A moment there: `local` has that zone's offset, `day` is -1, 0 or 1 beside the date in Paris."""

    local: datetime
    day: int

    @property
    def words(self) -> str:
        """« vendredi 11 décembre 2026 à 03h00 », in the reader's language."""
        locale = get_locale()
        return str(
            _(
                "%(day)s à %(hour)s",
                day=with_ordinal(format_datetime(self.local, "EEEE d MMMM y", tzinfo=self.local.tzinfo, locale=locale)),
                hour=format_datetime(self.local, hour_pattern(), tzinfo=self.local.tzinfo, locale=locale),
            )
        )


@dataclass(frozen=True)
class Hours:
    """Opening and closing in one territory."""

    territory: Territory
    opening: LocalTime
    closing: LocalTime


def there(moment: datetime, zone: ZoneInfo) -> LocalTime:
    """A moment (aware) by the clocks of a zone."""
    local = moment.astimezone(zone)
    return LocalTime(local, (local.date() - moment.astimezone(PARIS).date()).days)


def hours_of(event: Payload) -> list[Hours]:
    """Opening and closing of a voting event {opens_at, closes_at} in every territory."""
    opens, closes = parse(event["opens_at"]), parse(event["closes_at"])
    return [Hours(territory, there(opens, territory.zone), there(closes, territory.zone)) for territory in TERRITORIES]
