"""The write on every engine: whole dates in one transaction, validated before and read back after."""

from __future__ import annotations

import polars as pl
import pytest

from courtside.errors import WriteRefusedError
from courtside.warehouse.base import Change, Contents, Upsert, Warehouse
from courtside.warehouse.schema import Table, integer
from tests.warehouse.samples import DAYS, LOG, NOTES, SHOWS, TABLES, log, shows

ONE, TWO, THREE = DAYS[:3]


@pytest.fixture
def prepared(warehouse: Warehouse) -> Warehouse:
    warehouse.prepare(TABLES)
    return warehouse


def _stored(warehouse: Warehouse) -> pl.DataFrame:
    return warehouse.collect(warehouse.scan(SHOWS)).sort("game_date", "name")


def test_written_rows_are_read_unchanged(prepared: Warehouse) -> None:
    rows = shows((ONE, "ann", 3), (ONE, "it's", None), (TWO, "bob", 7))
    prepared.replace_dates([Change(SHOWS, rows)], [ONE, TWO])
    assert _stored(prepared).equals(rows.sort("game_date", "name"))
    assert prepared.collect(prepared.scan(SHOWS, start=TWO, end=TWO))["name"].to_list() == ["bob"]


def test_only_the_dates_of_the_write_are_replaced(prepared: Warehouse) -> None:
    prepared.replace_dates([Change(SHOWS, shows((ONE, "ann", 3), (TWO, "bob", 7)))], [ONE, TWO])
    prepared.replace_dates([Change(SHOWS, shows((TWO, "ann", 9)))], [TWO])
    assert _stored(prepared).select("game_date", "name", "points").rows() == [(ONE, "ann", 3), (TWO, "ann", 9)]


def test_writing_again_changes_nothing_and_gives_the_same_hashes(prepared: Warehouse) -> None:
    rows = shows((ONE, "ann", 3), (ONE, "bob", 4))
    first = prepared.replace_dates([Change(SHOWS, rows)], [ONE, TWO])
    again = prepared.replace_dates([Change(SHOWS, rows.reverse())], [ONE, TWO])
    assert first["shows"][ONE] == again["shows"][ONE]
    assert prepared.contents(SHOWS)[ONE] == first["shows"][ONE]
    assert prepared.contents(SHOWS, prepared.lazy(rows))[ONE] == first["shows"][ONE]


def test_a_changed_value_changes_only_the_hash_of_its_date(prepared: Warehouse) -> None:
    prepared.replace_dates([Change(SHOWS, shows((ONE, "ann", 3), (TWO, "ann", 3)))], [ONE, TWO])
    before = dict(prepared.contents(SHOWS))
    prepared.replace_dates([Change(SHOWS, shows((ONE, "ann", 4)))], [ONE])
    after = prepared.contents(SHOWS)
    assert after[ONE] != before[ONE]
    assert after[TWO] == before[TWO]


def test_the_run_log_is_written_in_the_same_transaction(prepared: Warehouse) -> None:
    def record(contents: Contents) -> list[Upsert]:
        content = contents["shows"][ONE]
        row = [(ONE, "s", content.rows, content.content_hash)]
        return [Upsert(NOTES, pl.DataFrame(row, schema=NOTES.polars_schema, orient="row"))]

    prepared.replace_dates([Change(SHOWS, shows((ONE, "ann", 3)))], [ONE], record)
    notes = prepared.collect(prepared.scan(NOTES))
    assert notes["rows"].to_list() == [1]
    assert notes["hash"].to_list() == [prepared.contents(SHOWS)[ONE].content_hash]


def test_added_rows_are_read_back_with_the_existing_rows(prepared: Warehouse) -> None:
    prepared.append([Upsert(LOG, log((ONE, 1), (TWO, 1)))])
    contents = prepared.replace_dates([], [ONE, TWO], append=[Upsert(LOG, log((ONE, 2)))], read_back=[LOG])
    assert {day: content.rows for day, content in contents["log"].items()} == {ONE: 2, TWO: 1}
    assert contents["log"] == prepared.contents(LOG)


def test_a_row_replaces_the_one_of_its_key(prepared: Warehouse) -> None:
    prepared.upsert([Upsert(SHOWS, shows((ONE, "ann", 3), (ONE, "bob", 4)))])
    prepared.upsert([Upsert(SHOWS, shows((ONE, "ann", 5)))])
    assert dict(_stored(prepared).select("name", "points").rows()) == {"ann": 5, "bob": 4}


def test_many_rows_are_written_completely(prepared: Warehouse) -> None:
    rows = log(*((day, version) for day in DAYS for version in range(1, 2000)))
    prepared.replace_dates([Change(LOG, rows)], DAYS)
    assert prepared.collect(prepared.scan(LOG)).sort("game_date", "version").equals(rows)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([(ONE, "cid", 3)], "name is one of ann, bob, it's"),
        ([(ONE, "ann", 100)], "points is at most 99"),
        ([(ONE, "ann", -1)], "points is at least 0"),
        ([(ONE, "ann", 1), (ONE, "ann", 2)], "one row per"),
        ([(THREE, "ann", 1)], "outside the write"),
    ],
)
def test_a_write_with_a_violated_constraint_is_refused_completely(
    prepared: Warehouse, rows: list[tuple[object, ...]], says: str
) -> None:
    prepared.replace_dates([Change(SHOWS, shows((ONE, "bob", 7)))], [ONE])
    with pytest.raises(WriteRefusedError, match=says):
        prepared.replace_dates([Change(SHOWS, shows((TWO, "ann", 1), *rows))], [ONE, TWO])  # type: ignore[arg-type]
    assert _stored(prepared)["name"].to_list() == ["bob"]


def test_missing_required_rows_are_a_failure(prepared: Warehouse) -> None:
    with pytest.raises(WriteRefusedError, match="no rows where rows are required: 2026-01-02"):
        prepared.replace_dates([Change(SHOWS, shows((ONE, "ann", 1)), frozenset({ONE, TWO}))], [ONE, TWO])


def test_a_key_that_is_stored_on_another_date_is_refused(prepared: Warehouse) -> None:
    prepared.append([Upsert(LOG, log((ONE, 1)))])
    with pytest.raises(WriteRefusedError, match="already stored under the same game_date, version"):
        prepared.append([Upsert(LOG, log((ONE, 1)))])


def test_a_missing_column_is_named(prepared: Warehouse) -> None:
    with pytest.raises(WriteRefusedError, match="share"):
        prepared.replace_dates([Change(SHOWS, shows((ONE, "ann", 1)).drop("share"))], [ONE])


def test_a_table_with_other_columns_is_migrated(warehouse: Warehouse) -> None:
    warehouse.prepare([SHOWS])
    warehouse.replace_dates([Change(SHOWS, shows((ONE, "ann", 1)))], [ONE])
    wider = Table(
        SHOWS.name, SHOWS.phase, SHOWS.sentence, (*SHOWS.columns, integer("extra", "New.", nullable=True)), SHOWS.key
    )
    (found,) = warehouse.drifted([wider])
    assert (str(found), found.keeps_rows) == ("column extra is missing", True)
    warehouse.reshape(wider, keep_rows=True)
    assert warehouse.drifted([wider]) == []
    assert warehouse.collect(warehouse.scan(SHOWS)).height == 1
    warehouse.reshape(SHOWS, keep_rows=False)
    warehouse.prepare([SHOWS])
    assert warehouse.collect(warehouse.scan(SHOWS)).height == 0


def test_a_reader_on_bigquery_sees_the_last_commit_of_an_open_writer_and_creates_nothing(dataset: str) -> None:
    from courtside.warehouse.bigquery import BigQueryWarehouse

    rows = shows((ONE, "ann", 3), (TWO, "bob", 7))
    with BigQueryWarehouse("test", dataset) as writer:
        writer.prepare([SHOWS])
        writer.replace_dates([Change(SHOWS, rows)], [ONE, TWO])
        with BigQueryWarehouse("test", dataset, read_only=True) as reader:
            reader.prepare(TABLES)
            assert _stored(reader).equals(rows.sort("game_date", "name"))
            assert reader.collect(reader.scan(NOTES)).is_empty()
            assert reader.collect(reader.scan(LOG, start=ONE)).is_empty()
        assert "notes" not in writer.service.table_names()
