"""Stored tables and public files of two simulated homes keep their bytes."""

from __future__ import annotations

from pathlib import Path

import duckdb

from tests import homes, pins
from tests.quality.violations import CONTAMINATED

POINTS, EVERY_MARKET = "simulated, points", "simulated, every market"


def test_a_home_of_points_keeps_its_tables_and_files(run_home: Path) -> None:
    assert pins.changed(POINTS, run_home) == []


def test_a_home_of_every_market_keeps_its_tables_and_files(home_of_every_market: Path) -> None:
    assert pins.changed(EVERY_MARKET, home_of_every_market) == []


def test_a_changed_value_and_a_changed_file_are_found(run_home: Path, tmp_path: Path) -> None:
    home = homes.copy_of(run_home, tmp_path / "home")
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        connection.execute(CONTAMINATED)
    next((home / "public" / "v1" / "picks").glob("*.json")).write_bytes(b"{}")
    found, before = pins.outside_of(home), pins.outside_of(run_home)
    assert {key for key in before if found[key] != before[key]} == {"table player_features", "files v1/picks"}
