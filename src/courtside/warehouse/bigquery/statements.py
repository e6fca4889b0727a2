"""GoogleSQL of the write: staging, checks of the staged rows, and the transaction that swaps them in."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence

from courtside.warehouse.base import DateContent
from courtside.warehouse.bigquery.errors import CHANGED, DIFFERS
from courtside.warehouse.bigquery.frames import SQL_TYPES
from courtside.warehouse.bigquery.literals import text_literal
from courtside.warehouse.schema import Column, Table
from courtside.warehouse.validation import Quotes, row_constraints

COMMITS = "commits"
"""A table with one row: the number of writes to the dataset, and the last writer."""

FIRST_DAY = dt.date(1946, 11, 1)
"""The earliest game date; a filter from this date on reads every partition explicitly."""

DAYS_A_STATEMENT = 1500
"""Most dates in one statement; the service allows 4,000 partitions per statement."""

SCRATCH_HOURS = 6


def quoted(name: str) -> str:
    """Return an identifier as GoogleSQL."""
    return f"`{name}`"


GOOGLE_SQL = Quotes(quoted, text_literal)


def columns_of(names: Iterable[str], prefix: str = "") -> str:
    """Return identifiers as a comma-separated list."""
    return ", ".join(f"{prefix}{quoted(name)}" for name in names)


def pinned(kinds: Mapping[str, str]) -> str:
    """Return a column list in which numbers are cast to the type they were compiled for."""
    return ", ".join(
        f"CAST(`{name}` AS {kind}) AS `{name}`" if kind in {"INT64", "FLOAT64"} else quoted(name)
        for name, kind in kinds.items()
    )


def create_scratch(name: str, select: str) -> str:
    """Return the statement that computes `select` into a table that expires on its own."""
    return (
        f"CREATE TABLE `{name}` OPTIONS(expiration_timestamp = "
        f"TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL {SCRATCH_HOURS} HOUR)) AS {select}"
    )


def cast_to(table: Table, source: str) -> str:
    """Return a SELECT of `source` with the columns and types of `table`."""
    casts = ", ".join(
        f"CAST(`{column.name}` AS {SQL_TYPES[column.type]}) AS `{column.name}`" for column in table.columns
    )
    return f"SELECT {casts} FROM {source}"


def key_text(table: Table, alias: str = "") -> str:
    """Return an expression for the key as text, in which NULL equals NULL."""
    return f"TO_JSON_STRING(STRUCT({columns_of(table.key, alias)}))"


def within(column: str, days: Sequence[dt.date]) -> str:
    """Return a condition that `column` is one of `days`, as few ranges of constants, which prunes partitions."""
    parts = [
        f"{column} BETWEEN DATE '{first}' AND DATE '{last}'" if first < last else f"{column} = DATE '{first}'"
        for first, last in _runs(sorted(days))
    ]
    return f"({' OR '.join(parts)})" if parts else "FALSE"


def between(table: Table, start: dt.date | None, end: dt.date | None) -> str:
    """Return the date condition that every read of `table` has; empty where it has no date column."""
    if not table.date_column:
        return ""
    date = quoted(table.date_column)
    from_start = f"{date} >= DATE '{start or FIRST_DAY}'"
    return f"{from_start} AND {date} <= DATE '{end}'" if end else from_start


def fill(table: Table, column: Column) -> str:
    """Return the UPDATE that fills NULLs of a column with its value for rows that were stored before it existed."""
    limit = between(table, None, None)
    where = f"{quoted(column.name)} IS NULL{f' AND {limit}' if limit else ''}"
    value = text_literal(column.filled_with or "")
    return f"UPDATE {quoted(table.name)} SET {quoted(column.name)} = {value} WHERE {where}"


def contents(table: Table, source: str, where: str = "TRUE") -> str:
    """Return a SELECT of d, n and h: date, rows and hash of `source`; the hash does not depend on the order of rows."""
    row = f"TO_JSON_STRING(STRUCT({columns_of(table.column_names)}))"
    return (
        f"SELECT `{table.date_column}` AS d, COUNT(*) AS n, "
        f"CAST(BIT_XOR(FARM_FINGERPRINT({row})) AS STRING) AS h FROM {source} WHERE {where} GROUP BY 1"
    )


def numbered(place: int, select: str) -> str:
    """Return the rows of `contents` as findings numbered `place`."""
    return f"SELECT {place} AS place, d, n, h FROM ({select})"


def counted(place: int, count: str, source: str) -> str:
    """Return one finding: a count over `source`."""
    return f"SELECT {place} AS place, CAST(NULL AS DATE) AS d, {count} AS n, CAST(NULL AS STRING) AS h FROM {source}"


def constraint_counts(table: Table) -> list[tuple[str, str]]:
    """Return each constraint's sentence, and the expression that counts the rows that violate it."""
    counts = [
        (constraint.sentence, f"COUNTIF({constraint.violated_when})")
        for constraint in row_constraints(table, GOOGLE_SQL)
    ]
    one_row = f"COUNT(*) - COUNT(DISTINCT {key_text(table)})"
    return [*counts, (f"one row per ({', '.join(table.key)})", one_row)]


def known_keys(place: int, table: Table, stage: str, where: str) -> str:
    """Return findings with the keys of `stage` that exist in rows of `table` under `where`."""
    return (
        f"SELECT {place} AS place, CAST(NULL AS DATE) AS d, 1 AS n, k AS h FROM ("
        f"SELECT {key_text(table)} AS k FROM `{stage}`) s WHERE k IN "
        f"(SELECT {key_text(table)} FROM `{table.name}` WHERE {where})"
    )


def replace(table: Table, stage: str, days: Sequence[dt.date]) -> list[str]:
    """Return the statements that replace the rows of `days` by those of `stage`."""
    date, statements = quoted(table.date_column or ""), []
    names = columns_of(table.column_names)
    for start in range(0, len(days), DAYS_A_STATEMENT):
        where = within(date, days[start : start + DAYS_A_STATEMENT])
        statements.append(f"DELETE FROM `{table.name}` WHERE {where}")
        statements.append(f"INSERT INTO `{table.name}` ({names}) SELECT {names} FROM `{stage}` WHERE {where}")
    return statements


def insert(table: Table, select: str) -> str:
    """Return the statement that adds the rows of `select`."""
    names = columns_of(table.column_names)
    return f"INSERT INTO `{table.name}` ({names}) SELECT {names} FROM {select}"


def upsert(table: Table, select: str, days: Sequence[dt.date]) -> list[str]:
    """Return the statements that replace rows of the same key by those of `select`."""
    dated = within(quoted(table.date_column), days) if table.date_column else "TRUE"
    return [
        f"DELETE FROM `{table.name}` WHERE {dated} AND {key_text(table)} IN (SELECT {key_text(table)} FROM {select})",
        insert(table, select),
    ]


def must_hold(condition: str, message: str) -> str:
    """Return a statement that ends the script with `message` unless `condition` holds."""
    return f"SELECT IF({condition}, 0, ERROR({text_literal(message)}))"


def transaction(statements: Sequence[str], seq: int, writer: str) -> list[str]:
    """Return the statements as one transaction, which fails where the dataset's write count is no longer `seq`."""
    unchanged = must_hold(f"(SELECT MAX(seq) FROM {COMMITS}) = {seq}", CHANGED)
    advance = f"UPDATE {COMMITS} SET seq = {seq + 1}, writer = {text_literal(writer)} WHERE TRUE"
    return ["BEGIN TRANSACTION", unchanged, advance, *statements, "COMMIT TRANSACTION"]


def must_equal(table: Table, expected: Mapping[dt.date, DateContent], days: Sequence[dt.date]) -> str:
    """Return a statement that ends the transaction where the content of `days` of `table` is not `expected`."""
    text = ",".join(f"{day} {expected[day].rows} {expected[day].content_hash}" for day in sorted(expected))
    wanted = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    stored = contents(table, quoted(table.name), within(quoted(table.date_column or ""), days))
    line = "CONCAT(CAST(d AS STRING), ' ', CAST(n AS STRING), ' ', h)"
    return must_hold(
        f"(SELECT TO_HEX(MD5(COALESCE(STRING_AGG({line}, ',' ORDER BY d), ''))) FROM ({stored})) = '{wanted}'",
        f"{DIFFERS}: {table.name}",
    )


def _runs(days: Sequence[dt.date]) -> list[tuple[dt.date, dt.date]]:
    runs: list[tuple[dt.date, dt.date]] = []
    for day in days:
        if runs and (day - runs[-1][1]).days == 1:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs
