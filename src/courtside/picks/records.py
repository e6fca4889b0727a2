"""Records: hits and misses of published picks over calendar windows, computed from their grades only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import polars as pl

from courtside.intervals import wilson_interval
from courtside.picks.signal import percent_of_tenths, rounded_tenths
from courtside.picks.tables import GRADED_PICKS, require_grain

__all__ = [
    "WINDOWS",
    "daily_results",
    "hit_rate",
    "hit_rate_expr",
    "records_before",
    "records_through",
    "wilson_interval",
]

WINDOWS = ("season", "month", "week")
_COUNTS = ("wins", "losses", "pushes", "voids")


def hit_rate(wins: int, losses: int) -> float | None:
    """Return 100·W/(W+L) in %, to one decimal, half rounded up; None where W+L is 0.

    The rounding uses integers, so that 1–15 is 6.3 on every engine. Pushes and voids do not count.

    >>> hit_rate(1, 15), hit_rate(2, 1), hit_rate(0, 0)
    (6.3, 66.7, None)
    """
    played = wins + losses
    return ((2000 * wins + played) // (2 * played)) / 10 if played else None


def hit_rate_expr(wins: pl.Expr, losses: pl.Expr) -> pl.Expr:
    """Return `hit_rate` of two integer columns as an expression."""
    return percent_of_tenths(rounded_tenths(wins, wins + losses))


def daily_results(graded: pl.DataFrame) -> pl.DataFrame:
    """Return wins, losses, pushes, voids and units of `graded_picks` for each (subset_key, game_date).

    Raises:
        GrainError: where a graded pick exists twice.
    """
    require_grain(graded, GRADED_PICKS.key, "graded picks")
    grades = zip(_COUNTS, ("hit", "miss", "push", "void"), strict=True)
    return (
        graded.group_by("subset_key", "game_date")
        .agg(
            *((pl.col("result") == grade).sum().cast(pl.Int64).alias(name) for name, grade in grades),
            pl.col("units").sort_by("player_id").sum().alias("units"),
        )
        .sort("subset_key", "game_date")
    )


def records_before(
    graded: pl.DataFrame,
    dates: Iterable[dt.date],
    season_starts: Sequence[dt.date],
    subset_keys: Sequence[str],
) -> pl.DataFrame:
    """Return each subset's record before each date, as the files of a date show it.

    `season_starts` holds first regular-season days; the season of a date is the latest that has begun by it. The result
    has game_date, subset_key, window (season, month from the 1st, week from Monday), start_date (NULL before any
    season), wins, losses, pushes, voids and pct, for every date × subset × window in this order.
    """
    targets = pl.Series("game_date", list(dates), dtype=pl.Date).unique().to_frame()
    return _records(graded, targets.with_columns(end="game_date", as_of="game_date"), season_starts, subset_keys)


def records_through(
    graded: pl.DataFrame,
    dates: Iterable[dt.date],
    season_starts: Sequence[dt.date],
    subset_keys: Sequence[str],
) -> pl.DataFrame:
    """Return each subset's record up to and including each date, as the season file shows it.

    The windows are those that contain the date; columns as in `records_before`.
    """
    targets = pl.Series("game_date", list(dates), dtype=pl.Date).unique().to_frame()
    end = pl.col("game_date").dt.offset_by("1d")
    return _records(graded, targets.with_columns(end=end, as_of="game_date"), season_starts, subset_keys)


def _records(
    graded: pl.DataFrame, targets: pl.DataFrame, season_starts: Sequence[dt.date], subset_keys: Sequence[str]
) -> pl.DataFrame:
    windows = _windows(targets, season_starts).join(
        pl.DataFrame({"subset_key": list(subset_keys)}, schema={"subset_key": pl.String}), how="cross"
    )
    totals = _totals(daily_results(graded))
    through = _totals_before(windows, totals, "end")
    before = _totals_before(windows, totals, "start_date")
    counts = pl.DataFrame([through[name] - before[name] for name in _COUNTS])
    order = pl.col("window").cast(pl.Enum(WINDOWS))
    return (
        windows.select("game_date", "subset_key", "window", "start_date")
        .hstack(counts)
        .with_columns(pct=hit_rate_expr(pl.col("wins"), pl.col("losses")))
        .sort("game_date", "subset_key", order)
    )


def _windows(targets: pl.DataFrame, season_starts: Sequence[dt.date]) -> pl.DataFrame:
    starts = pl.DataFrame({"season": sorted(season_starts)}, schema={"season": pl.Date})
    seasons = targets.sort("as_of").join_asof(starts, left_on="as_of", right_on="season", strategy="backward")
    return seasons.with_columns(
        month=pl.col("as_of").dt.month_start(),
        week=pl.col("as_of").dt.truncate("1w"),
    ).unpivot(on=WINDOWS, index=["game_date", "as_of", "end"], variable_name="window", value_name="start_date")


def _totals(daily: pl.DataFrame) -> pl.DataFrame:
    """Return `daily` with each count as a running total of its subset."""
    summed = (
        daily.group_by("subset_key", maintain_order=True)
        .agg("game_date", *(pl.col(name).cum_sum() for name in _COUNTS))
        .explode("game_date", *_COUNTS)
    )
    return summed.sort("game_date", "subset_key")


def _totals_before(windows: pl.DataFrame, totals: pl.DataFrame, boundary: str) -> pl.DataFrame:
    """Return, in the order of `windows`, the counts of each row's subset on the days before `boundary`.

    Where the boundary is NULL (no season has begun), the window's end is used, so that the window is empty.
    """
    rows = windows.select("subset_key", at=pl.coalesce(boundary, "end")).with_row_index("row")
    counts = rows.sort("at", "row").join_asof(
        totals,
        left_on="at",
        right_on="game_date",
        by="subset_key",
        strategy="backward",
        allow_exact_matches=False,
        check_sortedness=False,
    )
    return counts.sort("row").select(pl.col(_COUNTS).fill_null(0))
