"""The current rows of raw tables: the latest version of each natural key, now or as of a time."""

from __future__ import annotations

import datetime as dt

import narwhals as nw

from courtside.raw.tables import NATURAL_KEYS
from courtside.warehouse.base import Lazy
from courtside.warehouse.schema import Table


def current(rows: Lazy, table: Table, as_of: dt.datetime | None = None) -> Lazy:
    """Return the latest version of each natural key of a raw table that was known at `as_of`.

    The columns are those of `table`; there is one row per natural key.
    """
    known = rows if as_of is None else rows.filter(nw.col("known_at") <= as_of)
    return known.unique(subset=list(NATURAL_KEYS[table.name]), keep="last", order_by=["known_at", "row_hash"])
