"""Checks: each states a property of stored tables, and holds the query that measures it.

A check reads tables by name from the catalogue that it receives, so this room imports none of the rooms that it checks.
Its query returns one row, whatever the number of players or dates. An error inside a check is a failed check.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import isnan
from typing import Any, Protocol

import narwhals as nw
import polars as pl

from courtside.league.markets import POINTS, of_market
from courtside.quality.post_write import Validated
from courtside.quality.tables import CHECK_RESULTS
from courtside.warehouse.base import Lazy, Warehouse
from courtside.warehouse.schema import Table


class Severity(StrEnum):
    """The severity of a failed check; a failed critical check makes the command fail."""

    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"


class Status(StrEnum):
    """The result of a check; `not_judged` means that there were too few units."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_JUDGED = "not_judged"


@dataclass(frozen=True)
class Bound:
    """The values that a check accepts, both ends included; None leaves an end open."""

    least: float | None = None
    most: float | None = None

    def holds(self, value: float) -> bool:
        """Return whether `value` is accepted; NaN is not."""
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    def __str__(self) -> str:
        if self.least is None:
            return f"≤ {self.most:g}"
        return f"≥ {self.least:g}" if self.most is None else f"{self.least:g} … {self.most:g}"


def at_least(value: float) -> Bound:
    """Return the bound that accepts `value` and more."""
    return Bound(least=value)


def at_most(value: float) -> Bound:
    """Return the bound that accepts `value` and less."""
    return Bound(most=value)


class Stored(Protocol):
    """Stored dates compared with what the grid recorded of them, and features computed again."""

    @property
    def damaged(self) -> pl.DataFrame:
        """Dates whose rows differ from those recorded (stage, table, game_date, rows, is_known), and the cells
        compared."""

    @property
    def settled(self) -> Sequence[dt.date]:
        """Dates with feature rows that no run would compute again."""

    def recomputed(self, dates: Sequence[dt.date]) -> pl.DataFrame:
        """Return the feature rows of `dates`, computed from the stored tables, one season at a time."""

    def recomputed_before(self, day: dt.date) -> pl.DataFrame:
        """Return the feature rows of `day`, computed from tables without the results of that day and later ones."""


@dataclass(frozen=True)
class Catalogue:
    """The data that checks read.

    `tables` holds the stored tables by name, `frames` small frames that no table holds (such as the published files),
    and `features` the registered features. The window is from `first` to `last`; `day` is the date that daily checks
    judge, and `now` the present time. `stored` compares all stored dates, not only those of the window, and `sample` is
    the smallest number of rows that it computes again. Tables that hold several markets show the rows of `market`.
    """

    warehouse: Warehouse
    tables: Mapping[str, Table]
    features: Sequence[Validated]
    first: dt.date
    last: dt.date
    day: dt.date
    now: dt.datetime
    stored: Stored
    frames: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    sample: int = 1000
    market: str = POINTS

    def scan(self, name: str, start: dt.date | None = None, end: dt.date | None = None) -> Lazy:
        """Return the stored rows of a table by its name, or a frame of the catalogue.

        Raises:
            KeyError: where the catalogue does not hold `name`.
        """
        if name in self.frames:
            return self.warehouse.lazy(self.frames[name])
        return of_market(self.warehouse, self.market).scan(self.tables[name], start=start, end=end)

    def window(self, name: str) -> Lazy:
        """Return the rows of a table within the window."""
        return self.scan(name, self.first, self.last)

    def on_day(self, name: str) -> Lazy:
        """Return the rows of a table on the date that daily checks judge."""
        return self.scan(name, self.day, self.day)


Query = Callable[[Catalogue], Lazy]
"""Returns one row: observed (a number, or NULL), n (the number of units measured), and optionally detail."""


@dataclass(frozen=True)
class Check:
    """One check; `title` states the property, and with fewer than `minimum_n` units the check is not judged."""

    number: str
    title: str
    severity: Severity
    threshold: Bound
    minimum_n: int
    query: Query
    unit: str = ""


@dataclass(frozen=True)
class Result:
    """The result of one check."""

    check: Check
    status: Status
    observed: float | None
    n: int | None
    detail: str | None = None

    @property
    def threshold(self) -> str:
        """The accepted values with their unit."""
        return f"{self.check.threshold} {self.check.unit}".rstrip()

    def as_dict(self) -> dict[str, Any]:
        """Return the result as plain data for JSON."""
        return {
            "number": self.check.number,
            "claim": self.check.title,
            "severity": str(self.check.severity),
            "status": str(self.status),
            "observed": self.observed,
            "threshold": self.threshold,
            "n": self.n,
            "detail": self.detail,
        }


def run_check(check: Check, catalogue: Catalogue) -> Result:
    """Run a check and return its result; an error inside it fails the check."""
    try:
        rows = catalogue.warehouse.collect(check.query(catalogue)).to_dicts()
        if len(rows) != 1:
            raise ValueError(f"the query returned {len(rows)} rows; a check must return one")
        return _judged(check, rows[0])
    except Exception as error:  # noqa: BLE001 - a check that cannot run has failed
        return Result(check, Status.FAILED, None, None, f"the check raised an error: {type(error).__name__}: {error}")


def run_checks(checks: Iterable[Check], catalogue: Catalogue) -> list[Result]:
    """Run every check, one statement each."""
    return [run_check(check, catalogue) for check in checks]


def _judged(check: Check, row: Mapping[str, Any]) -> Result:
    n = int(row["n"] or 0)
    detail = row.get("detail")
    if n < check.minimum_n:
        return Result(check, Status.NOT_JUDGED, None, n, detail)
    observed = None if row["observed"] is None or isnan(row["observed"]) else float(row["observed"])
    holds = observed is not None and check.threshold.holds(observed)
    return Result(check, Status.PASSED if holds else Status.FAILED, observed, n, detail)


def result_rows(results: Sequence[Result], suite: str, catalogue: Catalogue) -> pl.DataFrame:
    """Return results in the shape of `CHECK_RESULTS`."""
    run = {
        "check_run_id": secrets.token_hex(6),
        "suite": suite,
        "checked_at": catalogue.now,
        "day": catalogue.day,
    }
    rows = [result.as_dict() | run for result in results]
    return pl.DataFrame(rows, schema=CHECK_RESULTS.polars_schema)


def share(rows: Lazy, condition: nw.Expr) -> Lazy:
    """Return observed and n: the percentage of rows that meet `condition`; NULL does not meet it."""
    counted = rows.select(met=count(condition.fill_null(False)), n=nw.len())
    return counted.select("n", observed=ratio(100.0 * nw.col("met"), nw.col("n")))


def violations(rows: Lazy, condition: nw.Expr) -> Lazy:
    """Return observed and n: the number of rows that meet `condition`, and of all rows; NULL does not meet it."""
    return rows.select(count(condition.fill_null(False)).alias("observed"), nw.len().alias("n"))


def count(condition: nw.Expr) -> nw.Expr:
    """Return the number of rows that meet a condition."""
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0)).sum()


def ratio(value: nw.Expr, of: nw.Expr) -> nw.Expr:
    """Return `value` / `of`, or NULL where `of` is 0."""
    return nw.when(of > 0).then(value.cast(nw.Float64) / of.cast(nw.Float64))
