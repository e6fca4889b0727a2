"""Hashes of stored tables and public files, so that a refactoring that changes any of them is found.

A change that is meant to change them replaces the hashes: `UPDATE_PINS=1 python -m pytest -n 0 -m "" tests/test_pins.py
tests/real/test_pins_real.py` writes `tests/pins.json` again, and its difference goes into the commit.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import defaultdict
from pathlib import Path

import polars as pl

from courtside.pipeline.tables import ALL_TABLES
from tests import homes

PINS = Path(__file__).with_name("pins.json")


def outside_of(home: Path) -> dict[str, str]:
    """Return a hash per stored table and per kind of public file: what other programs can see of a home."""
    kinds: dict[str, dict[str, str]] = defaultdict(dict)
    for path, content in homes.files(home).items():
        kinds[f"files {_kind(path)}"][path] = content
    files = {kind: _hashed(json.dumps(contents, sort_keys=True)) for kind, contents in kinds.items()}
    with homes.opened(home) as context:
        tables = [table for table in ALL_TABLES if table.date_column and table.name not in homes.LEDGER_TABLES]
        rows = ((table.name, context.warehouse.collect(context.warehouse.scan(table))) for table in tables)
        return files | {f"table {name}": _hashed(_text(frame)) for name, frame in rows if frame.height}


def changed(name: str, home: Path) -> list[str]:
    """Return the tables and kinds of files that differ from their pins; with `UPDATE_PINS`, write the pins."""
    found, pinned = outside_of(home), json.loads(PINS.read_text())
    if os.environ.get("UPDATE_PINS"):
        PINS.write_text(json.dumps(pinned | {name: found}, indent=1, sort_keys=True) + "\n")
        return []
    known = pinned.get(name, {})
    return sorted(key for key in found.keys() | known.keys() if found.get(key) != known.get(key))


def _kind(path: str) -> str:
    """Return the folder of a file, or the file itself where it lies at the top: `v1/picks`, `v1/markets.json`."""
    folder, _, name = path.rpartition("/")
    return folder if folder.count("/") else f"{folder}/{name}"


def _text(rows: pl.DataFrame) -> str:
    """Return sorted rows as CSV, floats with nine decimals: processors differ in the last digits of a sum."""
    lists = pl.selectors.by_dtype(pl.List(pl.String), pl.List(pl.Int64)).cast(pl.List(pl.String)).list.join(" ")
    flat = rows.with_columns(pl.selectors.float().round(9), lists)
    return flat.select(sorted(flat.columns)).sort(pl.all()).write_csv()


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
