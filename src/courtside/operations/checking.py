"""The catalogue that checks read: every table, the registered features, and the published files as frames."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import narwhals as nw
import polars as pl

from courtside.analytics.tables import GAMES
from courtside.audit.checks.base import Catalogue
from courtside.config import Settings
from courtside.features.registry import FEATURES
from courtside.operations.verification import StoredValues
from courtside.pipeline.context import Context
from courtside.pipeline.files import LEDGER_TABLES, ledger_error
from courtside.pipeline.stages import STAGE_NAMES
from courtside.pipeline.tables import ALL_TABLES
from courtside.publishing.stores import open_store, target_of
from courtside.publishing.stores.base import Store
from courtside.quality.tables import CHECK_RESULTS
from courtside.warehouse.base import Upsert, Warehouse
from courtside.warehouse.open import open_warehouse
from courtside.warehouse.schema import Table

FILES_SCHEMA = {
    "game_date": pl.Date(),
    "generated_at": pl.Datetime("us"),
    "picks": pl.Int64(),
    "picks_hash": pl.String(),
    "season_hash": pl.String(),
}
READERS = 8
"""Published files that are read at once, because a bucket answers each request slowly."""
PICK = ("player", "line", "direction")
LAST_MICROSECOND = 999_999


def catalogue_of(
    context: Context, first: dt.date, last: dt.date, day: dt.date, *, sample: int = 1000, with_files: bool = False
) -> Catalogue:
    """Return the catalogue of a home for the dates from `first` to `last`, with the published files if `with_files`."""
    frames = {
        "stages": pl.DataFrame({"stage": list(STAGE_NAMES)}),
        "schema": schema_frame(context.warehouse, ALL_TABLES),
    }
    if with_files:
        frames["files"] = files_frame(open_store(target_of(context.settings)), first, last)
        frames["ledger"] = ledger_frame(context.warehouse)
    return Catalogue(
        context.warehouse,
        {table.name: table for table in ALL_TABLES},
        FEATURES,
        first,
        last,
        day,
        context.clock.now(),
        StoredValues(context),
        frames,
        sample,
    )


def season_window(warehouse: Warehouse, until: dt.date) -> tuple[dt.date, str] | None:
    """Return the first game date and label of the newest season with a counted game up to `until`; None without one."""
    seasons = warehouse.collect(
        warehouse.scan(GAMES, end=until)
        .filter(nw.col("is_counted"))
        .group_by("season")
        .agg(first=nw.col("game_date").min())
    ).sort("season")
    if seasons.is_empty():
        return None
    newest = seasons.row(-1, named=True)
    return newest["first"], newest["season"]


def store_results(settings: Settings, results: pl.DataFrame) -> None:
    """Append rows to `check_results` at once.

    Raises:
        WarehouseBusyError: where another process uses the warehouse.
    """
    with open_warehouse(settings, patience=0) as warehouse:
        warehouse.prepare([CHECK_RESULTS])
        warehouse.append([Upsert(CHECK_RESULTS, results)])


def ledger_frame(warehouse: Warehouse) -> pl.DataFrame:
    """Return in one row what is wrong with publications, published picks and grades, NULL where nothing is."""
    drifted = warehouse.drifted(LEDGER_TABLES)
    error = drifted[0] if drifted else ledger_error(warehouse)
    return pl.DataFrame({"problem": [str(error) if error else None]}, schema={"problem": pl.String()})


def schema_frame(warehouse: Warehouse, tables: Sequence[Table]) -> pl.DataFrame:
    """Return the columns table and problem for every declared table; problem is NULL where there is none."""
    problems = {found.table.name: str(found) for found in warehouse.drifted(tables)}
    rows = {"table": [table.name for table in tables], "problem": [problems.get(table.name) for table in tables]}
    return pl.DataFrame(rows, schema={"table": pl.String(), "problem": pl.String()})


def files_frame(store: Store, first: dt.date, last: dt.date) -> pl.DataFrame:
    """Return a row for each `picks/{date}.json`, with the picks that the season file shows for the same date.

    Columns: game_date, generated_at, picks, picks_hash, and season_hash. Where a file is not JSON of the expected
    shape, generated_at, picks and picks_hash are NULL, which fails the checks that read them. Files state whole
    seconds, so `generated_at` is the last microsecond of the stated second: the latest possible time.
    """
    season = _season_picks(store.read("v1/subsets/season.json"))
    days = [first + dt.timedelta(days=count) for count in range((last - first).days + 1)]
    with ThreadPoolExecutor(READERS) as pool:
        published = zip(days, pool.map(lambda day: store.read(f"v1/picks/{day}.json"), days), strict=True)
    rows = [
        {"game_date": day, "season_hash": season.get(day)} | _picks_file(content)
        for day, content in published
        if content is not None
    ]
    return pl.DataFrame(rows, schema=FILES_SCHEMA)


def _picks_file(content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content)
        picks = [(group["id"], pick) for group in document["groups"] for pick in group["picks"]]
        stated = dt.datetime.fromisoformat(document["generated_at"]).astimezone(dt.UTC)
        written = stated.replace(tzinfo=None, microsecond=stated.microsecond or LAST_MICROSECOND)
        return {"generated_at": written, "picks": len(picks), "picks_hash": _hash(picks)}
    except (ValueError, KeyError, TypeError):
        return {"generated_at": None, "picks": None, "picks_hash": None}


def _season_picks(content: bytes | None) -> dict[dt.date, str]:
    if content is None:
        return {}
    found: dict[dt.date, list[tuple[str, dict[str, Any]]]] = {}
    try:
        for group in json.loads(content)["groups"]:
            for entry in group["dates"]:
                day = dt.date.fromisoformat(entry["date"])
                found.setdefault(day, []).extend((group["id"], pick) for pick in entry["picks"])
        return {day: _hash(picks) for day, picks in found.items()}
    except (ValueError, KeyError, TypeError):
        return {}


def _hash(picks: Iterable[tuple[str, dict[str, Any]]]) -> str:
    lines = sorted(repr((group, *(pick[name] for name in PICK))) for group, pick in picks)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
