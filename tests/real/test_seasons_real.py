"""Properties of four real seasons after every stage."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest

from courtside.analytics.tables import GAMES, PLAYER_GAMES, PLAYER_LINES, TEAM_GAMES
from courtside.picks.records import hit_rate
from courtside.picks.tables import GRADED_PICKS, PUBLISHED_PICKS
from courtside.pipeline.context import Context
from courtside.predictions.tables import PREDICTIONS
from courtside.publishing.exporters.season_subsets import SeasonSubsets
from courtside.warehouse.schema import Table
from tests.real_data import needs_real_data

pytestmark = [pytest.mark.slow, pytest.mark.real, needs_real_data]

SEASONS = ("2021-22", "2022-23", "2023-24", "2024-25")


def _rows(context: Context, table: Table) -> pl.DataFrame:
    return context.warehouse.collect(context.warehouse.scan(table))


def test_the_points_of_the_players_sum_to_every_score(real_context: Context) -> None:
    regular = _rows(real_context, TEAM_GAMES).filter(pl.col("game_type") == "regular")
    assert regular.height == 9_840
    assert regular["box_status"].value_counts().rows() == [("complete", 9_840)]
    assert (regular["players_points"] == regular["points"]).all()


@pytest.mark.parametrize(
    ("player_id", "date", "points"),
    [(1629029, dt.date(2024, 1, 26), 73), (203081, dt.date(2023, 2, 26), 71), (1628378, dt.date(2023, 1, 2), 71)],
    ids=["Dončić", "Lillard", "Mitchell"],
)
def test_the_highest_scores_of_the_seasons_are_stored(
    real_context: Context, player_id: int, date: dt.date, points: int
) -> None:
    rows = _rows(real_context, PLAYER_GAMES).filter(player_id=player_id, game_date=date)
    assert rows["points"].to_list() == [points]


def test_only_the_play_in_has_no_box_scores(real_context: Context) -> None:
    broken = _rows(real_context, TEAM_GAMES).filter(pl.col("is_counted") & (pl.col("box_status") != "complete"))
    assert set(broken["game_type"]) == {"play_in"}


@pytest.mark.parametrize("season", SEASONS)
def test_a_season_file_is_valid_and_its_record_is_that_of_its_picks(real_copy: Path, season: str) -> None:
    content = (real_copy / "public" / "v1" / "subsets" / "seasons" / f"{season}.json").read_bytes()
    document = SeasonSubsets.model_validate_json(content)
    assert document.season == season
    for group in json.loads(content)["groups"]:
        results = [pick["result"] for entry in group["dates"] for pick in entry["picks"]]
        wins, losses = results.count("hit"), results.count("miss")
        assert group["record"]["season"] == {"wins": wins, "losses": losses, "pct": hit_rate(wins, losses)}


def test_every_published_pick_of_a_reconciled_game_is_graded(real_context: Context) -> None:
    key = ["game_date", "subset_key", "player_id"]
    picks, graded = _rows(real_context, PUBLISHED_PICKS), _rows(real_context, GRADED_PICKS)
    whole = _rows(real_context, TEAM_GAMES).filter(pl.col("box_status") == "complete")["game_id"]
    gradable = picks.filter(pl.col("game_id").is_in(whole.implode()))
    assert gradable.join(graded, on=key, how="anti").is_empty()
    assert set(graded["kind"]) == {"BACKTEST"}, "a past season is never LIVE"


def test_no_prediction_is_compared_with_a_line_seen_after_tip_off(real_context: Context) -> None:
    predictions = _rows(real_context, PREDICTIONS).filter(pl.col("line").is_not_null())
    late = predictions.filter(pl.col("line_seen_at") >= pl.col("tip_at"))
    assert late.is_empty()
    in_game = _rows(real_context, PLAYER_LINES).filter(pl.col("timing") == "in_game")
    assert in_game.height > 100, "the books did show lines after tip-off; they must have been recognised"


def test_no_large_subset_wins_more_than_a_leak_would_explain(real_context: Context) -> None:
    graded = _rows(real_context, GRADED_PICKS)
    for (subset,), rows in graded.group_by("subset_key"):
        wins, losses = ((rows["result"] == word).sum() for word in ("hit", "miss"))
        if wins + losses > 1_000:
            assert (hit_rate(wins, losses) or 0) < 60, f"{subset}: {wins} of {wins + losses}: presume a leak"


def test_the_dates_of_games_are_eastern(real_context: Context) -> None:
    games = _rows(real_context, GAMES).filter(pl.col("season") == "2024-25", pl.col("tip_at").is_not_null())
    eastern = games["tip_at"].dt.replace_time_zone("UTC").dt.convert_time_zone("America/New_York").dt.date()
    assert (eastern == games["game_date"]).all()
    assert (games["tip_at"].dt.date() != games["game_date"]).sum() > 800, "most games end on the next UTC date"
