"""A run: complete, resumable, idempotent, and independent of how the payloads arrived."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

import narwhals as nw

from courtside.clock import FixedClock
from courtside.operations.status import status_of
from courtside.pipeline.runner import run
from courtside.pipeline.stages import STAGE_NAMES, STAGES
from courtside.pipeline.tables import LEASES
from courtside.raw.tables import PAYLOAD_LOG
from tests import homes


def test_every_date_and_stage_of_a_clean_season_is_settled_after_a_run(run_home: Path) -> None:
    with homes.opened(run_home) as context:
        status = status_of(context.warehouse, context.clock)
    assert set(status.stages) == set(STAGE_NAMES)
    assert all(counts["complete"] for counts in status.stages.values())
    assert [item for item in status.open if item["date"] <= str(homes.LAST)] == []


def test_a_second_run_processes_and_changes_nothing(run_home: Path, tmp_path: Path) -> None:
    home = homes.copy_of(run_home, tmp_path / "home")
    before = homes.contents(home), homes.files(home)
    summary = homes.run_in(home, now=homes.NOW + dt.timedelta(hours=1))
    assert {stage.stage: stage.processed for stage in summary.stages} == dict.fromkeys(STAGE_NAMES, 0)
    assert (homes.contents(home), homes.files(home)) == before


def test_processing_every_cell_again_gives_the_same_bytes(run_home: Path, tmp_path: Path) -> None:
    home = homes.copy_of(run_home, tmp_path / "home")
    before = homes.contents(home), homes.files(home)
    summary = homes.run_in(home, now=homes.NOW + dt.timedelta(hours=1), resume=False)
    assert all(stage.processed for stage in summary.stages)
    assert (homes.contents(home), homes.files(home)) == before


def test_two_passes_give_the_same_rows_as_one(ingested_home: Path, run_home: Path, tmp_path: Path) -> None:
    home = homes.copy_of(ingested_home, tmp_path / "home")
    for last in (homes.LAST - dt.timedelta(days=8), homes.LAST):
        homes.run_in(home, last=last, through="grading")
    assert homes.contents(home) == homes.contents(run_home)


def test_the_order_in_which_payloads_arrive_does_not_matter(run_home: Path, tmp_path: Path) -> None:
    shuffled = homes.payloads()
    random.Random(5).shuffle(shuffled)
    home = tmp_path / "home"
    homes.ingest_into(home, shuffled)
    homes.run_in(home)
    ordered, other = homes.contents(run_home), homes.contents(home)
    for table in ("games", "team_games", "player_games", "player_lines", "player_features", "predictions"):
        assert other[table] == ordered[table], table
    assert homes.files(home) == homes.files(run_home)


def test_the_same_payloads_twice_change_nothing(ingested_home: Path, tmp_path: Path) -> None:
    home = homes.copy_of(ingested_home, tmp_path / "home")
    before = homes.contents(home)
    reports = homes.ingest_into(home, homes.payloads())
    assert {report.status for report in reports} == {"already_there"}
    assert sum(report.rows_new for report in reports) == 0
    assert homes.contents(home) == before
    with homes.opened(home) as context:
        log = context.warehouse.collect(context.warehouse.scan(PAYLOAD_LOG).select(nw.col("status")))
    assert log.height == 2 * len(reports), "each delivery is in the log"


def test_as_of_rebuilds_what_was_known_then(ingested_home: Path, tmp_path: Path) -> None:
    cut = dt.datetime(2025, 11, 5, 15, 0)
    through_predictions = STAGES[: STAGE_NAMES.index("predictions") + 1]
    whole = homes.copy_of(ingested_home, tmp_path / "whole")
    with homes.opened(whole, as_of=cut) as context:
        run(context, homes.FIRST, dt.date(2025, 11, 5), stages=through_predictions)
    early = tmp_path / "early"
    homes.ingest_into(early, [payload for payload in homes.payloads() if payload.fetched_at <= cut])
    homes.run_in(early, last=dt.date(2025, 11, 5), through="predictions")
    known, rebuilt = homes.contents(early), homes.contents(whole)
    for table in ("games", "player_games", "player_lines", "player_features", "predictions"):
        assert rebuilt[table] == known[table], table


def test_a_run_renews_its_lease_once_a_tenth_of_its_time_has_passed(ingested_home: Path, tmp_path: Path) -> None:
    home = homes.copy_of(ingested_home, tmp_path / "home")
    ends = []
    with homes.opened(home) as context:
        for seconds in (0, 89, 90):
            context.run_log.clock = FixedClock(homes.NOW + dt.timedelta(seconds=seconds))
            context.run_log.acquire(900)
            ends += context.warehouse.collect(context.warehouse.scan(LEASES))["expires_at"].to_list()
    assert [end - homes.NOW for end in ends] == [dt.timedelta(seconds=seconds) for seconds in (900, 900, 990)]
