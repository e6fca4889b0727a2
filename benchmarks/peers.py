"""Peers on the same rows in the same run: last-5, last-10 and standard deviation of points before each game."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl

from benchmarks import homes
from courtside.analytics.tables import PLAYER_GAMES
from courtside.features.windows import Games, ratio

COLUMNS = ("last_5", "last_10", "std_10")
LENGTHS = (3, 5, 10, 20, 40)
COUNTS = ("points", "minutes", "fga", "fta", "fg3a", "oreb", "dreb", "ast", "tov")
REPEATS = 5
OURS, SUMS = "courtside, three windows", "courtside, 45 sums"
ROLLING = "Polars rolling, three windows"


def courtside_windows(frame: pl.DataFrame) -> pl.DataFrame:
    """Courtside's window engine with its horizon: strictly earlier days, exact in integers."""
    games = Games(frame.with_columns(points_squared=pl.col("points") ** 2), "player_id")
    before = games.before(frame)
    last_5, last_10 = before.last(5), before.last(10)
    n, points = last_10.count, last_10.sum("points")
    variance = ratio(n * last_10.sum("points_squared") - points * points, n * (n - 1))
    return frame.select(
        "game_id",
        "player_id",
        last_5=pl.Series(ratio(last_5.sum("points"), last_5.count)),
        last_10=pl.Series(ratio(points, n)),
        std_10=pl.Series(np.sqrt(variance)),
    ).filter(pl.Series(n >= 3))


def polars_rolling(frame: pl.DataFrame) -> pl.DataFrame:
    """Polars: shift, then roll, per player."""
    prior = pl.col("points").shift(1)
    return (
        frame.sort("player_id", "game_day")
        .with_columns(
            last_5=prior.rolling_mean(5, min_samples=3).over("player_id"),
            last_10=prior.rolling_mean(10, min_samples=3).over("player_id"),
            std_10=prior.rolling_std(10, min_samples=3).over("player_id"),
        )
        .drop_nulls("last_10")
    )


def pandas_rolling(frame: pd.DataFrame) -> pd.DataFrame:
    """pandas: a group-by and a rolling window for each feature."""
    ordered = frame.sort_values(["player_id", "game_day"])
    prior = ordered.groupby("player_id")["points"].shift(1)
    by = ordered["player_id"]
    for name, n, how in (("last_5", 5, "mean"), ("last_10", 10, "mean"), ("std_10", 10, "std")):
        rolled = getattr(prior.groupby(by).rolling(n, min_periods=3), how)()
        ordered[name] = rolled.reset_index(level=0, drop=True)
    return ordered.dropna(subset=["last_10"])


def date_loop(frame: pd.DataFrame) -> int:
    """A loop over dates that filters the history of each date, as many such platforms do."""
    rows = 0
    for day, slate in frame.groupby("game_day"):
        before = frame[frame["game_day"] < day]
        recent = before[before["player_id"].isin(slate["player_id"])].sort_values("game_day")
        tails = recent.groupby("player_id")["points"].apply(lambda points: points.to_numpy()[-10:])
        for points in tails:
            if len(points) >= 3:
                rows += 1
                np.mean(points[-5:]), np.mean(points), np.std(points, ddof=1)
    return rows


def all_sums(frame: pl.DataFrame) -> int:
    """Courtside's window engine at the width of the features: 45 sums, of 9 columns over 5 lengths."""
    before = Games(frame, "player_id").before(frame)
    return sum(len(before.last(n).sum(name)) > 0 for n in LENGTHS for name in COUNTS)


@cache
def player_games() -> pl.DataFrame:
    """Return the games of players who played, with the columns to sum."""
    with homes.opened(homes.prepared()[0]) as context:
        scan = context.warehouse.scan(PLAYER_GAMES).filter(nw.col("did_play"))
        return context.warehouse.collect(scan.select("game_id", "player_id", "game_day", *COUNTS))


@cache
def best_of_turns() -> dict[str, float]:
    """Return the best seconds of each peer, of several turns taken one after another."""
    frame = player_games()
    table = frame.to_pandas()
    works: dict[str, Callable[[], pl.DataFrame | pd.DataFrame | int]] = {
        OURS: lambda: courtside_windows(frame),
        ROLLING: lambda: polars_rolling(frame),
        "pandas group-by rolling, three windows": lambda: pandas_rolling(table),
        SUMS: lambda: all_sums(frame),
    }
    turns = [{name: _timed(work) for name, work in works.items()} for _ in range(REPEATS)]
    best = {name: min(turn[name] for turn in turns) for name in works}
    return best | {"loop over dates, three windows": _timed(lambda: date_loop(table))}


def main() -> None:
    """Print each peer's time as a ratio to the platform's."""
    frame, best = player_games(), best_of_turns()
    print(f"{homes.prepared()[3]}: {frame.height:,} player games, best of {REPEATS} turns")
    for name, seconds in best.items():
        print(f"{name:<40} {seconds:8.3f} s  {seconds / best[OURS]:7.2f} ×")
    rolling, sums = best[ROLLING] / 3, best[SUMS] / 45
    print(
        f"per feature: Polars rolling {1000 * rolling:.1f} ms, courtside {1000 * sums:.1f} ms "
        f"({rolling / sums:.1f} × faster)"
    )
    _agree(courtside_windows(frame), polars_rolling(frame))


def _timed(work: Callable[[], pl.DataFrame | pd.DataFrame | int]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _agree(own: pl.DataFrame, rolled: pl.DataFrame) -> None:
    """Print on how many rows both agree; they differ where a window reaches past the 365-day horizon."""
    both = own.join(rolled, on=["game_id", "player_id"], suffix="_peer")
    same = pl.all_horizontal((pl.col(name) - pl.col(f"{name}_peer")).abs() < 1e-9 for name in COLUMNS)
    print(f"agree with Polars to 1e-9 on {both.select(same.sum()).item():,} of {both.height:,} rows in common")
