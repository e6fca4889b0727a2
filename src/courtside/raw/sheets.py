"""Sheets: rows under a header from CSV, Parquet, a `resultSets` entry or records of a document.

Every sheet returns its columns as text, so that one parser reads a shape in all its encodings.
"""

from __future__ import annotations

import csv
import difflib
import io
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.csv as pa_csv  # type: ignore[import-untyped]
import pyarrow.parquet as pa_parquet  # type: ignore[import-untyped]

from courtside.errors import PayloadRefusedError
from courtside.raw.bounds import LIMIT_BYTES, LONGEST_LINE, refuse_above, refuse_large_sheet

LONGEST_HEADER = 64 * 2**10
DELTA_TEXT, WIDEST_FIXED = "DELTA_BYTE_ARRAY", 32
RAGGED = "not as many values as the header has columns"

Text = tuple[pl.DataFrame, int]
"""The requested columns as text, and the number of rows left out because their length is not the header's."""


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
    """Check that `sheet` holds each of `names` exactly once.

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
        raise PayloadRefusedError(f"{shape} has the column {', '.join(twice)} more than once in its header")


def _closest(name: str, header: tuple[str, ...]) -> str:
    plain = {column.upper().replace("_", ""): column for column in header if column}
    close = difflib.get_close_matches(name.upper().replace("_", ""), plain, n=1, cutoff=0.5)
    return f"closest present: {plain[close[0]][:40]}" if close else "no similar column is present"


@dataclass(frozen=True)
class CsvSheet:
    """A comma-separated sheet with one record per line, so that a stray quote affects only its own line."""

    content: bytes
    header: tuple[str, ...]

    @classmethod
    def of(cls, content: bytes) -> CsvSheet:
        """Return the sheet in `content`, UTF-8 text that begins with a header.

        Raises:
            PayloadRefusedError: where the first line is not a header.
        """
        first = content[: LONGEST_HEADER + 1].splitlines()[0].decode(errors="replace")
        if len(first) > LONGEST_HEADER:
            raise PayloadRefusedError(f"not CSV: its first line is longer than {LONGEST_HEADER:,} characters")
        try:
            header = next(csv.reader([first], strict=True))
        except csv.Error as error:
            raise PayloadRefusedError(f"not CSV: its first line cannot be read ({error})") from None
        return cls(content, tuple(header))

    def read(self, names: Sequence[str]) -> Text:
        """Return the columns `names` as text; lines with more or fewer values than the header are left out."""
        sizes = _line_sizes(self.content)
        lines = len(sizes) - 1
        refuse_large_sheet(lines, len(names))
        long = int((sizes > LONGEST_LINE).sum())
        content = _without_long_lines(self.content) if long else self.content
        ragged = itertools.count()

        def skip(row: object) -> str:
            next(ragged)
            return "skip"

        try:
            table = pa_csv.read_csv(
                io.BytesIO(content if content.endswith(b"\n") else content + b"\n"),
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
        skipped = next(ragged) + long
        if table.num_rows + skipped != lines:
            return self._read_line_by_line(names, content, lines)
        return _frame(table, names), skipped

    def _read_line_by_line(self, names: Sequence[str], content: bytes, lines: int) -> Text:
        places = [self.header.index(name) for name in names]
        columns: dict[str, list[str | None]] = {name: [] for name in names}
        for line in itertools.islice(_lines(content), 1, None):
            fields = _fields(line.decode())
            if len(fields) == len(self.header):
                for name, place in zip(names, places, strict=True):
                    columns[name].append(fields[place] or None)
        frame = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String()))
        return frame, lines - frame.height


def _lines(content: bytes) -> Iterator[bytes]:
    """Yield the non-empty lines of CSV with any line ending, without a list of all lines."""
    for line in io.BytesIO(content):
        yield from filter(None, line.splitlines() if b"\r" in line else (line.rstrip(b"\n"),))


def _line_sizes(content: bytes) -> npt.NDArray[np.int64]:
    """Return the number of bytes of each of `_lines`."""
    plain = content.replace(b"\r", b"\n") if b"\r" in content else content
    sizes = np.fromiter(map(len, io.BytesIO(plain)), dtype=np.int64)
    if len(sizes):
        sizes -= 1
        sizes[-1] += not plain.endswith(b"\n")
    return sizes[sizes > 0]


def _without_long_lines(content: bytes) -> bytes:
    """Return CSV without lines over the limit."""
    return b"\n".join(line for line in _lines(content) if len(line) <= LONGEST_LINE) + b"\n"


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
    rows: int

    @classmethod
    def of(cls, content: bytes) -> ParquetSheet:
        """Return the sheet in the Parquet file `content`.

        Raises:
            PayloadRefusedError: where it is truncated, damaged or too large.
        """
        try:
            meta = pa_parquet.read_metadata(io.BytesIO(content))
            header = tuple(meta.schema.to_arrow_schema().names)
            groups = [meta.row_group(place) for place in range(meta.num_row_groups)]
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise PayloadRefusedError(f"truncated or damaged Parquet ({_one_line(error)})") from None
        refuse_above(sum(group.total_byte_size for group in groups), LIMIT_BYTES, "bytes of Parquet when unpacked")
        return cls(content, header, max(meta.num_rows, sum(group.num_rows for group in groups)))

    def read(self, names: Sequence[str]) -> Text:
        """Return the columns `names` as text; the unpacked size of text columns is checked first."""
        refuse_large_sheet(self.rows, len(names))
        try:
            file = pa_parquet.ParquetFile(io.BytesIO(self.content), read_dictionary=self._texts(names))
            table = file.read(columns=list(names))
            table.validate(full=True)
            refuse_above(sum(map(_unpacked_bytes, table.columns)), LIMIT_BYTES, "bytes of Parquet when unpacked")
            return _frame(table, names), 0
        except (pa.ArrowException, pl.exceptions.PolarsError, OSError) as error:
            raise PayloadRefusedError(f"Parquet that cannot be read ({_one_line(error)})") from None

    def _texts(self, names: Sequence[str]) -> list[str]:
        """Return the text columns among `names`.

        Raises:
            PayloadRefusedError: where a column is nested, or has an encoding whose unpacked size is not known.
        """
        meta = pa_parquet.read_metadata(io.BytesIO(self.content))
        text_columns = []
        for place in range(meta.num_columns):
            column = meta.schema.column(place)
            if column.path.split(".")[0] not in names:
                continue
            if column.path not in names or column.max_repetition_level:
                raise PayloadRefusedError(f"Parquet whose column {column.path.split('.')[0]} is nested")
            refuse_above(max(column.length, 0), WIDEST_FIXED, f"bytes of each value of column {column.path}")
            chunks = [meta.row_group(group).column(place) for group in range(meta.num_row_groups)]
            if any(DELTA_TEXT in chunk.encodings for chunk in chunks):
                raise PayloadRefusedError(f"Parquet whose column {column.path} is {DELTA_TEXT}; write it plain")
            if column.physical_type == "BYTE_ARRAY":
                text_columns.append(column.path)
        return text_columns


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
        refuse_large_sheet(len(records), len(header))
        return cls(name, header, [[record.get(key) for key in header] for record in records])

    def read(self, names: Sequence[str]) -> Text:
        """Return the columns `names` as text; rows that are not lists of the header's length are left out."""
        refuse_large_sheet(len(self.rows), len(names))
        width = len(self.header)
        fitting = [row for row in self.rows if isinstance(row, list) and len(row) == width]
        places = [self.header.index(name) for name in names]
        columns = [_text_column(name, [row[at] for row in fitting]) for name, at in zip(names, places, strict=True)]
        return pl.DataFrame(columns), len(self.rows) - len(fitting)


def _unpacked_bytes(column: pa.ChunkedArray) -> int:
    """Return the size of a column in bytes when every row holds its own value instead of a dictionary index."""
    if not pa.types.is_dictionary(column.type):
        return int(column.nbytes)
    chunks = (pc.take(pc.binary_length(chunk.dictionary), chunk.indices) for chunk in column.chunks)
    return sum(pc.sum(lengths).as_py() or 0 for lengths in chunks)


def _frame(table: pa.Table, names: Sequence[str]) -> pl.DataFrame:
    # Converted column by column, because Polars aborts on schema metadata that is not valid text.
    return pl.DataFrame(pl.Series(name, table.column(name)).cast(pl.String) for name in names)


def _text_column(name: str, values: list[Any]) -> pl.Series:
    kinds = Counter(map(type, values))
    del kinds[type(None)]
    if set(kinds) <= {str}:
        return pl.Series(name, [value or None for value in values], pl.String)
    return pl.Series(name, [None if value in (None, "") else str(value) for value in values], pl.String)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]
