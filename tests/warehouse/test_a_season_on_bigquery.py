"""A simulated season runs through every stage on BigQuery as on DuckDB, with the same files and in few jobs.

What a run costs is counted on the jobs that the real client sent to the emulator.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from courtside.cli.main import app
from courtside.config import load_settings
from courtside.operations.cost import costs
from courtside.operations.ingest import ingest
from courtside.pipeline.context import Context
from courtside.pipeline.run_log import RunLog
from courtside.pipeline.runner import RunSummary, StageSummary, run, takes_whole_range
from courtside.pipeline.stages import STAGE_NAMES, STAGES
from courtside.pipeline.tables import ALL_TABLES
from courtside.sources.store import PayloadStore
from courtside.warehouse.bigquery import BigQueryWarehouse
from courtside.warehouse.bigquery.service import Job, _client
from courtside.warehouse.open import open_warehouse
from tests import homes
from tests.warehouse.emulator import Emulator

pytestmark = pytest.mark.slow

LAST = dt.date(2025, 10, 30)
WEEK_ENDS = LAST - dt.timedelta(days=1)
NOW = dt.datetime.combine(LAST + dt.timedelta(days=1), dt.time(17))

MOST_JOBS_OF_A_DAY = 28
MOST_JOBS_OF_FIVE_SEASONS = 120
SEASONS = 5


@dataclass(frozen=True)
class Ran:
    """One run on BigQuery: its summary, its jobs, and how many of them each stage took."""

    summary: RunSummary
    jobs: Sequence[Job]
    by_stage: dict[str, int]


class Counting:
    """Count the jobs of each stage."""

    def __init__(self, warehouse: BigQueryWarehouse) -> None:
        self.warehouse, self.before, self.found = warehouse, len(warehouse.jobs), dict[str, int]()

    def stage_begins(self, stage: str, cells: int, skipped: int) -> None:
        pass

    def cells_done(self, stage: str, cells: int) -> None:
        pass

    def stage_ends(self, summary: StageSummary) -> None:
        self.found[summary.stage] = len(self.warehouse.jobs) - self.before
        self.before = len(self.warehouse.jobs)


@contextmanager
def _opened(home: Path, place: str) -> Iterator[Context]:
    settings = load_settings(home=home, now=NOW, warehouse=place, threads=2)
    with open_warehouse(settings) as warehouse:
        warehouse.prepare(ALL_TABLES)
        yield Context(settings, warehouse, RunLog(warehouse, settings.clock), settings.clock)


def _ran(home: Path, start: dt.date, end: dt.date) -> Ran:
    with _opened(home, "bigquery://test/season") as context:
        warehouse = context.warehouse
        assert isinstance(warehouse, BigQueryWarehouse)
        counting = Counting(warehouse)
        summary = run(context, start, end, observer=counting)
    return Ran(summary, warehouse.jobs, counting.found)


def _ingested(home: Path, place: str) -> None:
    with _opened(home, place) as context:
        list(ingest(homes.payloads(LAST), context.warehouse, PayloadStore(context.settings.raw_folder)))


@pytest.fixture(scope="module")
def on_duckdb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("duckdb") / "home"
    _ingested(home, "")
    for start, end in ((homes.FIRST, WEEK_ENDS), (LAST, LAST)):
        with _opened(home, "") as context:
            run(context, start, end)
    return home


@pytest.fixture(scope="module")
def on_bigquery(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ran, Ran]:
    """A home on the emulator after a run of a week and, by another process, of the day after."""
    _client("test").create_dataset("season")
    home = tmp_path_factory.mktemp("bigquery") / "home"
    _ingested(home, "bigquery://test/season")
    return home, _ran(home, homes.FIRST, WEEK_ENDS), _ran(home, LAST, LAST)


def test_the_published_files_have_the_same_bytes(on_duckdb: Path, on_bigquery: tuple[Path, Ran, Ran]) -> None:
    wanted, found = homes.files(on_duckdb), homes.files(on_bigquery[0])
    differing = [path for path in wanted.keys() | found.keys() if wanted.get(path) != found.get(path)]
    assert [path for path in differing if path != "v1/status.json"] == []
    assert any("/picks/" in path for path in found)


def test_every_cell_equals_that_of_duckdb(on_duckdb: Path, on_bigquery: tuple[Path, Ran, Ran]) -> None:
    def states(home: Path, place: str) -> dict[tuple[str, dt.date], tuple[str, str | None, int]]:
        with _opened(home, place) as context:
            return {
                (stage, day): (cell.state, cell.reason, cell.rows)
                for stage in STAGE_NAMES
                for day, cell in context.run_log.cells(stage).items()
            }

    assert states(on_bigquery[0], "bigquery://test/season") == states(on_duckdb, "")


def test_a_day_takes_few_jobs(on_bigquery: tuple[Path, Ran, Ran]) -> None:
    day = on_bigquery[2]
    assert [stage.processed for stage in day.summary.stages] == [1] * len(STAGE_NAMES)
    assert len(day.jobs) <= MOST_JOBS_OF_A_DAY, day.by_stage


def test_five_seasons_take_few_jobs(on_bigquery: tuple[Path, Ran, Ran]) -> None:
    """A stage that holds rows in memory goes season by season; the others take a range of any length in one piece."""
    week = on_bigquery[1]
    by_season = [stage.name for stage in STAGES if not takes_whole_range(stage)]
    repeated = sum(week.by_stage[name] for name in by_season)
    assert len(week.jobs) + (SEASONS - 1) * repeated <= MOST_JOBS_OF_FIVE_SEASONS, week.by_stage


def test_a_run_without_changes_writes_nothing(on_bigquery: tuple[Path, Ran, Ran]) -> None:
    again = _ran(on_bigquery[0], homes.FIRST, LAST)
    assert sum(stage.processed for stage in again.summary.stages) == 0
    assert not [job for job in again.jobs if job.kind == "load"]
    written = {name for job in again.jobs for name in re.findall(r"(?:INSERT INTO|DELETE FROM) `(\w+)`", job.sql)}
    assert written <= {"run_events", "leases"}


def test_every_statement_filters_the_partitions_of_every_dated_table(on_bigquery: tuple[Path, Ran, Ran]) -> None:
    jobs = [job for ran in on_bigquery[1:] for job in ran.jobs if job.kind == "query"]
    statements = [statement for job in jobs for statement in job.sql.split(";\n")]
    loose = [(table, text[:200]) for text in statements for table in _read_whole(text)]
    assert statements
    assert loose == []


def test_the_estimate_of_a_stage_names_every_table_it_reads(on_bigquery: tuple[Path, Ran, Ran]) -> None:
    with _opened(on_bigquery[0], "bigquery://test/season") as context:
        before = len(context.warehouse.jobs)  # type: ignore[attr-defined]
        found = {cost.stage: cost for cost in costs(context.warehouse, LAST, LAST)}
        assert len(context.warehouse.jobs) == before  # type: ignore[attr-defined]
    assert set(found) == set(STAGE_NAMES)
    for stage in STAGES:
        assert set(found[stage.name].tables) == {read.table.name for read in stage.reads}


def test_the_estimate_runs_nothing(on_bigquery: tuple[Path, Ran, Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURTSIDE_WAREHOUSE", "bigquery://test/season")
    dates = ["--start-date", str(LAST), "--end-date", str(LAST)]
    shown = CliRunner().invoke(app, ["run", "--estimate", *dates, "--home", str(on_bigquery[0])])
    assert shown.exit_code == 0, shown.output
    assert all(stage in shown.output for stage in STAGE_NAMES)
    assert "Nothing was run." in shown.output


def test_a_run_on_a_file_has_no_estimate(tmp_path: Path) -> None:
    dates = ["--start-date", str(LAST), "--end-date", str(LAST)]
    shown = CliRunner().invoke(app, ["run", "--estimate", *dates, "--home", str(tmp_path)])
    assert shown.exit_code == 0, shown.output
    assert "Nothing is billed" in shown.output


DATED = {table.name: table.date_column for table in ALL_TABLES if table.date_column}
_READS = re.compile(r"(?:FROM|JOIN) `(\w+)`(?= WHERE \(?`(\w+)` (?:>=|BETWEEN|=) |)")


def _read_whole(statement: str) -> list[str]:
    """Return the dated tables that a statement reads without a filter on their dates right beside them."""
    return [name for name, column in _READS.findall(statement) if name in DATED and column != DATED[name]]


@pytest.mark.parametrize(
    "planted",
    ["SELECT COUNT(*) FROM `games`", "SELECT 1 FROM `games` WHERE `season` = '2025-26' AND `game_date` > '2026-01-01'"],
)
def test_the_rule_about_partitions_finds_a_planted_violation(planted: str) -> None:
    assert _read_whole(planted)
