"""Faults planted in writes: each must leave the warehouse unchanged and be named in the error."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from courtside.errors import SchemaDriftError, WarehouseBusyError, WriteRefusedError
from courtside.warehouse.base import Change, Contents, Upsert, Warehouse
from courtside.warehouse.duckdb import DuckDBWarehouse
from courtside.warehouse.schema import Table, integer
from tests.warehouse.engines import bigquery, dataset, warehouse
from tests.warehouse.samples import DAYS, SHOWS, TABLES, shows

__all__ = ["bigquery", "dataset", "warehouse"]

ONE, TWO = DAYS[:2]


def _points(warehouse: Warehouse) -> list[int]:
    return sorted(warehouse.collect(warehouse.scan(SHOWS))["points"].to_list())


def test_a_recorder_that_raises_changes_nothing(warehouse: Warehouse) -> None:
    def record(contents: Contents) -> list[Upsert]:
        raise RuntimeError("planted")

    warehouse.prepare(TABLES)
    warehouse.replace_dates([Change(SHOWS, shows((ONE, "ann", 1)))], [ONE])
    with pytest.raises(RuntimeError, match="planted"):
        warehouse.replace_dates([Change(SHOWS, shows((ONE, "ann", 2)))], [ONE], record)
    assert _points(warehouse) == [1]


def test_a_table_that_drifted_is_named_with_its_column(warehouse: Warehouse) -> None:
    drifted = Table(SHOWS.name, SHOWS.phase, SHOWS.sentence, (*SHOWS.columns, integer("extra", "New.")), SHOWS.key)
    warehouse.prepare([SHOWS])
    with pytest.raises(SchemaDriftError, match=r"table shows .*column extra is missing"):
        warehouse.prepare([drifted])


def test_one_invalid_table_prevents_the_whole_write(warehouse: Warehouse) -> None:
    warehouse.prepare(TABLES)
    log = TABLES[1]
    bad = pl.DataFrame([(ONE, 0, None)], schema=log.polars_schema, orient="row")
    with pytest.raises(WriteRefusedError, match="version is at least 1"):
        warehouse.replace_dates([Change(SHOWS, shows((ONE, "ann", 1))), Change(log, bad)], [ONE])
    assert _points(warehouse) == []


def _killed_between_staging_and_swap(path: str) -> None:
    def die(*_: Any) -> Any:
        os._exit(9)

    warehouse = DuckDBWarehouse(path)
    warehouse._swap = die  # type: ignore[method-assign]
    warehouse.replace_dates([Change(SHOWS, shows((ONE, "ann", 2)))], [ONE])


def test_a_process_killed_between_staging_and_swap_changed_nothing(tmp_path: Path) -> None:
    path = str(tmp_path / "w.duckdb")
    with DuckDBWarehouse(path) as warehouse:
        warehouse.prepare(TABLES)
        warehouse.replace_dates([Change(SHOWS, shows((ONE, "ann", 1)))], [ONE])
    process = multiprocessing.get_context("spawn").Process(target=_killed_between_staging_and_swap, args=(path,))
    process.start()
    process.join(60)
    assert process.exitcode == 9
    with DuckDBWarehouse(path) as warehouse:
        assert _points(warehouse) == [1]
        warehouse.replace_dates([Change(SHOWS, shows((ONE, "ann", 2)))], [ONE])
        assert _points(warehouse) == [2]


def test_bigquery_killed_between_staging_and_swap_changed_nothing(
    bigquery: Any, dataset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from courtside.warehouse.bigquery import BigQueryWarehouse

    bigquery.prepare(TABLES)
    bigquery.replace_dates([Change(SHOWS, shows((ONE, "ann", 1)))], [ONE])
    with monkeypatch.context() as patch:
        patch.setattr(bigquery._script, "write", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            bigquery.replace_dates([Change(SHOWS, shows((ONE, "ann", 2)))], [ONE])
    with BigQueryWarehouse("test", dataset) as resumed:
        resumed.prepare(TABLES)
        assert _points(resumed) == [1]
        resumed.replace_dates([Change(SHOWS, shows((ONE, "ann", 2)))], [ONE])
        assert _points(resumed) == [2]


def test_of_two_writers_on_bigquery_one_commits_and_the_other_raises(bigquery: Any, dataset: str) -> None:
    from courtside.warehouse.bigquery import BigQueryWarehouse

    bigquery.prepare(TABLES)
    with BigQueryWarehouse("test", dataset) as other:
        other.prepare(TABLES)
        other.replace_dates([Change(SHOWS, shows((ONE, "ann", 1), (TWO, "ann", 2)))], [ONE, TWO])
        with pytest.raises(WarehouseBusyError, match="another process has written"):
            bigquery.replace_dates([Change(SHOWS, shows((ONE, "ann", 7), (TWO, "ann", 8)))], [ONE, TWO])
        assert _points(other) == [1, 2]


def test_rows_that_were_stored_wrongly_are_rolled_back(bigquery: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from courtside.warehouse.bigquery import statements

    bigquery.prepare(TABLES)
    bigquery.replace_dates([Change(SHOWS, shows((ONE, "ann", 1)))], [ONE])
    whole = statements.replace
    monkeypatch.setattr(statements, "replace", lambda *given: whole(*given)[:1])
    with pytest.raises(WriteRefusedError, match="the stored rows differ from the new rows: shows"):
        bigquery.replace_dates([Change(SHOWS, shows((ONE, "ann", 2)))], [ONE])
    monkeypatch.undo()
    assert _points(bigquery) == [1]
