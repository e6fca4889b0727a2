"""A simulated month, run day by day: without faults, or with faults spread over its days."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from pathlib import Path

from courtside.sources.payload import Payload
from tests import homes
from tests.orchestration.faults import BEFORE, FAULTS, SHARES, World

EVE = homes.FIRST + dt.timedelta(days=8)
"""The season is this old when the month begins: players have games behind them, so that there are picks."""

DAYS, EVERY = 30, 2
"""Days of the month, and how many lie between two runs: half of the dates are processed ahead, half afterwards."""

LAST = EVE + dt.timedelta(days=DAYS)
RUN_AT = dt.time(16, 0)
"""UTC: when the day is run. Lines of the morning are in, no game has tipped off."""

ONCE = frozenset({"clock_stepped"})
"""Kinds that occur once per run: of two wrong clocks, the runs report only the larger difference."""

Moment = tuple[dt.datetime, list[Payload]]


def moments() -> list[Moment]:
    """Return each instant at which the day is run, and what was fetched since the one before."""
    every, found, before = homes.payloads(LAST), [], dt.datetime.min
    for day in range(0, DAYS + 1, EVERY):
        now = dt.datetime.combine(EVE + dt.timedelta(days=day), RUN_AT)
        found.append((now, [payload for payload in every if before < payload.fetched_at <= now]))
        before = now
    return found


def calm(home: Path) -> Path:
    """Run the month at `home` without faults; also run in its own process."""
    world = World(home, random.Random(0))
    for now, payloads in moments():
        world.deliver(payloads)
        shown = world.attempt(now)
        if shown not in ("", "gaps"):
            raise AssertionError(f"a calm day shows {shown!r} at {now}")
    return home


def stormy(home: Path, count: int, seed: int = 8) -> World:
    """Run the month at `home` with `count` faults of every kind, at random places after its first day."""
    rng = random.Random(seed)
    world, month = World(home, rng), moments()
    days: list[list[str]] = [[] for _ in month]
    for kind in drawn(count, rng):
        rng.choice([kinds for kinds in days[1:] if kind not in ONCE or kind not in kinds]).append(kind)
    for (now, payloads), kinds in zip(month, days, strict=True):
        _live(world, now, payloads, kinds)
    return world


def drawn(count: int, rng: random.Random) -> list[str]:
    """Return `count` kinds in random order: each at least once, else by its share."""
    kinds = list(FAULTS)
    return rng.sample(kinds + rng.choices(kinds, [SHARES[kind] for kind in kinds], k=count - len(kinds)), count)


def _live(world: World, now: dt.datetime, payloads: Sequence[Payload], kinds: Sequence[str]) -> None:
    """Run one moment: the faults of deliveries, then the faults of the run, then a run without faults."""
    early = [kind for kind in kinds if kind in BEFORE]
    for kind in early:
        world.strike(kind, now, payloads)
    if set(early) - {"clock_stepped"}:
        world.attempt(now)
        world.look_back(now)
    world.deliver(payloads)
    for kind in kinds:
        if kind not in BEFORE:
            world.strike(kind, now, payloads)
    world.attempt(now)
    world.look_back(now)
