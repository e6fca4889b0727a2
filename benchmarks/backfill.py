"""The feature back-fill: features, quality, validation and writing of every date, and of one slate."""

from __future__ import annotations

import datetime as dt
import shutil
import time
from pathlib import Path

from benchmarks import homes
from benchmarks.measure import measured
from courtside.features.tables import PLAYER_FEATURES
from courtside.pipeline.runner import run
from courtside.pipeline.stages import STAGES

FEATURES = tuple(stage for stage in STAGES if stage.name == "features")
REPEATS = 3


def whole(home: str, first: dt.date, last: dt.date) -> int:
    """Back-fill a range, and return its number of rows."""
    with homes.opened(Path(home)) as context:
        run(context, first, last, stages=FEATURES)
        return context.warehouse.collect(context.warehouse.scan(PLAYER_FEATURES).select("game_id")).height


def slate(home: str, day: dt.date) -> float:
    """Process one date again in a warm process, and return the seconds."""
    with homes.opened(Path(home)) as context:
        run(context, day, day, stages=FEATURES, resume=False)
        begun = time.perf_counter()
        run(context, day, day, stages=FEATURES, resume=False)
        return time.perf_counter() - begun


def main() -> None:
    """Print the time and memory of the back-fill and of one slate."""
    home, first, last, what = homes.prepared()
    for attempt in range(REPEATS):
        copy = home.parent / f"backfill-{attempt}"
        shutil.copytree(home, copy)
        taken = measured(whole, str(copy), first, last)
        days = (last - first).days + 1
        print(
            f"{what}: {days} dates, {taken.result:,} rows in {taken.seconds:.1f} s "
            f"({taken.cpu_seconds:.1f} s of CPU), peak {taken.peak_mb:,.0f} MB"
        )
    one = measured(slate, str(copy), last - dt.timedelta(days=100))
    print(f"one slate, in a warm process: {one.result:.2f} s")
