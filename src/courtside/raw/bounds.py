"""Limits on the size and values of a payload, checked before memory is allocated."""

from __future__ import annotations

import datetime as dt

from courtside.errors import PayloadRefusedError
from courtside.sources.files import MOST_BYTES

LIMIT_BYTES = MOST_BYTES
"""Largest size, in bytes, of a file or of an unpacked container; six times the largest season file (a shot chart)."""

JSON_BYTES = 64 * 2**20
"""Largest size, in bytes, of a JSON document; its objects take twenty times the memory of the text."""

JSON_LISTS, JSON_VALUES = 500_000, 8_000_000
"""Most lists and objects, and most values, of a JSON document; a season of game logs has 30,000 and 1,000,000."""

PDF_BYTES, PDF_PAGES = 16 * 2**20, 100
"""Most bytes and pages of an injury report, which has about ten pages."""

MOST_ROWS, MOST_VALUES = 3_000_000, 36_000_000
"""Most rows of a sheet, and most values in the columns that are read; a season of shots has 220,000 and 4,000,000."""

LONGEST_LINE = 64 * 2**10
"""Longest line of CSV in bytes; a longer line is refused, and the other lines are read."""

FIRST_DAY, LAST_DAY = dt.date(1946, 11, 1), dt.date(2099, 12, 31)
"""The league's first game date, and a date later than any schedule."""

LARGEST_NUMBER = 1e12
"""Largest count, id, price or coordinate that is accepted."""


def refuse_above(size: int, limit: int, what: str) -> None:
    """Check a size against its limit.

    Raises:
        PayloadRefusedError: naming both where `size` is larger.
    """
    if size > limit:
        raise PayloadRefusedError(f"{what}: {size:,} are above the limit of {limit:,}; split the payload")


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
