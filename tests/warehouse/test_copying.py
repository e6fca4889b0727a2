"""A warehouse moves between engines whole, and an interrupted move goes on."""

from __future__ import annotations

import pytest

from courtside.warehouse.base import Change, Upsert, Warehouse
from courtside.warehouse.copying import CopyError, copied
from courtside.warehouse.duckdb import DuckDBWarehouse
from tests.warehouse.samples import DAYS, LOG, SHOWS, TABLES, log, shows

ONE, TWO, THREE = DAYS[:3]


def _filled(warehouse: Warehouse) -> Warehouse:
    warehouse.prepare(TABLES)
    warehouse.replace_dates([Change(SHOWS, shows((ONE, "ann", 3), (TWO, "it's", None)))], [ONE, TWO])
    warehouse.append([Upsert(LOG, log((ONE, 1), (THREE, 1)))])
    return warehouse


def test_a_copy_holds_the_same_rows_and_writes_nothing_again(warehouse: Warehouse) -> None:
    with DuckDBWarehouse(":memory:") as source:
        _filled(source)
        warehouse.prepare(TABLES)
        first = list(copied(source, warehouse, TABLES))
        again = list(copied(source, warehouse, TABLES))
    assert [done.written for done in first] == [2, 2, 0]
    assert [done.written for done in again] == [0, 0, 0]
    assert [done.content_hash for done in first] == [done.content_hash for done in again]


def test_a_copy_and_its_copy_back_are_the_same(warehouse: Warehouse) -> None:
    _filled(warehouse)
    with DuckDBWarehouse(":memory:") as back:
        back.prepare(TABLES)
        hashes = {done.table: done.content_hash for done in copied(warehouse, back, TABLES)}
        assert {done.table: done.content_hash for done in copied(back, warehouse, TABLES)} == hashes


def test_a_copy_takes_away_what_only_the_target_holds(warehouse: Warehouse) -> None:
    with DuckDBWarehouse(":memory:") as source:
        _filled(source)
        warehouse.prepare(TABLES)
        warehouse.replace_dates([Change(SHOWS, shows((THREE, "bob", 1), (ONE, "bob", 1)))], [ONE, THREE])
        list(copied(source, warehouse, TABLES))
        assert sorted(warehouse.collect(warehouse.scan(SHOWS))["name"]) == ["ann", "it's"]


def test_a_copy_that_loses_rows_is_not_called_a_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    with DuckDBWarehouse(":memory:") as source, DuckDBWarehouse(":memory:") as target:
        _filled(source)
        target.prepare(TABLES)
        monkeypatch.setattr(target, "replace_dates", lambda *_: {})
        with pytest.raises(CopyError, match="shows: 2 rows"):
            list(copied(source, target, TABLES))
