"""A run that is killed at any moment leaves only complete dates, and the next run finishes the rest."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import homes

ROOT = Path(__file__).resolve().parents[2]
MOMENTS = (
    ("COMMIT", 2),
    ('INSERT INTO "player_games"', 1),
    ('INSERT INTO "grid"', 3),
    ('INSERT INTO "player_features"', 1),
    ("COMMIT", 5),
    ('INSERT INTO "published_picks"', 1),
    ('INSERT INTO "graded_picks"', 1),
)
"""Statements, in the order in which the stages reach them: each run is killed later than the run before it."""


def run_until_killed(home: Path, prefix: str, occurrence: int) -> None:
    command = [sys.executable, "-m", "tests.orchestration.killed_run", str(home), prefix, str(occurrence)]
    killed = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, timeout=120)
    assert killed.returncode == -signal.SIGKILL, (prefix, killed.stderr.decode())
    homes.assert_whole_dates(home)


@pytest.mark.slow
def test_runs_killed_in_the_middle_of_a_write_are_finished_by_the_next(
    ingested_home: Path, run_home: Path, tmp_path: Path
) -> None:
    home = homes.copy_of(ingested_home, tmp_path / "home")
    for prefix, occurrence in MOMENTS:
        run_until_killed(home, prefix, occurrence)
    assert homes.run_in(home).is_whole
    assert homes.contents(home) == homes.contents(run_home)
    assert homes.files(home) == homes.files(run_home)


def test_a_run_killed_while_it_replaces_rows_is_finished_by_the_next(run_home: Path, tmp_path: Path) -> None:
    home = homes.copy_of(run_home, tmp_path / "home")
    homes.ingest_into(home, [homes.corrected_box_score()])
    run_until_killed(home, 'DELETE FROM "player_games"', 1)
    assert homes.run_in(home).is_whole
