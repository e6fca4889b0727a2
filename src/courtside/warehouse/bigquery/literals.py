"""Conversion of small Polars frames to a SELECT of literals, which needs no load job."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Mapping, Sequence

import polars as pl

from courtside.warehouse.bigquery.frames import SQL_TYPES
from courtside.warehouse.schema import POLARS_TYPES

LONGEST = 8_000
"""Longest SELECT of literals, in characters; longer rows become one JSON text, which is parsed faster."""

LONGEST_JSON = 300_000
"""Rows longer than this, in characters, are loaded instead; a script may have 1,000,000 in all."""

SQL_OF_POLARS: dict[pl.DataType, str] = {kind: SQL_TYPES[name] for name, kind in POLARS_TYPES.items()}
_INTEGERS = (pl.Int8, pl.Int16, pl.Int32, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64)


def kinds_of_frame(frame: pl.DataFrame) -> dict[str, str]:
    """Return the GoogleSQL type of each column of a Polars frame; a column of NULLs is text."""
    return {name: SQL_OF_POLARS.get(kind, "STRING") for name, kind in widened(frame).schema.items()}


def widened(frame: pl.DataFrame) -> pl.DataFrame:
    """Return `frame` with the integer, float and timestamp types that every engine supports."""
    return frame.with_columns(
        pl.col(*_INTEGERS).cast(pl.Int64), pl.col(pl.Float32).cast(pl.Float64), pl.col(pl.Null).cast(pl.String)
    ).with_columns(pl.col(pl.Datetime).cast(pl.Datetime("us")))


def select_of(frame: pl.DataFrame) -> str | None:
    """Return a SELECT of the rows of `frame`, or None where it is longer than a statement should be."""
    frame = widened(frame)
    kinds = kinds_of_frame(frame)
    if (steps := _steps(frame)) is not None:
        return _generated(steps, frame.height)
    if not frame.height:
        return f"SELECT {_typed(kinds, dict.fromkeys(kinds, 'NULL'))} FROM (SELECT 1) WHERE FALSE"
    if frame.estimated_size() > LONGEST_JSON:
        return None
    sql = _as_literals(frame, kinds) if frame.estimated_size() <= LONGEST else ""
    if not sql or len(sql) > LONGEST:
        sql = _as_json(frame, kinds)
    return sql if len(sql) <= LONGEST_JSON else None


def _as_literals(frame: pl.DataFrame, kinds: Mapping[str, str]) -> str:
    rows = [
        ", ".join(literal(value, kind) for value, kind in zip(row, kinds.values(), strict=True))
        for row in frame.iter_rows()
    ]
    first = _typed(kinds, dict(zip(kinds, (f"r.`{name}`" for name in kinds), strict=True)))
    fields = ", ".join(f"`{name}` {kind}" for name, kind in kinds.items())
    return f"SELECT {first} FROM UNNEST(ARRAY<STRUCT<{fields}>>[STRUCT({'), STRUCT('.join(rows)})]) AS r"


def _as_json(frame: pl.DataFrame, kinds: Mapping[str, str]) -> str:
    """Return a SELECT of rows from one JSON literal; each value is text that a CAST converts back."""
    rows = [[None if value is None else _cast_text(value) for value in row] for row in frame.iter_rows()]
    text = text_literal(json.dumps(rows, separators=(",", ":"), ensure_ascii=False))
    values = {name: f"JSON_VALUE(r, '$[{place}]')" for place, name in enumerate(kinds)}
    return f"SELECT {_typed(kinds, values)} FROM UNNEST(JSON_QUERY_ARRAY({text})) AS r"


def _cast_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:%Y-%m-%d %H:%M:%S.%f}" if isinstance(value, dt.datetime) else str(value)


def literal(value: object, kind: str) -> str:  # noqa: PLR0911 - one answer for each type
    """Return a value as a GoogleSQL literal of type `kind`."""
    if value is None:
        return f"CAST(NULL AS {kind})"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else f"CAST('{value}' AS FLOAT64)"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dt.datetime):
        return f"DATETIME '{value:%Y-%m-%d %H:%M:%S.%f}'"
    if isinstance(value, dt.date):
        return f"DATE '{value}'"
    return text_literal(str(value))


def text_literal(value: str) -> str:
    """Return text as a GoogleSQL literal."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return f"'{escaped}'"


def _typed(kinds: Mapping[str, str], values: Mapping[str, str]) -> str:
    return ", ".join(f"CAST({values[name]} AS {kind}) AS `{name}`" for name, kind in kinds.items())


def _steps(frame: pl.DataFrame) -> dict[str, tuple[object, int]] | None:
    """Return first value and step of every column where all columns have a constant step, as in calendars."""
    if frame.height < 8:
        return None
    steps = {}
    for name, kind in frame.schema.items():
        if kind not in (pl.Int64, pl.Date) or frame[name].null_count():
            return None
        numbers = frame[name].to_physical()
        gaps = numbers.diff().drop_nulls().unique()
        if len(gaps) != 1:
            return None
        steps[name] = (frame[name][0], int(gaps[0]))
    return steps


def _generated(steps: Mapping[str, tuple[object, int]], height: int) -> str:
    columns: Sequence[str] = [
        f"DATE_ADD(DATE '{first}', INTERVAL {step} * i DAY) AS `{name}`"
        if isinstance(first, dt.date)
        else f"{first} + {step} * i AS `{name}`"
        for name, (first, step) in steps.items()
    ]
    return f"SELECT {', '.join(columns)} FROM UNNEST(GENERATE_ARRAY(0, {height - 1})) AS i"
