"""The settings file of a home, and the demonstration's next steps that depend on it."""

from __future__ import annotations

import datetime as dt
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from courtside.cli import demo
from courtside.cli.main import app
from courtside.config import load_settings, origins
from courtside.operations.example import fix_clock
from courtside.pipeline.run_log import Cell
from courtside.pipeline.runner import RunSummary
from tests import homes


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder without settings, with no variable set."""
    monkeypatch.chdir(tmp_path)
    for name in ("NOW", "HOME", "CONFIG"):
        monkeypatch.delenv(f"COURTSIDE_{name}", raising=False)


@pytest.fixture
def home(run_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A finished league with the settings file that the demonstration writes."""
    copied = homes.copy_of(run_home, tmp_path / "home")
    (copied / "courtside.toml").touch()
    monkeypatch.setattr(demo, "NOW", homes.NOW)
    fix_clock(copied, demo.NOW)
    return copied


def call(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words))
    return result.exit_code, result.output


def test_the_commands_that_the_demonstration_prints_work_as_printed(home: Path) -> None:
    commands = [shlex.split(command) for _, command in demo.next_steps(home)]
    ran = [words[1] for words in commands if words[0] == "courtside" and words[1] != "serve"]
    assert ran == ["daily", "status"]
    for name in ran:
        code, output = call(name, "--home", str(home))
        assert code == 0, output
        assert "never run" not in output


@pytest.mark.parametrize(("are_whole", "code"), [((True, True), 0), ((False, True), 1), ((True, False), 1)])
def test_the_demonstration_fails_where_one_of_its_runs_is_not_whole(
    are_whole: tuple[bool, bool], code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = demo.LAST_PLAYED
    failed = ((day, "features", Cell("failed")),)
    runs = iter(RunSummary("run", day, day, (), () if is_whole else failed) for is_whole in are_whole)
    monkeypatch.setattr(demo, "run_shown", lambda *_, **__: next(runs))
    for name in ("simulate_into", "learn", "_show"):
        monkeypatch.setattr(demo, name, lambda *_, **__: None)
    assert call("demo", "--home", str(tmp_path / "demo"))[0] == code


def test_dagster_reads_the_settings_of_the_home_it_is_given(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("dagster", reason="courtside[dagster] is not installed")
    from courtside.orchestration.installation import Courtside

    make = next(shlex.split(command) for _, command in demo.next_steps(home) if command.startswith("make"))
    name, _, value = make[2].partition("=")
    monkeypatch.setenv(name, value)
    assert Courtside().settings().now == homes.NOW


def test_options_and_variables_come_before_the_home_and_the_home_before_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "courtside.toml").write_text("threads = 3\nlease_seconds = 30\nodds_budget_per_day = 3\n")
    (tmp_path / "courtside.toml").write_text('home = "home"\nthreads = 4\nlock_patience_seconds = 4.0\n')
    monkeypatch.setenv("COURTSIDE_LEASE_SECONDS", "20")
    settings = load_settings(odds_budget_per_day=1)
    assert (settings.threads, settings.lock_patience_seconds) == (3, 4.0)
    assert (settings.lease_seconds, settings.odds_budget_per_day) == (20, 1)
    assert origins(settings)["threads"][1] == "home/courtside.toml"
    assert load_settings(home=tmp_path / "other").threads == 4


@pytest.mark.parametrize("text", ["= =", "thread = 1", 'home = "other"', 'now = "soon"'])
def test_a_wrong_settings_file_of_a_home_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "courtside.toml").unlink(missing_ok=True)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "courtside.toml").write_text(text)
    code, output = call("status", "--home", "home")
    assert code == 2
    assert "courtside.toml" in output or "now" in output


def test_the_demonstration_does_not_fix_the_clock_of_another_installation(tmp_path: Path) -> None:
    (tmp_path / "warehouse.duckdb").touch()
    code, output = call("demo", "--home", str(tmp_path))
    assert (code, "holds another installation" in " ".join(output.split())) == (2, True)
    assert load_settings(home=tmp_path).now is None


def test_the_clock_of_a_home_may_be_set_by_hand(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURTSIDE_NOW", "2025-11-14T17:00")
    assert load_settings(home=home).now == dt.datetime(2025, 11, 14, 17)
