"""Peers on the same rows in the same run: last-5, last-10 and standard deviation of points before each game."""

from __future__ import annotations

import time
from collections.abc import Callable

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl

from benchmarks import homes
from courtside.analytics.tables import PLAYER_GAMES
from courtside.features import windows
from courtside.features.engine import Engine, InMemory
from courtside.warehouse.base import Lazy

COLUMNS = ("last_5", "last_10", "std_10")


def courtside_windows(played: Lazy, warehouse: Engine) -> pl.DataFrame:
    """The platform's own primitive, on the engine, horizon and all."""
    numbered = warehouse.materialise(windows.number(played, "player_id"))
    placed = warehouse.materialise(windows.place(numbered.drop("nth"), numbered, "player_id"))
    lines = windows.last(
        placed, numbered.select("player_id", "game_id", "game_day", "nth", "points"), 10, "player_id", warehouse
    )
    in_5 = nw.col("recency") <= 5
    sums = (
        lines.with_columns(
            p5=nw.when(in_5).then(nw.col("points")).otherwise(nw.lit(0)),
            n5=nw.when(in_5).then(nw.lit(1)).otherwise(nw.lit(0)),
            square=nw.col("points") * nw.col("points"),
        )
        .group_by("game_id", "player_id")
        .agg(
            n=nw.col("points").count(),
            p=nw.col("points").sum(),
            q=nw.col("square").sum(),
            p5=nw.col("p5").sum(),
            n5=nw.col("n5").sum(),
        )
    )
    n, p, q = nw.col("n"), nw.col("p"), nw.col("q")
    return warehouse.collect(
        sums.filter(n >= 3).select(
            "game_id",
            "player_id",
            last_5=nw.col("p5").cast(nw.Float64) / nw.col("n5"),
            last_10=p.cast(nw.Float64) / n,
            std_10=((n * q - p * p).cast(nw.Float64) / (n * (n - 1))).sqrt(),
        )
    )


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
    """A loop over dates that filters the history of each: what such platforms do."""
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


def main() -> None:
    """Print each peer's time as a ratio to the platform's."""
    home, _, _, what = homes.prepared()
    with homes.opened(home) as context:
        warehouse = context.warehouse
        played = warehouse.materialise(
            warehouse.scan(PLAYER_GAMES).filter(nw.col("did_play")).select("game_id", "player_id", "game_day", "points")
        )
        frame = warehouse.collect(played)
        table = frame.to_pandas()
        print(f"{what}: {frame.height:,} player games")
        own, result = _timed(lambda: courtside_windows(played, warehouse))
        _show("courtside (DuckDB through Narwhals)", own, own)
        memory = InMemory()
        in_memory, _ = _timed(lambda: courtside_windows(memory.lazy(frame), memory))
        _show("courtside (the same in memory)", in_memory, own)
        seconds, rolled = _timed(lambda: polars_rolling(frame))
        _show("Polars rolling", seconds, own)
        _show("pandas group-by rolling", _timed(lambda: pandas_rolling(table))[0], own)
        _show("loop over dates", _timed(lambda: date_loop(table))[0], own)
        _agree(result, rolled)


def _timed(work: Callable[[], pl.DataFrame | pd.DataFrame | int]) -> tuple[float, object]:
    begun = time.perf_counter()
    result = work()
    return time.perf_counter() - begun, result


def _show(name: str, seconds: float, own: float) -> None:
    print(f"{name:<38} {seconds:7.2f} s  {seconds / own:6.1f} ×")


def _agree(own: object, rolled: object) -> None:
    """Say on how many rows both agree; they differ where a window reaches past the 365-day horizon."""
    assert isinstance(own, pl.DataFrame)
    assert isinstance(rolled, pl.DataFrame)
    both = own.join(rolled, on=["game_id", "player_id"], suffix="_peer")
    same = pl.all_horizontal((pl.col(name) - pl.col(f"{name}_peer")).abs() < 1e-9 for name in COLUMNS)
    print(f"agree with Polars to 1e-9 on {both.select(same.sum()).item():,} of {both.height:,} rows in common")
