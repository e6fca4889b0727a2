"""Rows under a header, however written: CSV, Parquet, a `resultSets` entry or records of a document.

Every sheet hands out its columns as text, so that one parser reads a shape in each of its encodings.
"""

from __future__ import annotations

import csv
import difflib
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.csv as pa_csv  # type: ignore[import-untyped]
import pyarrow.parquet as pa_parquet  # type: ignore[import-untyped]

from courtside.errors import PayloadRefusedError
from courtside.raw.containers import LIMIT_BYTES

LONGEST_HEADER = 64 * 2**10
RAGGED = "not as many values as the header has columns"

Text = tuple[pl.DataFrame, int]
"""The asked columns as text, and how many rows were left out because they do not fit the header."""


class Sheet(Protocol):
    """Rows under a header."""

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns."""
        ...

    def read(self, names: Sequence[str]) -> Text:
        """Return the columns `names`, each as text with NULL for an empty cell, in the order of the sheet."""
        ...


def require(sheet: Sheet, names: Sequence[str], shape: str) -> None:
    """See that `sheet` holds each of `names` once.

    Raises:
        PayloadRefusedError: naming each missing column with the closest one present.
    """
    missing = [name for name in names if name not in sheet.header]
    if missing:
        gaps = ", ".join(f"{name} ({_closest(name, sheet.header)})" for name in missing[:5])
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        raise PayloadRefusedError(f"{shape} lacks the column {gaps}{more}")
    twice = [name for name in names if sheet.header.count(name) > 1]
    if twice:
        raise PayloadRefusedError(f"{shape} names the column {', '.join(twice)} more than once in its header")


def _closest(name: str, header: tuple[str, ...]) -> str:
    plain = {column.upper().replace("_", ""): column for column in header if column}
    close = difflib.get_close_matches(name.upper().replace("_", ""), plain, n=1, cutoff=0.5)
    return f"closest present: {plain[close[0]][:40]}" if close else "nothing like it is present"


@dataclass(frozen=True)
class CsvSheet:
    """A comma-separated sheet: one record a line, so that a stray quote spoils its own line and no other."""

    content: bytes
    header: tuple[str, ...]

    @classmethod
    def of(cls, content: bytes) -> CsvSheet:
        """Return the sheet that `content`, UTF-8 text that begins with a header, holds.

        Raises:
            PayloadRefusedError: where the first line is no header.
        """
        first = content[: LONGEST_HEADER + 1].splitlines()[0].decode(errors="replace")
        if len(first) > LONGEST_HEADER:
            raise PayloadRefusedError(f"no CSV: its first line is longer than {LONGEST_HEADER:,} characters")
        try:
            header = next(csv.reader([first], strict=True))
        except csv.Error as error:
            raise PayloadRefusedError(f"no CSV: its first line cannot be read ({error})") from None
        return cls(content, tuple(header))

    def read(self, names: Sequence[str]) -> Text:
        """Return the columns `names` as text, without lines of more or fewer values than the header."""
        lines = sum(map(bool, self.content.splitlines())) - 1
        ragged: list[object] = []

        def skip(row: object) -> str:
            ragged.append(row)
            return "skip"

        try:
            table = pa_csv.read_csv(
                io.BytesIO(self.content + b"\n"),
                parse_options=pa_csv.ParseOptions(invalid_row_handler=skip),
                convert_options=pa_csv.ConvertOptions(
                    include_columns=list(names),
                    column_types=dict.fromkeys(names, pa.string()),
                    null_values=[""],
                    strings_can_be_null=True,
                ),
            )
        except pa.ArrowException as error:
            raise PayloadRefusedError(f"CSV that cannot be read ({_one_line(error)})") from None
        if table.num_rows + len(ragged) != lines:
            return self._read_line_by_line(names)
        return _frame(table, names), len(ragged)

    def _read_line_by_line(self, names: Sequence[str]) -> Text:
        places = [self.header.index(name) for name in names]
        rows = [_fields(line.decode()) for line in self.content.splitlines()[1:] if line]
        fitting = [fields for fields in rows if len(fields) == len(self.header)]
        columns = {name: [row[place] or None for row in fitting] for name, place in zip(names, places, strict=True)}
        return pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String())), len(rows) - len(fitting)


def _fields(line: str) -> list[str]:
    try:
        return next(csv.reader([line], strict=True))
    except csv.Error:
        return []


@dataclass(frozen=True)
class ParquetSheet:
    """A Parquet file."""

    content: bytes
    header: tuple[str, ...]

    @classmethod
    def of(cls, content: bytes) -> ParquetSheet:
        """Return the sheet that the Parquet file `content` holds.

        Raises:
            PayloadRefusedError: where it is truncated, damaged or larger than a container may be.
        """
        try:
            meta = pa_parquet.read_metadata(io.BytesIO(content))
            header = tuple(meta.schema.to_arrow_schema().names)
            size = sum(meta.row_group(place).total_byte_size for place in range(meta.num_row_groups))
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise PayloadRefusedError(f"truncated or damaged Parquet ({_one_line(error)})") from None
        if max(size, meta.num_rows) > LIMIT_BYTES:
            raise PayloadRefusedError(f"Parquet holds more than {LIMIT_BYTES:,} bytes when unpacked")
        return cls(content, header)

    def read(self, names: Sequence[str]) -> Text:
        """Return the columns `names` as text."""
        try:
            table = pa_parquet.read_table(io.BytesIO(self.content), columns=list(names))
            table.validate(full=True)
            nested = [name for name in names if pa.types.is_nested(table.schema.field(name).type)]
            if nested:
                raise PayloadRefusedError(f"Parquet whose column {nested[0]} holds no plain values")
            return _frame(table, names), 0
        except (pa.ArrowException, pl.exceptions.PolarsError, OSError) as error:
            raise PayloadRefusedError(f"Parquet that cannot be read ({_one_line(error)})") from None


@dataclass(frozen=True)
class ListSheet:
    """Rows as lists under a header: a `resultSets` entry of stats.nba.com, or records of a document."""

    name: str
    header: tuple[str, ...]
    rows: Sequence[Any]

    @classmethod
    def of_records(cls, name: str, records: Sequence[dict[str, Any]], expected: Sequence[str]) -> ListSheet:
        """Return a sheet with a column for every key of `records`, or `expected` where there are none."""
        header = tuple(dict.fromkeys(key for record in records for key in record)) if records else tuple(expected)
        return cls(name, header, [[record.get(key) for key in header] for record in records])

    def read(self, names: Sequence[str]) -> Text:
        """Return the columns `names` as text; rows that are no list as long as the header are left out."""
        width = len(self.header)
        fitting = [row for row in self.rows if isinstance(row, list) and len(row) == width]
        places = [self.header.index(name) for name in names]
        columns = [_text_column(name, [row[at] for row in fitting]) for name, at in zip(names, places, strict=True)]
        return pl.DataFrame(columns), len(self.rows) - len(fitting)


def _frame(table: pa.Table, names: Sequence[str]) -> pl.DataFrame:
    # Column by column, because Polars aborts on metadata of a damaged schema that is no text.
    return pl.DataFrame(pl.Series(name, table.column(name)).cast(pl.String) for name in names)


def _text_column(name: str, values: list[Any]) -> pl.Series:
    kinds = Counter(map(type, values))
    del kinds[type(None)]
    if set(kinds) <= {str}:
        return pl.Series(name, values, pl.String).replace("", None)
    return pl.Series(name, [None if value in (None, "") else str(value) for value in values], pl.String)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]
