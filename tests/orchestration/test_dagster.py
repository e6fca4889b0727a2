"""Dagster and the command line call the same stages and share the ledger."""

from __future__ import annotations

import datetime as dt
import warnings
from pathlib import Path
from typing import Any

import pytest

dg = pytest.importorskip("dagster", reason="courtside[dagster] is not installed")
pytest.importorskip("nba_api", reason="courtside[live] is not installed")
warnings.simplefilter("ignore")

from courtside.orchestration.assets import ASSETS, Courtside, checks_of  # noqa: E402
from courtside.orchestration.definitions import defs  # noqa: E402
from courtside.orchestration.stages import STAGES  # noqa: E402
from courtside.orchestration.triggers import (  # noqa: E402
    all_finals_in,
    lines_every_two_hours,
    morning_run,
    new_lines,
    pre_tip_refresh,
)
from tests import homes  # noqa: E402

RANGE = {
    "dagster/asset_partition_range_start": str(homes.FIRST),
    "dagster/asset_partition_range_end": str(homes.LAST),
}


def at(home: Path, now: dt.datetime = homes.NOW) -> dict[str, Courtside]:
    return {"courtside": Courtside(home=str(home), now=now.isoformat())}


def materialised(home: Path, **options: Any) -> Any:
    return dg.materialize(ASSETS, resources=at(home), raise_on_error=False, **options)


def test_every_stage_is_an_asset_with_daily_eastern_partitions_and_single_run_back_fills() -> None:
    graph = defs.resolve_asset_graph()
    names = {key.to_user_string() for key in graph.get_all_asset_keys()}
    assert names == {"payloads", *(stage.name for stage in STAGES)}
    for stage in STAGES:
        node = graph.get(dg.AssetKey(stage.name))
        assert node.partitions_def.timezone == "America/New_York"
        assert node.backfill_policy == dg.BackfillPolicy.single_run()
        assert node.freshness_policy is not None
        assert {key.name for key in node.check_keys} == set(checks_of(stage.name))


def test_jobs_schedules_and_sensors_are_there() -> None:
    assert {job.name for job in defs.resolve_all_job_defs()} >= {"daily", "lines_now", "stages", "grades"}
    schedules = {item.name: (item.cron_schedule, item.execution_timezone) for item in defs.schedules or ()}
    assert schedules["lines_every_two_hours"] == ("0 9-23/2 * * *", "America/New_York")
    assert {item.name for item in defs.sensors or ()} == {"new_lines", "all_finals_in"}


def test_a_back_fill_is_one_run_and_gives_the_bytes_of_the_command_line(
    ingested_home: Path, run_home: Path, tmp_path: Path
) -> None:
    home = homes.copy_of(ingested_home, tmp_path / "home")
    result = materialised(home, tags=RANGE)
    assert result.success
    assert homes.contents(home) == homes.contents(run_home)
    seen = result.asset_materializations_for_node("features")[0].metadata
    assert seen["rows"].value > 1000
    assert seen["more"].value.startswith("courtside runs ")
    assert all(check.passed for check in result.get_asset_check_evaluations() if check.check_name == "no_date_failed")


def test_what_the_command_line_has_done_dagster_leaves_alone(run_home: Path, tmp_path: Path) -> None:
    home = homes.copy_of(run_home, tmp_path / "home")
    result = materialised(home, partition_key=str(homes.LAST))
    assert result.success
    worked = {s.name: result.asset_materializations_for_node(s.name)[0].metadata["dates worked"].value for s in STAGES}
    assert worked == dict.fromkeys(worked, 0)


def test_a_date_that_fails_blocks_what_is_downstream_and_says_why(
    ingested_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(*_: object) -> None:
        raise ZeroDivisionError("planted")

    stage = next(item for item in STAGES if item.name == "lines")
    monkeypatch.setattr(type(stage), "work", work)
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


def requests_of(trigger: Any, home: Path, now: dt.datetime, **options: Any) -> tuple[list[Any], str]:
    build = dg.build_schedule_context if isinstance(trigger, dg.ScheduleDefinition) else dg.build_sensor_context
    context = build(resources=at(home, now), repository_def=defs.get_repository_def(), **options)
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


def test_sensors_ask_once_for_new_lines_and_for_a_date_that_is_final(run_home: Path, tmp_path: Path) -> None:
    home = homes.copy_of(run_home, tmp_path / "home")
    evening = dt.datetime(2025, 11, 12, 23, 0)
    asked, _ = requests_of(new_lines, home, evening)
    assert [request.partition_key for request in asked] == ["2025-11-12"]
    cursor = asked[0].run_key.partition(" ")[2]
    assert requests_of(new_lines, home, evening, cursor=cursor)[1] == "no new lines"
    after = dt.datetime(2025, 11, 13, 17, 0)
    assert [request.partition_key for request in requests_of(all_finals_in, home, after)[0]] == ["2025-11-12"]
    assert requests_of(all_finals_in, home, after, cursor="2025-11-12")[1] == "nothing newly final"


def test_definitions_listen_nowhere_by_themselves() -> None:
    """The web server's address is a command's option; the recipe gives loopback."""
    recipe = (Path(__file__).resolve().parents[2] / "Makefile").read_text(encoding="utf-8")
    assert "dagster dev" not in recipe or "-h 127.0.0.1" in recipe
