"""Compilation of Narwhals frames to GoogleSQL with SQLFrame, without execution and without a connection.

SQLFrame and sqlglot are used beyond their public interface, and only here: `_CompiledFrame` overrides how a frame
types its columns and extends `select`, `withColumns`, `join` and `union`; `CompilingSession` skips the constructor
that connects, and calls `_create_df`; `optimized` calls `_get_expressions`.
`tests/warehouse/test_frames.py` fails where a new version of either library changes one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

import narwhals as nw
import polars as pl
from sqlframe.base.catalog import Column
from sqlframe.bigquery import BigQueryDataFrame, BigQuerySession
from sqlglot import exp
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify

from courtside.errors import CourtsideError
from courtside.warehouse.base import Lazy
from courtside.warehouse.schema import POLARS_TYPES, Table, Type

SQL_TYPES: dict[Type, str] = {
    Type.TEXT: "STRING",
    Type.INTEGER: "INT64",
    Type.FLOAT: "FLOAT64",
    Type.BOOLEAN: "BOOL",
    Type.DATE: "DATE",
    Type.TIMESTAMP: "DATETIME",
}
"""A timestamp is stored as UTC without a zone, which is GoogleSQL's DATETIME."""

_SPARK_TYPES = {
    "STRING": "string",
    "INT64": "bigint",
    "FLOAT64": "double",
    "BOOL": "boolean",
    "DATE": "date",
    "DATETIME": "timestamp_ntz",
}

STEPS_KEPT = 4
"""Number of steps after which a frame's query is stored under a name; SQLFrame copies all others at each step."""

_NAMED = re.compile(r"(?:FROM|JOIN) `(q\d+)`")

_SAME_NAME = re.compile(r"`(\w+)` AS `\1`")

_GUARDED_IN = re.compile(r"CASE WHEN (`\w+`) IS NULL THEN NULL ELSE \1 IN \(([^()]*)\) END")
"""The expression that Narwhals writes for `is_in`; a plain IN has the same result and allows partition pruning."""

_RANDOM = re.compile(r"`(t\d{6,})` AS \(| AS `(\w*[0-9a-f]{14})`")
"""Names that differ each time a frame is built."""

_QUOTED = re.compile(r"`(\w+)`")

Kinds = Mapping[str, str]
"""Column names and their GoogleSQL types, in order."""


class _CompiledFrame(BigQueryDataFrame):
    """A frame whose earlier steps are stored under a name, so that each new step copies only the last few."""

    @property
    def _typed_columns(self) -> list[Column]:
        kinds = cast("CompilingSession", self.session).kinds(self.expression)
        return [
            Column(name, None, kind, nullable=True, isPartition=False, isBucket=False) for name, kind in kinds.items()
        ]

    def select(self, *cols: Any, **kwargs: Any) -> Any:
        return _store_long(super().select(*cols, **kwargs))

    def withColumns(self, *colsMap: Any) -> Any:  # noqa: N802, N803 - SQLFrame's name
        return _store_long(super().withColumns(*colsMap))

    def join(self, *args: Any, **kwargs: Any) -> Any:
        return _store_long(super().join(*args, **kwargs))

    def union(self, other: Any) -> Any:
        return _store_long(super().union(other))


for _name in ("select", "withColumns", "join", "union"):
    # SQLFrame's own steps call the functions behind its public methods.
    getattr(_CompiledFrame, _name).__wrapped__ = getattr(BigQueryDataFrame, _name).__wrapped__


def _store_long(frame: Any) -> Any:
    """Return a long `frame` as a SELECT from a named query; a short one unchanged."""
    names = frame.columns
    if len(frame.expression.ctes) < STEPS_KEPT or len(set(names)) < len(names):
        return frame
    session = cast("CompilingSession", frame.session)
    return session.named(frame).to_native()


class CompilingSession(BigQuerySession):
    """A SQLFrame session without a connection, with the schemas of registered tables and named queries."""

    _df = _CompiledFrame

    def __init__(self) -> None:
        if not hasattr(self, "_known"):
            self._known: dict[str, dict[str, str]] = {}
            self._queries: dict[str, str] = {}
            self._names: dict[str, str] = {}
            super(BigQuerySession, self).__init__(None)

    def source(self, name: str, kinds: Kinds, where: str = "") -> Lazy:
        """Return the table or query `name` as a lazy frame of the rows that meet `where`."""
        self._known[name] = dict(kinds)
        mapping = {column: _SPARK_TYPES[kind] for column, kind in kinds.items()}
        self.catalog.add_table(exp.to_table(name), mapping)
        columns = [exp.column(column) for column in kinds]
        rows = exp.select(*columns).from_(exp.to_table(name))
        return nw.from_native(self._create_df(rows.where(where, dialect="bigquery") if where else rows))

    def named(self, native: Any) -> Lazy:
        """Store the query of a native frame under a name, and return it as a lazy frame."""
        query = _text(native)
        if query not in self._names:
            name = f"q{len(self._names) + 1}"
            self._names[query], self._queries[name] = name, query
            self._known[name] = self._kinds_of_native(native)
        name = self._names[query]
        return self.source(name, self._known[name])

    def sql(self, frame: Lazy) -> str:  # type: ignore[override]
        """Return the statement that computes `frame`, with the named queries it uses as CTEs."""
        native: Any = frame.to_native()
        query = _text(native)
        needed: dict[str, str] = {}
        self._gather(query, needed)
        if not needed:
            return query
        before = ", ".join(f"`{name}` AS ({text})" for name, text in needed.items())
        return f"WITH {before} SELECT * FROM ({query})"

    def kinds_of_frame(self, frame: Lazy) -> dict[str, str]:
        """Return the GoogleSQL type of each column of a frame."""
        return self._kinds_of_native(frame.to_native())

    def kinds(self, expression: exp.Expression) -> dict[str, str]:
        """Return the GoogleSQL type of each column of a query.

        Raises:
            CourtsideError: naming the first column whose type cannot be derived from its expression.
        """
        tables = {table.name for table in expression.find_all(exp.Table)}
        schema: dict[str, object] = {name: dict(self._known[name]) for name in tables if name in self._known}
        query = qualify(expression.copy(), schema=schema, dialect="bigquery")
        typed = annotate_types(query, schema=schema, dialect="bigquery")
        return {column.alias_or_name: _kind(column) for column in cast("exp.Select", typed).selects}

    def is_query(self, name: str) -> bool:
        """Return whether `name` is a named query rather than a table."""
        return name in self._queries

    def _kinds_of_native(self, native: Any) -> dict[str, str]:
        return dict(zip(native.columns, self.kinds(native.expression).values(), strict=True))

    def _gather(self, query: str, needed: dict[str, str]) -> None:
        for name in dict.fromkeys(_NAMED.findall(query)):
            if name not in needed:
                self._gather(self._queries[name], needed)
                needed[name] = self._queries[name]

    def polars_schema(self, table: str, names: Iterable[str]) -> dict[str, pl.DataType]:
        """Return the Polars types of the columns `names` of a registered table."""
        polars = {SQL_TYPES[kind]: POLARS_TYPES[kind] for kind in Type}
        return {name: polars[self._known[table][name]] for name in names}


def _kind(column: exp.Expr) -> str:
    if column.type is None or column.type.is_type(exp.DType.UNKNOWN):
        raise CourtsideError(
            f"column {column.alias_or_name}: the type of {column.sql('bigquery')[:200]} is unknown. "
            "Cast it to the type that it has."
        )
    return column.type.sql("bigquery")


def _text(native: Any) -> str:
    """Return the statement of a native frame: stable text for the same frame, and filters that prune partitions."""
    text = str(native.sql(dialect="bigquery", pretty=False, optimize=False))
    text = _GUARDED_IN.sub(r"\1 IN (\2)", _SAME_NAME.sub(r"`\1`", text))
    kept = set(native.columns)
    random = [name for pair in _RANDOM.findall(text) for name in pair if name and name not in kept]
    names = {name: f"x{number}" for number, name in enumerate(dict.fromkeys(random))}
    return _QUOTED.sub(lambda found: f"`{names.get(found[1], found[1])}`", text) if names else text


def optimized(frame: Lazy) -> exp.Expr:
    """Return the query of `frame` as sqlglot simplifies it, with its steps merged."""
    native: Any = frame.to_native()
    (query,) = native._get_expressions(optimize=True)
    return cast("exp.Expr", query)


def kinds_of(table: Table) -> dict[str, str]:
    """Return the GoogleSQL type of each column of `table`."""
    return {column.name: SQL_TYPES[column.type] for column in table.columns}
