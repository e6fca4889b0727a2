"""The measurements of `benchmarks/`."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks import growth
from benchmarks.measure import measured

HELD = 256 * 2**20


def nothing() -> None:
    """Do nothing."""


def test_the_peak_of_a_process_does_not_count_what_its_starter_holds() -> None:
    before = measured(nothing).peak_mb
    held = b"x" * HELD
    assert measured(nothing).peak_mb < before + len(held) / 2**20 / 2


@pytest.mark.slow
def test_a_repeated_season_has_feature_rows(tmp_path: Path) -> None:
    growth.pattern(str(tmp_path))
    assert growth.backfill(str(tmp_path), seasons=1) > 0
