"""Every stage of one game day (limit: 10 seconds), and of a month day by day (limit: two minutes)."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
import time
from pathlib import Path

from courtside.config import load_settings
from courtside.operations.day import run_day
from courtside.pipeline.context import Context
from courtside.pipeline.run_log import RunLog
from courtside.pipeline.tables import ALL_TABLES
from courtside.sources.payload import Payload
from courtside.sources.pending import Pending
from courtside.sources.simulated import simulate
from courtside.sources.store import PayloadStore
from courtside.warehouse.duckdb import DuckDBWarehouse

FIRST, DAYS = dt.date(2025, 10, 22), 31
RUN_AT = dt.time(16, 0)


def month(folder: str) -> list[float]:
    """Run a simulated month day by day, and return the seconds of each day: opening, stages and files."""
    home, seconds, before = Path(folder) / "home", [], dt.datetime.min
    payloads = list(simulate(seasons=1, seed=11, until=FIRST + dt.timedelta(days=DAYS - 1)).payloads)
    for day in range(DAYS):
        now = dt.datetime.combine(FIRST + dt.timedelta(days=day), RUN_AT)
        coming = [payload for payload in payloads if before < payload.fetched_at <= now]
        begun = time.perf_counter()
        _live(home, now, coming)
        seconds.append(time.perf_counter() - begun)
        before = now
    return seconds


def _live(home: Path, now: dt.datetime, coming: list[Payload]) -> None:
    settings = load_settings(home=home, now=now)
    pending = Pending(PayloadStore(settings.raw_folder))
    for payload in coming:
        pending.add(payload)
    with DuckDBWarehouse(settings.warehouse_path) as warehouse:
        warehouse.prepare(ALL_TABLES)
        clock = settings.clock
        run_day(Context(settings, warehouse, RunLog(warehouse, clock), clock), clock.today())


def main() -> None:
    """Measure and print."""
    from benchmarks.measure import measured

    folder = tempfile.mkdtemp(prefix="courtside-bench-")
    try:
        found = measured(month, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    seconds: list[float] = sorted(found.result)
    print(f"a day: {seconds[len(seconds) // 2]:.1f} s in the middle of {len(seconds)}, {seconds[-1]:.1f} s at most")
    print(f"a month: {sum(seconds):.0f} s, {found.cpu_seconds:.0f} s of processor, {found.peak_mb:,.0f} MB at most")


if __name__ == "__main__":
    main()
