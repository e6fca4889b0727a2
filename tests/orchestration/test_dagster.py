"""Dagster and the command line call the same stages and share the run log."""

from __future__ import annotations

import datetime as dt
import json
import logging
import runpy
import subprocess
import sys
import warnings
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest

dg = pytest.importorskip("dagster", reason="courtside[dagster] is not installed")
pytest.importorskip("nba_api", reason="courtside[live] is not installed")
warnings.simplefilter("ignore")

from courtside.clock import date_range  # noqa: E402
from courtside.orchestration import triggers  # noqa: E402
from courtside.orchestration.assets import FIRST_DATE, FRESH, assets_of, checks_of, partitions_of  # noqa: E402
from courtside.orchestration.definitions import definitions_of, defs  # noqa: E402
from courtside.orchestration.installation import BUSY, Courtside  # noqa: E402
from courtside.orchestration.jobs import daily, lines_now  # noqa: E402
from courtside.orchestration.triggers import (  # noqa: E402
    all_finals_in,
    failed_runs,
    lines_every_two_hours,
    morning_run,
    new_lines,
    pre_tip_refresh,
    processed_dates,
)
from courtside.pipeline.stages import STAGES  # noqa: E402
from tests import homes  # noqa: E402
from tests.orchestration.processes import HOLDING  # noqa: E402
from tests.orchestration.test_killed_runs import run_until_killed  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]

RANGE = {
    "dagster/asset_partition_range_start": str(homes.FIRST),
    "dagster/asset_partition_range_end": str(homes.LAST),
}


def at(home: Path, now: dt.datetime = homes.NOW) -> dict[str, Courtside]:
    return {"courtside": Courtside(home=str(home), now=now.isoformat())}


NOWHERE = Courtside(home="nowhere", now=homes.NOW.isoformat())
ASSETS, DEFINITIONS = assets_of(NOWHERE), definitions_of(NOWHERE)


def materialised(home: Path, **options: Any) -> Any:
    return dg.materialize(ASSETS, resources=at(home), raise_on_error=False, **options)


def processed_by(result: Any, stage: str) -> int:
    return int(result.asset_materializations_for_node(stage)[0].metadata["dates processed"].value)


def _raises(*_: object) -> None:
    raise ZeroDivisionError("planted")


def test_every_stage_is_an_asset_with_daily_eastern_partitions_and_single_run_back_fills() -> None:
    graph = DEFINITIONS.resolve_asset_graph()
    names = {key.to_user_string() for key in graph.get_all_asset_keys()}
    assert names == {"payloads", *(stage.name for stage in STAGES)}
    for stage in STAGES:
        node = graph.get(dg.AssetKey(stage.name))
        assert node.partitions_def.timezone == "America/New_York"
        assert node.backfill_policy == dg.BackfillPolicy.single_run()
        assert node.group_name == "courtside"
        assert {key.name for key in node.check_keys} == set(checks_of(stage.name))


def test_jobs_schedules_and_sensors_are_defined() -> None:
    assert {job.name for job in DEFINITIONS.resolve_all_job_defs()} >= {"daily", "lines_now", "stages", "grades"}
    schedules = {item.name: (item.cron_schedule, item.execution_timezone) for item in DEFINITIONS.schedules or ()}
    assert schedules["lines_every_two_hours"] == ("0 9-23/2 * * *", "America/New_York")
    sensors = {item.name for item in DEFINITIONS.sensors or ()}
    assert sensors == {"new_lines", "all_finals_in", "failed_runs", "processed_dates"}
    assert {asset.group_names_by_key[asset.key] for asset in ASSETS} == {"courtside"}


def test_partitions_begin_with_the_first_stored_game_and_end_today(ingested_home: Path, run_home: Path) -> None:
    for home in (ingested_home, run_home):
        days = partitions_of(at(home)["courtside"]).get_partition_keys()
        assert (days[0], days[-1]) == (str(homes.FIRST), "2025-11-13")
    assert partitions_of(NOWHERE).get_partition_keys()[0] == str(FIRST_DATE)
    assert not Path("nowhere").exists()


def test_loading_the_definitions_prints_no_line_of_dagster_twice(
    run_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURTSIDE_HOME", str(run_home))
    defs()
    assert not logging.getLogger("dagster").propagate


def test_only_data_that_age_have_a_freshness_policy(run_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURTSIDE_HOME", str(run_home))
    graph = defs().resolve_asset_graph()
    assert graph.get(dg.AssetKey("features")).freshness_policy == FRESH
    assert DEFINITIONS.resolve_asset_graph().get(dg.AssetKey("features")).freshness_policy is None


def tick_of_processed_dates(home: Path, instance: Any) -> Any:
    """Run one tick as Dagster's daemon does, and store its events."""
    context = dg.build_sensor_context(instance, resources=at(home), definitions=DEFINITIONS)
    data = processed_dates.evaluate_tick(context)
    for event in data.asset_events:
        instance.report_runless_asset_event(event)
    return data


def test_dates_that_the_command_line_processed_are_reported_once_and_failed_ones_stay_missing(
    run_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("courtside.orchestration.triggers.MOST_REPORTED", 101)
    home = homes.copy_of(run_home, tmp_path / "home")
    failed = str(homes.FIRST + dt.timedelta(days=3))
    with homes.opened(home) as context:
        cell = context.run_log.cells("grading")[dt.date.fromisoformat(failed)]
        broken = replace(cell, state="failed", reason="planted")
        context.warehouse.upsert([context.run_log.cell_rows("grading", {dt.date.fromisoformat(failed): broken})])
    with dg.DagsterInstance.ephemeral() as instance:
        counts = []
        while events := tick_of_processed_dates(home, instance).asset_events:
            counts.append(len(events))
        days = {str(day) for day in date_range(homes.FIRST, homes.LAST)}
        assert counts == [101, len(days) * len(STAGES) - 101]
        for stage in STAGES:
            missing = days - instance.get_materialized_partitions(dg.AssetKey(stage.name))
            assert missing == ({failed} if stage.name == "grading" else set())
        newest = instance.get_latest_materialization_event(dg.AssetKey("features")).asset_materialization
        assert newest.partition == str(homes.LAST)
        assert newest.metadata["more"].value.startswith("courtside runs ")
        assert newest.metadata["rows"].value > 0
        assert instance.get_latest_materialization_event(dg.AssetKey("payloads"))
        assert tick_of_processed_dates(home, instance).skip_message == "every processed date is reported"


def test_dates_that_dagster_processed_are_not_reported_again(run_home: Path, tmp_path: Path) -> None:
    home = homes.copy_of(run_home, tmp_path / "home")
    with dg.DagsterInstance.ephemeral() as instance:
        materialised(home, tags=RANGE, instance=instance)
        assert not tick_of_processed_dates(home, instance).asset_events


@pytest.mark.parametrize(("wish", "expected"), [("", "STOPPED"), ("on", "RUNNING")])
def test_schedules_and_sensors_are_off_until_automation_is_on(
    wish: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURTSIDE_AUTOMATION", wish)
    loaded = runpy.run_path(triggers.__file__)
    assert {item.default_status.name for item in (*loaded["SCHEDULES"], *loaded["SENSORS"])} == {expected}


def test_a_back_fill_is_one_run_that_finishes_a_killed_run_to_the_bytes_of_the_command_line(
    ingested_home: Path, run_home: Path, tmp_path: Path
) -> None:
    """The home is one in which a run of the command line was killed after its first stage."""
    home = homes.copy_of(ingested_home, tmp_path / "home")
    run_until_killed(home, 'INSERT INTO "player_features"', 1)
    result = materialised(home, tags=RANGE)
    assert result.success
    dates = (homes.LAST - homes.FIRST).days + 1
    assert (processed_by(result, "analytics"), processed_by(result, "features")) == (0, dates)
    assert (homes.contents(home), homes.files(home)) == (homes.contents(run_home), homes.files(run_home))
    seen = result.asset_materializations_for_node("features")[0].metadata
    assert seen["rows"].value > 1000
    assert seen["more"].value.startswith("courtside runs ")
    assert all(check.passed for check in result.get_asset_check_evaluations() if check.check_name == "no_date_failed")


def test_dagster_skips_what_the_command_line_has_processed(run_home: Path, tmp_path: Path) -> None:
    home = homes.copy_of(run_home, tmp_path / "home")
    result = materialised(home, partition_key=str(homes.LAST))
    assert result.success
    assert {stage.name: processed_by(result, stage.name) for stage in STAGES} == dict.fromkeys(
        (stage.name for stage in STAGES), 0
    )


def test_the_command_line_finishes_what_dagster_began(
    ingested_home: Path, run_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = homes.copy_of(ingested_home, tmp_path / "home")
    stage = next(item for item in STAGES if item.name == "predictions")
    with monkeypatch.context() as planted:
        planted.setattr(stage, "process", _raises)
        assert not materialised(home, tags=RANGE).success
    summary = homes.run_in(home)
    processed = {item.stage: item.processed for item in summary.stages}
    assert (processed["analytics"], processed["features"]) == (0, 0)
    assert processed["predictions"] == (homes.LAST - homes.FIRST).days + 1
    assert (homes.contents(home), homes.files(home)) == (homes.contents(run_home), homes.files(run_home))


def test_a_step_waits_for_another_writer_and_a_sensor_reads_the_last_commit(run_home: Path, tmp_path: Path) -> None:
    home = homes.copy_of(run_home, tmp_path / "home")
    held = subprocess.Popen(
        [sys.executable, "-m", "tests.orchestration.processes", "holding", str(home), homes.NOW.isoformat(), "0"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert held.stdout
    assert held.stdout.readline() == HOLDING
    impatient = {"COURTSIDE_LOCK_PATIENCE_SECONDS": "0.1"}
    try:
        with mock.patch.dict("os.environ", impatient), pytest.raises(dg.RetryRequested) as retry:
            at(home)["courtside"].working().__enter__()
        assert retry.value.max_retries == BUSY["max_retries"]
        with mock.patch.dict("os.environ", impatient):
            assert requests_of(new_lines, home, dt.datetime(2025, 11, 12, 23, 0))[0]
    finally:
        held.communicate(b"go on\n", timeout=120)


def test_a_failed_date_blocks_downstream_assets_with_the_reason(
    ingested_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = next(item for item in STAGES if item.name == "lines")
    monkeypatch.setattr(stage, "process", _raises)
    home = homes.copy_of(ingested_home, tmp_path / "home")
    result = materialised(home, partition_key=str(homes.FIRST))
    assert not result.success
    (check,) = [
        check for check in result.get_asset_check_evaluations()
        if check.asset_key == dg.AssetKey("lines") and check.check_name == "no_date_failed"
    ]  # fmt: skip
    assert not check.passed
    assert "planted" in str(check.metadata[str(homes.FIRST)].value)
    assert not result.asset_materializations_for_node("features")


def test_the_morning_run_writes_the_season_file_and_reports_its_result(
    run_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = homes.copy_of(run_home, tmp_path / "home")
    season = home / "public" / "v1" / "subsets" / "season.json"
    before = dates_of(season)
    season.unlink()
    requested: list[str] = []

    def fetch(self: Courtside, plans: Any) -> list[Any]:
        requested.extend(plan.source for plan in plans)
        return []

    monkeypatch.setattr(Courtside, "fetch", fetch)
    morning = dt.datetime.combine(homes.LAST + dt.timedelta(days=2), dt.time(14))
    result = daily.execute_in_process(resources=at(home, morning))
    assert result.success
    assert requested[0] == "odds", "what cannot be fetched later is fetched first"
    assert dates_of(season) == before
    (output,) = [event for event in result.all_events if event.is_successful_output and "run" in _metadata(event)]
    assert output.step_key == "run_daily"


def dates_of(season: Path) -> dict[str, Any]:
    groups = json.loads(season.read_bytes())["groups"]
    return {group["id"]: [one for one in group["dates"] if one["date"] <= str(homes.LAST)] for group in groups}


def _metadata(event: Any) -> dict[str, Any]:
    return dict(event.event_specific_data.metadata)


def test_a_run_that_fails_alerts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(*_: object) -> list[Any]:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(Courtside, "fetch", fetch)
    sent: list[Any] = []
    monkeypatch.setattr(Courtside, "alerts", lambda _: SimpleNamespace(send=sent.append))
    with dg.DagsterInstance.ephemeral() as instance:
        result = lines_now.execute_in_process(resources=at(tmp_path), instance=instance, raise_on_error=False)
        context = dg.build_run_status_sensor_context(
            sensor_name="failed_runs",
            dagster_event=next(event for event in result.all_events if event.event_type_value == "PIPELINE_FAILURE"),
            dagster_instance=instance,
            dagster_run=result.dagster_run,
        ).for_run_failure()
        failed_runs(context, courtside=at(tmp_path)["courtside"])
    (alert,) = sent
    assert (alert.cause, alert.title) == ("dagster.lines_now", "lines_now failed")


def requests_of(trigger: Any, home: Path, now: dt.datetime, **options: Any) -> tuple[list[Any], str]:
    build = dg.build_schedule_context if isinstance(trigger, dg.ScheduleDefinition) else dg.build_sensor_context
    context = build(resources=at(home, now), repository_def=DEFINITIONS.get_repository_def(), **options)
    data = trigger.evaluate_tick(context)
    return data.run_requests, data.skip_message or ""


def test_schedules_run_on_days_with_games_and_skip_the_others(run_home: Path, tmp_path: Path) -> None:
    home = homes.copy_of(run_home, tmp_path / "home")
    noon, late = dt.datetime(2025, 11, 12, 17, 0), dt.datetime(2025, 11, 13, 4, 50)
    summer = dt.datetime(2025, 8, 1, 17, 0)
    assert requests_of(lines_every_two_hours, home, noon)[0]
    assert requests_of(lines_every_two_hours, home, late)[1] == "every game of today has tipped off"
    assert requests_of(lines_every_two_hours, home, summer)[1] == "no games today"
    assert requests_of(pre_tip_refresh, home, noon)[1] == "no tip-off within two hours"
    assert requests_of(pre_tip_refresh, home, dt.datetime(2025, 11, 12, 23, 30))[0]
    assert requests_of(morning_run, home, noon)[0]


def test_sensors_request_one_run_for_new_lines_and_for_a_final_date(run_home: Path, tmp_path: Path) -> None:
    home = homes.copy_of(run_home, tmp_path / "home")
    evening = dt.datetime(2025, 11, 12, 23, 0)
    requested, _ = requests_of(new_lines, home, evening)
    assert [request.partition_key for request in requested] == ["2025-11-12"]
    cursor = requested[0].run_key.partition(" ")[2]
    assert requests_of(new_lines, home, evening, cursor=cursor)[1] == "no new lines"
    after = dt.datetime(2025, 11, 13, 17, 0)
    assert [request.partition_key for request in requests_of(all_finals_in, home, after)[0]] == ["2025-11-12"]
    assert (
        requests_of(all_finals_in, home, after, cursor="2025-11-12")[1]
        == "no more games are final than at the last tick"
    )


def test_loading_the_definitions_opens_no_port() -> None:
    """The web server's address is a command's option; the recipe gives loopback."""
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "dagster dev" not in recipe or "-h 127.0.0.1" in recipe
