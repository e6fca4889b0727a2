"""Claims that staged rows must meet, as SQL conditions for every engine; only the quoting differs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from courtside.warehouse.schema import Column, Table


def double_quoted(name: str) -> str:
    """Return an identifier as standard SQL; only names of table objects reach this."""
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
class Claim:
    """A sentence about a table, and the SQL condition of a row that breaks it."""

    sentence: str
    broken_when: str


def column_claims(column: Column, quotes: Quotes = STANDARD) -> Iterator[Claim]:
    """Yield the claims of `column` about each value."""
    name = quotes.name(column.name)
    if not column.nullable:
        yield Claim(f"{column.name} is never NULL", f"{name} IS NULL")
    if column.allowed:
        values = ", ".join(quotes.text(value) for value in column.allowed)
        yield Claim(f"{column.name} is one of {', '.join(column.allowed)}", f"{name} NOT IN ({values})")
    if column.minimum is not None:
        yield Claim(f"{column.name} is at least {column.minimum:g}", f"{name} < {column.minimum!r}")
    if column.maximum is not None:
        yield Claim(f"{column.name} is at most {column.maximum:g}", f"{name} > {column.maximum!r}")


def row_claims(table: Table, quotes: Quotes = STANDARD) -> tuple[Claim, ...]:
    """Return every claim that can be checked on a single row of `table`."""
    return tuple(claim for column in table.columns for claim in column_claims(column, quotes))
