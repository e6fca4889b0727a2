"""`courtside run`: one stage alone, a dry run, and the preflight that refuses a stage whose inputs are not settled."""

from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb
import pytest

from courtside.operations.preflight import stages_after, stages_before
from courtside.pipeline.stage import Stage
from courtside.pipeline.stages import STAGE_NAMES, STAGES
from tests import homes
from tests.cli.test_commands import call

RANGE = ("run", "--start-date", str(homes.FIRST), "--end-date", str(homes.LAST))


@pytest.fixture
def home(run_home: Path, tmp_path: Path) -> Path:
    return homes.copy_of(run_home, tmp_path / "home")


def sql(home: Path, statement: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        return connection.execute(statement).fetchall()


def bytes_of(home: Path) -> str:
    return hashlib.sha256((home / "warehouse.duckdb").read_bytes()).hexdigest()


def text_of(output: str) -> str:
    return " ".join(output.split())


def named(name: str) -> Stage:
    return next(stage for stage in STAGES if stage.name == name)


def test_one_stage_is_processed_alone_and_gives_the_same_rows(home: Path) -> None:
    before = homes.contents(home)
    sql(home, "DELETE FROM player_features WHERE game_date >= '2025-11-01'")
    sql(home, "DELETE FROM gate_verdicts WHERE game_date >= '2025-11-01'")
    sql(home, "DELETE FROM grid WHERE stage = 'features' AND game_date >= '2025-11-01'")
    runs = sql(home, "SELECT DISTINCT run_id FROM grid")
    code, output = call(*RANGE, "--stage", "features", home=home)
    assert code == 0, output
    assert output.startswith("Preflight: the warehouse answers")
    assert "earlier stages are settled: analytics, lines" in output
    assert "Later stages were not run: predictions, picks, prices, grading, publishing" in output
    assert homes.contents(home) == before
    assert sql(home, f"SELECT DISTINCT stage FROM grid WHERE run_id != '{runs[0][0]}'") == [("features",)]


def test_several_stages_are_run_in_the_order_of_the_flow(ingested_home: Path, tmp_path: Path) -> None:
    home = homes.copy_of(ingested_home, tmp_path / "home")
    code, output = call(*RANGE, "--stages", "features,lines", "--stage", "analytics", home=home)
    assert code in (0, 1), output
    assert [line.split()[0] for line in output.splitlines() if " dates processed" in line] == list(STAGE_NAMES[:3])


def test_a_stage_whose_earlier_stages_never_ran_is_refused(ingested_home: Path, tmp_path: Path) -> None:
    home = homes.copy_of(ingested_home, tmp_path / "home")
    code, output = call(*RANGE, "--stage", "features", home=home)
    assert code == 1
    assert f"analytics on 22 dates from {homes.FIRST} to {homes.LAST}; lines on 22 dates" in text_of(output)
    assert "--stages analytics,lines` first" in text_of(output)
    assert sql(home, "SELECT count(*) FROM grid") == [(0,)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE grid SET state = 'failed' WHERE stage = 'analytics' AND game_date = '2025-11-05'",
        "DELETE FROM grid WHERE stage = 'analytics' AND game_date = '2025-11-05'",
        "UPDATE player_games SET points = points + 1 WHERE game_date = '2025-11-05' AND points > 20",
    ],
    ids=["failed", "missing", "damaged"],
)
def test_a_planted_fault_of_an_earlier_stage_is_named_with_its_date(home: Path, statement: str) -> None:
    sql(home, statement)
    before = homes.contents(home)
    code, output = call(*RANGE, "--stage", "features", home=home)
    assert code == 1
    assert "Preflight failed: earlier stages are missing, failed or out of date: analytics on 2025-11-05" in output
    assert homes.contents(home) == before


def test_a_payload_that_no_run_has_processed_is_named(home: Path) -> None:
    homes.ingest_into(home, [homes.corrected_box_score()])
    code, output = call(*RANGE, "--stage", "features", home=home)
    assert code == 1
    assert "analytics on 2025-10-22" in output
    _, output = call(*RANGE, "--dry-run", home=home)
    lines = {line.split()[0]: line.split()[1:] for line in output.splitlines() if line}
    assert lines["analytics"][:3] == ["1", "21", "2025-10-22"]
    assert lines["features"][:2] == ["0", "22"]


def test_a_dry_run_changes_nothing_and_names_what_a_run_processes(ingested_home: Path, tmp_path: Path) -> None:
    home = homes.copy_of(ingested_home, tmp_path / "home")
    before = bytes_of(home), sorted(home.rglob("*"))
    code, output = call(*RANGE, "--dry-run", home=home)
    assert code == 0, output
    assert (bytes_of(home), sorted(home.rglob("*"))) == before
    assert "Nothing was run." in output
    for name in STAGE_NAMES:
        assert any(line.split()[:3] == [name, "22", "0"] for line in output.splitlines()), name


def test_a_finished_home_has_nothing_to_process(home: Path) -> None:
    _, output = call(*RANGE, "--dry-run", home=home)
    for name in STAGE_NAMES[:3]:
        assert any(line.split()[:3] == [name, "0", "22"] for line in output.splitlines()), name
    _, output = call(*RANGE, "--dry-run", "--no-resume", "--stage", "features", home=home)
    assert any(line.split()[:3] == ["features", "22", "0"] for line in output.splitlines())


def test_a_home_without_payloads_names_the_next_command(tmp_path: Path) -> None:
    for words in ((), ("--dry-run",)):
        code, output = call(*RANGE, *words, home=tmp_path / "new")
        assert code == 2
        assert "no payloads are ingested. Run `courtside ingest" in output
        assert not (tmp_path / "new").exists()


def test_an_unknown_stage_is_named_with_the_closest(home: Path) -> None:
    code, output = call(*RANGE, "--stage", "featurs", home=home)
    assert code == 2
    assert "stage 'featurs' does not exist; the closest is features" in output


def test_json_without_a_dry_run_is_refused_before_anything_runs(home: Path) -> None:
    before = bytes_of(home)
    code, output = call(*RANGE, "--no-resume", "--json", home=home)
    assert (code, "--json belongs to --dry-run or --estimate" in text_of(output)) == (2, True)
    assert bytes_of(home) == before


def test_stages_before_and_after_follow_from_the_declarations() -> None:
    assert stages_before(STAGES) == stages_after(STAGES) == ()
    assert stages_before([named("features")]) == ("analytics", "lines")
    assert "features" in stages_before([named("picks")])
    assert stages_after([named("publishing")]) == ()
