"""A payload is recognised by its content; an unusable one is refused with the reason in one line."""

from __future__ import annotations

import hashlib
import io
import json
import random
from functools import partial

import polars as pl
import pyarrow.parquet as pa_parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courtside.errors import PayloadRefusedError
from courtside.raw import Parsed
from courtside.raw.columns import own_schema
from courtside.raw.recognise import SHAPES
from courtside.raw.tables import NATURAL_KEYS, RAW_TABLES
from tests.ratios import ratio
from tests.raw.builders import (
    as_csv,
    as_result_sets,
    cdn,
    cdn_game,
    detail_row,
    event,
    flat_row,
    gzipped,
    line_row,
    outcome,
    player_row,
    read,
    schedule_game,
    shot_row,
    team_game,
    zipped,
)
from tests.sources.live.reports import injury_report


def as_parquet(content: bytes) -> bytes:
    out = io.BytesIO()
    pl.read_csv(content, infer_schema_length=None).write_parquet(out)
    return out.getvalue()


PLAYERS = as_csv([player_row()])
SAMPLES = {
    "LeagueGameLog of players": (PLAYERS, "player_game_log"),
    "LeagueGameLog of players, Parquet": (as_parquet(PLAYERS), "player_game_log"),
    "LeagueGameLog of players, JSON": (as_result_sets([player_row()]), "player_game_log"),
    "LeagueGameLog of teams": (as_csv(team_game()), "team_game_log"),
    "LeagueGameLog of teams, JSON object": (as_result_sets(team_game(), single=True), "team_game_log"),
    "schedule of a game log": (as_csv(schedule_game()), "game_log_schedule"),
    "shot chart": (zipped({"s.csv": as_csv([shot_row()])}), "shot_chart"),
    "ShotChartDetail": (as_result_sets([detail_row()], "Shot_Chart_Detail"), "shot_chart"),
    "canonical lines of markets": (as_csv([line_row(market="player_rebounds")]), "market_lines"),
    "canonical points lines": (gzipped(as_csv([line_row()])), "points_lines"),
    "The Odds API, flattened": (as_csv([flat_row()]), "odds_api_player_props"),
    "The Odds API, event odds": (json.dumps(event(outcome("Over", -110))).encode(), "odds_api_player_props"),
    "CDN schedule": (cdn(cdn_game()), "cdn_schedule"),
    "injury report": (injury_report(), "injury_report"),
}


def test_there_is_a_sample_of_every_shape():
    assert {shape.name for shape in SHAPES} <= set(SAMPLES)


@pytest.mark.parametrize(("content", "kind"), SAMPLES.values(), ids=SAMPLES.keys())
@pytest.mark.parametrize("name", ["player.csv", "lines.json", "\ud800\n\x00"])
def test_the_kind_depends_on_the_content_and_not_on_the_name(content, kind, name):
    if kind == "injury_report":
        pytest.importorskip("pypdf", reason="the PDF library of courtside[live] is not installed")
    parsed = read(content, name)
    assert (parsed.kind, parsed.refused) == (kind, {})
    assert parsed.rows > 0
    assert_in_shape(parsed)


def assert_in_shape(parsed: Parsed) -> None:
    tables = {table.name: table for table in RAW_TABLES}
    for name, frame in parsed.frames.items():
        assert dict(frame.schema) == own_schema(tables[name])
        assert not frame.select(NATURAL_KEYS[name]).is_duplicated().any()
        for column in tables[name].columns:
            if column.name in frame.columns and not column.nullable:
                assert not frame[column.name].null_count(), column.name


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b" \r\n\t ", "empty"),
        (b"<!DOCTYPE html><html><body>Access denied</body></html>", "HTML"),
        (b"\n  <Error><Code>NoSuchKey</Code></Error>", "HTML or XML"),
        (b'{"resource": "leaguegamelog", "resultSets": [{"na', "truncated or damaged JSON"),
        (b"PAR1" + bytes(50), "truncated or damaged Parquet"),
        (as_parquet(PLAYERS)[:-8], "truncated or damaged Parquet"),
        (b"PAR1", "truncated or damaged Parquet"),
        (b"%PDF-1.7\xe2\xe3\xcf\xd3", "damaged PDF|needs the library pypdf"),
        (PLAYERS.decode().encode("utf-16"), "neither UTF-8 text nor"),
        (b"season,date,away,home\n2024,2024-10-22,por,sa\n", "unknown shape: columns 'season', 'date'"),
        (b'{"leagues": [], "events": []}', "unknown shape: an object with 'leagues', 'events'"),
        (b"[]", "unknown shape: a list of 0"),
        (b"[1, 2]", "unknown shape"),
        (b"{}", "unknown shape"),
        (b'{"resultSets": null}', "unknown shape"),
        (b'{"resultSets": [{"name": "x", "headers": [{}], "rowSet": [[1]]}]}', "unknown shape"),
        (b'{"leagueSchedule": {"gameDates": 3}}', "lacks the list leagueSchedule.gameDates"),
        (b'{"leagueSchedule": {"gameDates": [{"games": [7]}]}}', "without a list of games"),
        (b'{"timestamp": "2024", "data": [{"id": "e"}]}', "the list `bookmakers` is missing"),
        (b'"' + b"x" * 300, "cannot be read"),
        (b"x" * 100_000, "longer than"),
        (b"[" * 200_000, "nested too deep"),
        (b"[" + b"9" * 5_000 + b"]", "damaged JSON"),
        (json.dumps(event(outcome("Over", -110, player="\ud83d"))).encode(), "half a surrogate pair"),
    ],
)
def test_unusable_content_is_refused_in_one_line(content, message):
    with pytest.raises(PayloadRefusedError, match=message) as caught:
        read(content, "odd.csv")
    assert str(caught.value).startswith("odd.csv: ")
    assert "\n" not in str(caught.value)


def as_plain_parquet(content: bytes) -> bytes:
    table = pl.read_csv(content, infer_schema=False).to_arrow()
    out = io.BytesIO()
    pa_parquet.write_table(table.replace_schema_metadata({"maker": "mémoire"}), out, compression="NONE")
    return out.getvalue()


@pytest.mark.parametrize("text", ["Đorđe", "PLAYER_NAME"], ids=["cell", "column name"])
def test_a_parquet_file_with_text_that_is_not_utf_8_is_refused(text):
    content = as_plain_parquet(PLAYERS)
    assert text.encode() in content
    with pytest.raises(PayloadRefusedError, match="Parquet"):
        read(content.replace(text.encode(), b"\xad" * len(text.encode())))


def test_a_parquet_file_with_binary_metadata_is_read():
    content = as_plain_parquet(PLAYERS)
    assert read(content.replace("mémoire".encode(), b"\xad" * 8)).rows == 1


def test_a_parquet_column_of_lists_is_refused():
    out = io.BytesIO()
    pl.read_csv(PLAYERS, infer_schema=False).with_columns(pl.col("PTS").reshape((-1, 1))).write_parquet(out)
    with pytest.raises(PayloadRefusedError, match="PTS is nested"):
        read(out.getvalue())


def test_the_error_for_an_unknown_shape_lists_the_known_shapes():
    with pytest.raises(PayloadRefusedError) as caught:
        read(b"a,b\n1,2\n")
    assert all(shape.name in str(caught.value) for shape in SHAPES)


@pytest.mark.parametrize(
    ("content", "missing", "closest"),
    [
        (PLAYERS.replace(b"PTS", b"POINTS", 1), "PTS", "POINTS"),
        (PLAYERS.replace(b"MATCHUP", b"MATCH_UP", 1), "MATCHUP", "MATCH_UP"),
        (as_csv(team_game()).replace(b"GAME_ID", b"gameId", 1), "GAME_ID", "gameId"),
        (as_csv(schedule_game()).replace(b"WL", b"W_L", 1), "WL", "W_L"),
        (as_csv([line_row()]).replace(b"over_price", b"over_odds", 1), "over_price", "under_price"),
        (as_csv([shot_row()]).replace(b"QUARTER", b"QTR", 1), "QUARTER", "QTR"),
        (
            as_csv([flat_row()]).replace(b"outcomes_point", b"outcome_point", 1),
            "outcomes_point",
            "outcome_point",
        ),
        (as_result_sets([player_row()]).replace(b'"TOV"', b'"TO"', 1), "TOV", "TO"),
        (cdn(cdn_game()).replace(b"gameDateEst", b"gameDateET"), "gameDateEst", "gameDateET"),
    ],
)
def test_a_missing_column_is_named_with_the_closest_one_present(content, missing, closest):
    with pytest.raises(PayloadRefusedError, match=rf"{missing} \(closest present: {closest}\)"):
        read(content)


def test_a_duplicate_column_is_refused():
    with pytest.raises(PayloadRefusedError, match="PTS more than once"):
        read(PLAYERS.replace(b"FANTASY_PTS", b"PTS", 1))


@pytest.mark.parametrize(
    "content",
    [
        as_csv([], list(player_row())),
        as_result_sets([player_row()]).replace(json.dumps(list(player_row().values())).encode(), b""),
        as_csv([], list(team_game()[0])),
        as_csv([], list(schedule_game()[0])),
        as_csv([], list(shot_row())),
        as_csv([], list(line_row())),
        as_csv([], list(flat_row())),
        as_csv([], list(line_row())).strip(),
        cdn(),
        json.dumps(event(bookmakers=[])).encode(),
        json.dumps({"timestamp": "2024-02-22T23:55:07Z", "data": []}).encode(),
    ],
)
def test_an_envelope_without_rows_is_empty_and_not_an_error(content):
    parsed = read(content)
    assert (parsed.rows, parsed.refused) == (0, {})
    assert parsed.frames
    assert_in_shape(parsed)


@pytest.mark.parametrize("of_letters", [False, True])
def test_ten_megabytes_of_garbage_are_refused_in_less_than_twenty_times_the_time_of_hashing(of_letters):
    noise = random.Random(7).randbytes(10_000_000)
    content = noise.translate(bytes(97 + value % 26 for value in range(256))) if of_letters else noise
    for start in (b"", b"{", b"[", b"\x1f\x8b", b"PK\x03\x04", b"PAR1", b"a,b\n"):
        payload = start + content
        assert ratio(partial(refused, payload), partial(hashlib.sha512, payload)) < 20


def refused(content: bytes) -> None:
    with pytest.raises(PayloadRefusedError):
        read(content)


def read_or_refuse(content: bytes) -> None:
    try:
        parsed = read(content)
    except PayloadRefusedError as error:
        assert "\n" not in str(error)
    else:
        assert_in_shape(parsed)


@given(st.sampled_from([b"", b"\x1f\x8b", b"PK\x03\x04", b"PAR1", b"{", b"[", b"\x28\xb5\x2f\xfd"]), st.binary())
def test_arbitrary_bytes_are_read_or_refused_and_nothing_else(start, content):
    read_or_refuse(start + content)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.sampled_from([content for content, _ in SAMPLES.values()]),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=6), st.integers(0, 6)), max_size=4),
)
def test_a_damaged_payload_is_read_or_refused_and_nothing_else(content, damage):
    for place, patch, dropped in damage:
        at = int(place * len(content))
        content = content[:at] + patch + content[at + dropped :]
    read_or_refuse(content)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None)
@given(st.sampled_from(["result sets", "event", "cdn"]), JSON_VALUES, st.integers(0, 31))
def test_any_value_in_any_place_of_a_document_is_read_or_refused(shape, value, place):
    if shape == "result sets":
        row = player_row()
        row[list(row)[place % len(row)]] = value
        content = as_result_sets([row, player_row()])
    elif shape == "event":
        wording = outcome("Over", -110)
        wording[list(wording)[place % len(wording)]] = value
        changed = event(wording)
        key = list(changed)[place % len(changed)]
        content = json.dumps(changed | ({key: value} if place > 15 else {})).encode()
    else:
        game = cdn_game()
        content = cdn(game | {list(game)[place % len(game)]: value})
    read_or_refuse(content)
