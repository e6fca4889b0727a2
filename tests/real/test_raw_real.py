"""The real files are recognised by content and have the row counts that their README states."""

from __future__ import annotations

import datetime as dt
import tarfile

import polars as pl
import pytest

from courtside.clock import eastern_date
from courtside.errors import PayloadRefusedError
from courtside.raw import Parsed, parse
from courtside.raw.columns import SUPERSEDED
from courtside.sources.payload import Payload
from tests.real_data import DATA, needs_real_data

pytestmark = [pytest.mark.slow, pytest.mark.real, needs_real_data]

SEASONS = {"2021-22": 26_039, "2022-23": 25_895, "2023-24": 26_401, "2024-25": 26_306}


def read(path: str) -> Parsed:
    assert DATA is not None
    return read_bytes((DATA / path).read_bytes())


def read_bytes(content: bytes) -> Parsed:
    return parse(Payload("files", "unnamed", dt.datetime(2025, 7, 1), content))


def players(season: str) -> pl.DataFrame:
    return read(f"boxscores/game_logs_{season}.csv").frames["raw_player_box"]


def teams(season: str, part: str = "Regular_Season") -> Parsed:
    return read(f"teams/league_gamelog_{season.replace('-', '_')}_{part}.parquet")


@pytest.mark.parametrize(("season", "rows"), SEASONS.items())
def test_every_player_row_of_a_season_is_read(season, rows):
    parsed = read(f"boxscores/game_logs_{season}.csv")
    assert (parsed.kind, parsed.rows, parsed.refused) == ("player_game_log", rows, {})
    assert parsed.frames["raw_player_box"]["game_id"].n_unique() == 1_230


@pytest.mark.parametrize(
    ("season", "rows"), {"2021-22": 1892, "2022-23": 1728, "2023-24": 1685, "2024-25": 1804}.items()
)
def test_every_playoff_row_is_read_with_ten_starters_a_game(season, rows):
    parsed = read(f"boxscores/playoffs_{season}.csv")
    box = parsed.frames["raw_player_box"]
    assert (parsed.kind, parsed.rows, parsed.refused) == ("player_game_log", rows, {})
    assert box["start_position"].is_not_null().sum() == 10 * box["game_id"].n_unique()


def test_players_points_sum_to_the_teams_points_in_all_9840_team_games():
    sums = pl.concat([players(season) for season in SEASONS]).group_by("game_id", "team_id").agg(pl.sum("points"))
    boxes = pl.concat([teams(season).frames["raw_team_box"] for season in SEASONS])
    both = sums.join(boxes, on=["game_id", "team_id"], suffix="_of_team")
    assert (boxes.height, both.height) == (9_840, 9_840)
    assert both.filter(pl.col("points") != pl.col("points_of_team")).is_empty()


@pytest.mark.parametrize(
    ("season", "name", "date", "points"),
    [
        ("2023-24", "Luka Dončić", dt.date(2024, 1, 26), 73),
        ("2022-23", "Damian Lillard", dt.date(2023, 2, 26), 71),
        ("2022-23", "Donovan Mitchell", dt.date(2023, 1, 2), 71),
    ],
)
def test_the_highest_scores_of_the_seasons_are_stored(season, name, date, points):
    night = players(season).filter((pl.col("player_name") == name) & (pl.col("game_date") == date))
    assert night["points"].to_list() == [points]


@pytest.mark.parametrize("season", SEASONS)
def test_the_team_log_and_the_schedule_sheet_agree_on_every_game(season):
    pairs = {"Regular_Season": "regular_season", "Playoffs": "playoffs"}
    for part, sheet in pairs.items():
        log, plan = teams(season, part), read(f"schedule/{season}_{sheet}.csv")
        assert (log.kind, plan.kind, log.refused, plan.refused) == (
            "team_game_log",
            "game_log_schedule",
            {},
            {},
        )
        games = log.frames["raw_schedule"].sort("game_id")
        assert games.equals(plan.frames["raw_schedule"].sort("game_id"))
        assert games.height == log.frames["raw_team_box"].height / 2
    assert read(f"schedule/{season}_playin.csv").rows == 6


def test_the_cdn_schedule_of_2024_25_agrees_with_the_game_log():
    parsed = read("payloads/provider_samples/nbac_schedule_api/raw_80cb1fd6.json.gz")
    games = parsed.frames["raw_schedule"]
    assert (parsed.kind, parsed.rows, parsed.refused) == ("cdn_schedule", 1_390, {"not an NBA team": 10})
    assert parsed.rows + sum(parsed.refused.values()) == 1_400
    assert (games["status"] == "final").all()
    assert [eastern_date(tip) for tip in games["tip_at"]] == games["game_date"].to_list()
    log = read("schedule/2024-25_regular_season.csv").frames["raw_schedule"]
    sides = ["game_id", "game_date", "home_team_id", "away_team_id"]
    assert games.join(log, on=sides).height == log.height == 1_230
    assert log.join(games, on="game_id").filter("is_neutral")["is_neutral_right"].to_list() == [True] * 5


def test_the_cdn_schedule_of_a_season_to_come_has_tip_offs_and_no_scores():
    parsed = read("payloads/provider_samples/nbac_schedule_cdn/raw_68953816.json")
    games = parsed.frames["raw_schedule"]
    assert (parsed.rows, parsed.refused) == (11, {"not an NBA team": 2})
    assert (games["status"] == "scheduled").all()
    assert games["tip_at"].null_count() == 0
    assert games["home_points"].null_count() == 11


def test_every_line_is_read_except_24_that_a_later_row_replaces():
    parsed = read("lines/points_lines.csv.gz")
    assert (parsed.kind, parsed.rows, parsed.refused) == ("points_lines", 152_281, {SUPERSEDED: 24})
    assert parsed.rows + sum(parsed.refused.values()) == 152_305
    assert parsed.frames["raw_lines"]["source"].n_unique() == 5


@pytest.mark.parametrize(("year", "rows"), {2023: 217_220, 2024: 218_701, 2025: 219_527}.items())
def test_every_shot_of_a_season_is_read(year, rows):
    parsed = read(f"shots/NBA_{year}_Shots.csv.zip")
    assert (parsed.kind, parsed.rows, parsed.refused) == ("shot_chart", rows, {})
    assert parsed.frames["raw_shots"]["game_id"].n_unique() == 1_230


def test_made_shots_are_the_field_goals_of_the_box_scores():
    made = read("shots/NBA_2025_Shots.csv.zip").frames["raw_shots"].filter("is_made")
    assert made.height == players("2024-25")["fgm"].sum()


@pytest.mark.parametrize(("event", "rows"), {"BrooklynVsToronto": 272, "OrlandoVsCleveland": 241}.items())
def test_recorded_event_odds_are_read(event, rows):
    parsed = read(f"payloads/the_odds_api/event_odds_mock{event}.json")
    assert (parsed.kind, parsed.rows) == ("odds_api_player_props", rows)
    assert parsed.frames["raw_lines"]["game_date"].unique().to_list() == [dt.date(2024, 2, 22)]


def test_game_lines_in_a_file_of_player_props_are_refused():
    with pytest.raises(PayloadRefusedError, match="markets held are spreads, totals"):
        read("payloads/provider_samples/oddsa_player_props_his/raw_815b3ee3.json")


def test_flattened_odds_have_the_lines_of_the_canonical_file():
    assert DATA is not None
    with tarfile.open(DATA / "lines/originals/the_odds_api_2024-03_05.tar.xz") as archive:
        member = archive.extractfile("data/prop_data/data_points_2024-05-06.csv")
        assert member is not None
        parsed = read_bytes(member.read())
    lines = parsed.frames["raw_lines"]
    assert parsed.kind == "odds_api_player_props"
    pairs = ("points_rebounds", "points_assists", "rebounds_assists")
    assert set(parsed.refused) == {f"unknown market player_{name}" for name in pairs}
    assert set(lines["market"]) == {"points", "rebounds", "assists", "threes", "pra"}
    lines = lines.filter(market="points")
    canonical = read("lines/points_lines.csv.gz").frames["raw_lines"]
    same = ["game_date", "player_name", "book", "snapshot_at", "line", "over_price", "under_price"]
    assert lines.join(canonical, on=same, nulls_equal=True).height == lines.height > 0


def test_an_empty_response_of_the_provider_is_empty_and_not_an_error():
    folder = "payloads/jordan_koch_fixtures/league_game_log/_error_cases"
    parsed = read(f"{folder}/empty-response-impossible-season.json")
    assert (parsed.kind, parsed.rows, parsed.refused) == ("team_game_log", 0, {})


def test_lines_of_seven_markets_are_read_and_the_unknown_ones_are_counted_by_name():
    parsed = read("lines/market_lines.csv.gz")
    counts = dict(parsed.frames["raw_lines"]["market"].value_counts().iter_rows())
    assert parsed.kind == "market_lines"
    assert counts == {"points": 23_768, "rebounds": 23_407, "assists": 18_540, "pra": 17_828}
    assert parsed.refused == {
        "unknown market player_points_assists": 16_730,
        "unknown market player_points_rebounds": 20_323,
        "unknown market player_rebounds_assists": 17_925,
    }
