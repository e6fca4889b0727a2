"""A warehouse of another version: tables of stages are computed again, all other tables keep their rows."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl
import pytest

from courtside.errors import SchemaDriftError
from courtside.league.markets import MARKET_COLUMN
from courtside.operations.migrate import COMPUTED_BY, migrate, plan
from courtside.pipeline.run_log import RunLog
from courtside.pipeline.stages import STAGES
from courtside.pipeline.tables import ALL_TABLES
from courtside.warehouse.duckdb import DuckDBWarehouse
from tests import homes
from tests.cli.test_commands import call


def altered(home: Path, *statements: str) -> DuckDBWarehouse:
    path = homes.settings_in(home).warehouse_path
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)
    return DuckDBWarehouse(path)


def test_an_emptied_table_is_computed_again_to_the_same_bytes(run_home: Path, tmp_path: Path) -> None:
    home = homes.copy_of(run_home, tmp_path / "home")
    before = homes.contents(home), homes.files(home)
    altered(home, "ALTER TABLE player_features DROP COLUMN games_in_last_7_days").close()
    code, output = call("run", "--start-date", str(homes.FIRST), "--end-date", str(homes.LAST), home=home)
    assert code == 2
    assert "Preflight failed: table player_features" in output
    assert "courtside migrate" in output
    assert "emptied" in call("migrate", "--dry-run", home=home)[1]
    code, output = call("migrate", home=home)
    assert (code, "stage features computes its rows again" in output) == (0, True)
    assert "Every table already has the shape of this version." in call("migrate", home=home)[1]
    homes.run_in(home)
    assert (homes.contents(home), homes.files(home)) == before


def test_rows_that_cannot_be_computed_again_are_kept(run_home: Path, tmp_path: Path) -> None:
    home = homes.copy_of(run_home, tmp_path / "home")
    with altered(home, "ALTER TABLE run_events DROP COLUMN detail") as warehouse:
        rows = warehouse._execute("SELECT count(*) FROM run_events").fetchone()
        steps = migrate(warehouse, RunLog(warehouse, homes.settings_in(home).clock))
        assert [(step.drift.table.name, step.stage) for step in steps] == [("run_events", None)]
        assert warehouse._execute("SELECT count(*) FROM run_events").fetchone() == rows
        warehouse.prepare(ALL_TABLES)


@pytest.mark.parametrize("table", ["published_picks", "raw_player_box", "grid"])
def test_a_column_that_cannot_be_filled_is_refused_and_nothing_changes(
    run_home: Path, tmp_path: Path, table: str
) -> None:
    home = homes.copy_of(run_home, tmp_path / "home")
    alter = f"ALTER TABLE {table} ADD COLUMN of_a_later_version VARCHAR"
    with altered(home, alter, "ALTER TABLE player_games DROP COLUMN points") as warehouse:
        with pytest.raises(SchemaDriftError, match=rf"{table}: column of_a_later_version is not declared.*cannot be"):
            migrate(warehouse, RunLog(warehouse, homes.settings_in(home).clock))
        assert [found.table.name for found in warehouse.drifted(ALL_TABLES)].count("player_games") == 1
        with pytest.raises(SchemaDriftError):
            plan(warehouse)


def test_every_stage_that_replaces_rows_can_compute_its_tables_again() -> None:
    ledgers = {"picks", "publishing"}
    assert {stage.name for stage in STAGES} - ledgers == set(COMPUTED_BY.values())


def test_a_home_from_before_markets_keeps_its_rows_as_points(run_home: Path, tmp_path: Path) -> None:
    home = homes.copy_of(run_home, tmp_path / "home")
    tables = [table for table in ALL_TABLES if MARKET_COLUMN in table.columns]
    of_points = [f"DELETE FROM {table.name} WHERE market <> 'points'" for table in tables]
    before = [f"ALTER TABLE {table.name} DROP COLUMN market" for table in tables]
    with altered(home, *of_points) as warehouse:
        rows = {table.name: warehouse.collect(warehouse.scan(table)).sort(pl.all()) for table in tables}
    altered(home, *before).close()
    assert call("migrate", home=home)[0] == 0
    with altered(home) as warehouse:
        for name, found in rows.items():
            table = next(table for table in tables if table.name == name)
            assert warehouse.collect(warehouse.scan(table)).sort(pl.all()).equals(found), name
    files = homes.files(home)
    homes.run_in(home)
    assert homes.files(home) == files
