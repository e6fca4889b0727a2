"""A warehouse is copied completely between engines, and an interrupted copy continues."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from courtside.cli.main import app
from courtside.pipeline.tables import ALL_TABLES, GRID, RUN_EVENTS
from courtside.warehouse.base import Change, Upsert, Warehouse
from courtside.warehouse.copying import CopyError, copied
from courtside.warehouse.duckdb import DuckDBWarehouse
from tests import homes
from tests.warehouse.samples import DAYS, LOG, NOTES, SHOWS, TABLES, log, shows

ONE, TWO, THREE = DAYS[:3]


def _filled(warehouse: Warehouse) -> Warehouse:
    warehouse.prepare(TABLES)
    warehouse.replace_dates([Change(SHOWS, shows((ONE, "ann", 3), (TWO, "it's", None)))], [ONE, TWO])
    warehouse.append([Upsert(LOG, log((ONE, 1), (THREE, 1)))])
    cells = pl.DataFrame([(ONE, "s", 2, "h")], schema=NOTES.polars_schema, orient="row")
    warehouse.upsert([Upsert(NOTES, cells)])
    return warehouse


def test_a_copy_has_the_same_rows_and_a_second_copy_writes_nothing(warehouse: Warehouse) -> None:
    with DuckDBWarehouse(":memory:") as source:
        _filled(source)
        warehouse.prepare(TABLES)
        first = list(copied(source, warehouse, TABLES))
        again = list(copied(source, warehouse, TABLES))
    assert [done.written for done in first] == [2, 2, 1]
    assert [done.written for done in again] == [0, 0, 0]
    assert [done.content_hash for done in first] == [done.content_hash for done in again]


def test_a_copy_and_its_copy_back_are_equal(warehouse: Warehouse) -> None:
    _filled(warehouse)
    with DuckDBWarehouse(":memory:") as back:
        back.prepare(TABLES)
        hashes = {done.table: done.content_hash for done in copied(warehouse, back, TABLES)}
        assert {done.table: done.content_hash for done in copied(back, warehouse, TABLES)} == hashes


def test_a_copy_removes_rows_that_exist_only_in_the_target(warehouse: Warehouse) -> None:
    with DuckDBWarehouse(":memory:") as source:
        _filled(source)
        warehouse.prepare(TABLES)
        warehouse.replace_dates([Change(SHOWS, shows((THREE, "bob", 1), (ONE, "bob", 1)))], [ONE, THREE])
        list(copied(source, warehouse, TABLES))
        assert sorted(warehouse.collect(warehouse.scan(SHOWS))["name"]) == ["ann", "it's"]


def test_a_copy_that_loses_rows_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with DuckDBWarehouse(":memory:") as source, DuckDBWarehouse(":memory:") as target:
        _filled(source)
        target.prepare(TABLES)
        monkeypatch.setattr(target, "replace_dates", lambda *_: {})
        with pytest.raises(CopyError, match="shows: 2 rows"):
            list(copied(source, target, TABLES))


def test_a_copy_that_was_killed_continues_where_it_ended(
    bigquery: Any, dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from courtside.warehouse.bigquery import BigQueryWarehouse

    with DuckDBWarehouse(":memory:") as source:
        _filled(source)
        bigquery.prepare(TABLES)
        writes = iter([bigquery._script.write])

        def write(*given: Any) -> None:
            next(writes, _killed)(*given)

        monkeypatch.setattr(bigquery._script, "write", write)
        with pytest.raises(KeyboardInterrupt):
            list(copied(source, bigquery, TABLES))
        with BigQueryWarehouse("test", dataset) as resumed:
            resumed.prepare(TABLES)
            assert resumed.collect(resumed.scan(LOG)).is_empty()
            done = list(copied(source, resumed, TABLES))
    assert [(item.rows, item.written) for item in done] == [(2, 0), (2, 2), (1, 1)]


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_rows_of_an_undated_table_that_exist_only_in_the_target_are_named() -> None:
    with DuckDBWarehouse(":memory:") as source, DuckDBWarehouse(":memory:") as target:
        for warehouse in (source, target):
            warehouse.prepare([RUN_EVENTS])
        row = {"run_id": "r", "seq": 1, "at": dt.datetime(2026, 1, 1), "stage": "s", "event": "wrote"}
        rest = {"first_date": None, "last_date": None, "dates": 0, "rows": 0, "seconds": None, "detail": None}
        target.upsert([Upsert(RUN_EVENTS, pl.DataFrame([row | rest], schema=RUN_EVENTS.polars_schema))])
        with pytest.raises(CopyError, match="run_events: the target has 1 rows that the source does not have"):
            list(copied(source, target, [RUN_EVENTS]))


def test_the_command_copies_a_home_in_both_directions(run_home: Path, dataset: str, tmp_path: Path) -> None:
    """The home keeps one of its dates: every table is copied, and the emulator is slow."""
    home = homes.copy_of(run_home, tmp_path / "home") / "warehouse.duckdb"
    with DuckDBWarehouse(home) as whole:
        for table in ALL_TABLES:
            if table.date_column:
                whole._execute(f"DELETE FROM {table.name} WHERE {table.date_column} < '{homes.LAST}'")
    here, there, back = f"duckdb:{home}", f"bigquery://test/{dataset}", tmp_path / "back.duckdb"
    for source, target in ((here, there), (there, f"duckdb:{back}")):
        done = CliRunner().invoke(app, ["copy", "--from", source, "--to", target])
        assert done.exit_code == 0, done.output
    with DuckDBWarehouse(home) as first, DuckDBWarehouse(back) as last:
        again = list(copied(first, last, ALL_TABLES))
    assert {item.table: item.written for item in again if item.written} == {}
    assert next(item.rows for item in again if item.table == GRID.name) > 0
