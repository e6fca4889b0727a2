"""The BigQuery engine: one dataset stores the tables, for data that one machine cannot process.

Frames are compiled to GoogleSQL and computed in a few scripts. Reading stored rows needs no job. A write is refused
completely where another process has written since this run began to read.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

import polars as pl

from courtside.warehouse.base import Change, Contents, DateContent, Lazy, Recorder, Upsert, between
from courtside.warehouse.bigquery import statements as sql
from courtside.warehouse.bigquery import tables as shapes
from courtside.warehouse.bigquery.answers import QueryCache
from courtside.warehouse.bigquery.frames import CompilingSession, kinds_of
from courtside.warehouse.bigquery.literals import kinds_of_frame, select_of, widened
from courtside.warehouse.bigquery.mirror import Mirror, is_mirrored
from courtside.warehouse.bigquery.packing import packed
from courtside.warehouse.bigquery.reading import PlainRead, plain_read
from courtside.warehouse.bigquery.script import Script
from courtside.warehouse.bigquery.service import Job, Service
from courtside.warehouse.bigquery.writing import StagedRows, Staging, changed_days, refuse_wrong_dates
from courtside.warehouse.drift import Drift, refuse
from courtside.warehouse.schema import Table

SCRATCH = "scratch_"


class BigQueryWarehouse:
    """A warehouse in one BigQuery dataset; each write is one transaction, so readers see the last commit."""

    bills_reads = True
    """BigQuery bills the bytes that a query reads."""

    hash_kind = "bigquery"
    notice = ""

    def __init__(self, project: str, dataset: str, *, read_only: bool = False) -> None:
        self._is_read_only = read_only
        self._missing: frozenset[str] = frozenset()
        self.service = Service(project, dataset)
        self._session = CompilingSession()
        self._run = secrets.token_hex(4)
        self._names = itertools.count()
        self._script = Script(self.service, self._run, self._load, self._forget)
        self._mirror = Mirror(self.service)
        self._cache = QueryCache()
        self._computed: dict[str, Lazy] = {}
        self._constants: dict[str, Lazy] = {}
        self._loaded: dict[int, str] = {}
        self._staged_rows: dict[str, StagedRows] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._script.computations.clear()
            self._script.flush()
        finally:
            self.service.close()

    @property
    def jobs(self) -> Sequence[Job]:
        """Every job of this object, in order."""
        return tuple(self.service.jobs)

    def prepare(self, tables: Iterable[Table]) -> None:
        """Create the tables that do not exist, and compare existing tables with their table objects."""
        wanted, stored = list(tables), self.service.table_names()
        refuse(self.drifted(wanted), f"{self.service.project}.{self.service.dataset}")
        if self._is_read_only:
            self._missing = frozenset(table.name for table in wanted if table.name not in stored)
            return
        for table in wanted:
            if table.name not in stored:
                self.service.create(shapes.api_table(table, self.service.reference(table.name)))
        if sql.COMMITS not in stored:
            self.service.create(shapes.commits_table(self.service.reference(sql.COMMITS)))
            self.service.query(f"INSERT INTO {sql.COMMITS} (seq, writer) VALUES (0, '')")
        self._script.begin()

    def drifted(self, tables: Iterable[Table]) -> list[Drift]:
        """Return the differences between stored tables and their table objects."""
        stored = self.service.table_names()
        drifts = (shapes.drift_of(table, self.service.table(table.name)) for table in tables if table.name in stored)
        return [item for item in drifts if item]

    def reshape(self, table: Table, *, keep_rows: bool) -> None:
        """Add the columns that a stored table lacks, with their known values, or create it again without rows."""
        self._script.flush()
        self._forget()
        wanted = shapes.api_table(table, self.service.reference(table.name))
        if keep_rows:
            self.service.widen(wanted)
            for column in table.columns:
                if column.filled_with is not None:
                    self.service.query(sql.fill(table, column))
        else:
            self.service.drop(table.name)
            self.service.create(wanted)

    def scan(self, table: Table, *, start: dt.date | None = None, end: dt.date | None = None) -> Lazy:
        """Return the stored rows of `table` as a lazy frame, limited to dates from `start` to `end` inclusive."""
        if table.name in self._missing:
            return self.lazy(table.empty())
        if is_mirrored(table):
            return between(self._mirror.scan(table), table.date_column, start, end)
        limit = sql.between(table, start, end)
        stored = self._session.source(table.name, kinds_of(table), limit)
        staged = self._staged_rows.get(table.name)
        if staged is None:
            return stored
        staged_rows = self._session.source(staged.stage, kinds_of(table), limit)
        return staged_rows if staged.covers(start, end) else staged.after_write(stored, staged_rows, table)

    def lazy(self, frame: pl.DataFrame) -> Lazy:
        """Return a Polars frame as a lazy frame of this engine; equal frames are uploaded once."""
        select = select_of(frame)
        known = select or hashlib.sha256(widened(frame).write_ipc(None).getvalue()).hexdigest()
        if known not in self._constants:
            kinds = kinds_of_frame(frame)
            name = self._compute(select) if select else self._loaded_table(frame)
            self._constants[known] = self._session.source(name, kinds)
        return self._constants[known]

    def materialise(self, frame: Lazy) -> Lazy:
        """Return `frame` as a scratch table, which is computed once with the next job."""
        select = self._session.sql(frame)
        if select not in self._computed:
            kinds = self._session.kinds_of_frame(frame)
            pinned = f"SELECT {sql.pinned(kinds)} FROM ({select})"
            self._computed[select] = self._session.source(self._compute(pinned), kinds)
        return self._computed[select]

    def collect(self, frame: Lazy) -> pl.DataFrame:
        """Compute `frame` and return its rows as Polars."""
        native: Any = frame.to_native()
        if isinstance(native, pl.LazyFrame):
            return native.collect()
        select = self._session.sql(frame)
        return self._cache.get(select, lambda: self._read(frame, select))

    def collect_all(self, frames: Sequence[Lazy]) -> list[pl.DataFrame]:
        """Compute several frames in one job and return the rows of each."""
        uncomputed = [frame for frame in frames if self._needs_a_job(frame)]
        if len(uncomputed) > 1:
            scratch = [self.materialise(frame) for frame in uncomputed]
            for frame, stored in zip(uncomputed, scratch, strict=True):
                self._cache.put(self._session.sql(frame), self.collect(stored), always=True)
        return [self.collect(frame) for frame in frames]

    def replace_dates(
        self,
        changes: Sequence[Change],
        dates: Iterable[dt.date],
        record: Recorder | None = None,
        *,
        append: Sequence[Upsert] = (),
        read_back: Sequence[Table] = (),
    ) -> Contents:
        """Replace all rows of `dates` in the tables of `changes`, and return what was read back."""
        staging = self._staged(changes, sorted(set(dates)), append, read_back)
        statements: list[str] = []
        contents: dict[str, dict[dt.date, DateContent]] = {}
        for change in changes:
            staged = staging.of("staged", change.table)
            refuse_wrong_dates(change, staged, staging.days)
            contents[change.table.name] = staged
            if days := changed_days(staging, change.table):
                statements += sql.replace(change.table, staging.stages[change.table.name], days)
                statements.append(sql.must_equal(change.table, staged, staging.days))
        for row in append:
            statements.append(sql.insert(row.table, sql.quoted(staging.stages[row.table.name])))
        for table in read_back:
            contents[table.name] = staging.of("meant", table)
            if append:
                statements.append(sql.must_equal(table, contents[table.name], staging.days))
        with self._as_written(changes, append, staging):
            upserts = list(record(contents)) if record else []
        self._write(statements, upserts, [*(item.table for item in changes), *(item.table for item in append)])
        return contents

    def append(self, rows: Sequence[Upsert]) -> None:
        """Add rows to append-only tables in one transaction; a key that exists is refused."""
        staging = self._staged((), (), rows, ())
        added = [sql.insert(row.table, sql.quoted(staging.stages[row.table.name])) for row in rows]
        self._write(added, (), [row.table for row in rows])

    def upsert(self, rows: Sequence[Upsert]) -> None:
        """Replace rows by key in one transaction; rows of the run log are sent with the next job."""
        for row in rows:
            self._mirror.apply(row)
        self._script.upserts += rows
        if not all(is_mirrored(row.table) for row in rows):
            self._script.flush()
            self._forget_results([row.table for row in rows])

    def contents(self, table: Table, frame: Lazy | None = None) -> Mapping[dt.date, DateContent]:
        """Return rows and content hash per date of a stored table, or of `frame` with the table's columns."""
        return self.contents_of([(table, self.scan(table) if frame is None else frame)])[0]

    def contents_of(self, frames: Sequence[tuple[Table, Lazy]]) -> list[Mapping[dt.date, DateContent]]:
        """Return rows and content hash per date of several frames, each with its table's columns, in one job."""
        parts = [sql.contents(table, f"({self._session.sql(frame)})") for table, frame in frames]
        select = "\nUNION ALL ".join(sql.numbered(place, part) for place, part in enumerate(parts))
        contents: list[dict[dt.date, DateContent]] = [{} for _ in parts]
        for place, day, rows, text in self._cache.get(select, lambda: self._script.run(select)).iter_rows():
            contents[place][day] = DateContent(rows, text)
        return list(contents)

    def bytes_of(self, table: Table, start: dt.date | None, end: dt.date | None) -> int | None:
        """Return the bytes that reading dates of a table takes, from a dry run, which is not billed."""
        names, limit = sql.columns_of(table.column_names), sql.between(table, start, end) or "TRUE"
        return self.service.dry_run(f"SELECT {names} FROM {sql.quoted(table.name)} WHERE {limit}")

    def release(self) -> None:
        """Drop the computed results; scratch tables expire on their own."""
        self._script.computations.clear()
        self._computed.clear()
        self._constants.clear()

    def _staged(
        self,
        changes: Sequence[Change],
        days: Sequence[dt.date],
        append: Sequence[Upsert],
        read_back: Sequence[Table],
    ) -> Staging:
        self._load_long([*(item.frame for item in changes), *(item.frame for item in append)])
        staging = Staging(days, self._source, self._compute)
        for change in changes:
            staging.replacing(change)
        for row in append:
            staging.adding(row)
        for table in read_back:
            staging.reading_back(table)
        if staging.selects:
            staging.check(self._script.run("\nUNION ALL ".join(staging.selects)))
        return staging

    @contextmanager
    def _as_written(self, changes: Sequence[Change], append: Sequence[Upsert], staging: Staging) -> Iterator[None]:
        """Make scans return the contents that the tables have after the write; the transaction checks them."""
        days = {change.table.name: staging.days for change in changes} | {row.table.name: () for row in append}
        self._staged_rows = {name: StagedRows(staging.stages[name], own) for name, own in days.items()}
        try:
            yield
        finally:
            self._staged_rows = {}

    def _write(self, statements: Sequence[str], upserts: Sequence[Upsert], written: Sequence[Table]) -> None:
        aside = [row.table for row in upserts if not is_mirrored(row.table)]
        if statements or aside:
            self._script.write(statements, upserts)
            self._forget_results([*written, *aside])
            self._mirror.forget([table.name for table in written])
        else:
            self._script.upserts += upserts
        for row in upserts:
            self._mirror.apply(row)

    def _read(self, frame: Lazy, select: str) -> pl.DataFrame:
        plain = self._plain(frame)
        if plain is None:
            return self._script.run(select)
        if plain.table.startswith(SCRATCH):
            self._script.flush()
        rows = self.service.read(plain.table, list(plain.names), plain.restriction)
        if not rows.width:
            rows = pl.DataFrame(schema=self._session.polars_schema(plain.table, plain.names))
        return rows.rename(plain.names)

    def _plain(self, frame: Lazy) -> PlainRead | None:
        plain = plain_read(frame)
        return None if plain is None or self._session.is_query(plain.table) else plain

    def _needs_a_job(self, frame: Lazy) -> bool:
        is_local = isinstance(frame.to_native(), pl.LazyFrame)
        return not is_local and self._session.sql(frame) not in self._cache and self._plain(frame) is None

    def _load_long(self, frames: Iterable[Lazy | pl.DataFrame]) -> None:
        """Load the frames of a write that are too long for literals, in one load job."""
        self._loaded.clear()
        long = [frame for frame in frames if isinstance(frame, pl.DataFrame) and select_of(frame) is None]
        if long:
            both = packed(long)
            name = self._loaded_table(both.rows)
            self._loaded = {id(frame): both.select(part, name) for part, frame in enumerate(long)}

    def _loaded_table(self, frame: pl.DataFrame) -> str:
        name = self._name()
        table = shapes.scratch_table(self.service.reference(name), kinds_of_frame(frame))
        self.service.load(widened(frame), table)
        return name

    def _load(self, frame: pl.DataFrame) -> str:
        return f"SELECT * FROM `{self._loaded_table(frame)}`"

    def _source(self, frame: Lazy | pl.DataFrame) -> str:
        """Return the SQL source of `frame`."""
        if isinstance(frame, pl.DataFrame):
            return f"({self._loaded.get(id(frame)) or select_of(frame)})"
        return f"({self._session.sql(frame)})"

    def _compute(self, select: str) -> str:
        name = self._name()
        self._script.computations.append(sql.create_scratch(name, select))
        return name

    def _name(self) -> str:
        return f"{SCRATCH}{self._run}_{next(self._names)}"

    def _forget_results(self, written: Iterable[Table]) -> None:
        """Remove cached results of the written tables, and of scratch tables, which may hold their rows."""
        self._cache.forget([sql.quoted(table.name) for table in written])
        self._cache.forget([f"`{SCRATCH}"])
        self._computed.clear()

    def _forget(self) -> None:
        self._cache.forget([""])
        self._computed.clear()
        self._constants.clear()
        self._mirror.forget()
