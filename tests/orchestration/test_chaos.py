"""A calm month and one full of faults end with the same store, the same grid and the same files.

`COURTSIDE_CHAOS_FAULTS` and `COURTSIDE_CHAOS_SEED` draw other faults.
"""

from __future__ import annotations

import datetime as dt
import json
import multiprocessing
import os
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from courtside.picks.tables import PUBLICATIONS, PUBLISHED_PICKS
from courtside.pipeline.run_log import RunLog
from courtside.pipeline.stages import STAGES
from courtside.sources.store import PayloadStore
from tests import homes
from tests.orchestration import month
from tests.orchestration.faults import FAULTS, World

pytestmark = pytest.mark.slow

COUNT = int(os.environ.get("COURTSIDE_CHAOS_FAULTS", "200"))
SEED = int(os.environ.get("COURTSIDE_CHAOS_SEED", "8"))
END = dt.datetime.combine(month.LAST, month.RUN_AT)
WRITTEN_AT = re.compile(rb'"generated_at": ?"[^"]+"')
"""When a file was written. A wrong clock writes a file early or late, and the file states that time."""


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, World]]:
    """The month without faults and the month with faults, run in parallel."""
    folder = tmp_path_factory.mktemp("months")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURTSIDE_CONFIG", str(folder / "no-such-courtside.toml"))
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            calm = pool.submit(month.calm, folder / "calm")
            world = month.stormy(folder / "storm", COUNT, SEED)
            yield calm.result(), world


@pytest.fixture(scope="module")
def calm(both: tuple[Path, World]) -> Path:
    """The home after the month without faults."""
    return both[0]


@pytest.fixture(scope="module")
def stormy(both: tuple[Path, World]) -> World:
    """The home after the month with faults, and the faults that occurred."""
    return both[1]


def test_the_store_is_the_same(calm: Path, stormy: World) -> None:
    expected, found = homes.contents(calm), homes.contents(stormy.home)
    assert sum(len(days) for days in expected.values()) > 300
    assert {table: days for table, days in found.items() if days != expected[table]} == {}


def test_the_grid_is_the_same(calm: Path, stormy: World) -> None:
    assert grid(stormy.home) == grid(calm)


def grid(home: Path) -> dict[tuple[str, dt.date], tuple[object, ...]]:
    with homes.opened(home, END) as context:
        return {
            (stage.name, day): (cell.state, cell.reason, cell.rows, cell.content_hash, cell.input_hash)
            for stage in STAGES
            for day, cell in context.run_log.cells(stage.name).items()
        }


def test_no_published_pick_is_lost_or_changed(calm: Path, stormy: World) -> None:
    for table in (PUBLICATIONS, PUBLISHED_PICKS):
        rows = []
        for home in (calm, stormy.home):
            with homes.opened(home, END) as context:
                rows.append(context.warehouse.collect(context.warehouse.scan(table)).sort(table.key))
        assert rows[0].height > 10
        assert rows[0].equals(rows[1]), table.name


def test_the_published_files_are_the_same_byte_for_byte(calm: Path, stormy: World) -> None:
    expected, found = published(calm), published(stormy.home)
    assert len(expected) > 100
    assert set(found) == set(expected)
    assert [path for path in found if found[path] != expected[path]] == []


def published(home: Path) -> dict[str, bytes]:
    """Return every file but for when it was written; `status.json` describes the runs themselves and is left out."""
    root = home / "public"
    return {
        str(path.relative_to(root)): WRITTEN_AT.sub(b"", path.read_bytes())
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.name != "status.json"
    }


def test_the_status_file_shows_the_same_stages(calm: Path, stormy: World) -> None:
    documents = [json.loads((home / "public" / "v1" / "status.json").read_bytes()) for home in (calm, stormy.home)]
    stages = [[(stage["name"], stage["date"], stage["state"]) for stage in status["stages"]] for status in documents]
    assert stages[0] == stages[1]


def test_every_payload_is_whole_on_disk_and_none_waits(calm: Path, stormy: World) -> None:
    store = PayloadStore(stormy.home / "raw")
    kept = {path.stem for path in (calm / "raw").glob("??/*.zst")}
    assert kept <= {path.stem for path in (stormy.home / "raw").glob("??/*.zst")}
    assert [payload_id for payload_id in kept if not store.is_whole(payload_id)] == []
    assert list((stormy.home / "raw" / "pending").glob("*.json")) == []


def test_no_run_holds_the_lease(stormy: World) -> None:
    with homes.opened(stormy.home, END) as context:
        RunLog(context.warehouse, context.clock).acquire(1)


def test_each_fault_shows_in_an_error_the_runs_or_an_alert(stormy: World) -> None:
    counts = Counter(item.kind for item in stormy.struck)
    print(f"{COUNT} faults, seed {SEED}, over {month.DAYS} days: {dict(sorted(counts.items()))}")
    assert sum(counts.values()) == COUNT
    assert set(counts) == set(FAULTS)
    assert [item for item in stormy.struck if not item.seen] == []
