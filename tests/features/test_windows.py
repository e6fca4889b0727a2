"""Windows by prefix sums equal windows counted in plain Python, on any games and rows."""

from __future__ import annotations

import doctest

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.features import windows
from courtside.features.windows import HORIZON_DAYS, Games, Past, blocks, distinct, half_life_weights, places

GAME = st.tuples(st.integers(1, 3), st.integers(-400, 800), st.integers(0, 60))
ROW = st.tuples(st.integers(1, 4), st.integers(-400, 900))


@given(
    st.sets(st.integers(-5, 5) | st.integers(-(1 << 40), 1 << 40)),
    st.lists(st.integers(-7, 7)),
    st.sampled_from([0, 99]),
)
def test_the_place_of_an_id_is_its_rank_and_minus_one_where_it_is_unknown(
    ids: set[int], others: list[int], many: int
) -> None:
    looked_up = [*ids, *others]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(windows, "MANY_IDS", many)
        found = places(np.array(sorted(ids), dtype=np.int64), np.array(looked_up, dtype=np.int64))
    ranks = {value: rank for rank, value in enumerate(sorted(ids))}
    assert found.tolist() == [ranks.get(value, -1) for value in looked_up]


@given(st.lists(st.integers(-5, 5) | st.integers(-(1 << 40), 1 << 40)), st.sampled_from([0, 99]))
def test_distinct_ids_are_sorted_and_each_is_there_once(ids: list[int], many: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(windows, "MANY_IDS", many)
        assert distinct(np.array(ids, dtype=np.int64)).tolist() == sorted(set(ids))


@given(st.lists(st.integers(0, 9)), st.integers(1, 4))
def test_blocks_hold_every_row_once_and_all_rows_of_a_key(keys: list[int], size: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(windows, "BLOCK_ROWS", size)
        found = [[keys[row] for row in block] for block in blocks(np.array(keys, dtype=np.int64))]
    assert [key for block in found for key in block] == sorted(keys)
    assert sum(len(set(block)) for block in found) == len(set(keys))


@given(games=st.lists(GAME, max_size=40), rows=st.lists(ROW, min_size=1, max_size=8))
def test_a_weighted_mean_does_not_depend_on_the_size_of_blocks(
    games: list[tuple[int, int, int]], rows: list[tuple[int, int]]
) -> None:
    frame, weights = _frame(games), half_life_weights(5, 2)
    last = Games(frame, "player_id").before(pl.DataFrame(rows, schema=["player_id", "game_day"], orient="row")).last(5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(windows, "BLOCK_ROWS", 1)
        found = last.weighted_mean("points", weights)
    assert np.array_equal(found, last.newest_games(5).mean("points", weights), equal_nan=True)


def _frame(games: list[tuple[int, int, int]]) -> pl.DataFrame:
    columns = {"player_id": pl.Int64, "game_day": pl.Int64, "points": pl.Int64}
    ids = pl.Series("game_id", [f"{number:04d}" for number in range(len(games))], pl.String)
    return pl.DataFrame(games, schema=columns, orient="row").with_columns(ids)


def _earlier(frame: pl.DataFrame, player: int, day: int) -> list[tuple[int, int]]:
    """Return (day, points) of a player's games before a day, oldest first."""
    ordered = frame.sort("game_day", "game_id").rows(named=True)
    return [(g["game_day"], g["points"]) for g in ordered if g["player_id"] == player and g["game_day"] < day]


@given(games=st.lists(GAME, max_size=40), rows=st.lists(ROW, min_size=1, max_size=8), n=st.integers(1, 6))
def test_every_window_has_the_games_that_plain_python_counts(
    games: list[tuple[int, int, int]], rows: list[tuple[int, int]], n: int
) -> None:
    frame = _frame(games)
    before = Games(frame, "player_id").before(pl.DataFrame(rows, schema=["player_id", "game_day"], orient="row"))
    weights = half_life_weights(n, 2)
    last = before.last(n)
    newest = last.newest_games(n)
    for index, (player, day) in enumerate(rows):
        earlier = _earlier(frame, player, day)
        year = [game for game in earlier if game[0] >= day - HORIZON_DAYS]
        week = [game for game in earlier if game[0] >= day - 7]
        recent = year[-n:]
        points = [scored for _, scored in recent]
        assert before.all().count[index] == len(earlier)
        assert before.within(7).count[index] == len(week)
        assert before.within(7).sum("points")[index] == sum(scored for _, scored in week)
        assert last.count[index] == len(recent)
        assert last.sum("points")[index] == sum(points)
        assert last.sum_by_recency("points")[index] == sum(k * p for k, p in enumerate(reversed(points), 1))
        assert last.newest("points", -1)[index] == (points[-1] if points else -1)
        assert last.oldest("game_day", -9)[index] == (recent[0][0] if recent else -9)
        mean = sum(w * p for w, p in zip(weights, reversed(points), strict=False)) / (weights[: len(points)].sum() or 1)
        assert (
            newest.mean("points", weights)[index] == mean if points else np.isnan(newest.mean("points", weights)[index])
        )


def test_no_window_includes_a_game_of_the_row_s_own_day() -> None:
    games = Games(_frame([(7, 1, 10), (7, 2, 99)]), "player_id")
    before = games.before(pl.DataFrame({"player_id": [7], "game_day": [2]}))
    assert [before.all().sum("points")[0], before.last(5).sum("points")[0]] == [10, 10]


def test_any_integer_column_can_be_summed_by_any_group() -> None:
    frame = _frame([(7, 1, 10), (7, 2, 20), (8, 2, 5)]).with_columns(ast=pl.Series([3, None, 4]), team=pl.lit(1))
    rows = pl.DataFrame({"player_id": [7], "team": [1], "game_day": [9]})
    assert Games(frame, "player_id").before(rows).last(2).sum("ast").tolist() == [3]
    assert Games(frame, "player_id").grouped("team").before(rows).last(3).sum("ast").tolist() == [7]


def test_a_window_with_too_few_games_counts_lacking_games_back_to_the_horizon() -> None:
    known, lacking = _frame([(7, 100, 1), (7, 200, 1)]), _frame([(7, 90, 0), (7, 150, 0)])
    past = Past(
        pl.DataFrame({"player_id": [7], "game_day": [201]}), Games(known, "player_id"), Games(lacking, "player_id")
    )
    assert [past.last(n).lacking.count[0] for n in (1, 2, 3)] == [0, 1, 2]


@pytest.mark.parametrize("days", [[1, 2, 4, 5, 6]])
def test_back_to_backs_and_spells(days: list[int]) -> None:
    games = Games(_frame([(7, day, int(day > 4)) for day in days]), "player_id")
    assert games.back_to_backs().tolist() == [0, 1, 0, 1, 1]
    assert games.spell_starts("points").tolist() == [1, 1, 1, 5, 5]


def test_the_example_in_the_module_is_right() -> None:
    assert doctest.testmod(windows).failed == 0
