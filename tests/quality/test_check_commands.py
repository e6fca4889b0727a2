"""The check commands as a user runs them: exit codes, JSON, stored results, and never 0 without a judgement."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from courtside.cli.main import app
from tests import homes
from tests.quality.stores import DAY

DIRTY = "UPDATE player_features SET required_default_count = 1 WHERE player_id % 10 < 2"


@pytest.fixture
def home(run_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COURTSIDE_NOW", homes.NOW.isoformat())
    return homes.copy_of(run_home, tmp_path / "home")


def run_check(home: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["check", *arguments, "--home", str(home)])
    return result.exit_code, result.stdout


def spoil(home: Path, *statements: str) -> None:
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        for statement in statements:
            connection.execute(statement)


def kept_in(home: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_the_exit_code_of_training_data_is_its_verdict_and_a_page_is_written(home: Path, tmp_path: Path) -> None:
    code, text = run_check(home, "training-data", "--threshold", "50", "--json", "--html", str(tmp_path / "page.html"))
    report = json.loads(text)
    assert (code, report["verdict"], report["start"]) == (0, "clean", "2025-11-01")
    assert "Clean" in (tmp_path / "page.html").read_text()
    spoil(home, DIRTY)
    code, text = run_check(home, "training-data", "--recent", "--threshold", "5")
    assert code == 1
    assert text.startswith("Contaminated: ")
    results = kept_in(home, "SELECT status, observed FROM check_results WHERE suite = 'training-data'")
    assert sorted(status for status, _ in results) == ["failed", "passed"]


@pytest.mark.parametrize(
    "statements",
    [
        ("DELETE FROM player_features",),
        ("DROP TABLE player_features",),
        ("DROP TABLE grid",),
        ("DROP TABLE games",),
        (f"DELETE FROM player_features WHERE game_date = '{DAY}'",),
    ],
)
def test_training_data_does_not_exit_with_0_where_it_cannot_judge(statements: tuple[str, ...], home: Path) -> None:
    spoil(home, *statements)
    code, _ = run_check(home, "training-data", "--threshold", "50")
    assert code == 2


def test_a_missing_home_and_a_locked_warehouse_exit_with_2(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_check(tmp_path / "nowhere", "training-data")[0] == 2
    assert run_check(tmp_path / "nowhere", "daily")[0] == 2
    (home / "warehouse.duckdb").write_bytes(b"no database")
    assert run_check(home, "training-data")[0] == 2


def test_contradicting_options_are_refused(home: Path) -> None:
    assert run_check(home, "training-data", "--recent", "--train-start", "2025-11-01")[0] == 2
    assert run_check(home, "training-data", "--train-start", "2027-01-01")[0] == 2
    assert run_check(home, "training-data", "--train-start", "yesterday")[0] == 2


def test_daily_and_features_exit_with_1_on_a_critical_failure_and_store_every_result(home: Path) -> None:
    code, text = run_check(home, "daily", "--date", str(DAY), "--json")
    failed = [check["number"] for check in json.loads(text)["checks"] if check["status"] == "failed"]
    assert (code, failed) == (1, ["0.487"]), "three weeks into a first season most players are new"
    spoil(home, f"DELETE FROM predictions WHERE game_date = '{DAY}'")
    code, text = run_check(home, "daily", "--date", str(DAY))
    assert code == 1
    assert "5.1 (critical): 0 observed, ≥ 100 % accepted" in text
    code, text = run_check(home, "features", "--sample", "50", "--json")
    checks = {check["number"]: check for check in json.loads(text)["checks"]}
    assert (len(checks), checks["10"]["n"], checks["10"]["status"]) == (30, 50, "passed")
    kept = kept_in(
        home, "SELECT suite, count(*), count(DISTINCT check_run_id) FROM check_results GROUP BY 1 ORDER BY 1"
    )
    assert kept == [("daily", 54, 2), ("features", 30, 1)]
    code, text = run_check(home, "history", "--check", "5.1", "--json")
    assert (code, [row["status"] for row in json.loads(text)]) == (0, ["passed", "failed"])
    assert "not judged" in run_check(home, "history", "--last", "500")[1]
    assert run_check(home, "history", "--check", "9.99")[0] == 2, "a check that never ran has no history"


def test_a_drifted_table_is_a_failed_check_of_the_daily_validation(home: Path) -> None:
    spoil(home, "ALTER TABLE outcomes DROP COLUMN outcome")
    code, text = run_check(home, "daily", "--date", str(DAY), "--json")
    checks = {check["number"]: check for check in json.loads(text)["checks"]}
    assert (code, checks["0.3"]["status"]) == (1, "failed")
    assert "column outcome is missing" in checks["0.3"]["detail"]
