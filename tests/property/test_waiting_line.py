"""The line is fair whatever people do, and the line that several gateways share is the one that a single one has."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.waiting.estimate import estimate
from gateway.waiting.line import ABSENT_SECONDS, GATHERING_SECONDS, KEPT_SECONDS, Line, Visit
from gateway.waiting.plan import Plan
from gateway.waiting.shared_line import SharedLine
from tests.servers.redis_store import redis_store

START = 1_796_000_000.0
REFRESH = 30.0

plans = st.one_of(
    st.builds(Plan, st.sampled_from([None, 6.0, 60.0, 600.0]), st.sampled_from([0, 0, 3]), st.just(120.0)),
    st.just(Plan(0.0, held=True)),
)
steps = st.lists(
    st.tuples(
        st.integers(0, 9),  # who
        st.sampled_from([0.0, 0.25, 5.0, 31.0, ABSENT_SECONDS + 1, KEPT_SECONDS]),  # after how long
        plans,
    ),
    max_size=40,
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a Redis."""
    with redis_store(tmp_path_factory.mktemp("redis")) as (address, _process):
        yield address


@settings(max_examples=60, deadline=None)
@given(steps)
def test_the_shared_line_is_the_one_of_a_single_process(store: str, taken: list[tuple[int, float, Plan]]) -> None:
    client = redis.Redis.from_url(store)
    client.flushall()
    client.close()
    one, gateways = Line(), [SharedLine(store), SharedLine(store)]
    numbers: dict[int, int] = {}
    now = START
    for turn, (who, passed, plan) in enumerate(taken):
        now += passed
        visit = one.visit(numbers.get(who), plan, now)
        assert gateways[turn % 2].visit(numbers.get(who), plan, now) == visit
        assert gateways[turn % 2].standing(plan, now) == one.standing(plan, now)
        numbers[who] = visit.number


class Crowd:
    """People who come one after the other and reload as they like, until they are in."""

    def __init__(self, line: Line | SharedLine) -> None:
        self.line, self.numbers, self.called, self.inside = line, {}, [], set()  # type: ignore[var-annotated]

    def look(self, who: int, plan: Plan, now: float) -> Visit:
        visit = self.line.visit(self.numbers.get(who), plan, now)
        self.numbers[who] = visit.number
        if visit.let_in:
            self.inside.add(who)
        return visit


def entitled(line: Line) -> list[int]:
    """Who is called or in: what the door has decided, before the next reload tells it."""
    return sorted([*line._called, *line._came])


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from([6.0, 60.0, 240.0]), st.integers(2, 40))
def test_who_came_first_is_called_first_however_often_others_reload(random: object, pace: float, people: int) -> None:
    """At every moment those called or in are exactly the first to have come."""
    line, plan = Line(), Plan(pace)
    crowd, now = Crowd(line), START
    for who in range(people):
        now += 0.01
        crowd.look(who, plan, now)
    for _ in range(200):
        now += random.uniform(0, 5)  # type: ignore[attr-defined]
        for who in range(people):  # everybody is there
            if who not in crowd.inside and random.random() < 0.5:  # type: ignore[attr-defined]
                crowd.look(who, plan, now)
        numbers = [crowd.numbers[who] for who in range(people)]
        assert entitled(line) == numbers[: len(entitled(line))]


def test_those_who_leave_hold_up_nobody_and_find_their_place_again() -> None:
    line, plan, now = Line(), Plan(60.0), START
    crowd = Crowd(line)
    for who in range(100):
        crowd.look(who, Plan(0.0, held=True), now)
    # The first ninety go away; the last ten stay.
    while now < START + ABSENT_SECONDS + 1:
        now += REFRESH
        for who in range(90, 100):
            crowd.look(who, Plan(0.0, held=True), now)
    assert crowd.look(99, Plan(0.0, held=True), now).ahead == 9
    back = crowd.look(5, Plan(0.0, held=True), now)
    assert (back.ahead, back.let_in, back.waiting) == (0, False, 11)
    for _ in range(20):
        now += 1
        for who in (5, *range(90, 100)):
            if who not in crowd.inside:
                crowd.look(who, plan, now)
    assert crowd.inside == {5, *range(90, 100)}


def test_a_call_that_nobody_answers_goes_to_the_next() -> None:
    line, now = Line(), START
    crowd = Crowd(line)
    slow = Plan(1.0)
    assert crowd.look(0, slow, now).let_in
    for who in (1, 2):
        assert not crowd.look(who, slow, now).let_in
    crowd.look(2, slow, now + 61)  # calls the first, who has gone
    for seconds in range(90, 300, 30):
        visit = crowd.look(2, Plan(0.0), now + seconds)
    assert visit.let_in


def test_a_ticket_that_has_served_serves_no_second_browser() -> None:
    line, plan = Line(), Plan(60.0)
    first = line.visit(None, plan, START)
    assert first.let_in
    assert line.visit(first.number, plan, START + 30).let_in, "its answer may have been lost"
    later = line.visit(first.number, Plan(0.0, held=True), START + 61)
    assert later.number != first.number
    assert not later.let_in


@pytest.mark.parametrize("shared", [False, True])
def test_after_a_restart_everybody_has_the_place_of_before(store: str, shared: bool) -> None:
    def anew() -> Line | SharedLine:
        client = redis.Redis.from_url(store)
        client.flushall()
        client.close()
        return SharedLine(store) if shared else Line()

    crowd, now, held = Crowd(anew()), START, Plan(0.0, held=True)
    for who in range(50):
        crowd.look(who, held, now + who / 100)
    crowd.line, now = anew(), START + 60
    plan = Plan(600.0)
    order: list[int] = []
    came_back = list(range(49, -1, -1))  # the last are the first to reload
    while len(order) < 51:
        now += 1
        for who in (*came_back, 50) if now > START + 62 else came_back:  # and one is new
            if who not in crowd.inside and (now - START) % REFRESH == who % REFRESH:
                visit = crowd.look(who, plan, now)
                assert visit.let_in is False or now >= START + 60 + GATHERING_SECONDS
        order += sorted(crowd.inside - set(order))
        assert now < START + 600
    assert crowd.numbers[50] == max(crowd.numbers.values())


@pytest.mark.parametrize(("pace", "people"), [(60.0, 300), (300.0, 3000)])
def test_what_is_said_comes_true(pace: float, people: int) -> None:
    """Everybody comes in about when it was said: never later than said by more than a fifth and a refresh."""
    line, plan, now = Line(), Plan(pace), START
    crowd = Crowd(line)
    promised: dict[int, float] = {}
    due: dict[int, float] = {}
    for who in range(people):
        now += 0.01
        crowd.look(who, plan, now)
        due[who] = now + REFRESH * ((who * 7) % 30) / 30
    while len(crowd.inside) < people:
        now += 1
        for who in range(people):
            if who in crowd.inside or due[who] > now:
                continue
            visit = crowd.look(who, plan, now)
            said = estimate(visit.ahead, visit.came, visit.measured, plan)
            due[who] = now + min(said.refresh_seconds, REFRESH)
            if visit.let_in and who in promised:
                assert now <= promised[who] + REFRESH
            elif said.minutes is not None and who not in promised:
                promised[who] = now + said.minutes * 60 * 1.2
        assert now < START + 3600
    assert len(promised) > people / 3


def test_a_million_people_wait_at_the_cost_of_a_search() -> None:
    """What a visit does is bounded, whoever waits: calls and those passed over are worked off in pieces."""
    line = Line()
    for number in range(3000):
        line.visit(None, Plan(0.0, held=True), START + number / 1000)
    visit = line.visit(None, Plan(0.0, held=True), START + ABSENT_SECONDS + 10)
    assert visit.lapsed == 500
    opened = line.visit(None, Plan(None), START + ABSENT_SECONDS + 10)
    assert len(line._called) <= 500
    assert opened.waiting > 0
