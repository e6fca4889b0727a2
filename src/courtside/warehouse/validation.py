"""Constraints on staged rows as SQL conditions, which differ between engines in their quotes only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from courtside.warehouse.schema import Column, Table


def double_quoted(name: str) -> str:
    """Return a quoted identifier of standard SQL; only names of table objects are passed to it."""
    return '"' + name.replace('"', '""') + '"'


def single_quoted(text: str) -> str:
    """Return a text as a literal of standard SQL."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True)
class Quotes:
    """The functions with which an engine quotes an identifier and a text literal."""

    name: Callable[[str], str] = double_quoted
    text: Callable[[str], str] = single_quoted


STANDARD = Quotes()


@dataclass(frozen=True)
class Constraint:
    """A constraint on the rows of a table: a sentence, and the SQL condition of a row that violates it."""

    sentence: str
    violated_when: str


def column_constraints(column: Column, quotes: Quotes = STANDARD) -> Iterator[Constraint]:
    """Yield the constraints on the values of `column`."""
    name = quotes.name(column.name)
    if not column.nullable:
        yield Constraint(f"{column.name} is never NULL", f"{name} IS NULL")
    if column.allowed:
        values = ", ".join(quotes.text(value) for value in column.allowed)
        yield Constraint(f"{column.name} is one of {', '.join(column.allowed)}", f"{name} NOT IN ({values})")
    if column.minimum is not None:
        yield Constraint(f"{column.name} is at least {column.minimum:g}", f"{name} < {column.minimum!r}")
    if column.maximum is not None:
        yield Constraint(f"{column.name} is at most {column.maximum:g}", f"{name} > {column.maximum!r}")


def row_constraints(table: Table, quotes: Quotes = STANDARD) -> tuple[Constraint, ...]:
    """Return every constraint that can be checked on a single row of `table`."""
    return tuple(constraint for column in table.columns for constraint in column_constraints(column, quotes))
