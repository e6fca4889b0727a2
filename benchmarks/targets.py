"""The targets of speed and memory, each beside what this machine takes; best of several turns."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import homes, peers
from benchmarks.measure import Measured, measured
from courtside.cli.demo import demo_command
from courtside.features.tables import PLAYER_FEATURES
from courtside.pipeline.inputs import Inputs
from courtside.pipeline.runner import run
from courtside.pipeline.stage import Stage, Surroundings
from courtside.pipeline.stages import STAGES
from courtside.pipeline.stages.features import FEATURES

REPEATS = 3
ROW = "{:<46} {:>24} {:>24}"


def all_dates(home: str, first: dt.date, last: dt.date, stages: Sequence[str]) -> int:
    """Run the named stages over a range and return the number of stored feature rows."""
    chosen = [stage for stage in STAGES if stage.name in stages]
    with homes.opened(Path(home)) as context:
        run(context, first, last, stages=chosen)
        return context.warehouse.collect(context.warehouse.scan(PLAYER_FEATURES).select("game_id")).height


def one_slate(home: str, day: dt.date) -> tuple[float, float]:
    """Return the best seconds to load and compute the features of one date, and to run the stage with its write."""
    with homes.opened(Path(home)) as context:
        at = Surroundings(context.settings, context.clock, context.run_log.run_id)

        def computed() -> None:
            FEATURES.process(Inputs(FEATURES.name, FEATURES.reads, context.warehouse, [day]).load(), [day], at)

        def written() -> None:
            run(context, day, day, stages=[FEATURES], resume=False)

        return min(_seconds(computed) for _ in range(REPEATS)), min(_seconds(written) for _ in range(REPEATS))


def demo(home: str) -> None:
    """Run `courtside demo` without its output."""
    with contextlib.redirect_stdout(io.StringIO()):
        demo_command(Path(home), seed=7)


def main() -> None:
    """Print the table of targets."""
    home, first, last, what = homes.prepared()
    best = peers.best_of_turns()
    three, rolling = best[peers.OURS], best[peers.ROLLING]
    faster = (rolling / 3) / (best[peers.SUMS] / 45)
    features = [_measured(home, first, last, [FEATURES]) for _ in range(REPEATS)]
    everything = _measured(homes.ingested()[0], first, last, STAGES, is_kept=True)
    computed, written = measured(one_slate, str(home.parent / "kept"), last - dt.timedelta(days=100)).result
    with tempfile.TemporaryDirectory(prefix="courtside-bench-") as folder:
        demonstration = measured(demo, f"{folder}/demo")
    quickest = min(features, key=lambda taken: taken.seconds)
    peak = max(one.peak_mb for one in features)
    print(f"{what}: {(last - first).days + 1} dates, {quickest.result:,} feature rows")
    for row in (
        ("measure", "target", "here"),
        ("three windows beside Polars rolling", "≤ 1 × its time", f"{three / rolling:.2f} ×"),
        ("one feature beside Polars rolling", "5 × faster", f"{faster:.1f} × faster"),
        ("features of all dates, with the write", "≤ 4 s", _shown(quickest)),
        ("`courtside run`, all stages, all dates", "≤ 20 s", _shown(everything)),
        ("features of one slate, computed", "≤ 0.10 s", f"{computed:.2f} s"),
        ("features of one slate, with the write", "≤ 0.20 s", f"{written:.2f} s"),
        ("demo, without starting Python", "≤ 30 s", _shown(demonstration)),
        ("peak memory, features of all dates", "≤ 800 MB", f"{peak:,.0f} MB"),
        ("peak memory, all stages of all dates", "≤ 800 MB", f"{everything.peak_mb:,.0f} MB"),
    ):
        print(ROW.format(*row))


def _measured(home: Path, first: dt.date, last: dt.date, stages: Sequence[Stage], *, is_kept: bool = False) -> Measured:
    """Run stages on a copy of a home in a process of its own; a kept copy is called `kept`."""
    copy = home.parent / ("kept" if is_kept else "copy")
    shutil.copytree(home, copy)
    taken = measured(all_dates, str(copy), first, last, [stage.name for stage in stages])
    if not is_kept:
        shutil.rmtree(copy)
    return taken


def _shown(taken: Measured) -> str:
    return f"{taken.seconds:.1f} s ({taken.cpu_seconds:.1f} s of CPU)"


def _seconds(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
