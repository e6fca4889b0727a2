"""Table objects: columns with type, unit, nullability and a sentence, a key, a date column and a phase.

DDL, validation before each write, docs and readers all use these objects.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import polars as pl


class Type(StrEnum):
    """A column type that every engine supports."""

    TEXT = "text"
    INTEGER = "integer"
    FLOAT = "float"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"
    """A timestamp in UTC, without a zone, in microseconds."""


POLARS_TYPES: dict[Type, pl.DataType] = {
    Type.TEXT: pl.String(),
    Type.INTEGER: pl.Int64(),
    Type.FLOAT: pl.Float64(),
    Type.BOOLEAN: pl.Boolean(),
    Type.DATE: pl.Date(),
    Type.TIMESTAMP: pl.Datetime("us"),
}


@dataclass(frozen=True)
class Column:
    """One column: its content, its unit, and whether it may be NULL.

    `allowed` lists the allowed values; `minimum` and `maximum` bound a number, both included. `filled_with` is the
    value in rows that were stored before the column existed; a row hash leaves the column out where it has this value.
    """

    name: str
    type: Type
    sentence: str
    unit: str = ""
    nullable: bool = False
    allowed: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    filled_with: str | None = None


@dataclass(frozen=True)
class Table:
    """One table: its columns, its unique key, the date column by which it is written, and its phase."""

    name: str
    phase: str
    sentence: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    date_column: str | None = "game_date"

    def __post_init__(self) -> None:
        names = self.column_names
        missing = [name for name in (*self.key, self.date_column) if name and name not in names]
        if missing or len(set(names)) != len(names):
            raise ValueError(f"table {self.name}: columns {missing} are not declared, or a column name is repeated")

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def polars_schema(self) -> dict[str, pl.DataType]:
        """The Polars dtype of each column, in order."""
        return {column.name: POLARS_TYPES[column.type] for column in self.columns}

    def column(self, name: str) -> Column:
        """Return the column called `name`."""
        return next(column for column in self.columns if column.name == name)

    def empty(self) -> pl.DataFrame:
        """Return a frame with this table's columns and no rows."""
        return pl.DataFrame(schema=self.polars_schema)

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return `frame` with exactly this table's columns, order and dtypes.

        A column with `filled_with` that `frame` lacks has that value.

        Raises:
            ValueError: naming the columns that `frame` lacks.
        """
        filled = {column.name: pl.lit(column.filled_with) for column in self.columns if column.filled_with is not None}
        frame = frame.with_columns(**{name: value for name, value in filled.items() if name not in frame.columns})
        missing = [name for name in self.column_names if name not in frame.columns]
        if missing:
            raise ValueError(f"a frame for {self.name} lacks {missing}")
        return frame.select(pl.col(name).cast(dtype) for name, dtype in self.polars_schema.items())


def text(
    name: str,
    sentence: str,
    *,
    nullable: bool = False,
    allowed: tuple[str, ...] = (),
    unit: str = "",
    filled_with: str | None = None,
) -> Column:
    """Return a text column."""
    return Column(name, Type.TEXT, sentence, unit=unit, nullable=nullable, allowed=allowed, filled_with=filled_with)


def integer(
    name: str,
    sentence: str,
    *,
    unit: str = "",
    nullable: bool = False,
    minimum: float | None = None,
    maximum: float | None = None,
) -> Column:
    """Return an integer column."""
    return Column(name, Type.INTEGER, sentence, unit=unit, nullable=nullable, minimum=minimum, maximum=maximum)


def real(
    name: str,
    sentence: str,
    *,
    unit: str = "",
    nullable: bool = False,
    minimum: float | None = None,
    maximum: float | None = None,
) -> Column:
    """Return a floating-point column."""
    return Column(name, Type.FLOAT, sentence, unit=unit, nullable=nullable, minimum=minimum, maximum=maximum)


def boolean(name: str, sentence: str, *, nullable: bool = False) -> Column:
    """Return a boolean column; its name reads as a statement."""
    return Column(name, Type.BOOLEAN, sentence, nullable=nullable)


def date(name: str, sentence: str, *, nullable: bool = False) -> Column:
    """Return a date column (ET calendar day)."""
    return Column(name, Type.DATE, sentence, unit="ET calendar day", nullable=nullable)


def timestamp(name: str, sentence: str, *, nullable: bool = False) -> Column:
    """Return a timestamp column (UTC, microseconds)."""
    return Column(name, Type.TIMESTAMP, sentence, unit="UTC", nullable=nullable)
