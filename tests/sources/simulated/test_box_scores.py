from __future__ import annotations

import polars as pl
import pytest

from courtside.league.teams import TEAM_OF_ID
from courtside.sources.payload import Payload
from courtside.sources.simulated.season import Season, play_seasons
from tests.sources.simulated.reading import game_log, game_logs, named, schedules


@pytest.fixture(scope="module")
def players(payloads: list[Payload]) -> pl.DataFrame:
    return game_logs(payloads, "P")


@pytest.fixture(scope="module")
def teams(payloads: list[Payload]) -> pl.DataFrame:
    return game_logs(payloads, "T")


@pytest.fixture(scope="module")
def season() -> Season:
    return next(play_seasons(11, 2025, 2025, None))


def test_the_counts_of_players_sum_to_the_team_s(players: pl.DataFrame, teams: pl.DataFrame):
    counts = [
        "PTS",
        "FGM",
        "FGA",
        "FG3M",
        "FG3A",
        "FTM",
        "FTA",
        "OREB",
        "DREB",
        "REB",
        "AST",
        "STL",
        "BLK",
        "TOV",
        "PF",
    ]
    sums = players.group_by("GAME_ID", "TEAM_ID").agg(pl.col(counts).sum())
    both = sums.join(teams, on=["GAME_ID", "TEAM_ID"], suffix="_team")
    assert both.height == teams.height == sums.height
    for name in counts:
        assert both[name].equals(both[f"{name}_team"], check_names=False), name


def test_the_counts_of_a_box_score_row_are_consistent(players: pl.DataFrame):
    assert players.filter(pl.col("PTS") != 2 * pl.col("FGM") + pl.col("FG3M") + pl.col("FTM")).is_empty()
    for less, more in (("FGM", "FGA"), ("FG3M", "FG3A"), ("FG3M", "FGM"), ("FG3A", "FGA"), ("FTM", "FTA")):
        assert players.filter(pl.col(less) > pl.col(more)).is_empty(), (less, more)
    assert players.filter(pl.col("FG3A") - pl.col("FG3M") > pl.col("FGA") - pl.col("FGM")).is_empty()
    assert players["PF"].max() <= 6
    assert players["MIN"].min() >= 1
    assert players.filter(pl.col("FTA") == 0)["FT_PCT"].is_null().all()
    assert players.filter(pl.col("FGA") > 0, (pl.col("FGM") / pl.col("FGA")).round(3) != pl.col("FG_PCT")).is_empty()


def test_minutes_sum_to_240_and_25_more_each_overtime(players: pl.DataFrame, teams: pl.DataFrame):
    sums = players.group_by("GAME_ID", "TEAM_ID").agg(pl.col("MIN").sum())
    both = sums.join(teams, on=["GAME_ID", "TEAM_ID"], suffix="_team")
    assert ((both["MIN_team"] - 240) % 25 == 0).all()
    assert (both["MIN"] - both["MIN_team"]).abs().max() <= 4


def test_no_game_is_tied_and_the_schedule_has_the_score(payloads: list[Payload], teams: pl.DataFrame):
    assert teams.group_by("GAME_ID").agg(pl.col("PTS").n_unique())["PTS"].eq(2).all()
    assert teams.filter(
        pl.col("WL") != pl.when(pl.col("PLUS_MINUS") > 0).then(pl.lit("W")).otherwise(pl.lit("L"))
    ).is_empty()
    points = dict(zip(teams.select("GAME_ID", "TEAM_ID").rows(), teams["PTS"], strict=True))
    finals = [game for game in schedules(payloads)[-1] if game["gameStatus"] == 3]
    assert {
        (game["gameId"], game[side]["teamId"]): game[side]["score"]
        for game in finals
        for side in ("homeTeam", "awayTeam")
    } == points


def test_ten_to_twelve_of_fifteen_players_play(season: Season):
    appeared = season.played.played.sum(axis=2)
    assert set(appeared.ravel().tolist()) == {10, 11, 12}
    assert (season.played.minutes > 0)[~season.played.played].sum() == 0


def test_nobody_plays_longer_than_the_game(season: Season):
    longest = season.played.minutes.max(axis=(1, 2))
    assert (longest <= 48 + 5 * season.played.overtimes).all()
    assert (season.played.minutes.sum(axis=2) >= 237 + 25 * season.played.overtimes[:, None]).all()


def test_the_means_of_a_season_are_realistic(season: Season):
    score, overtimes = season.played.score, season.played.overtimes
    assert 108 < score.mean() < 119
    assert 11 < score.std() < 16
    assert 0.4 < (score[:, 0] - score[:, 1]).mean() < 4
    assert 0.04 < (overtimes > 0).mean() < 0.08
    assert (score[:, 0] != score[:, 1]).all()
    best = season.played.box.points.max()
    assert 40 <= best <= 85


def test_ids_and_names_are_fictional_and_hard_to_match(players: pl.DataFrame):
    assert players["PLAYER_ID"].min() >= 2_000_001
    names = players.select("PLAYER_ID", "PLAYER_NAME").unique()
    assert names["PLAYER_ID"].is_unique().all()
    (namesakes,) = names.filter(pl.col("PLAYER_NAME").is_duplicated())["PLAYER_NAME"].unique()
    same = players.filter(pl.col("PLAYER_NAME") == namesakes).select("PLAYER_ID", "TEAM_ID").unique()
    assert same["PLAYER_ID"].n_unique() == same["TEAM_ID"].n_unique() == 2
    for pattern in ("[čćšđłøž]", r" (Jr\.|II|III|IV)$", r"^[A-Z]\.[A-Z]\. ", "[a-z]-[A-Z]"):
        assert names["PLAYER_NAME"].str.contains(pattern).any(), pattern


def test_teams_are_real_and_matchups_state_home_and_away(players: pl.DataFrame, teams: pl.DataFrame):
    for row in teams.iter_rows(named=True):
        team = TEAM_OF_ID[row["TEAM_ID"]]
        assert (row["TEAM_ABBREVIATION"], row["TEAM_NAME"]) == (team.tricode, team.full_name)
    courts = teams.group_by("GAME_ID").agg(pl.col("MATCHUP").str.contains(" vs. ", literal=True).sum())
    assert courts["MATCHUP"].eq(1).all()
    assert players.join(teams, on=["GAME_ID", "TEAM_ID", "MATCHUP", "GAME_DATE"], how="anti").is_empty()
    assert players["SEASON_ID"].unique().to_list() == ["22025"]


def test_a_log_has_one_date_and_is_fetched_the_next_morning(payloads: list[Payload]):
    for payload in named(payloads, "leaguegamelog_"):
        (date,) = game_log(payload)["GAME_DATE"].unique()
        assert date in payload.name
        assert f"{payload.fetched_at:%H:%M}" == "09:00"
        assert (payload.fetched_at.date() - pl.Series([date]).str.to_date()[0]).days == 1
