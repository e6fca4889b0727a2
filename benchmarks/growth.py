"""Growth: time and peak memory of the feature back-fill at 1, 5, 20 and 100 seasons."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import polars as pl

from benchmarks import homes
from benchmarks.measure import measured
from courtside.analytics.tables import GAMES, PLAYER_GAMES, TEAM_GAMES
from courtside.clock import season_label
from courtside.features.tables import PLAYER_FEATURES
from courtside.operations.ingest import ingest
from courtside.outcomes import Outcome
from courtside.pipeline.runner import run
from courtside.pipeline.stages import STAGES
from courtside.sources.simulated import simulate
from courtside.sources.store import PayloadStore
from courtside.warehouse.base import Change
from courtside.warehouse.schema import Table

SEASONS = (1, 5, 20, 100)
FIRST_YEAR, YEAR_DAYS = 1946, 364
FEATURES = tuple(stage for stage in STAGES if stage.name == "features")
ANALYTICS = tuple(stage for stage in STAGES if stage.name == "analytics")
PATTERN = dt.date(2024, 10, 22), dt.date(2025, 4, 20)


def pattern(folder: str) -> None:
    """Play one season, and write its analytics tables as the pattern that is repeated."""
    with homes.opened(Path(folder) / "pattern") as context:
        league = simulate(seasons=1, seed=5, last_season_start=2024)
        box_scores = (payload for payload in league.payloads if payload.name.endswith(".json"))
        for _ in ingest(box_scores, context.warehouse, PayloadStore(context.settings.raw_folder)):
            pass
        run(context, *PATTERN, stages=ANALYTICS)
        for table in (GAMES, TEAM_GAMES, PLAYER_GAMES):
            context.warehouse.collect(context.warehouse.scan(table)).write_parquet(f"{folder}/{table.name}.parquet")


def backfill(folder: str, seasons: int) -> int:
    """Repeat the pattern `seasons` times, a year apart, back-fill the features and return the player games."""
    home = Path(folder) / f"seasons-{seasons}"
    with homes.opened(home) as context:
        dates: list[dt.date] = []
        for year in range(seasons):
            frames = {table: _shifted(folder, table, year) for table in (GAMES, TEAM_GAMES, PLAYER_GAMES)}
            days = sorted(set(frames[GAMES]["game_date"]))
            recorder = context.run_log.recorder(
                "analytics", dict.fromkeys(days, "pattern"), dict.fromkeys(days, Outcome())
            )
            context.warehouse.replace_dates([Change(table, frame) for table, frame in frames.items()], days, recorder)
            dates += days
        run(context, dates[0], dates[-1], stages=FEATURES)
        rows = context.warehouse.collect(context.warehouse.scan(PLAYER_FEATURES).select("game_id")).height
    if not rows:
        raise RuntimeError(f"{seasons} seasons gave no feature rows")
    return rows


def main() -> None:
    """Print time and memory per million feature rows."""
    with tempfile.TemporaryDirectory(prefix="courtside-growth-") as folder:
        measured(pattern, folder)
        for seasons in SEASONS:
            taken = measured(backfill, folder, seasons)
            print(
                f"{seasons:>3} seasons: {taken.result:>9,} rows in {taken.seconds:6.1f} s, "
                f"{1e6 * taken.seconds / taken.result:5.1f} s per million rows, peak {taken.peak_mb:,.0f} MB"
            )


def _shifted(folder: str, table: Table, year: int) -> pl.DataFrame:
    days = (FIRST_YEAR + year - 2024) * YEAR_DAYS
    frame = pl.read_parquet(f"{folder}/{table.name}.parquet").with_columns(
        game_id=pl.lit(f"{year:03d}") + pl.col("game_id").str.slice(3),
        game_date=pl.col("game_date") + pl.duration(days=days),
        game_day=pl.col("game_day") + days,
        season=pl.lit(season_label(FIRST_YEAR + year)),
    )
    if "tip_at" in frame.columns:
        frame = frame.with_columns(tip_at=pl.col("tip_at") + pl.duration(days=days))
    return frame
