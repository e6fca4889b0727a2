"""The write on BigQuery: stage rows, check them in one job, and swap them in one transaction."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import narwhals as nw
import polars as pl

from courtside.errors import WriteRefusedError
from courtside.warehouse.base import EMPTY, Change, DateContent, Lazy, Upsert
from courtside.warehouse.bigquery import statements as sql
from courtside.warehouse.schema import Table

SHOWN = 3
Contents = dict[dt.date, DateContent]
AsSource = Callable[[Lazy | pl.DataFrame], str]
"""Returns the SQL source of a frame."""


@dataclass
class _Finding:
    """The result of one check of staged rows."""

    kind: str
    table: Table
    rows: list[tuple[dt.date | None, int, str | None]] = field(default_factory=list)

    def contents(self) -> Contents:
        return {day: DateContent(rows, text or "0") for day, rows, text in self.rows if day is not None}


@dataclass(frozen=True)
class StagedRows:
    """Rows of a scratch table that replace those of `days`, or are added where `days` is empty."""

    stage: str
    days: Sequence[dt.date]

    def covers(self, start: dt.date | None, end: dt.date | None) -> bool:
        """Return whether every date from `start` to `end` is among the days."""
        if start is None or end is None or not self.days:
            return False
        held = sum(start <= day <= end for day in self.days)
        return held == (end - start).days + 1

    def after_write(self, stored: Lazy, staged: Lazy, table: Table) -> Lazy:
        """Return the rows of `table` as they are after the write."""
        if self.days:
            date, (first, last) = nw.col(table.date_column or ""), (self.days[0], self.days[-1])
            is_kept = (date < first) | (date > last)
            if len(self.days) <= (last - first).days:
                is_kept = is_kept | ~date.is_in(self.days)
            stored = stored.filter(is_kept)
        return nw.concat([stored, staged])


@dataclass
class Staging:
    """New rows in scratch tables, and their checks, which are run in one job."""

    days: Sequence[dt.date]
    as_source: AsSource
    compute: Callable[[str], str]
    stages: dict[str, str] = field(default_factory=dict)
    findings: list[_Finding] = field(default_factory=list)
    selects: list[str] = field(default_factory=list)

    def replacing(self, change: Change) -> None:
        """Stage rows that replace those of the days; check constraints, stored contents and keys."""
        table = change.table
        stage = self._stage(table, change.frame)
        date = sql.quoted(table.date_column or "")
        self._add_check("staged", table, lambda at: sql.numbered(at, sql.contents(table, f"`{stage}`")))
        stored = sql.contents(table, sql.quoted(table.name), sql.within(date, self.days))
        self._add_check("stored", table, lambda at: sql.numbered(at, stored))
        elsewhere = f"{date} >= DATE '{sql.FIRST_DAY}' AND NOT {sql.within(date, self.days)}"
        self._add_check("known", table, lambda at: sql.known_keys(at, table, stage, elsewhere))

    def adding(self, row: Upsert) -> None:
        """Stage rows that are added; check constraints and existing keys."""
        table = row.table
        stage = self._stage(table, row.frame)
        where = f"`{table.date_column}` >= DATE '{sql.FIRST_DAY}'" if table.date_column else "TRUE"
        self._add_check("known", table, lambda at: sql.known_keys(at, table, stage, where))

    def reading_back(self, table: Table) -> None:
        """Compute the contents that the days of `table` have after the rows are added."""
        where = sql.within(sql.quoted(table.date_column or ""), self.days)
        names = sql.columns_of(table.column_names)
        source = f"(SELECT {names} FROM `{table.name}` WHERE {where}"
        if table.name in self.stages:
            source += f" UNION ALL SELECT {names} FROM `{self.stages[table.name]}` WHERE {where}"
        self._add_check("meant", table, lambda at: sql.numbered(at, sql.contents(table, f"{source})")))

    def check(self, rows: pl.DataFrame) -> None:
        """Evaluate the results of the checks.

        Raises:
            WriteRefusedError: naming the table and every violated constraint.
        """
        for place, day, count, text in rows.select("place", "d", "n", "h").iter_rows():
            self.findings[place].rows.append((day, count, text))
        for finding in self.findings:
            if problems := _problems(finding):
                raise WriteRefusedError(f"{finding.table.name}: nothing was written; {'; '.join(problems)}")

    def of(self, kind: str, table: Table) -> Contents:
        """Return the result of one kind for `table`."""
        return next(f.contents() for f in self.findings if f.kind == kind and f.table.name == table.name)

    def _stage(self, table: Table, frame: Lazy | pl.DataFrame) -> str:
        have = frame.columns if isinstance(frame, pl.DataFrame) else frame.collect_schema().names()
        if missing := [name for name in table.column_names if name not in have]:
            raise WriteRefusedError(f"{table.name}: nothing was written; the new rows lack {missing}")
        stage = self.compute(sql.cast_to(table, self.as_source(frame)))
        self.stages[table.name] = stage
        counts = ", ".join(expression for _, expression in sql.constraint_counts(table))
        self._add_check(
            "constraints",
            table,
            lambda at: (
                f"SELECT {at} AS place, CAST(NULL AS DATE) AS d, 0 AS n, TO_JSON_STRING([{counts}]) AS h FROM `{stage}`"
            ),
        )
        return stage

    def _add_check(self, kind: str, table: Table, select: Callable[[int], str]) -> None:
        self.selects.append(select(len(self.findings)))
        self.findings.append(_Finding(kind, table))


def refuse_wrong_dates(change: Change, staged: Mapping[dt.date, DateContent], days: Sequence[dt.date]) -> None:
    """Check that the staged rows belong to the days written, and that the required days have rows.

    Raises:
        WriteRefusedError: naming the days.
    """
    problems: list[str] = []
    if outside := sorted(set(staged) - set(days)):
        problems.append(f"rows for dates outside the write: {_some(outside)}")
    if empty := sorted(change.required - set(staged)):
        problems.append(f"no rows where rows are required: {_some(empty)}")
    if problems:
        at_fault = () if outside else empty
        raise WriteRefusedError(f"{change.table.name}: nothing was written; {'; '.join(problems)}", at_fault)


def changed_days(staging: Staging, table: Table) -> list[dt.date]:
    """Return the days whose staged rows differ from the stored ones."""
    staged, stored = staging.of("staged", table), staging.of("stored", table)
    return [day for day in staging.days if staged.get(day, EMPTY) != stored.get(day, EMPTY)]


def _problems(finding: _Finding) -> list[str]:
    if finding.kind == "constraints":
        counts = json.loads(finding.rows[0][2] or "[]")
        sentences = [sentence for sentence, _ in sql.constraint_counts(finding.table)]
        return [f"{n} rows violate '{s}'" for s, n in zip(sentences, map(int, counts), strict=True) if n]
    if finding.kind == "known" and finding.rows:
        keys = [tuple(json.loads(text or "{}").values()) for _, _, text in finding.rows]
        return [f"already stored under the same {', '.join(finding.table.key)}: {_some(keys)}"]
    return []


def _some(items: Sequence[object]) -> str:
    shown = ", ".join(str(item) for item in items[:SHOWN])
    return f"{shown} and {len(items) - SHOWN} more" if len(items) > SHOWN else shown
