"""The published picks of a day, one row per player with his subsets; several files are built from them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

import polars as pl

from courtside.league.seasons import dates_of
from courtside.picks.integrity import require_counted
from courtside.picks.tables import GRADED_PICKS, require_grain
from courtside.publishing.contracts import one_decimal
from courtside.publishing.exporters.rows import (
    ExportRefusedError,
    badge_of,
    named,
    partitioned,
    price_of,
    stated_probability,
    utc_or_none,
)
from courtside.publishing.world import World


def current_picks(world: World) -> dict[dt.date, list[dict[str, Any]]]:
    """Return the counted picks of the exported dates by date, best first, one row per player.

    Rows hold the public fields of a pick: id, player, team, opponent, prediction, line, direction, edge, probability
    (%) and its source, book, price, seen_at, published_at, tip_at, kind, quality, groups (ids of its subsets), actual,
    result, units.

    Raises:
        LedgerBrokenError: where the ledger does not hold the number of picks that the publications state.
    """
    wanted = pl.Series(world.dates, dtype=pl.Date).implode()
    return world.share("current_picks", lambda: partitioned_picks(world, pl.col("game_date").is_in(wanted)))


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


def partitioned_picks(world: World, chosen: pl.Expr) -> dict[dt.date, list[dict[str, Any]]]:
    """Return `current_picks` of the rows for which `chosen` (an expression of game_date) is true."""
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
    groups = rows.group_by("game_date", "player_id", maintain_order=True).agg("group")
    players = (
        rows.unique(["game_date", "player_id"], keep="first", maintain_order=True)
        .drop("group")
        .join(groups, on=["game_date", "player_id"], validate="1:1")
        .sort(["game_date", "composite", "player_id"], descending=[False, True, False])
    )
    return {day: [_public(row) for row in of_day] for day, of_day in partitioned(players, "game_date").items()}


def _public(row: dict[str, Any]) -> dict[str, Any]:
    kept = ("player", "team", "opponent", "direction", "kind", "book", "actual", "result", "units", "game_id")
    stated = stated_probability(row, "confidence")
    return {name: row[name] for name in kept} | {
        "id": row["player_id"],
        "prediction": one_decimal(row["prediction"]),
        "line": one_decimal(row["line"]),
        "edge": one_decimal(row["edge"]),
        "probability": stated["confidence"],
        "probability_source": stated["probability_source"],
        "price": price_of(row["price"], book=row["book"]),
        "seen_at": utc_or_none(row["line_seen_at"]),
        "published_at": utc_or_none(row["published_at"]),
        "tip_at": utc_or_none(row["tip_at"]),
        "quality": badge_of(row["feature_quality_score"]),
        "groups": tuple(str(number) for number in row["group"]),
    }
