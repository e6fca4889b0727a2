"""Misspelt settings, in the environment and in the settings file, stop every command before it does anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from courtside.cli.main import app

COMMANDS = (
    ["daily"],
    ["run", "--start-date", "2026-02-08", "--end-date", "2026-02-08"],
    ["export", "--date", "2026-02-08"],
    ["config"],
)


def invoke(home: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, [*arguments, "--home", str(home)])
    return result.exit_code, result.output


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_champion_that_is_not_a_system_is_refused(command, tmp_path, monkeypatch):
    monkeypatch.setenv("COURTSIDE_CHAMPION", "catboost_v8")
    code, output = invoke(tmp_path / "home", *command)
    assert code == 2
    assert "catboost_v8" in output and "catboost_v9" in output
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_an_unknown_variable_is_refused_with_the_closest_setting(command, tmp_path, monkeypatch):
    monkeypatch.setenv("COURTSIDE_CHAMPOIN", "moving_average")
    code, output = invoke(tmp_path / "home", *command)
    assert code == 2
    assert "COURTSIDE_CHAMPOIN in the environment is not a setting; the closest is COURTSIDE_CHAMPION" in output
    assert "(hidden)" not in output
    assert "moving_average" not in output


@pytest.mark.parametrize(
    ("line", "name", "closest"),
    [
        ('champoin = "moving_average"', "champoin", "champion"),
        ('Champion = "moving_average"', "Champion", "champion"),
        ('alert_url = "slack://a-long-token"', "alert_url", "alert_urls"),
        ("[lease]\nseconds = 3", "lease", "lease_seconds"),
    ],
)
def test_an_unknown_key_of_the_settings_file_is_refused_with_the_closest_setting(
    line, name, closest, tmp_path, monkeypatch
):
    file = tmp_path / "courtside.toml"
    file.write_text(line)
    monkeypatch.setenv("COURTSIDE_CONFIG", str(file))
    code, output = invoke(tmp_path / "home", "daily")
    assert code == 2
    assert f"{name} in {file} is not a setting; the closest is {closest}" in output.replace("\n", "")
    assert "(hidden)" not in output and "a-long-token" not in output


def test_a_wrong_value_of_a_secret_stays_hidden(tmp_path, monkeypatch):
    file = tmp_path / "courtside.toml"
    file.write_text("alert_urls = 12345678")
    monkeypatch.setenv("COURTSIDE_CONFIG", str(file))
    code, output = invoke(tmp_path / "home", "config")
    assert code == 2
    assert "12345678" not in output


@pytest.mark.parametrize("name", ["COURTSIDE_REAL_DATA", "COURTSIDE_LOG_LEVEL", "COURTSIDE_ODDS_API_KEY"])
def test_a_known_variable_that_is_not_a_setting_is_allowed(name, tmp_path, monkeypatch):
    monkeypatch.setenv(name, "WARNING")
    assert invoke(tmp_path / "home", "config")[0] == 0
