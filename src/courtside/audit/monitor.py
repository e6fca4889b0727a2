"""The training-data monitor: how many training rows are contaminated, on which dates, and why.

A training row is a stored feature row whose player played. It is contaminated where a required feature has no value,
or where its count of missing required features is absent. The verdict is clean only where every date could be judged.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

import narwhals as nw
import polars as pl

from courtside.audit import causes
from courtside.audit.causes import Cause
from courtside.audit.checks.base import Catalogue, count
from courtside.audit.checks.rows import (
    PLAYER_GAME,
    any_of,
    damaged_dates,
    dates_by_table,
    final_team_games,
    has_other_counts,
    is_contaminated,
    kept_rows,
    lacks,
)
from courtside.quality.origins import DEFAULT_ORIGINS
from courtside.quality.post_write import Validated
from courtside.warehouse.base import Lazy

THRESHOLD_PCT = 5.0
WORST_FEATURES = 10


class Verdict(StrEnum):
    """The verdict of the monitor."""

    CLEAN = "clean"
    CONTAMINATED = "contaminated"
    CORRUPT = "corrupt"
    NOT_JUDGED = "not judged"


EXIT_CODES = {Verdict.CLEAN: 0, Verdict.CONTAMINATED: 1, Verdict.CORRUPT: 1, Verdict.NOT_JUDGED: 2}
INPUT_TABLES = ("games", "team_games", "player_games", "player_shots", "player_lines", "injury_reports")
"""Tables from which features are computed."""


@dataclass(frozen=True)
class Month:
    """The training rows of a month.

    `not_played` counts stored rows whose player did not play or is not known to have played. `without_row` counts games
    that a player played and that have no row.
    """

    month: str
    total: int
    clean: int
    contaminated: int
    contaminated_pct: float
    quality_ready_pct: float
    not_played: int
    without_row: int = 0

    @property
    def lacking_pct(self) -> float:
        """Percentage of played games whose row is contaminated or that have no row."""
        return 100 * (self.contaminated + self.without_row) / max(self.total + self.without_row, 1)


@dataclass(frozen=True)
class FeatureLine:
    """The number of training rows without a value of a feature, by origin, and the most common cause."""

    name: str
    source: str
    is_required: bool
    rows: int
    pct: float
    early: int
    missing: int
    unknown: int
    cause: str


@dataclass(frozen=True)
class Report:
    """The findings of the monitor over a window."""

    start: dt.date
    end: dt.date
    threshold_pct: float
    months: tuple[Month, ...]
    required_rows: int
    optional_only_rows: int
    features: tuple[FeatureLine, ...]
    causes: tuple[Cause, ...]
    unjudged: tuple[dt.date, ...]
    other_counts: tuple[dt.date, ...] = ()
    damaged: str = ""

    @property
    def total(self) -> int:
        """Number of training rows in the window."""
        return sum(month.total for month in self.months)

    @property
    def without_row(self) -> int:
        """Number of games of the window that a player played and that have no row."""
        return sum(month.without_row for month in self.months)

    @property
    def lacking_pct(self) -> float | None:
        """Percentage of played games whose row is contaminated or that have no row; None without games."""
        games = self.total + self.without_row
        return 100 * (self.required_rows + self.without_row) / games if games else None

    @property
    def contaminated_pct(self) -> float | None:
        """Percentage of training rows that lack a required feature; None without rows."""
        return 100 * self.required_rows / self.total if self.total else None

    @property
    def verdict(self) -> Verdict:
        """Contaminated above the threshold; clean only where every stored date is complete and unchanged."""
        pct = self.contaminated_pct
        if pct is not None and pct > self.threshold_pct:
            return Verdict.CONTAMINATED
        if pct is None or self.unjudged:
            return Verdict.NOT_JUDGED
        return Verdict.CORRUPT if self.other_counts or self.damaged else Verdict.CLEAN

    @property
    def sentence(self) -> str:
        """The verdict in words, with the next command where there are problems."""
        pct = self.contaminated_pct
        if pct is None:
            none = f"Not judged: no training rows from {self.start} to {self.end}."
            return " ".join([none, *self._problems()])
        found = (
            f"{self.required_rows:,} of {self.total:,} training rows ({pct:.2f} %) from {self.start} to {self.end} "
            f"lack a required feature; {self.threshold_pct:g} % are accepted. "
            f"{self.without_row:,} more games were played without a row: {self.lacking_pct:.2f} % together."
        )
        return " ".join([f"{self.verdict.capitalize()}: {found}", *self._problems()])

    def _problems(self) -> list[str]:
        """Return a sentence for each problem with stored rows, and the next command."""
        days, others = self.unjudged, self.other_counts
        found = {
            f"{len(days)} dates with games do not have the feature rows that the grid recorded, "
            f"first {min(days, default='')}.": days,
            f"Rows of {len(others)} dates store default counts that do not match their values and origins, "
            f"first {min(others, default='')}.": others,
            f"Stored rows differ from what was recorded: {self.damaged}.": self.damaged,
        }
        problems = [text for text, is_there in found.items() if is_there]
        return [*problems, "Next: `courtside repair`."] if problems else []

    @property
    def exit_code(self) -> int:
        """0 for clean, 1 for contaminated or corrupt, 2 for not judged."""
        return EXIT_CODES[self.verdict]

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain data for JSON."""
        return {
            "verdict": str(self.verdict),
            "exit_code": self.exit_code,
            "sentence": self.sentence,
            "start": str(self.start),
            "end": str(self.end),
            "threshold_pct": self.threshold_pct,
            "total": self.total,
            "clean": self.total - self.required_rows,
            "contaminated": self.required_rows,
            "contaminated_pct": self.contaminated_pct,
            "tier_1_required_rows": self.required_rows,
            "tier_2_optional_only_rows": self.optional_only_rows,
            "tier_3_features": [asdict(item) for item in self.features],
            "without_row": self.without_row,
            "lacking_pct": self.lacking_pct,
            "months": [asdict(item) | {"lacking_pct": item.lacking_pct} for item in self.months],
            "causes": [asdict(item) | {"dates": [str(day) for day in item.dates]} for item in self.causes],
            "unjudged_dates": [str(day) for day in self.unjudged],
            "dates_with_other_counts": [str(day) for day in self.other_counts],
            "damaged": self.damaged,
        }


def monitor(catalogue: Catalogue, threshold_pct: float = THRESHOLD_PCT) -> Report:
    """Judge the training rows of the catalogue's window; the number of statements does not depend on its length."""
    warehouse = catalogue.warehouse
    rows = warehouse.materialise(_rows(catalogue))
    counted = warehouse.collect(_monthly(catalogue, rows)).sort("year", "month")
    features = _feature_lines(catalogue, counted)
    absent = causes.without_row(catalogue)
    months = {name: sum(rows["games"]) for (name,), rows in absent.group_by("month")}
    return Report(
        catalogue.first,
        catalogue.last,
        threshold_pct,
        _months(counted, months),
        int(counted["contaminated"].sum()),
        int(counted["optional_only"].sum()),
        features,
        tuple(causes.of_rows(catalogue, rows) + causes.of_games(absent) + causes.upstream(catalogue, rows)),
        _unjudged(catalogue),
        _other_counts(catalogue, rows),
        _damaged(catalogue),
    )


def _rows(catalogue: Catalogue) -> Lazy:
    """Return the stored rows of the window with did_play, year, month, and flags for contamination and its sources."""
    played = catalogue.window("player_games").filter(nw.col("did_play")).select(*PLAYER_GAME, did_play=nw.lit(1))
    required = [item for item in catalogue.features if item.is_required]
    sources = causes.by_source(required)
    return (
        catalogue.window("player_features")
        .join(played, on=PLAYER_GAME, how="left")
        .with_columns(
            is_training=nw.col("did_play").fill_null(0) == 1,
            is_bad=is_contaminated(catalogue.features),
            has_optional_default=any_of(lacks(item) for item in catalogue.features if not item.is_required),
            has_other_counts=has_other_counts(catalogue.features),
            month=nw.col("game_date").dt.month(),
            year=nw.col("game_date").dt.year(),
            **{
                causes.lacks(source): any_of(causes.is_missing(item) for item in own) for source, own in sources.items()
            },
        )
    )


def _monthly(catalogue: Catalogue, rows: Lazy) -> Lazy:
    trained, bad = nw.col("is_training"), nw.col("is_bad")
    return rows.group_by("year", "month").agg(
        count(trained).alias("total"),
        count(~trained).alias("not_played"),
        count(trained & bad).alias("contaminated"),
        count(trained & ~bad & nw.col("has_optional_default")).alias("optional_only"),
        count(trained & nw.col("is_quality_ready").fill_null(False)).alias("ready"),
        *(
            count(trained & condition).alias(f"{item.name}:{kind}")
            for item in catalogue.features
            for kind, condition in _kinds(item)
        ),
    )


def _kinds(item: Validated) -> Sequence[tuple[str, nw.Expr]]:
    origin = nw.col(item.origin_column)
    named = {str(kind): (origin == str(kind)).fill_null(False) for kind in DEFAULT_ORIGINS}
    return (*named.items(), ("unknown", lacks(item) & ~any_of(named.values())))


def _months(counted: pl.DataFrame, without_row: dict[object, int]) -> tuple[Month, ...]:
    found = {month.month: month for month in map(_month, counted.to_dicts())}
    empty = {str(name): Month(str(name), 0, 0, 0, 0.0, 0.0, 0) for name in without_row if name not in found}
    months = sorted((found | empty).values(), key=lambda month: month.month)
    return tuple(replace(month, without_row=without_row.get(month.month, 0)) for month in months)


def _month(row: dict[str, Any]) -> Month:
    total, bad, ready, others = (int(row[name]) for name in ("total", "contaminated", "ready", "not_played"))
    return Month(
        f"{row['year']}-{row['month']:02d}",
        total,
        total - bad,
        bad,
        100 * bad / total if total else 0.0,
        100 * ready / total if total else 0.0,
        others,
    )


def _feature_lines(catalogue: Catalogue, counted: pl.DataFrame) -> tuple[FeatureLine, ...]:
    total = int(counted["total"].sum())
    lines = []
    for item in catalogue.features:
        kinds = ("early", "missing", "unknown")
        early, missing, unknown = (int(counted[f"{item.name}:{kind}"].sum()) for kind in kinds)
        rows = early + missing + unknown
        pct, cause = 100 * rows / max(total, 1), _cause(item.source, early, missing, unknown)
        if rows:
            lines.append(
                FeatureLine(item.name, item.source, item.is_required, rows, pct, early, missing, unknown, cause)
            )
    lines.sort(key=lambda line: (not line.is_required, -line.rows, line.name))
    return tuple(lines[:WORST_FEATURES])


def _cause(source: str, early: int, missing: int, unknown: int) -> str:
    if unknown >= max(early, missing):
        return "no origin, or an origin with a value and no value"
    return "not enough games played yet" if early >= missing else f"an input is missing: {source}"


def _other_counts(catalogue: Catalogue, rows: Lazy) -> tuple[dt.date, ...]:
    """Return the dates of rows whose stored default counts differ from their values and origins."""
    dates = rows.filter(nw.col("has_other_counts")).select("game_date").unique()
    return tuple(sorted(catalogue.warehouse.collect(dates)["game_date"]))


def _damaged(catalogue: Catalogue) -> str:
    """Return the stored dates that differ from what the grid recorded, of the window's features and their inputs."""
    own = damaged_dates(catalogue, ("player_features",), catalogue.first)
    past = damaged_dates(catalogue, INPUT_TABLES, catalogue.first - dt.timedelta(days=causes.LOOKBACK_DAYS))
    return dates_by_table(pl.concat([own, past]))


def _unjudged(catalogue: Catalogue) -> tuple[dt.date, ...]:
    """Return dates with final games whose number of feature rows differs from what the grid recorded as complete."""
    dates = final_team_games(catalogue).select("game_date").unique()
    kept = kept_rows(catalogue).filter(nw.col("recorded") == nw.col("stored")).select("game_date", is_kept=nw.lit(1))
    open_dates = dates.join(kept, on="game_date", how="left").filter(nw.col("is_kept").is_null()).select("game_date")
    return tuple(sorted(catalogue.warehouse.collect(open_dates)["game_date"]))
