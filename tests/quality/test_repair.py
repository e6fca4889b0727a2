"""`courtside repair` names missing and late data, ingests it from disk, and processes exactly what depends on it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from courtside.cli.main import app
from tests import homes

LOST = homes.LOST


@pytest.fixture
def gap(gap_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """A copy of a home without the player log of one date, and a folder in which the log lies beside something else."""
    monkeypatch.setenv("COURTSIDE_NOW", homes.NOW.isoformat())
    home, inbox = homes.copy_of(gap_home, tmp_path / "home"), tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "late.json").write_bytes(homes.logs_of(LOST)["P"].content)
    (inbox / "notes.txt").write_text("not a payload")
    return home, inbox


def repaired(home: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["repair", *arguments, "--home", str(home)])
    return result.exit_code, result.stdout


def test_a_late_log_is_named_and_ingested_and_its_dependants_are_processed_again(
    gap: tuple[Path, Path], run_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, inbox = gap
    code, text = repaired(home, "--dry-run", "--json")
    (need,) = [need for need in json.loads(text) if need["source"] == "box"]
    assert (code, need["date"], need["what"], need["state"], need["days"]) == (
        1,
        str(LOST),
        "no box score",
        "missing",
        8,
    )
    assert repaired(home)[0] == 1, "nothing to ingest, so the date stays held"
    monkeypatch.setenv("COURTSIDE_INBOX", str(inbox))
    code, text = repaired(home, "--json")
    done = json.loads(text)
    assert (code, done["is_whole"], done["needs_after"]) == (0, True, [])
    before_lost = (LOST - homes.FIRST).days
    assert done["processed"]["analytics"] == 1
    assert done["processed"]["features"] == 22 - before_lost - 1, (
        "the features of a date do not depend on its box scores"
    )
    assert done["before"]["cells"]["held"] > 0 == done["after"]["cells"].get("held", 0)
    assert done["before"]["with_gaps"] > 0 == done["after"]["with_gaps"]
    whole, mended = homes.contents(run_home), homes.contents(home)
    for table in ("player_games", "player_features", "predictions", "graded_predictions"):
        assert mended[table] == whole[table], table


def test_the_output_shows_the_state_before_and_after(gap: tuple[Path, Path]) -> None:
    home, inbox = gap
    code, text = repaired(home, "--date", str(LOST), "--from", str(inbox))
    assert code == 0
    for part in (
        "no box score",
        "missing, 8 days",
        "processed again: analytics 1",
        "cells held",
        "payloads missing or late",
    ):
        assert part in text


def test_a_missing_date_or_path_is_refused_by_name(gap: tuple[Path, Path]) -> None:
    home, _ = gap
    for arguments, message in (
        (("--date", "2027-01-01"), "2027-01-01"),
        (("--from", "/no/such/folder"), "/no/such/folder"),
    ):
        result = CliRunner().invoke(app, ["repair", *arguments, "--home", str(home)])
        assert result.exit_code == (2 if arguments[0] == "--date" else 1)
        assert message in result.stderr
