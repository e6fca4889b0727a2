"""The published picks of a day, one row per player with his subsets; several files are built from them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import polars as pl

from courtside.league.seasons import dates_of
from courtside.picks.integrity import require_counted
from courtside.picks.tables import GRADED_PICKS, require_grain
from courtside.predictions.tables import NO_SOURCE
from courtside.publishing.exporters.rows import (
    ExportRefusedError,
    badge_expr,
    named,
    one_decimal_expr,
    price_expr,
    stated_probability_expr,
    utc_expr,
)
from courtside.publishing.world import World

PICK_COLUMNS: tuple[pl.Expr, ...] = (
    *(pl.col(name) for name in ("game_date", "game_id")),
    pl.col("player_id").alias("id"),
    *(pl.col(name) for name in ("player", "team", "opponent", "direction", "kind", "book")),
    *(one_decimal_expr(pl.col(name)).alias(name) for name in ("prediction", "line", "edge")),
    stated_probability_expr("confidence").alias("probability"),
    pl.col("probability_source").fill_null(NO_SOURCE),
    price_expr("price", book="book").alias("price"),
    utc_expr(pl.col("line_seen_at")).alias("seen_at"),
    *(utc_expr(pl.col(name)).alias(name) for name in ("published_at", "tip_at")),
    badge_expr("feature_quality_score").alias("quality"),
    *(pl.col(name) for name in ("groups", "actual", "result", "units")),
)
"""The public fields of a pick as expressions of the ledger with public names, groups and grades."""


def current_picks(world: World) -> pl.DataFrame:
    """Return `picks_of` the exported dates.

    Raises:
        LedgerBrokenError: where the ledger does not hold the number of picks that the publications state.
    """
    return world.share("current_picks", lambda: picks_of(world, world.is_exported))


def require_predictions(world: World, dates: Collection[dt.date]) -> None:
    """Refuse dates whose stored predictions the query did not return.

    The file of such a date would wrongly show that no player was blocked.

    Raises:
        ExportRefusedError: where there are such dates; the message names the first.
    """
    read = dates_of(world.predictions)
    lost = [day for day in dates if world.predicted_rows(day) and day not in read]
    if lost:
        raise ExportRefusedError(
            f"predictions of {lost[0]} ({len(lost)} dates): {world.predicted_rows(lost[0])} of the champion are "
            "stored, and the query returned none; run the predictions of these dates and export again"
        )


def picks_of(world: World, chosen: pl.Expr) -> pl.DataFrame:
    """Return the counted picks for which `chosen` (an expression of game_date) is true, as `PICK_COLUMNS`.

    Each player has one row a date, with the ids of his subsets in `groups`. Rows are in order of date, best pick first.
    """
    picks = world.counted.filter(chosen)
    require_counted(world.days.filter(chosen), picks)
    key = list(GRADED_PICKS.key)
    require_grain(world.graded, key, "graded picks")
    grades = world.graded.filter(chosen).select(*key, "actual", "result", "units")
    ids = {subset.key: subset.id for subset in world.definitions.subsets}
    rows = (
        named(picks.join(grades, on=key, how="left", validate="1:1"), world.names)
        .with_columns(group=pl.col("subset_key").replace_strict(ids, return_dtype=pl.Int64))
        .sort("game_date", "player_id", "group")
    )
    groups = rows.group_by("game_date", "player_id").agg(groups=pl.col("group").cast(pl.String))
    return (
        rows.unique(["game_date", "player_id"], keep="first", maintain_order=True)
        .join(groups, on=["game_date", "player_id"], validate="1:1")
        .sort(["game_date", "composite", "player_id"], descending=[False, True, False])
        .select(PICK_COLUMNS)
    )
