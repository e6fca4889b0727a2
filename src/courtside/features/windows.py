"""The point-in-time primitive: which earlier games a row may see.

Games are numbered per player or team in the order they were played. A row is placed by counting the games on days
strictly before its own, so its window ends at the game before; the game itself, and all of its day, lie outside.
No other module may use a window function.
"""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw
import polars as pl

from courtside.features.engine import Engine
from courtside.warehouse.base import Lazy

HORIZON_DAYS = 365
"""No window reaches further back than this."""


def number(events: Lazy, by: str) -> Lazy:
    """Add `nth`: 1 for the first game of each `by`, counted in the order of (game_day, game_id).

    `events` has one row per (`by`, game_id).
    """
    return events.with_columns(nth=nw.col("game_id").cum_count().over(by, order_by=["game_day", "game_id"]))


def place(rows: Lazy, events: Lazy, by: str) -> Lazy:
    """Add `games_before` to `rows`: how many of `events` each `by` has on days strictly before `game_day`.

    `rows` and `events` have `by` and `game_day`; a (`by`, game_day) of `rows` may stand there several times.
    """
    days = rows.select(by, "game_day").unique().with_columns(is_event=nw.lit(0))
    played = events.select(by, "game_day").with_columns(is_event=nw.lit(1))
    counted = (
        nw.concat([days, played])
        .with_columns(games_before=nw.col("is_event").cum_sum().over(by, order_by=["game_day", "is_event"]))
        .filter(nw.col("is_event") == 0)
        .select(by, "game_day", "games_before")
    )
    return rows.join(counted, on=[by, "game_day"], how="left")


def last(rows: Lazy, numbered: Lazy, n: int, by: str, warehouse: Engine, *, carry: Sequence[str] = ()) -> Lazy:
    """Return the window of each placed row: its last `n` games, one line each, none older than the horizon.

    Columns out: the `rows` columns game_id, `by` and those named in `carry`; row_day (the row's own day); recency
    (1 is the newest); and the columns of `numbered`, its game_id and game_day as event_game_id and event_day.
    """
    steps = warehouse.lazy(pl.DataFrame({"recency": range(1, n + 1)}))
    names = [name for name in numbered.collect_schema().names() if name not in {by, "game_id", "game_day"}]
    events = numbered.select(by, *names, event_game_id=nw.col("game_id"), event_day=nw.col("game_day"))
    keys = list(dict.fromkeys(["game_id", by, *carry]))
    return (
        rows.select(*keys, "games_before", row_day=nw.col("game_day"))
        .join(steps, how="cross")
        .with_columns(nth=nw.col("games_before") - nw.col("recency") + 1)
        .filter(nw.col("nth") >= 1)
        .join(events, on=[by, "nth"], how="inner")
        .filter(nw.col("event_day") >= nw.col("row_day") - HORIZON_DAYS)
    )


def state(rows: Lazy, numbered: Lazy, by: str) -> Lazy:
    """Join to each placed row the game before it: columns of `numbered` prefixed with `before_`."""
    names = [name for name in numbered.collect_schema().names() if name not in {by, "nth"}]
    renamed = [nw.col(name).alias(f"before_{name}") for name in names]
    before = numbered.select(by, *renamed, games_before=nw.col("nth"))
    return rows.join(before, on=[by, "games_before"], how="left")


def running_totals(numbered: Lazy, by: Sequence[str], columns: Sequence[str]) -> Lazy:
    """Add `total_…` for each of `columns` and `total_games`: sums up to and including each game, per `by`."""
    order = ["game_day", "game_id"]
    return numbered.with_columns(
        nw.col("game_id").cum_count().over(*by, order_by=order).alias("total_games"),
        *(nw.col(name).cum_sum().over(*by, order_by=order).alias(f"total_{name}") for name in columns),
    )


def back_to_backs(numbered: Lazy, by: str) -> Lazy:
    """Add `is_back_to_back` to numbered games: 1 where the game before was played the day before, else 0."""
    day_before = nw.col("game_day").shift(1).over(by, order_by=["nth"])
    return numbered.with_columns(day_before=day_before).with_columns(
        is_back_to_back=nw.when(nw.col("game_day") == nw.col("day_before") + 1).then(nw.lit(1)).otherwise(nw.lit(0))
    )


def stints(numbered: Lazy) -> Lazy:
    """Add `joined_day` to numbered player games: the day of the first game of the present spell with his team."""
    moved = numbered.with_columns(
        team_before=nw.col("team_id").shift(1).over("player_id", order_by=["nth"])
    ).with_columns(
        start_day=nw.when(nw.col("team_before").is_null() | (nw.col("team_before") != nw.col("team_id")))
        .then(nw.col("game_day"))
        .otherwise(nw.lit(0))
    )
    return moved.with_columns(joined_day=nw.col("start_day").cum_max().over("player_id", order_by=["nth"])).drop(
        "team_before", "start_day"
    )
