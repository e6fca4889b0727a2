"""The commands, run as on the command line."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from courtside.cli.main import app
from tests import homes

runner = CliRunner()


def call(*words: str, home: Path | None = None, now: str = "2025-11-13T17:00") -> tuple[int, str]:
    env = {"COURTSIDE_NOW": now, "COLUMNS": "200"}
    result = runner.invoke(app, [*words, *(["--home", str(home)] if home else [])], env=env)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_the_help_names_every_command() -> None:
    code, output = call("--help")
    assert code == 0
    for name in ("ingest", "run", "daily", "status", "export", "serve", "config", "demo"):
        assert name in output


def test_config_prints_each_setting_with_its_origin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("courtside.toml").write_text('champion = "ewma"\n')
    monkeypatch.setenv("COURTSIDE_CONFIG", "courtside.toml")
    monkeypatch.setenv("COURTSIDE_THREADS", "2")
    _, output = call("config")
    lines = {line.split()[0]: line for line in output.splitlines() if line.strip()}
    assert "courtside.toml" in lines["champion"]
    assert "ewma" in lines["champion"]
    assert "COURTSIDE_THREADS" in lines["threads"]
    assert "default" in lines["lease_seconds"]


@pytest.mark.parametrize(
    ("content", "complaint"), [('threads = "many"\n', "threads"), ("chmpion = 1\n", "chmpion"), ("= =\n", "TOML")]
)
def test_a_setting_that_cannot_be_used_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, complaint: str
) -> None:
    settings = tmp_path / "courtside.toml"
    settings.write_text(content)
    monkeypatch.setenv("COURTSIDE_CONFIG", str(settings))
    code, output = call("config")
    assert code == 2
    assert complaint in output


BAD_FILES = {
    "empty.csv": b"",
    "truncated.csv.gz": gzip.compress(b"SEASON_ID,PLAYER_ID\n" * 500)[:-20],
    "page.json": b"<!DOCTYPE html><html><body>Access denied</body></html>",
    "garbage.bin": bytes(range(256)) * 40_000,
    "missing_column.csv": b"SEASON_ID,PLAYER_ID,PLAYER_NAME,TEAM_ID,GAME_ID,GAME_DATE,MATCHUP,PTS\n"
    b"22025,1,A,1610612747,0022500001,2025-10-21,LAL vs. GSW,10\n",
}


def test_broken_files_are_refused_each_with_a_line_and_do_not_stop_the_rest(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, content in BAD_FILES.items():
        (folder / name).write_bytes(content)
    good = next(payload for payload in homes.payloads() if payload.name.startswith("leaguegamelog_P_"))
    (folder / "good.json").write_bytes(good.content)
    code, output = call("ingest", "files", str(folder), home=tmp_path / "home")
    assert code == 1
    for name in BAD_FILES:
        assert any(line.startswith(f"{name}:") or f"/{name}:" in line for line in output.splitlines()), name
    assert "5 payloads refused" in " ".join(output.split())
    assert any(line.startswith("good.json") and "ingested" in line for line in output.splitlines())
    again, output = call("ingest", "files", str(folder / "good.json"), home=tmp_path / "home")
    assert again == 0
    assert "already there" in output


def test_a_path_that_does_not_exist_is_named(tmp_path: Path) -> None:
    code, output = call("ingest", "files", str(tmp_path / "nowhere.csv"), home=tmp_path / "home")
    assert code == 1
    assert "nowhere.csv: does not exist" in " ".join(output.split())


def test_a_range_that_runs_backwards_is_refused(tmp_path: Path) -> None:
    code, output = call("run", "--start-date", "2025-11-02", "--end-date", "2025-11-01", home=tmp_path / "home")
    assert code == 2
    assert "is after" in output


def test_an_invalid_date_is_named(tmp_path: Path) -> None:
    code, output = call("run", "--start-date", "yesterday", "--end-date", "2025-11-01", home=tmp_path / "home")
    assert code == 2
    assert "'yesterday' is not a date" in output


def test_status_shows_the_grid_and_names_what_was_never_run(run_home: Path, tmp_path: Path) -> None:
    home = homes.copy_of(run_home, tmp_path / "home")
    code, output = call("status", home=home)
    assert code == 0
    assert "season 2025-26" in output
    _, output = call("status", "--json", home=home)
    status = json.loads(output)
    assert status["stages"]["features"]["complete"] >= 20
    assert {item["state"] for item in status["open"]} <= {"missing", "expected"}


def test_status_before_the_first_run_names_the_next_command(tmp_path: Path) -> None:
    code, output = call("status", home=tmp_path / "home")
    assert code == 2
    assert "courtside run" in " ".join(output.split())


def test_daily_fills_every_gap_of_the_season(ingested_home: Path, run_home: Path, tmp_path: Path) -> None:
    home = homes.copy_of(ingested_home, tmp_path / "home")
    code, output = call("daily", "--date", str(homes.LAST), home=home)
    assert code == 0, output
    assert homes.contents(home) == homes.contents(run_home)


def test_export_writes_only_the_requested_types_and_only_changed_files(run_home: Path, tmp_path: Path) -> None:
    home = homes.copy_of(run_home, tmp_path / "home")
    _, output = call("export", "--date", str(homes.LAST), home=home)
    assert "written" not in output
    (home / "public" / "v1" / "subsets" / "season.json").unlink()
    code, output = call("export", "--date", str(homes.LAST), "--only", "season-subsets", home=home)
    assert code == 0
    assert "1 written" in output
    code, output = call("export", "--date", str(homes.LAST), "--only", "everything", home=home)
    assert code == 2
    assert "season-subsets" in output


def test_simulate_prints_the_ingested_payloads(tmp_path: Path) -> None:
    code, output = call("ingest", "simulate", "--seasons", "1", "--until", "2025-10-24", home=tmp_path / "home")
    assert code == 0
    assert "0 payloads refused" in " ".join(output.split())
    code, output = call("ingest", "simulate", "--faults", "missing_boxes=1", home=tmp_path / "other")
    assert code == 2
    assert "missing_box_share" in output
