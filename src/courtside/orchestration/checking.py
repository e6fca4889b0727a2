"""What the checks are handed: every table, the registered features, and the published files as frames."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl

from courtside.analytics.tables import GAMES
from courtside.errors import SchemaDriftError
from courtside.features.registry import FEATURES
from courtside.orchestration.context import Context
from courtside.orchestration.stages import STAGES
from courtside.orchestration.tables import ALL_TABLES
from courtside.quality.checks.base import Catalogue
from courtside.warehouse.base import Warehouse
from courtside.warehouse.schema import Table

FILES_SCHEMA = {
    "game_date": pl.Date(),
    "generated_at": pl.Datetime("us"),
    "picks": pl.Int64(),
    "picks_hash": pl.String(),
    "season_hash": pl.String(),
}
PICK = ("player", "line", "direction")


def catalogue_of(
    context: Context, first: dt.date, last: dt.date, day: dt.date, *, sample: int = 200, with_files: bool = False
) -> Catalogue:
    """Return the catalogue of a home for the window from `first` to `last`; with the published files where asked."""
    frames = {
        "stages": pl.DataFrame({"stage": [stage.name for stage in STAGES]}),
        "schema": schema_frame(context.warehouse, ALL_TABLES),
    }
    if with_files:
        frames["files"] = files_frame(context.settings.public_folder / "v1", first, last)
    return Catalogue(
        context.warehouse,
        {table.name: table for table in ALL_TABLES},
        FEATURES,
        first,
        last,
        day,
        context.clock.now(),
        frames,
        sample,
    )


def season_window(warehouse: Warehouse, until: dt.date) -> tuple[dt.date, str] | None:
    """Return first game date and label of the newest season that has a counted game until `until`; None without one."""
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


def schema_frame(warehouse: Warehouse, tables: Sequence[Table]) -> pl.DataFrame:
    """Return table and problem (NULL where there is none) of every declared table."""
    problems: list[str | None] = [None] * len(tables)
    if _drift(warehouse, tables):
        problems = [_drift(warehouse, [table]) for table in tables]
    names = [table.name for table in tables]
    return pl.DataFrame({"table": names, "problem": problems}, schema={"table": pl.String(), "problem": pl.String()})


def _drift(warehouse: Warehouse, tables: Sequence[Table]) -> str | None:
    try:
        warehouse.prepare(tables)
    except SchemaDriftError as error:
        return str(error)
    return None


def files_frame(root: Path, first: dt.date, last: dt.date) -> pl.DataFrame:
    """Return game_date, generated_at, picks and picks_hash of each `picks/{date}.json`, and what the season file shows.

    A file that is not JSON of that shape has NULL in every other column, which fails the checks that read it.
    """
    season = _season_picks(root / "subsets" / "season.json")
    rows = [
        {"game_date": day, "season_hash": season.get(day)} | _picks_file(path)
        for path in sorted((root / "picks").glob("????-??-??.json"))
        if first <= (day := dt.date.fromisoformat(path.stem)) <= last
    ]
    return pl.DataFrame(rows, schema=FILES_SCHEMA)


def _picks_file(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_bytes())
        picks = [(group["id"], pick) for group in document["groups"] for pick in group["picks"]]
        written = dt.datetime.fromisoformat(document["generated_at"]).astimezone(dt.UTC).replace(tzinfo=None)
        return {"generated_at": written, "picks": len(picks), "picks_hash": _hash(picks)}
    except (ValueError, KeyError, TypeError):
        return {"generated_at": None, "picks": None, "picks_hash": None}


def _season_picks(path: Path) -> dict[dt.date, str]:
    if not path.exists():
        return {}
    found: dict[dt.date, list[tuple[str, dict[str, Any]]]] = {}
    try:
        for group in json.loads(path.read_bytes())["groups"]:
            for entry in group["dates"]:
                day = dt.date.fromisoformat(entry["date"])
                found.setdefault(day, []).extend((group["id"], pick) for pick in entry["picks"])
        return {day: _hash(picks) for day, picks in found.items()}
    except (ValueError, KeyError, TypeError):
        return {}


def _hash(picks: Iterable[tuple[str, dict[str, Any]]]) -> str:
    lines = sorted(repr((group, *(pick[name] for name in PICK))) for group, pick in picks)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
