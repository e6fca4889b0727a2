"""Statements that wait for the next job, and the write counter that separates two writers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import polars as pl

from courtside.errors import CourtsideError
from courtside.warehouse.base import Upsert
from courtside.warehouse.bigquery import statements as sql
from courtside.warehouse.bigquery.literals import select_of
from courtside.warehouse.bigquery.service import Service

LONGEST_JOB = 900_000
"""Longest text of one job in characters; the service's limit is 1,024,000."""


@dataclass
class Script:
    """Statements of this process that wait until the next job.

    `computations` fill scratch tables; `upserts` are rows of the run log, written in one transaction. `load` loads rows
    that are too long for literals and returns the SELECT that reads them; `on_failure` is called after a failed job.
    """

    service: Service
    writer: str
    load: Callable[[pl.DataFrame], str]
    on_failure: Callable[[], None]
    seq: int = 0
    computations: list[str] = field(default_factory=list)
    upserts: list[Upsert] = field(default_factory=list)

    def begin(self) -> None:
        """Read the number of writes to the dataset."""
        self.seq = self._stored()[0]

    def run(self, select: str) -> pl.DataFrame:
        """Run the waiting statements and then `select` as one job, and return the rows of `select`."""
        return self._run(self._waiting_upserts(), [*self.computations, select], 1 if self.upserts else 0)

    def write(self, changes: Sequence[str], upserts: Sequence[Upsert]) -> None:
        """Run the waiting statements and then `changes` and `upserts` in one transaction, as one job."""
        log_rows = self._upsert_statements([*self.upserts, *upserts])
        transaction = sql.transaction([*changes, *log_rows], self.seq, self.writer)
        self._run([], [*self.computations, *transaction], 1)

    def flush(self) -> None:
        """Run the waiting statements, if there are any."""
        if self.computations or self.upserts:
            self._run(self._waiting_upserts(), list(self.computations), 1 if self.upserts else 0)

    def _waiting_upserts(self) -> list[str]:
        if not self.upserts:
            return []
        return sql.transaction(self._upsert_statements(self.upserts), self.seq, self.writer)

    def _upsert_statements(self, upserts: Sequence[Upsert]) -> list[str]:
        statements: list[str] = []
        for row in merged(upserts):
            date = row.table.date_column
            days = row.frame[date].unique().to_list() if date else []
            statements += sql.upsert(row.table, f"({select_of(row.frame) or self.load(row.frame)})", days)
        return statements

    def _run(self, first: Sequence[str], then: Sequence[str], writes: int) -> pl.DataFrame:
        try:
            rows = self._in_jobs([*first, *then])
        except BaseException:
            self._check_log_rows()
            raise
        self.computations.clear()
        if writes:
            self.upserts.clear()
            self.seq += writes
        return rows

    def _in_jobs(self, statements: Sequence[str]) -> pl.DataFrame:
        """Run statements as one job, or as several where the text is longer than a job may be."""
        waiting: list[str] = []
        for statement in statements:
            is_open = "BEGIN TRANSACTION" in waiting and "COMMIT TRANSACTION" not in waiting
            if waiting and not is_open and sum(map(len, waiting)) + len(statement) > LONGEST_JOB:
                self.service.query(";\n".join(waiting))
                waiting = []
            waiting.append(statement)
        return self.service.query(";\n".join(waiting))

    def _check_log_rows(self) -> None:
        """After a failed job, check whether the rows of the run log were committed; computations are discarded."""
        self.computations.clear()
        self.on_failure()
        try:
            seq, writer = self._stored()
        except CourtsideError:
            return
        if writer == self.writer and seq == self.seq + 1:
            self.upserts.clear()
            self.seq = seq

    def _stored(self) -> tuple[int, str]:
        rows = self.service.read(sql.COMMITS, ["seq", "writer"])
        return (int(rows["seq"][0]), str(rows["writer"][0])) if rows.height else (0, "")


def merged(upserts: Sequence[Upsert]) -> list[Upsert]:
    """Return upserts with one frame per table; later rows replace earlier ones of the same key."""
    by_table = []
    for table in {row.table.name: row.table for row in upserts}.values():
        rows = pl.concat([table.conform(row.frame) for row in upserts if row.table.name == table.name])
        by_table.append(Upsert(table, rows.unique(list(table.key), keep="last", maintain_order=True)))
    return by_table
