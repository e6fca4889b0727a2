"""Validation after a write: statistics of the quality of stored rows, counted on the stored rows.

Low quality does not hold a date. A date without rows, or with a number of rows other than computed, fails the write.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import narwhals as nw
import polars as pl

from courtside.errors import WriteRefusedError
from courtside.quality.origins import DEFAULT_ORIGINS, Origin
from courtside.quality.scoring import Scored
from courtside.quality.tables import POST_WRITE_STATS
from courtside.warehouse.base import Lazy, Reader

ALERT_ABOVE_PCT = 30.0
WORST = 5
SPREAD_ROWS = 50
SHOWN_DATES = 3


class Validated(Scored, Protocol):
    """The attributes of a feature that validation needs."""

    @property
    def source(self) -> str:
        """The source of the feature's values."""

    @property
    def minimum(self) -> float:
        """Smallest valid value."""

    @property
    def maximum(self) -> float:
        """Largest valid value."""

    @property
    def spread(self) -> int:
        """Least number of different values on a slate of 50 rows or more; 0 sets no minimum."""


@dataclass(frozen=True)
class FeatureDefaults:
    """The share of rows in which a required feature is missing on a date, with counts by cause."""

    name: str
    source: str
    pct: float
    early: int
    missing: int

    @property
    def cause(self) -> str:
        """The most frequent reason of the missing values."""
        if self.missing >= self.early:
            return f"{self.source}: an input is missing"
        return "not enough games played yet"

    def __str__(self) -> str:
        return f"{self.name} {self.pct:.0f} % ({self.cause})"


@dataclass(frozen=True)
class Written:
    """Statistics of one written date; percentages are None where there are no rows."""

    game_date: dt.date
    rows: int
    intended: int
    with_defaults: int
    pct_with_defaults: float | None
    pct_quality_ready: float | None
    avg_required_defaults: float | None
    avg_default_count: float | None
    avg_matchup_quality: float | None
    avg_quality_score: float | None
    worst: tuple[FeatureDefaults, ...] = ()

    @property
    def is_alert(self) -> bool:
        """Whether enough rows lack a required value for an alert."""
        return self.pct_with_defaults is not None and self.pct_with_defaults > ALERT_ABOVE_PCT


def validate_stored(
    warehouse: Reader,
    stored: Lazy,
    dates: Iterable[dt.date],
    intended: Mapping[dt.date, int],
    required: Iterable[dt.date],
    features: Sequence[Validated],
) -> list[Written]:
    """Return the statistics of each written date that has rows.

    One statement reads them. A second one reads the worst features of the dates that need an alert.

    Args:
        warehouse: the engine that holds the rows.
        stored: the stored rows of the feature table; other dates are ignored.
        dates: the dates written.
        intended: number of rows computed for each date.
        required: the dates that must have rows.
        features: the registered features.

    Raises:
        WriteRefusedError: naming the dates whose number of stored rows differs from the computed one, and required
            dates without rows.
    """
    wanted = sorted(set(dates))
    if not wanted:
        return []
    rows = stored.filter((nw.col("game_date") >= wanted[0]) & (nw.col("game_date") <= wanted[-1]))
    counted = warehouse.collect(rows.group_by("game_date").agg(*_aggregates()))
    by_day = {row["game_date"]: row for row in counted.to_dicts()}
    _refuse_other_counts(by_day, wanted, intended, frozenset(required))
    written = [_written(day, by_day[day], intended.get(day, 0)) for day in wanted if day in by_day]
    worst = _worst_features(warehouse, rows, [stats.game_date for stats in written if stats.is_alert], features)
    return [replace(stats, worst=worst.get(stats.game_date, ())) for stats in written]


def stats_rows(written: Sequence[Written], run_id: str, at: dt.datetime) -> pl.DataFrame:
    """Return `written` in the shape of `POST_WRITE_STATS`."""
    rows = [
        {
            "run_id": run_id,
            "game_date": stats.game_date,
            "validated_at": at,
            "post_write_rows": stats.rows,
            "post_write_rows_intended": stats.intended,
            "post_write_rows_with_defaults": stats.with_defaults,
            "post_write_pct_with_defaults": stats.pct_with_defaults,
            "post_write_pct_quality_ready": stats.pct_quality_ready,
            "post_write_avg_required_defaults": stats.avg_required_defaults,
            "post_write_avg_default_count": stats.avg_default_count,
            "post_write_avg_matchup_quality": stats.avg_matchup_quality,
            "post_write_avg_quality_score": stats.avg_quality_score,
            "post_write_worst_features": ", ".join(str(item) for item in stats.worst),
            "is_alert": stats.is_alert,
        }
        for stats in written
    ]
    return pl.DataFrame(rows, schema=POST_WRITE_STATS.polars_schema)


def alert_text(written: Sequence[Written]) -> tuple[str, str] | None:
    """Return title and body of the alert about dates with too many missing required features; None without such."""
    alerted = sorted(
        (stats for stats in written if stats.is_alert),
        key=lambda stats: -(stats.pct_with_defaults or 0),
    )
    if not alerted:
        return None
    worst = alerted[0]
    title = f"player_features: {len(alerted)} of {len(written)} dates above {ALERT_ABOVE_PCT:.0f} % contaminated"
    lines = [
        f"{stats.game_date}: {stats.with_defaults} of {stats.rows} rows ({stats.pct_with_defaults:.1f} %) "
        "lack a required feature"
        for stats in alerted[:SHOWN_DATES]
    ]
    if len(alerted) > SHOWN_DATES:
        lines.append(f"… and {len(alerted) - SHOWN_DATES} more dates")
    lines.append(f"Worst on {worst.game_date}: " + ", ".join(str(item) for item in worst.worst))
    lines.append(f"Next: courtside check training-data --train-start {min(stats.game_date for stats in alerted)}")
    return title, "\n".join(lines)


def constant_features(rows: pl.DataFrame, features: Sequence[Validated]) -> dict[object, str]:
    """Return, by game date, the features with fewer different values than their `spread`.

    A feature with fewer than 50 values on a slate is not checked.
    """
    spreads = {item.name: item.spread for item in features if item.spread}
    if not spreads:
        return {}
    counts = rows.group_by("game_date").agg(
        *(pl.col(name).drop_nulls().n_unique().alias(f"{name}_values") for name in spreads),
        *(pl.col(name).count().alias(f"{name}_known") for name in spreads),
    )
    constant_by_day: dict[object, str] = {}
    for row in counts.to_dicts():
        constant = [
            name
            for name, spread in spreads.items()
            if row[f"{name}_known"] >= SPREAD_ROWS and row[f"{name}_values"] < spread
        ]
        if constant:
            constant_by_day[row["game_date"]] = ", ".join(constant)
    return constant_by_day


def _aggregates() -> list[nw.Expr]:
    required = nw.col("required_default_count")
    return [
        nw.len().alias("rows"),
        _count(required.is_null() | (required != 0)).alias("with_defaults"),
        _count(nw.col("is_quality_ready").fill_null(False)).alias("ready"),
        required.mean().alias("avg_required"),
        nw.col("default_feature_count").mean().alias("avg_default"),
        nw.col("matchup_quality_pct").mean().alias("avg_matchup"),
        nw.col("feature_quality_score").mean().alias("avg_score"),
    ]


def _worst_features(
    warehouse: Reader, rows: Lazy, dates: Sequence[dt.date], features: Sequence[Validated]
) -> dict[dt.date, tuple[FeatureDefaults, ...]]:
    """Return the five required features that are missing most often on each of `dates`."""
    if not dates:
        return {}
    required = [feature for feature in features if feature.is_required]
    counts = warehouse.collect(
        rows.filter(nw.col("game_date").is_in(list(dates)))
        .group_by("game_date")
        .agg(
            nw.len().alias("rows"),
            *(
                _count(_has(feature, origin)).alias(f"{feature.name}_{origin}")
                for feature in required
                for origin in DEFAULT_ORIGINS
            ),
        )
    )
    return {row["game_date"]: _worst(row, required) for row in counts.to_dicts()}


def _worst(row: dict[str, Any], required: Sequence[Validated]) -> tuple[FeatureDefaults, ...]:
    defaults = []
    for feature in required:
        early, missing = int(row[f"{feature.name}_early"]), int(row[f"{feature.name}_missing"])
        if early + missing:
            pct = 100 * (early + missing) / row["rows"]
            defaults.append(FeatureDefaults(feature.name, feature.source, pct, early, missing))
    return tuple(sorted(defaults, key=lambda item: (-item.pct, item.name))[:WORST])


def _has(feature: Scored, origin: Origin) -> nw.Expr:
    """Return whether the feature has this origin; a NULL origin counts as missing."""
    column = nw.col(feature.origin_column)
    has_origin = (column == str(origin)).fill_null(False)
    return has_origin | column.is_null() if origin is Origin.MISSING else has_origin


def _count(condition: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0)).sum()


def _refuse_other_counts(
    by_day: Mapping[dt.date, dict[str, Any]],
    dates: Sequence[dt.date],
    intended: Mapping[dt.date, int],
    required: frozenset[dt.date],
) -> None:
    stored = {day: by_day[day]["rows"] if day in by_day else 0 for day in dates}
    differing = [day for day in dates if stored[day] != intended.get(day, 0)]
    wrong = [f"{day}: {stored[day]} stored, {intended.get(day, 0)} computed" for day in differing]
    empty = [
        f"{day}: no rows, although a team with box scores plays" for day in dates if day in required and not stored[day]
    ]
    problems = wrong + empty
    if problems:
        shown = "; ".join(problems[:SHOWN_DATES])
        more = f" and {len(problems) - SHOWN_DATES} more" if len(problems) > SHOWN_DATES else ""
        raise WriteRefusedError(
            f"player_features after the write: {shown}{more}. The write was rolled back; run `courtside run` to write "
            "the dates again."
        )


def _written(day: dt.date, row: dict[str, Any], intended: int) -> Written:
    rows = row["rows"]
    return Written(
        day,
        rows,
        intended,
        int(row["with_defaults"]),
        100 * int(row["with_defaults"]) / rows,
        100 * int(row["ready"]) / rows,
        row["avg_required"],
        row["avg_default"],
        row["avg_matchup"],
        row["avg_score"],
    )
