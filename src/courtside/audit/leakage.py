"""Leakage checks on stored feature rows: whether a row contains data of its own game, its day or a later day.

There are three checks, each with a verdict: whether rows computed from data known before the day equal the stored
rows; whether recent form correlates too closely with the points of the same game; and whether a model's error is as
low as that of an oracle that knows the minutes.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import polars as pl

KEY = ("game_id", "player_id")
MOST_CORRELATION = 0.9
"""Form that correlates with the same game's points this closely contains them; the usual correlation is about .7."""

LEAST_ROWS = 100
"""The smallest number of rows for a verdict about a correlation or an error."""

SHOWN = 5
ONE_SIDED = "the set of players"

Recompute = Callable[[dt.date], pl.DataFrame]
"""Returns the rows of a date, computed from data known before its games."""


@dataclass(frozen=True)
class LeakageVerdict:
    """The verdict of a leakage check: whether it passed, the observed figure, the bound, the row count and the
    reason."""

    check: str
    passed: bool
    observed: float | None
    threshold: float
    rows: int
    reason: str


def recomputation(stored: pl.DataFrame, dates: Iterable[dt.date], recompute: Recompute) -> LeakageVerdict:
    """Compare the stored rows of `dates` with rows computed again from data known before them, bit for bit.

    The check fails where a value differs in its last bit or a row exists on one side only. It also fails without dates,
    or where neither side has rows, because nothing was compared. The observed figure is the number of rows that differ.
    """
    compared, found, columns = 0, 0, set[str]()
    for day in dates:
        ours = stored.filter(pl.col("game_date") == day)
        rows, names = differing(ours, recompute(day).select(ours.columns))
        compared += ours.height
        found += rows.height
        columns |= set(names)
    if not compared and not found:
        return LeakageVerdict("recomputation", False, None, 0, 0, "no stored rows to compute again")
    inner = [name for name in (ONE_SIDED, *stored.columns) if name in columns]
    reason = (
        f"{found} rows differ in {some(inner)}"
        if found
        else "every row equals the row computed from data known before its day"
    )
    return LeakageVerdict("recomputation", found == 0, float(found), 0, compared, reason)


def some(names: Sequence[str]) -> str:
    """Return the first five of `names` as text."""
    return ", ".join(names[:SHOWN]) + (" …" if len(names) > SHOWN else "")


def correlation(rows: pl.DataFrame) -> LeakageVerdict:
    """Check how closely `points_avg_last_5` correlates with `points` of the same game; rows without one are left
    out."""
    known = rows.select("points_avg_last_5", "points").drop_nulls()
    if known.height < LEAST_ROWS:
        return _too_few("correlation", MOST_CORRELATION, known.height)
    observed = known.select(pl.corr("points_avg_last_5", "points")).item()
    if observed is None or math.isnan(observed):
        return LeakageVerdict("correlation", False, None, MOST_CORRELATION, known.height, "form or points never vary")
    passed = abs(observed) < MOST_CORRELATION
    reason = "form does not contain the game" if passed else "form correlates with the game's own points"
    return LeakageVerdict("correlation", passed, observed, MOST_CORRELATION, known.height, reason)


def oracle_error(rows: pl.DataFrame) -> LeakageVerdict:
    """Compare a model with the oracle that knows the minutes: prior points per minute × minutes of the game itself.

    `rows` has the columns predicted_points, points, minutes and ppm_avg_last_10. A mean absolute error at or below the
    oracle's on the same rows is presumed leakage. The observed figure is the model's error and the threshold is the
    oracle's error, both in points.
    """
    known = rows.select("predicted_points", "points", "minutes", "ppm_avg_last_10").drop_nulls()
    if known.height < LEAST_ROWS:
        return _too_few("oracle_error", 0.0, known.height)
    model, oracle = known.select(
        (pl.col("predicted_points") - pl.col("points")).abs().mean().alias("model"),
        (pl.col("ppm_avg_last_10") * pl.col("minutes") - pl.col("points")).abs().mean().alias("oracle"),
    ).row(0)
    passed = model > oracle
    reason = (
        "the error is above the oracle's"
        if passed
        else "the error is at or below the oracle's, which knows the minutes"
    )
    return LeakageVerdict("oracle_error", passed, model, oracle, known.height, reason)


def _too_few(check: str, threshold: float, rows: int) -> LeakageVerdict:
    return LeakageVerdict(check, False, None, threshold, rows, f"{rows} rows; {LEAST_ROWS} are needed for a verdict")


def differing(stored: pl.DataFrame, again: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Return the key and date of the rows that differ in any bit or exist on one side only, and the columns
    affected."""
    names = [name for name in stored.columns if name not in KEY]
    both = stored.with_columns(is_stored=pl.lit(True)).join(
        again.with_columns(is_again=pl.lit(True)), on=KEY, how="full", coalesce=True, suffix="_again"
    )
    is_one_sided = pl.col("is_stored").is_null() | pl.col("is_again").is_null()
    marks = both.select(
        *KEY,
        pl.coalesce("game_date", "game_date_again").alias("date"),
        *((pl.col(name).ne_missing(pl.col(f"{name}_again")) & ~is_one_sided).alias(name) for name in names),
        is_one_sided.alias(ONE_SIDED),
    ).filter(pl.any_horizontal(*names, ONE_SIDED))
    rows = marks.select(*KEY, game_date="date")
    return rows, [name for name in (ONE_SIDED, *names) if marks[name].any()]


def failed(verdicts: Sequence[LeakageVerdict]) -> tuple[LeakageVerdict, ...]:
    """Return the verdicts that did not pass."""
    return tuple(verdict for verdict in verdicts if not verdict.passed)
