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
    ('DELETE FROM "player_games"', 1),
    ('INSERT INTO "player_games"', 1),
    ('INSERT INTO "player_features"', 1),
    ('INSERT INTO "grid"', 3),
    ('INSERT INTO "published_picks"', 1),
    ('INSERT INTO "graded_picks"', 1),
    ("COMMIT", 9),
)


@pytest.mark.parametrize(("prefix", "occurrence"), MOMENTS)
def test_a_run_killed_in_the_middle_of_a_write_is_finished_by_the_next(
    prefix: str, occurrence: int, ingested_home: Path, run_home: Path, tmp_path: Path
) -> None:
    home = homes.copy_of(ingested_home, tmp_path / "home")
    if prefix.startswith("DELETE"):
        home = homes.copy_of(run_home, tmp_path / "again")
        homes.ingest_into(home, [homes.corrected_box_score()])
    command = [sys.executable, "-m", "tests.orchestration.killed_run", str(home), prefix, str(occurrence)]
    killed = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, timeout=120)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()

    homes.assert_whole_dates(home)
    summary = homes.run_in(home)
    assert summary.is_whole
    if not prefix.startswith("DELETE"):
        assert homes.contents(home) == homes.contents(run_home)
        assert homes.files(home) == homes.files(run_home)
