"""`courtside watch` shows a date again when its stored state changes, and ends with Ctrl-C."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner, Result

from courtside.cli import watch
from courtside.cli.main import app
from tests import homes
from tests.cli.test_reading_while_writing import writing


@pytest.fixture
def home(run_home: Path, tmp_path: Path) -> Path:
    return homes.copy_of(run_home, tmp_path / "home")


def watched(home: Path, monkeypatch: pytest.MonkeyPatch, *changes: str) -> Result:
    """Watch a home; at each pause, one of `changes` (SQL, or nothing) is made, and after the last Ctrl-C is pressed."""
    left = list(changes)

    def pause(seconds: float) -> None:
        assert seconds == 5
        if not left:
            raise KeyboardInterrupt
        statement = left.pop(0)
        if statement:
            with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
                connection.execute(statement)

    monkeypatch.setattr(watch, "pause", pause)
    words = ["watch", str(homes.LAST), "--interval", "5", "--home", str(home)]
    return CliRunner().invoke(app, words, env={"COURTSIDE_NOW": "2025-11-13T17:00", "COLUMNS": "80"})


def fault(reason: str) -> str:
    return f"UPDATE grid SET state = 'failed', reason = '{reason}' WHERE stage = 'picks' AND game_date = '{homes.LAST}'"


def test_a_date_is_shown_again_for_each_change_and_not_without_one(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = watched(home, monkeypatch, "", fault("first"), "", fault("second"))
    assert result.exit_code == 0, result.output
    assert result.stdout.count("Wednesday, Nov 12, 2025") == 3
    assert result.stdout.index("picks is failed: first") < result.stdout.index("picks is failed: second")
    assert result.stdout.count("No run is writing. Shown at 12:00:00 ET; Ctrl-C ends.") == 3
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_watching_works_while_a_process_writes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with writing(home / "warehouse.duckdb") as process:
        result = watched(home, monkeypatch, "", "")
    assert result.exit_code == 0, result.output
    assert result.stdout.count("Wednesday, Nov 12, 2025") == 1
    assert f"Another process (PID {process.pid}) is writing" in result.stdout


def test_an_interval_below_a_second_and_a_wrong_date_are_refused(home: Path) -> None:
    for words in (["--interval", "0.5"], ["soon"]):
        assert CliRunner().invoke(app, ["watch", *words, "--home", str(home)]).exit_code == 2
