"""`courtside runs`: the events of each run, as text, JSON and Prometheus metrics."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from typer.testing import CliRunner

from courtside.cli.main import app
from courtside.operations.runs import NOT_FINISHED, recent_runs
from courtside.pipeline.stages import STAGES
from tests import homes


def output_of(home: Path, *options: str) -> str:
    result = CliRunner().invoke(app, ["runs", *options, "--home", str(home)], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(scope="module")
def home(run_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a whole run, and one that stopped in the middle an hour later."""
    place = homes.copy_of(run_home, tmp_path_factory.mktemp("runs") / "home")
    with homes.opened(place, homes.NOW + dt.timedelta(hours=1)) as context:
        context.warehouse.upsert([context.run_log.event("run", "started", [homes.FIRST], 0, detail="one date")])
    return place


def test_runs_are_listed_newest_first_and_an_unfinished_run_is_marked(home: Path) -> None:
    listed: list[dict[str, Any]] = json.loads(output_of(home, "--json"))
    assert listed[0]["outcome"] == NOT_FINISHED
    assert listed[0]["seconds"] is None
    assert listed[1]["outcome"] == "finished"
    assert listed[1]["rows"] > 1000
    assert NOT_FINISHED in output_of(home)


def test_one_run_shows_what_each_stage_wrote_and_took(home: Path) -> None:
    with homes.opened(home) as context:
        whole = recent_runs(context.warehouse)[1].run_id
    events = json.loads(output_of(home, whole[:5], "--json"))["events"]
    ended = {event["stage"]: event for event in events if event["event"] == "finished"}
    assert set(ended) == {"run", *(stage.name for stage in STAGES)}
    assert all(event["seconds"] is not None for event in ended.values())
    assert "unchanged" in output_of(home, whole)


def test_an_unknown_run_id_names_the_next_command(home: Path) -> None:
    result = CliRunner().invoke(app, ["runs", "nosuchrun", "--home", str(home)])
    assert result.exit_code == 2
    assert "`courtside runs` lists the runs" in result.stderr


def samples(home: Path) -> dict[tuple[str, ...], float]:
    """Return what a Prometheus server reads from the command's output, by name and label values."""
    families = text_string_to_metric_families(output_of(home, "--prometheus"))
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


def test_prometheus_output_holds_the_last_run_and_the_grid(home: Path) -> None:
    values = samples(home)
    assert values["courtside_run_unfinished",] == 1
    assert values["courtside_run_timestamp_seconds",] == homes.NOW.replace(tzinfo=dt.UTC).timestamp()
    assert values["courtside_run_duration_seconds",] > 0
    assert values["courtside_run_failures",] == 0
    assert values["courtside_cells", "features", "complete"] > 10


def test_a_home_without_runs_has_no_samples(tmp_path: Path) -> None:
    assert samples(tmp_path) == {}
