"""The default engine: one DuckDB file with one writer at a time, and readers that never wait for it."""

from __future__ import annotations

import datetime as dt
import itertools
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar, cast

import duckdb
import narwhals as nw
import polars as pl
import stamina

from courtside.errors import StorageError, WarehouseBusyError, WriteRefusedError
from courtside.warehouse.base import EMPTY, Change, Contents, DateContent, Lazy, Recorder, Upsert
from courtside.warehouse.committed import NoCopyError, copy_committed
from courtside.warehouse.drift import Drift, drift, refuse
from courtside.warehouse.schema import Table, Type
from courtside.warehouse.validation import row_constraints, single_quoted

SQL_TYPES = {
    Type.TEXT: "VARCHAR",
    Type.INTEGER: "BIGINT",
    Type.FLOAT: "DOUBLE",
    Type.BOOLEAN: "BOOLEAN",
    Type.DATE: "DATE",
    Type.TIMESTAMP: "TIMESTAMP",
}
SHOWN = 3
CHECKPOINT = "64MB"
"""Size of the write-ahead log at which a commit moves it into the file; closing moves what is left."""
_OF_THE_FILE = (duckdb.IOException, duckdb.FatalException, duckdb.InternalException, duckdb.SerializationException)
WRITTEN = "SELECT d FROM written_dates"
_T = TypeVar("_T")


def quoted(name: str) -> str:
    """Return a quoted identifier; only names of table objects are passed to it."""
    return '"' + name.replace('"', '""') + '"'


def column_list(names: Iterable[str]) -> str:
    """Return identifiers as a comma-separated SQL list."""
    return ", ".join(quoted(name) for name in names)


@dataclass(frozen=True)
class _Staged:
    """Validated rows of a table, the view or table that holds them, and their content per date."""

    table: Table
    name: str
    contents: Mapping[dt.date, DateContent]


class DuckDBWarehouse:
    """A warehouse in one DuckDB file.

    Opening for writing waits up to `patience` seconds while another process uses the file, then raises
    `WarehouseBusyError`. Opening with `read_only` never waits: while another process writes, it reads a private copy of
    the last commit, and `notice` names its time. A table or file that does not exist is then empty, and nothing is
    created.
    """

    bills_reads = False
    """Reading a file costs nothing."""

    def __init__(
        self,
        path: Path | str,
        *,
        read_only: bool = False,
        patience: float = 10.0,
        threads: int | None = None,
        memory_limit: str | None = None,
    ) -> None:
        self.path = str(path)
        self._names = itertools.count()
        self._scratch: list[tuple[str, str]] = []
        self._is_read_only = read_only
        self.notice = ""
        config: dict[str, Any] = {"threads": threads} if threads else {}
        if memory_limit:
            config["memory_limit"] = memory_limit
        if read_only:
            self._connection, self.notice = _connect_for_reading(Path(self.path), config)
        else:
            if self.path != ":memory:":
                _make_folder(Path(self.path).parent)
            self._connection = _connect(self.path, False, config | {"checkpoint_threshold": CHECKPOINT}, patience)
        self._connection.execute("SET TimeZone = 'UTC'")

    @cached_property
    def hash_kind(self) -> str:
        """The first characters of this DuckDB version's hash of fixed values."""
        values = "'courtside', 7, 0.1::DOUBLE, true, DATE '2000-01-01', TIMESTAMP '2000-01-01 12:00', NULL"
        ((text,),) = self._execute(f"SELECT CAST(hash({values}) AS VARCHAR)").fetchall()
        return f"duckdb{text[:6]}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file, so that another process can write."""
        self._connection.close()

    def prepare(self, tables: Iterable[Table]) -> None:
        """Create the tables that do not exist, and compare existing tables with their table objects."""
        wanted, stored = list(tables), self._stored_columns()
        refuse(_drifts(wanted, stored), self.path)
        for table in wanted:
            if table.name not in stored:
                kind = "TEMP TABLE" if self._is_read_only else "TABLE"
                self._execute(f"CREATE {kind} {quoted(table.name)} ({_ddl(table)})")

    def drifted(self, tables: Iterable[Table]) -> list[Drift]:
        """Return the differences between stored tables and their table objects."""
        return _drifts(tables, self._stored_columns())

    def reshape(self, table: Table, *, keep_rows: bool) -> None:
        """Create a stored table again from its table object, with the rows of the common columns or without rows."""
        both = [name for name in self._stored_columns()[table.name] if name in table.column_names]
        before = quoted(f"{table.name}__before")

        def work() -> None:
            self._execute(f"ALTER TABLE {quoted(table.name)} RENAME TO {before}")
            self._execute(f"CREATE TABLE {quoted(table.name)} ({_ddl(table)})")
            if keep_rows:
                filled = {item.name: item.filled_with for item in table.columns if item.filled_with is not None}
                added = {name: value for name, value in filled.items() if name not in both}
                values = "".join(f", {single_quoted(value)}" for value in added.values())
                self._execute(
                    f"INSERT INTO {quoted(table.name)} ({column_list([*both, *added])}) "
                    f"SELECT {column_list(both)}{values} FROM {before}"
                )
            self._execute(f"DROP TABLE {before}")

        self._in_transaction(work)

    def scan(self, table: Table, *, start: dt.date | None = None, end: dt.date | None = None) -> Lazy:
        """Return the stored rows of `table` as a lazy frame, limited to dates from `start` to `end` inclusive."""
        rows = self._connection.table(table.name)
        limits = [f"{quoted(table.date_column)} >= DATE '{start}'"] if table.date_column and start is not None else []
        limits += [f"{quoted(table.date_column)} <= DATE '{end}'"] if table.date_column and end is not None else []
        return self._narwhals(rows.filter(" AND ".join(limits)) if limits else rows)

    def lazy(self, frame: pl.DataFrame) -> Lazy:
        """Return a Polars frame as a lazy frame of this engine."""
        return self._temporary(frame)

    def materialise(self, frame: Lazy) -> Lazy:
        """Compute `frame` once into a temporary table and return that."""
        return self._temporary(frame.to_native())

    def collect(self, frame: Lazy) -> pl.DataFrame:
        """Compute `frame` and return its rows as Polars."""
        with _storage(self.path):
            return cast("pl.DataFrame", pl.from_arrow(frame.to_native().to_arrow_table()))

    def collect_all(self, frames: Sequence[Lazy]) -> list[pl.DataFrame]:
        """Compute several frames and return the rows of each."""
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
        wanted = sorted(set(dates))
        self._execute("CREATE OR REPLACE TEMP TABLE written_dates (d DATE)")
        if wanted:
            days = self._view(pl.DataFrame({"d": wanted}))
            self._execute(f"INSERT INTO written_dates SELECT d FROM {days}")
        staged = [self._staged(change, wanted) for change in changes]

        def work() -> Contents:
            contents = {own.table.name: self._swap(own, wanted) for own in staged}
            self._append(append)
            for table in read_back:
                contents[table.name] = self._written_contents(table)
            for upsert in record(contents) if record else ():
                self._upsert(upsert)
            return contents

        return self._in_transaction(work)

    def append(self, rows: Sequence[Upsert]) -> None:
        """Add rows to append-only tables in one transaction; a key that exists is refused."""
        self._in_transaction(lambda: self._append(rows))

    def upsert(self, rows: Sequence[Upsert]) -> None:
        """Replace rows by key in one transaction."""

        def work() -> None:
            for row in rows:
                self._upsert(row)

        self._in_transaction(work)

    def contents(self, table: Table, frame: Lazy | None = None) -> Mapping[dt.date, DateContent]:
        """Return rows and content hash per date of a stored table, or of `frame` with the table's columns."""
        return self._contents(table, quoted(table.name) if frame is None else f"({frame.to_native().sql_query()})")

    def contents_of(self, frames: Sequence[tuple[Table, Lazy]]) -> list[Mapping[dt.date, DateContent]]:
        """Return rows and content hash per date of several frames, each with its table's columns."""
        return [self.contents(table, frame) for table, frame in frames]

    def bytes_of(self, table: Table, start: dt.date | None, end: dt.date | None) -> int | None:
        """Return None: reading a file is not billed."""
        return None

    def release(self) -> None:
        """Drop the results of `lazy` and `materialise`; frames they returned can no longer be used."""
        for kind, name in self._scratch:
            self._execute(f"DROP {kind} IF EXISTS {name}")
        self._scratch.clear()

    def _append(self, rows: Sequence[Upsert]) -> None:
        for row in rows:
            stage = self._staged_rows(row)
            self._refuse_known_keys(row.table, stage)
            self._execute(f"INSERT INTO {quoted(row.table.name)} SELECT * FROM {stage}")

    def _swap(self, new: _Staged, dates: Sequence[dt.date]) -> dict[dt.date, DateContent]:
        table, name, staged = new.table, quoted(new.table.name), new.contents
        date = quoted(table.date_column or "")
        self._refuse_known_keys(table, new.name, f"t.{date} NOT IN ({WRITTEN})")
        stored = self._written_contents(table)
        changed = [day for day in dates if staged.get(day, EMPTY) != stored.get(day, EMPTY)]
        if changed:
            days = self._view(pl.DataFrame({"d": changed}))
            self._execute(f"DELETE FROM {name} WHERE {date} IN (SELECT d FROM {days})")
            self._execute(f"INSERT INTO {name} SELECT * FROM {new.name} WHERE {date} IN (SELECT d FROM {days})")
            stored = self._written_contents(table)
        for day in dates:
            if stored.get(day, EMPTY) != staged.get(day, EMPTY):
                raise WriteRefusedError(
                    f"{table.name} {day}: the stored rows are {stored.get(day, EMPTY)}, and the new rows are "
                    f"{staged.get(day, EMPTY)}"
                )
        return {day: stored.get(day, EMPTY) for day in dates}

    def _written_contents(self, table: Table) -> dict[dt.date, DateContent]:
        return self._contents(table, quoted(table.name), f"{quoted(table.date_column or '')} IN ({WRITTEN})")

    def _staged(self, change: Change, dates: Sequence[dt.date]) -> _Staged:
        """Stage the rows of a change, and refuse rows that violate a constraint or have wrong dates."""
        table = change.table
        stage = self._stage(table, change.frame)
        problems, contents = self._violations(table, stage), self._contents(table, stage)
        if outside := sorted(set(contents) - set(dates)):
            problems.append(f"rows for dates outside the write: {_some(outside)}")
        empty = sorted(set(change.required) - set(contents))
        at_fault = empty if not problems else ()
        if empty:
            problems.append(f"no rows where rows are required: {_some(empty)}")
        _refuse(table, problems, at_fault)
        return _Staged(table, stage, contents)

    def _staged_rows(self, row: Upsert) -> str:
        """Stage rows that are written by key, and refuse rows that violate a constraint."""
        stage = self._stage(row.table, row.frame)
        _refuse(row.table, self._violations(row.table, stage))
        return stage

    def _stage(self, table: Table, frame: Lazy | pl.DataFrame) -> str:
        """Cast the new rows to the table's columns.

        The rows of a lazy frame are computed once into a temporary table; those of a Polars frame are read in place.
        """
        source = self._source(frame, table)
        if isinstance(frame, pl.DataFrame) and list(frame.schema.items()) == list(table.polars_schema.items()):
            return source
        casts = ", ".join(
            f"CAST({quoted(column.name)} AS {SQL_TYPES[column.type]}) AS {quoted(column.name)}"
            for column in table.columns
        )
        kind, stage = ("VIEW" if isinstance(frame, pl.DataFrame) else "TABLE"), f"stage_{next(self._names)}"
        self._execute(f"CREATE TEMP {kind} {stage} AS SELECT {casts} FROM {source}")
        self._scratch.append((kind, stage))
        return stage

    def _source(self, frame: Lazy | pl.DataFrame, table: Table) -> str:
        have = frame.columns if isinstance(frame, pl.DataFrame) else frame.collect_schema().names()
        missing = [name for name in table.column_names if name not in have]
        if missing:
            raise WriteRefusedError(f"{table.name}: nothing was written; the new rows lack {missing}")
        return self._view(frame if isinstance(frame, pl.DataFrame) else frame.to_native())

    def _violations(self, table: Table, stage: str) -> list[str]:
        """Return how many rows violate each constraint."""
        constraints = row_constraints(table)
        repeated = f"count(*) - (SELECT count(*) FROM (SELECT DISTINCT {column_list(table.key)} FROM {stage}))"
        counts = [*(f"count_if({constraint.violated_when})" for constraint in constraints), repeated]
        row = self._execute(f"SELECT {', '.join(counts)} FROM {stage}").fetchone() or ()
        sentences = [*(constraint.sentence for constraint in constraints), f"one row per ({', '.join(table.key)})"]
        return [f"{count} rows violate '{s}'" for s, count in zip(sentences, row, strict=True) if count]

    def _refuse_known_keys(self, table: Table, stage: str, extra: str = "TRUE") -> None:
        on = " AND ".join(f"t.{quoted(k)} IS NOT DISTINCT FROM s.{quoted(k)}" for k in table.key)
        keys = ", ".join(f"s.{quoted(k)}" for k in table.key)
        rows = self._execute(
            f"SELECT {keys} FROM {stage} s JOIN {quoted(table.name)} t ON {on} WHERE {extra} LIMIT {SHOWN}"
        ).fetchall()
        if rows:
            raise WriteRefusedError(
                f"{table.name}: nothing was written; already stored under the same "
                f"{', '.join(table.key)}: {_some(rows)}"
            )

    def _upsert(self, row: Upsert) -> None:
        stage, name = self._staged_rows(row), quoted(row.table.name)
        on = " AND ".join(f"{name}.{quoted(k)} IS NOT DISTINCT FROM s.{quoted(k)}" for k in row.table.key)
        self._execute(f"DELETE FROM {name} USING {stage} s WHERE {on}")
        self._execute(f"INSERT INTO {name} SELECT * FROM {stage}")

    def _contents(self, table: Table, source: str, where: str = "TRUE") -> dict[dt.date, DateContent]:
        date = quoted(table.date_column or "")
        rows = self._execute(
            f"SELECT {date}, count(*), CAST(sum(hash({column_list(table.column_names)})) AS VARCHAR) "
            f"FROM {source} WHERE {where} GROUP BY 1"
        ).fetchall()
        return {day: DateContent(count, total) for day, count, total in rows}

    def _stored_columns(self) -> dict[str, dict[str, str]]:
        rows = self._execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns "
            "WHERE table_schema = 'main' ORDER BY table_name, ordinal_position"
        ).fetchall()
        stored: dict[str, dict[str, str]] = {}
        for table, column, kind in rows:
            stored.setdefault(table, {})[column] = kind
        return stored

    def _in_transaction(self, work: Callable[[], _T]) -> _T:
        self._execute("BEGIN TRANSACTION")
        try:
            result = work()
        except BaseException:
            self._execute("ROLLBACK")
            raise
        self._execute("COMMIT")
        return result

    def _execute(self, sql: str) -> duckdb.DuckDBPyConnection:
        with _storage(self.path):
            return self._connection.execute(sql)

    def _temporary(self, native: Any) -> Lazy:
        name = f"temporary_{next(self._names)}"
        self._execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM {self._view(native)}")
        self._scratch.append(("TABLE", name))
        return self._narwhals(self._connection.table(name))

    def _view(self, native: Any) -> str:
        name = f"view_{next(self._names)}"
        if isinstance(native, pl.DataFrame):
            self._connection.register(name, native)
        else:
            self._execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {native.sql_query()}")
        self._scratch.append(("VIEW", name))
        return name

    def _narwhals(self, relation: duckdb.DuckDBPyRelation) -> Lazy:
        return nw.from_native(relation)


def _refuse(table: Table, problems: Sequence[str], at_fault: Sequence[dt.date] = ()) -> None:
    if problems:
        raise WriteRefusedError(f"{table.name}: nothing was written; " + "; ".join(problems), at_fault)


def _connect(path: str, read_only: bool, config: dict[str, Any], patience: float) -> duckdb.DuckDBPyConnection:
    def is_locked(error: Exception) -> bool:
        return isinstance(error, duckdb.IOException) and "Could not set lock" in str(error)

    tries = {"timeout": patience, "attempts": None} if patience else {"timeout": None, "attempts": 1}
    try:
        for attempt in stamina.retry_context(on=is_locked, wait_max=1.0, **tries):
            with attempt:
                return duckdb.connect(path, read_only=read_only, config=config)
    except duckdb.ConnectionException as error:
        raise WarehouseBusyError(f"this process already has {path} open for writing; close it first") from error
    except duckdb.Error as error:
        if not is_locked(error):
            raise StorageError(_unreadable(path, error)) from error
        raise WarehouseBusyError(
            f"{path} is being written by another process ({_holder(str(error))}); wait for it to end and run this again"
        ) from error
    raise AssertionError("stamina ends with a return or an error")


def _connect_for_reading(path: Path, config: dict[str, Any]) -> tuple[duckdb.DuckDBPyConnection, str]:
    """Return a connection to the last committed state, and a sentence where another process is writing the file."""
    if is_lost(path):
        if path.parent.is_file():
            raise StorageError(f"{path.parent} is a file. Name the folder of an installation with --home.")
        return duckdb.connect(config=config), ""
    try:
        return _connect(str(path), True, config, patience=0), ""
    except WarehouseBusyError as error:
        if isinstance(error.__cause__, duckdb.ConnectionException):
            raise
        return _connect_to_copy(path, config, str(error.__cause__))


def _connect_to_copy(path: Path, config: dict[str, Any], locked: str) -> tuple[duckdb.DuckDBPyConnection, str]:
    try:
        with tempfile.TemporaryDirectory(prefix="courtside-") as folder:
            copy = Path(folder) / path.name
            at = dt.datetime.fromtimestamp(copy_committed(path, copy), dt.UTC)
            spill = {"temp_directory": tempfile.gettempdir()}
            connection = _connect(str(copy), True, config | spill, patience=0)
    except NoCopyError as error:
        raise WarehouseBusyError(f"{error}. Run the command again.") from error
    except OSError as error:
        raise StorageError(
            f"{error.filename or path}: {error.strerror}, while {path} was copied for reading"
        ) from error
    writer = f"Another process ({_holder(locked)}) is writing {path}"
    return connection, f"{writer}; this reads its last commit, of {at:%Y-%m-%d %H:%M:%S} UTC."


def is_lost(path: Path) -> bool:
    """Return whether there is no warehouse at `path`; DuckDB treats an empty file as a new one."""
    return not path.exists() or path.stat().st_size == 0


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"{folder}: the folder of the warehouse cannot be created ({error.strerror}). "
            "Correct its owner and mode, or name another home with --home or COURTSIDE_HOME."
        ) from error


@contextmanager
def _storage(path: str) -> Iterator[None]:
    """Raise `StorageError` with the file's path where a statement fails because of the disk or the file."""
    try:
        yield
    except duckdb.Error as error:
        if type(error) is duckdb.Error or isinstance(error, _OF_THE_FILE):
            raise StorageError(_unreadable(path, error)) from error
        raise


def _unreadable(path: str, error: duckdb.Error) -> str:
    """Return the fault of a warehouse file and the next step."""
    reason = str(error).splitlines()[0][:200]
    if "space" in reason:
        return f"{path}: {reason}. Free disk space, then run the command again."
    if "Permission" in reason or "Read-only" in reason:
        return f"{path}: {reason}. Correct its owner and mode, or name another home with --home or COURTSIDE_HOME."
    return (
        f"{path} cannot be read as a warehouse: {reason}. Put a copy of the file in its place, or move it away and "
        "run `courtside rebuild` to build it again from the payloads."
    )


def _holder(text: str) -> str:
    return text[text.find("PID") :].split(")", maxsplit=1)[0] if "PID" in text else "unknown"


def _ddl(table: Table) -> str:
    return ", ".join(
        f"{quoted(column.name)} {SQL_TYPES[column.type]}{'' if column.nullable else ' NOT NULL'}"
        for column in table.columns
    )


def _drifts(tables: Iterable[Table], stored: Mapping[str, Mapping[str, str]]) -> list[Drift]:
    drifts = (drift(table, _kinds(table), stored[table.name]) for table in tables if table.name in stored)
    return [item for item in drifts if item]


def _kinds(table: Table) -> dict[str, str]:
    return {column.name: SQL_TYPES[column.type] for column in table.columns}


def _some(items: Sequence[object]) -> str:
    shown = ", ".join(str(item) for item in items[:SHOWN])
    return f"{shown} and {len(items) - SHOWN} more" if len(items) > SHOWN else shown
