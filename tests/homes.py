"""A home with a small simulated season in it, built once and copied for each test."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from filelock import FileLock

from courtside.config import Settings, load_settings
from courtside.operations.ingest import Report, ingest
from courtside.operations.training import train_models
from courtside.pipeline.context import Context
from courtside.pipeline.run_log import RunLog
from courtside.pipeline.runner import RunSummary, run
from courtside.pipeline.stages import STAGE_NAMES, STAGES
from courtside.pipeline.tables import ALL_TABLES
from courtside.predictions import calibration, distribution, training, walk_forward
from courtside.predictions.systems import TRAINED
from courtside.sources.payload import Payload
from courtside.sources.simulated import simulate
from courtside.sources.store import PayloadStore
from courtside.warehouse.duckdb import DuckDBWarehouse

FIRST, LAST = dt.date(2025, 10, 22), dt.date(2025, 11, 12)
LOST = dt.date(2025, 11, 5)
NOW = dt.datetime(2025, 11, 13, 17, 0)
LEDGER_TABLES = ("grid", "run_events", "leases", "payload_log")


def settings_in(home: Path, now: dt.datetime = NOW) -> Settings:
    """Return settings of a home with a fixed clock."""
    return load_settings(home=home, now=now, threads=2)


@contextmanager
def opened(home: Path, now: dt.datetime = NOW, as_of: dt.datetime | None = None) -> Iterator[Context]:
    """Open a home as a run does."""
    settings = settings_in(home, now)
    with DuckDBWarehouse(settings.warehouse_path, threads=2) as warehouse:
        warehouse.prepare(ALL_TABLES)
        yield Context(settings, warehouse, RunLog(warehouse, settings.clock), settings.clock, as_of)


def payloads(until: dt.date = LAST) -> list[Payload]:
    """Return the payloads of the small season, with the lines of points only."""
    return [payload for payload in _simulated(until) if not is_of_other_markets(payload)]


def lines_of_other_markets(until: dt.date = LAST) -> list[Payload]:
    """Return the payloads of the small season with the lines of the other markets."""
    return [payload for payload in _simulated(until) if is_of_other_markets(payload)]


def logs_of(day: dt.date) -> dict[str, Payload]:
    """Return the game logs of a date, of players (`P`) and of teams (`T`)."""
    names = {f"leaguegamelog_{grain}_{day}.json": grain for grain in "PT"}
    return {names[payload.name]: payload for payload in payloads() if payload.name in names}


def is_of_other_markets(payload: Payload) -> bool:
    """Return whether a payload of the simulated league holds lines of other markets than points."""
    return payload.name.startswith("market_lines_")


@cache
def _simulated(until: dt.date) -> tuple[Payload, ...]:
    return tuple(simulate(seasons=1, seed=11, until=until).payloads)


def built_once(factory: pytest.TempPathFactory, name: str, build: Callable[[Path], object]) -> Path:
    """Return this worker's copy of a home that the first worker to need it builds for all of them."""
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    built, part = shared / name, shared / f"{name}.part"
    with FileLock(shared / f"{name}.lock"):
        if not built.exists():
            shutil.rmtree(part, ignore_errors=True)
            build(part)
            part.rename(built)
    return copy_of(built, factory.mktemp(name) / "home")


def ingest_into(home: Path, batch: Iterable[Payload]) -> list[Report]:
    """Ingest payloads into a home."""
    with opened(home) as context:
        return list(ingest(batch, context.warehouse, PayloadStore(context.settings.raw_folder)))


def run_in(
    home: Path, now: dt.datetime = NOW, last: dt.date = LAST, *, resume: bool = True, through: str = STAGE_NAMES[-1]
) -> RunSummary:
    """Run the stages of a home up to `through` over the small season."""
    stages = STAGES[: STAGE_NAMES.index(through) + 1]
    with opened(home, now) as context:
        return run(context, FIRST, last, resume=resume, stages=stages)


def train_in(home: Path) -> None:
    """Train models for today on the small season, fewer rows than a real home needs, and run every stage of today."""
    with pytest.MonkeyPatch.context() as patch:
        for module, rows in ((training, 600), (walk_forward, 600), (calibration, 100), (distribution, 100)):
            patch.setattr(module, "FEWEST_ROWS", rows)
        patch.setattr(distribution, "FEWEST_SHORT", 2)
        with opened(home) as context:
            train_models(context, [NOW.date()], TRAINED, lambda day, rows: None)
            run(context, NOW.date(), NOW.date())


def contents(home: Path) -> dict[str, dict[dt.date, str]]:
    """Return, per table that is derived from payloads, the rows and content hash of each date."""
    with opened(home) as context:
        return {
            table.name: {
                day: f"{content.rows}:{content.content_hash}"
                for day, content in context.warehouse.contents(table).items()
            }
            for table in ALL_TABLES
            if table.date_column and table.name not in LEDGER_TABLES
        }


def files(home: Path) -> dict[str, str]:
    """Return the hash of each published file by path, `status.json` left out: it describes the runs themselves."""
    root = home / "public"
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*.json"))
        if path.name != "status.json"
    }


def copy_of(home: Path, place: Path) -> Path:
    """Return a copy of a home that a test may change."""
    shutil.copytree(home, place)
    return place


def corrected_box_score() -> Payload:
    """Return a newer payload of the season's first player log in which two players of a team swap two points."""
    first = next(payload for payload in payloads() if payload.name.startswith("leaguegamelog_P_"))
    document = json.loads(first.content)
    result = document["resultSets"][0]
    team, points, made = (result["headers"].index(name) for name in ("TEAM_ID", "PTS", "FGM"))
    giver = next(row for row in result["rowSet"] if row[points] >= 10 and row[made] >= 4)
    taker = next(row for row in result["rowSet"] if row[team] == giver[team] and row is not giver)
    giver[points], taker[points] = giver[points] - 2, taker[points] + 2
    content = json.dumps(document).encode()
    return Payload("simulated", "correction", first.fetched_at + dt.timedelta(days=2), content)


def assert_whole_dates(home: Path) -> None:
    """Fail unless every cell of the grid describes exactly the rows that are stored for its date."""
    tables = {"analytics": ("games", "team_games", "player_games"), "features": ("player_features", "gate_verdicts")}
    stored = contents(home)
    with opened(home) as context:
        for stage, names in tables.items():
            cells = {day: cell for day, cell in context.run_log.cells(stage).items() if cell.state != "failed"}
            for name in names:
                loose = set(stored[name]) - set(cells)
                assert not loose, f"{name} holds rows of {sorted(loose)} that no cell of {stage} accounts for"
            for day, cell in cells.items():
                rows = sum(int(stored[name].get(day, "0:").split(":")[0]) for name in names)
                assert cell.rows == rows, f"{stage} {day}: the cell records {cell.rows} rows, {rows} are stored"
