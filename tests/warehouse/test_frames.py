"""What BigQuery's frames use of SQLFrame and sqlglot beyond their public interface, compiled without a connection."""

from __future__ import annotations

import re
from pathlib import Path

import narwhals as nw
import pytest
from sqlframe.bigquery import functions

from courtside.errors import CourtsideError
from courtside.warehouse.base import Lazy
from courtside.warehouse.bigquery.frames import STEPS_KEPT, CompilingSession, optimized
from courtside.warehouse.bigquery.reading import plain_read

SOURCE = Path(__file__).parents[2] / "src" / "courtside"
FRAMES = SOURCE / "warehouse" / "bigquery" / "frames.py"
KINDS = {"game_date": "DATE", "player_id": "INT64", "points": "FLOAT64", "team": "STRING"}
PRIVATE = re.compile(r"import sqlframe|from sqlframe|_get_expressions|_create_df|_typed_columns|__wrapped__")


@pytest.fixture
def session() -> CompilingSession:
    """A session of its own: SQLFrame keeps one for the process."""
    made = CompilingSession()
    made._known.clear(), made._queries.clear(), made._names.clear()
    return made


@pytest.fixture
def games(session: CompilingSession) -> Lazy:
    return session.source("made_up", KINDS, "`game_date` >= DATE '2025-10-22'")


def test_only_the_module_of_frames_uses_sqlframe_and_what_is_private() -> None:
    found = [path.name for path in SOURCE.rglob("*.py") if path != FRAMES and PRIVATE.search(path.read_text())]
    assert found == []
    assert PRIVATE.search(FRAMES.read_text()), "the rule finds what it looks for"


def test_a_source_is_one_select_with_its_restriction(session: CompilingSession, games: Lazy) -> None:
    text = session.sql(games)
    assert text.startswith("SELECT `game_date`")
    assert "WHERE `game_date` >= " in text


def test_the_type_of_each_column_is_known_without_a_connection(session: CompilingSession, games: Lazy) -> None:
    frame = games.with_columns(double=nw.col("points") * 2, is_late=nw.col("game_date").is_null())
    frame = frame.group_by("team").agg(nw.col("double").sum(), rows=nw.len())
    assert session.kinds_of_frame(frame) == {"team": "STRING", "double": "FLOAT64", "rows": "INT64"}


def test_a_frame_answers_what_its_columns_are_without_a_connection(games: Lazy) -> None:
    columns = games.to_native()._typed_columns
    assert {column.name: column.dataType for column in columns} == KINDS


def test_a_type_that_cannot_be_derived_is_named(session: CompilingSession, games: Lazy) -> None:
    native = games.to_native()
    unknown = nw.from_native(native.select(functions.expr("some_function(team)").alias("strange")))
    with pytest.raises(CourtsideError, match="column strange: the type of"):
        session.kinds_of_frame(unknown)


def test_a_long_frame_is_stored_under_a_name_so_that_its_statement_grows_by_each_step_once(
    session: CompilingSession, games: Lazy
) -> None:
    frame = games
    for step in range(3 * STEPS_KEPT):
        frame = frame.with_columns(nw.col("points").alias(f"step_{step}")).filter(nw.col(f"step_{step}") > step)
    assert session._queries, "nothing was stored under a name"
    assert len(frame.to_native().expression.ctes) < 2 * STEPS_KEPT
    text = session.sql(frame)
    assert all(f"`{name}` AS (" in text for name in session._queries)
    assert text.count("> 3") == 1


def test_the_same_frame_has_the_same_text(session: CompilingSession, games: Lazy) -> None:
    def built() -> str:
        best = games.group_by("player_id").agg(nw.col("points").max().alias("best"))
        return session.sql(games.join(best, on="player_id", how="left").filter(nw.col("best") > 20))

    assert built() == built()


def test_a_restriction_to_a_list_is_a_plain_in_that_prunes_partitions(session: CompilingSession, games: Lazy) -> None:
    assert "CASE" not in session.sql(games.filter(nw.col("team").is_in(["BOS", "NYK"])))


def test_a_frame_that_only_reads_one_table_is_found_by_its_simplified_query(games: Lazy) -> None:
    read = plain_read(games.filter(nw.col("points") > 10).select("player_id", "points"))
    assert read is not None
    assert (read.table, read.names) == ("made_up", {"player_id": "player_id", "points": "points"})
    assert "10" in read.restriction
    assert optimized(games).ctes == []
    assert plain_read(games.select(nw.col("points").sum())) is None
