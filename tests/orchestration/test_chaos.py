"""A calm stretch of days and one full of faults end with the same store, the same grid and the same files.

`COURTSIDE_CHAOS_FAULTS=200` strikes that many; the suite strikes a few of each kind.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
from collections import Counter
from pathlib import Path

import pytest

from courtside.orchestration.stages import STAGES
from courtside.sources.payload import Payload
from courtside.sources.store import PayloadStore
from tests import homes
from tests.orchestration.chaos import AFTER, BEFORE, FAULTS, World

COUNT = int(os.environ.get("COURTSIDE_CHAOS_FAULTS", "14"))
DAYS = max(2, min(20, COUNT // 7))
FIRST_DAY = homes.LAST - dt.timedelta(days=DAYS - 1)
UNTIL_TIP = dt.time(16, 0)


def moments() -> list[dt.datetime]:
    """Return the instants at which the day is run: each noon Eastern, and the noon after the last."""
    return [dt.datetime.combine(FIRST_DAY + dt.timedelta(days=back), UNTIL_TIP) for back in range(DAYS + 1)]


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Payload]]:
    """A home that has run up to the eve of the first day, and the payloads still to come."""
    home = tmp_path_factory.mktemp("begun") / "home"
    every = homes.payloads()
    eve = moments()[0] - dt.timedelta(hours=15)
    world = World(home, random.Random(0))
    world.deliver([payload for payload in every if payload.fetched_at <= eve])
    assert world.attempt(eve) in ("", "gaps")
    return home, [payload for payload in every if payload.fetched_at > eve]


@pytest.fixture(scope="module")
def calm(begun: tuple[Path, list[Payload]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home after days on which nothing went wrong."""
    home, coming = begun
    world = World(homes.copy_of(home, tmp_path_factory.mktemp("calm") / "home"), random.Random(0))
    for now, payloads in by_moment(coming):
        world.deliver(payloads)
        world.attempt(now)
    return world.home


@pytest.fixture(scope="module")
def stormy(begun: tuple[Path, list[Payload]], tmp_path_factory: pytest.TempPathFactory) -> World:
    """The home after the same days, with `COUNT` faults spread over them, each kind in turn."""
    home, coming = begun
    rng = random.Random(8)
    world = World(homes.copy_of(home, tmp_path_factory.mktemp("storm") / "home"), rng)
    kinds = [list(FAULTS)[place % len(FAULTS)] for place in range(COUNT)]
    rng.shuffle(kinds)
    by_day = [kinds[place :: DAYS + 1] for place in range(DAYS + 1)]
    for (now, payloads), struck in zip(by_moment(coming), by_day, strict=True):
        for kind in [kind for kind in struck if kind in BEFORE]:
            world.strike(kind, now, payloads)
        for kind in [kind for kind in struck if kind in AFTER]:
            world.strike(kind, now, payloads)
        world.deliver(payloads)
        world.attempt(now)
    return world


def by_moment(coming: list[Payload]) -> list[tuple[dt.datetime, list[Payload]]]:
    """Return each moment with what was fetched since the one before."""
    found, before = [], dt.datetime.min
    for now in moments():
        found.append((now, [payload for payload in coming if before < payload.fetched_at <= now]))
        before = now
    return found


def test_the_store_is_the_same(calm: Path, stormy: World) -> None:
    expected, found = homes.contents(calm), homes.contents(stormy.home)
    assert {table: days for table, days in found.items() if days != expected[table]} == {}


def test_the_grid_is_the_same(calm: Path, stormy: World) -> None:
    assert grid(stormy.home) == grid(calm)


def grid(home: Path) -> dict[tuple[str, dt.date], tuple[object, ...]]:
    with homes.opened(home) as context:
        return {
            (stage.name, day): (cell.state, cell.reason, cell.rows, cell.content_hash, cell.input_hash)
            for stage in STAGES
            for day, cell in context.ledger.cells(stage.name).items()
        }


def test_the_published_files_are_the_same(calm: Path, stormy: World) -> None:
    expected, found = published(calm), published(stormy.home)
    assert set(found) == set(expected)
    assert [path for path in found if found[path] != expected[path]] == []


def published(home: Path) -> dict[str, object]:
    """Return every file's content without the time it was written; `status.json` tells of the runs themselves."""
    files = {}
    for path in sorted((home / "public").rglob("*.json")):
        if path.name != "status.json":
            document = json.loads(path.read_bytes())
            files[str(path.relative_to(home))] = {k: v for k, v in document.items() if k != "generated_at"}
    return files


def test_every_payload_is_whole_on_disk(calm: Path, stormy: World) -> None:
    store = PayloadStore(stormy.home / "raw")
    kept = {path.stem for path in (calm / "raw").glob("??/*.zst")}
    assert kept <= {path.stem for path in (stormy.home / "raw").glob("??/*.zst")}
    assert [payload_id for payload_id in kept if not store.is_whole(payload_id)] == []


def test_each_fault_can_be_seen_in_an_error_the_runs_or_an_alert(stormy: World) -> None:
    counts = Counter(item.kind for item in stormy.struck)
    assert sum(counts.values()) == COUNT
    assert set(counts) == set(FAULTS)
    print(f"{COUNT} faults over {DAYS + 1} days: {dict(sorted(counts.items()))}")
    assert [item for item in stormy.struck if not item.seen] == []
