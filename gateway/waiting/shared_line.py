"""The line that several gateways share, in the Redis that counts their limits: one script a visit (line.lua)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import redis

from gateway.waiting import line
from gateway.waiting.crowd import BUCKET_SECONDS, BUCKETS, Crowd, bucket, recent, served_a_minute
from gateway.waiting.line import Conditions, Standing, Visit
from gateway.waiting.plan import Mode, Plan, Steering

ANSWERS_WITHIN = 0.5
"""Seconds; a store that is slower counts as away."""
# The braces keep all keys in one place of a cluster.
_PREFIX = "isoloir:{waiting}:"
_KEYS = [_PREFIX + name for name in ("waiting", "seen", "called", "came", "state")]
_CONDITIONS = _PREFIX + "conditions"
_SERVED = _PREFIX + "served:"


class SharedLine:
    """As gateway.waiting.line.Line. Whatever it does may raise redis.RedisError."""

    def __init__(self, address: str) -> None:
        self._redis = redis.Redis.from_url(
            address, socket_timeout=ANSWERS_WITHIN, socket_connect_timeout=ANSWERS_WITHIN, decode_responses=True
        )
        self._script = self._redis.register_script(Path(__file__).with_name("line.lua").read_text(encoding="utf-8"))

    def visit(self, number: int | None, plan: Plan, now: float) -> Visit:
        """Take a number or give a sign of life, and come in if it is one's turn."""
        arguments = [
            repr(now),
            "" if number is None else str(number),
            -1 if plan.pace is None else repr(plan.pace),
            repr(plan.burst),
            plan.inside,
            repr(plan.inside_seconds),
            int(plan.held),
            line.ABSENT_SECONDS,
            line.KEPT_SECONDS,
            line.ANSWERED_AGAIN_SECONDS,
            line.GATHERING_SECONDS,
            line.MEASURED_SECONDS,
            line.MOST_CALLS,
        ]
        found = cast(list[Any], self._script(keys=_KEYS, args=arguments))
        mine, let_in, ahead, waiting, came, measured, lapsed = found
        return Visit(int(mine), bool(let_in), ahead, waiting, came, float(measured), lapsed)

    def standing(self, plan: Plan | None, now: float) -> Standing:
        """What there is, without changing it."""
        _waiting, seen, called, came, state = _KEYS
        since = cast(str | None, self._redis.hget(state, "since"))
        begins = now if since is None else max(float(since), now - line.MEASURED_SECONDS)
        span = plan.inside_seconds if plan else 900.0
        pipe = self._redis.pipeline(transaction=False)
        pipe.zcount(seen, f"({now - line.ABSENT_SECONDS!r}", "+inf")
        pipe.zcard(called)
        for moment in (begins, now - span):
            pipe.zcount(came, repr(moment), "+inf")
        counts = [int(value) for value in pipe.execute()]
        return Standing(counts[0], counts[1], 0 if since is None else counts[2], max(0.0, now - begins), counts[3])

    def conditions(self, now: float) -> Conditions:
        """What the door goes by besides the settings."""
        numbers = recent(now)
        pipe = self._redis.pipeline(transaction=False)
        pipe.hgetall(_CONDITIONS)
        pipe.mget([f"{_SERVED}{number}" for number in numbers])
        pipe.zcount(_KEYS[1], f"({now - line.ABSENT_SECONDS!r}", "+inf")
        found, counts, waiting = pipe.execute()
        mode = found.get("mode", "")
        steering = Steering(Mode(mode), int(found.get("pace", 0))) if mode in set(Mode) else Steering()
        served = {number: int(count) for number, count in zip(numbers, counts, strict=True) if count}
        since = max(0.0, now - float(found["busy_at"])) if "busy_at" in found else None
        crowd = Crowd(since, served_a_minute(served, now), int(waiting))
        return Conditions(steering, float(found["full_at"]) if "full_at" in found else None, crowd)

    def steer(self, steering: Steering) -> None:
        """Do from now on as operators say, in all gateways."""
        self._redis.hset(_CONDITIONS, mapping={"mode": steering.mode.value, "pace": steering.pace})

    def note_full(self, now: float) -> None:
        """A line of a gateway is full."""
        self._redis.hset(_CONDITIONS, "full_at", repr(now))

    def note_busy(self, now: float) -> None:
        """A service has said that its line is full."""
        self._redis.hset(_CONDITIONS, "busy_at", repr(now))

    def note_served(self, now: float) -> None:
        """A log-in was answered."""
        key = f"{_SERVED}{bucket(now)}"
        pipe = self._redis.pipeline(transaction=False)
        pipe.incr(key)
        pipe.expire(key, BUCKET_SECONDS * (BUCKETS + 1))
        pipe.execute()
