"""The queries of the spot checks about integrity: origins, ranges, counts, keys, and agreement with the raw rows."""

from __future__ import annotations

import narwhals as nw
import polars as pl

from courtside.audit.checks.base import Catalogue, violations
from courtside.audit.checks.rows import (
    BROKEN,
    PLAYER_GAME,
    any_of,
    damaged_dates,
    dates_by_table,
    distinct,
    final_team_games,
    has_other_counts,
    is_valued,
)
from courtside.quality.post_write import SPREAD_ROWS
from courtside.raw.tables import BOX_COUNTS
from courtside.warehouse.base import Lazy

READY_TIERS = ("gold", "silver", "bronze")


def origins_absent(catalogue: Catalogue) -> Lazy:
    """Count the rows in which a registered feature has no origin."""
    absent = any_of(nw.col(feature.origin_column).is_null() for feature in catalogue.features)
    return violations(catalogue.window("player_features"), absent)


def unmarked_absences(catalogue: Catalogue) -> Lazy:
    """Count the player games marked as played that have neither minutes (0 may be rounded) nor a statistic."""
    counts = ("points", *(column.name for column in BOX_COUNTS))
    has_none = nw.all_horizontal(*(nw.col(name).fill_null(0) == 0 for name in counts), ignore_nulls=True)
    is_absent = nw.col("points").is_null() | (nw.col("minutes").is_null() & has_none)
    return violations(catalogue.window("player_games"), nw.col("did_play") & is_absent)


def differs_from_raw(catalogue: Catalogue) -> Lazy:
    """Count the player games whose points or minutes differ from the newest raw row, or that have no raw row."""
    raw = catalogue.window("raw_player_box").select(
        *PLAYER_GAME, "known_at", raw_points="points", raw_minutes="minutes"
    )
    newest = raw.group_by(*PLAYER_GAME).agg(known_at=nw.col("known_at").max())
    current = raw.join(newest, on=[*PLAYER_GAME, "known_at"], how="inner").with_columns(is_raw=nw.lit(True))
    both = catalogue.window("player_games").join(current, on=PLAYER_GAME, how="left")
    pairs = (("points", "raw_points"), ("minutes", "raw_minutes"))
    differs = any_of(nw.col(own).fill_null(-1) != nw.col(theirs).fill_null(-1) for own, theirs in pairs)
    return violations(both, differs | nw.col("is_raw").is_null())


def stored_differs(catalogue: Catalogue) -> Lazy:
    """Count the dates of tables whose stored rows differ from what the grid recorded when they were written."""
    damaged = damaged_dates(catalogue)
    found = {
        "observed": [float(damaged.height)],
        "n": [int(catalogue.stored.damaged["cells"].sum())],
        "detail": [dates_by_table(damaged) or None],
    }
    return catalogue.warehouse.lazy(pl.DataFrame(found, schema_overrides={"detail": pl.String}))


def open_gaps(catalogue: Catalogue) -> Lazy:
    """Count the final games of the window whose box score is missing or does not reconcile."""
    broken = nw.col("box_status").is_in(list(BROKEN))
    return final_team_games(catalogue).select(
        distinct("game_id", broken).alias("observed"),
        nw.col("game_id").n_unique().alias("n"),
        nw.when(broken).then(nw.col("game_id")).min().alias("detail"),
    )


def duplicates(catalogue: Catalogue) -> Lazy:
    """Count the keys that occur more than once."""
    keys = catalogue.window("player_features").group_by(*PLAYER_GAME).agg(nw.len().alias("rows"))
    return violations(keys, nw.col("rows") > 1)


def values_against_origins(catalogue: Catalogue) -> Lazy:
    """Count the rows with a value whose origin comes with none, or with an origin whose value is absent."""
    wrong = any_of(
        is_valued(nw.col(feature.origin_column)) == (nw.col(feature.name).is_null() | nw.col(feature.name).is_nan())
        for feature in catalogue.features
    )
    return violations(catalogue.window("player_features"), wrong)


def out_of_range(catalogue: Catalogue) -> Lazy:
    """Count the rows with a value outside the registered range of its feature."""
    wrong = any_of(
        ~((nw.col(item.name) >= item.minimum) & (nw.col(item.name) <= item.maximum)) for item in catalogue.features
    )
    return violations(catalogue.window("player_features"), wrong)


def flat_slates(catalogue: Catalogue) -> Lazy:
    """Count the slates of 50 rows or more on which a feature that must vary has too few different values."""
    watched = [item for item in catalogue.features if item.spread]
    slates = (
        catalogue.window("player_features")
        .group_by("game_date")
        .agg(
            nw.len().alias("rows"),
            *(nw.col(item.name).n_unique().alias(f"{item.name}_values") for item in watched),
            *(nw.col(item.name).count().alias(f"{item.name}_known") for item in watched),
        )
        .filter(nw.col("rows") >= SPREAD_ROWS)
    )
    return violations(slates, any_of(_is_flat(item.name, item.spread) for item in watched))


def wrong_default_counts(catalogue: Catalogue) -> Lazy:
    """Count the rows whose stored default counts differ from their values and origins."""
    return violations(catalogue.window("player_features"), has_other_counts(catalogue.features))


def wrongly_ready(catalogue: Catalogue) -> Lazy:
    """Count the rows marked as ready that do not meet the rules of readiness."""
    matchup, history = nw.col("matchup_quality_pct").fill_null(0), nw.col("history_quality_pct").fill_null(0)
    may_be_ready = (
        (nw.col("required_default_count").fill_null(1) == 0)
        & nw.col("quality_tier").is_in(list(READY_TIERS)).fill_null(False)
        & (matchup >= 50)
    )
    may_train = nw.col("is_quality_ready").fill_null(False) & (matchup >= 70) & (history >= 80)
    wrong = (nw.col("is_quality_ready") & ~may_be_ready) | (nw.col("is_training_ready") & ~may_train)
    return violations(catalogue.window("player_features"), wrong)


def _is_flat(name: str, spread: int) -> nw.Expr:
    known, values = nw.col(f"{name}_known"), nw.col(f"{name}_values")
    one_is_null = nw.when(known < nw.col("rows")).then(nw.lit(1)).otherwise(nw.lit(0))
    return (known >= SPREAD_ROWS) & (values - one_is_null < spread)
