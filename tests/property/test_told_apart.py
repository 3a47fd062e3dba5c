"""Turnout by territory singles nobody out, whatever is added to it or taken from it (docs/adr/0049).

The reader knows what is told of each territory, and of the election the number of votes at every hour, which is public.
Whatever follows from that by adding and subtracting is a combination of equations: the test looks, for every set of
territories and every span of hours, whether the votes of that set in that span follow from them. Where they do they have to
be enough.
"""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from services.identity.figures.small_groups import Counted, Group
from services.identity.figures.told_apart import told_apart

HOUR = datetime(2026, 12, 3, 8, tzinfo=UTC)
MINIMUM = 3
"""Small, so that small groups are frequent."""
HOURS = 4

territories = st.lists(
    st.tuples(st.lists(st.integers(0, 9), min_size=HOURS, max_size=HOURS), st.integers(0, 12)), min_size=2, max_size=4
)
"""Of each territory the signatures by the hour, and how many do not sign."""


def groups_of(drawn) -> list[Group]:
    return [
        Group([Counted(str(number), sum(signed) + never, {at(n): count for n, count in enumerate(signed)})])
        for number, (signed, never) in enumerate(drawn)
    ]


def at(hour: int) -> datetime:
    return HOUR + timedelta(hours=hour)


class Known:
    """The equations that a reader has, as rows of a matrix over (territory, hour), in echelon form."""

    def __init__(self) -> None:
        self._rows: dict[int, list[Fraction]] = {}

    def add(self, row: list[Fraction]) -> None:
        row = self._reduced(row)
        pivot = next((place for place, value in enumerate(row) if value), None)
        if pivot is not None:
            self._rows[pivot] = [value / row[pivot] for value in row]

    def tells(self, row: list[Fraction]) -> bool:
        return not any(self._reduced(row))

    def _reduced(self, row: list[Fraction]) -> list[Fraction]:
        for pivot in range(len(row)):
            if row[pivot] and pivot in self._rows:
                factor = row[pivot]
                row = [value - factor * other for value, other in zip(row, self._rows[pivot], strict=True)]
        return row


def votes(places, since: int, until: int, of: int) -> list[Fraction]:
    """The equation of the votes of some territories in the hours since ≤ hour < until."""
    return [Fraction(place in places and since <= hour < until) for place in range(of) for hour in range(HOURS)]


@given(territories)
def test_no_sum_or_difference_is_of_few_people(drawn) -> None:
    groups = groups_of(drawn)
    known, whole = Known(), range(len(groups))
    for hour in range(HOURS):
        known.add(votes(whole, 0, hour + 1, len(groups)))
    for group, moments in told_apart(groups, MINIMUM):
        place = int(group.members[0].name)
        for moment, signed in moments:
            until = (moment - HOUR) // timedelta(hours=1) + 1
            assert signed == sum(drawn[place][0][:until]), "what is told is right"
            known.add(votes({place}, 0, until, len(groups)))
    for size in range(1, len(groups)):
        for places in combinations(whole, size):
            for since, until in combinations(range(HOURS + 1), 2):
                if not known.tells(votes(places, since, until, len(groups))):
                    continue
                signed = sum(sum(drawn[place][0][since:until]) for place in places)
                assert signed >= MINIMUM, (places, since, until)
                left = sum(groups[place].entitled - sum(drawn[place][0][:until]) for place in places)
                assert left >= MINIMUM, "nor are those who have not voted yet"


@given(territories, st.integers(0, HOURS))
def test_what_was_told_once_is_told_again_and_never_otherwise(drawn, seen) -> None:
    groups = groups_of(drawn)
    before = [
        Group([Counted(one.name, one.entitled, {hour: n for hour, n in one.signed.items() if hour < at(seen)})])
        for group in groups
        for one in group.members
    ]
    for (_group, early), (_same, late) in zip(told_apart(before, MINIMUM), told_apart(groups, MINIMUM), strict=True):
        assert late[: len(early)] == early


def test_each_of_many_busy_territories_is_told_of_every_hour() -> None:
    groups = groups_of([([9] * HOURS, 20)] * 5)
    for _group, moments in told_apart(groups, MINIMUM):
        assert moments == [(at(hour), 9 * (hour + 1)) for hour in range(HOURS)]


def test_a_quiet_territory_holds_back_itself_and_none_that_is_larger() -> None:
    groups = groups_of([([9, 9, 9, 9], 80), ([5, 5, 5, 5], 60), ([1, 1, 1, 1], 50)])
    (_, largest), (_, middle), (_, quiet) = told_apart(groups, MINIMUM)
    assert len(largest) == HOURS
    assert middle == [(at(2), 15)]
    assert quiet == [(at(2), 3)]
