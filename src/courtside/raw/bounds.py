"""Limits of a payload: bytes, rows, values and dates, checked before memory is taken for them."""

from __future__ import annotations

import datetime as dt

from courtside.errors import PayloadRefusedError
from courtside.sources.files import MOST_BYTES

LIMIT_BYTES = MOST_BYTES
"""Bytes of a file, or of what a container holds; six times the largest season file (a shot chart)."""

JSON_BYTES = 64 * 2**20
"""Bytes of a JSON document, whose objects take twenty times the memory of their text."""

JSON_LISTS, JSON_VALUES = 500_000, 8_000_000
"""Lists and objects, and values, of a JSON document; a season of game logs has 30,000 and 1,000,000."""

PDF_BYTES, PDF_PAGES = 16 * 2**20, 100
"""Bytes and pages of an injury report, which has about ten."""

MOST_ROWS, MOST_VALUES = 3_000_000, 36_000_000
"""Rows of a sheet, and values in the columns that are read of it; a season of shots has 220,000 and 4,000,000."""

LONGEST_LINE = 64 * 2**10
"""Bytes of a line of CSV; a longer line is refused alone."""

FIRST_DAY, LAST_DAY = dt.date(1946, 11, 1), dt.date(2099, 12, 31)
"""The league's first game date, and a date that no schedule reaches."""

LARGEST_NUMBER = 1e12
"""No count, id, price or coordinate is larger."""


def refuse_above(found: int, limit: int, what: str) -> None:
    """Check a size against its limit.

    Raises:
        PayloadRefusedError: naming both where `found` is larger.
    """
    if found > limit:
        raise PayloadRefusedError(f"{what}: {found:,}, more than the {limit:,} that are read; split it")


def refuse_large_sheet(rows: int, columns: int) -> None:
    """Check the size of a sheet from its rows and the columns that are read.

    Raises:
        PayloadRefusedError: where it has too many rows or values.
    """
    refuse_above(rows, MOST_ROWS, "rows")
    refuse_above(rows * columns, MOST_VALUES, "values")


def refuse_large_json(text: str) -> None:
    """Check the size of a JSON document from its text, before objects are made of it.

    Raises:
        PayloadRefusedError: where it has too many bytes, lists and objects, or values.
    """
    refuse_above(len(text), JSON_BYTES, "characters of JSON")
    refuse_above(text.count("[") + text.count("{"), JSON_LISTS, "lists and objects in JSON")
    refuse_above(text.count(",") + text.count(":"), JSON_VALUES, "values in JSON")
