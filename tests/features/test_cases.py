"""Cases of real seasons: trades, long absences, neutral courts, season openers and missing box scores."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import narwhals as nw
import polars as pl
import pytest

from courtside.analytics.tables import PLAYER_GAMES
from courtside.features.known import Known, features_of, player_history
from courtside.league.seasons import lookback_start
from tests.features.league import ROSTER, START, Game, League, player_of


def _day(step: int) -> dt.date:
    return START + dt.timedelta(step)


def _row(league: League, game: Game, player: int) -> dict[str, Any]:
    rows = features_of(league.known(), [game.date]).filter(game_id=game.game_id, player_id=player).to_dicts()
    assert len(rows) == 1, f"{len(rows)} rows of {player}"
    return rows[0]


def _players(league: League, game: Game) -> set[int]:
    return set(features_of(league.known(), [game.date])["player_id"])


def _points(league: League, player: int, *points: int) -> None:
    """Let the newest games of the league give a player these points, oldest first."""
    for game, scored in zip(league.games[-len(points) :], points, strict=True):
        league.points_of[game.game_id, player] = scored


def _season(games: int = 12, every: int = 3) -> League:
    """Return a league of four teams: 1 meets 2 and 3 meets 4 every third day."""
    league = League()
    for step in range(games):
        league.play(_day(step * every), 1, 2)
        league.play(_day(step * every), 3, 4)
    return league


def test_a_traded_player_keeps_his_games_and_belongs_to_his_new_team() -> None:
    league, moved = League(), player_of(1, 0)
    for step in range(6):
        league.play(_day(3 * step), 1, 2)
    with_him = [*(player_of(3, seat) for seat in range(ROSTER)), moved]
    league.play(_day(20), 3, 4, rosters={3: with_him})
    _points(league, moved, 1, 2, 3, 4, 5, 6, 30)
    tonight = league.play(_day(23), 3, 4)
    league.play(_day(23), 1, 2)
    row = _row(league, tonight, moved)
    assert row["team_id"] == 3
    assert row["points_avg_last_5"] == (30 + 6 + 5 + 4 + 3) / 5
    assert row["dnp_rate"] == 0, "games before he joined are not games missed"
    assert row["team_pace_origin"] == "early", "his new team has played one game"
    assert _players(league, tonight) >= {moved}
    assert moved not in {
        row["player_id"] for row in features_of(league.known(), [_day(23)]).filter(team_id=1).to_dicts()
    }


def test_a_back_to_back_game_reduces_freshness() -> None:
    league = _season()
    league.play(_day(36), 1, 2)
    tonight = league.play(_day(37), 1, 3)
    row = _row(league, tonight, player_of(1, 0))
    assert (row["back_to_back"], row["rest_advantage"]) == (1, -2), "3 played on day 33, 1 yesterday"
    assert row["fatigue_score"] in {85, 77}, "−15, and −8 where he played more than 35 minutes a game"
    rested = _row(league, tonight, player_of(3, 0))
    assert (rested["back_to_back"], rested["rest_advantage"]) == (0, 2)


def test_pairs_of_games_on_consecutive_days_add_up() -> None:
    league = League()
    for step in (0, 1, 4, 5, 9):
        league.play(_day(step), 1, 2)
    tonight = league.play(_day(12), 1, 2)
    assert _row(league, tonight, player_of(1, 0))["fatigue_score"] in {88, 80}, "two pairs cost 12; one game in 7 days"


@pytest.mark.parametrize(("kind", "playoff"), [("004", 1), ("005", 0), ("002", 0)])
def test_the_play_in_counts_in_windows_and_is_not_a_playoff_game(kind: str, playoff: int) -> None:
    league = _season(6)
    league.play(_day(20), 1, 2, kind="005")
    league.points_of[league.games[-1].game_id, player_of(1, 0)] = 33
    tonight = league.play(_day(22), 1, 2, kind=kind)
    row = _row(league, tonight, player_of(1, 0))
    newest = [league.points_of.get((g.game_id, player_of(1, 0))) for g in league.games if g.home == 1][-2]
    assert (row["playoff_game"], newest, row["games_used_l10"]) == (playoff, 33, 7)


def test_nobody_is_at_home_on_a_neutral_court() -> None:
    league = _season(6)
    tonight = league.play(_day(20), 1, 2, is_neutral=True)
    assert {_row(league, tonight, player_of(team, 0))["home_away"] for team in (1, 2)} == {0.5}


def test_a_postponed_game_has_no_rows_and_adds_no_fatigue() -> None:
    league = _season(6)
    off = league.play(_day(19), 1, 2, is_final=False, status="postponed")
    tonight = league.play(_day(20), 1, 2)
    assert features_of(league.known(), [off.date]).is_empty()
    row = _row(league, tonight, player_of(1, 0))
    assert (row["back_to_back"], row["games_used_l10"], row["completeness_l10"]) == (0, 6, 100)


def test_a_rookie_has_no_row_before_his_first_game_and_missing_values_after_it() -> None:
    league, rookie = _season(6), 199
    debut = league.play(_day(20), 1, 2, rosters={1: [player_of(1, 0), player_of(1, 1), rookie]})
    assert rookie not in _players(league, debut)
    row = _row(league, league.play(_day(22), 1, 2), rookie)
    names = (
        "points_avg_last_5",
        "points_avg_season",
        "recent_trend",
        "usage_spike_score",
        "minutes_change",
        "pct_paint",
    )
    assert {row[f"{name}_origin"] for name in names} == {"early"}
    assert all(row[name] is None for name in names)
    assert row["required_default_count"] > 5
    assert (row["feature_quality_score"] <= 49, row["is_quality_ready"]) == (True, False)


def test_a_player_back_after_100_days_has_his_old_form_and_full_freshness() -> None:
    league, back = League(), player_of(1, 0)
    for step in range(6):
        league.play(_day(3 * step), 1, 2)
    _points(league, back, 1, 2, 3, 4, 5, 6)
    others = [player_of(1, seat) for seat in range(1, ROSTER)]
    for step in range(40):
        league.play(_day(18 + 3 * step), 1, 2, rosters={1: others})
    tonight = league.play(_day(15 + 120), 1, 2)
    assert back not in _players(league, tonight), "he is not expected in the game"
    league.quoted[tonight.game_id, back] = [("fanduel", None, 12.5)]
    row = _row(league, tonight, back)
    assert (row["points_avg_last_5"], row["games_in_last_7_days"], row["fatigue_score"]) == (4.0, 0, 100)
    assert row["dnp_rate"] == 1.0
    assert (row["games_used_l10"], row["points_avg_last_10_origin"]) == (6, "computed")


@pytest.mark.parametrize(("days", "expected"), [(58, True), (62, False)])
def test_a_player_out_for_less_than_60_days_is_expected_back(days: int, expected: bool) -> None:
    league, back = _season(6), player_of(1, 0)
    last, others = league.games[-1].date, [player_of(1, seat) for seat in range(1, ROSTER)]
    for step in range(1, 29):
        league.play(last + dt.timedelta(2 * step), 1, 2, rosters={1: others})
    tonight = league.play(last + dt.timedelta(days), 1, 2)
    assert (back in _players(league, tonight)) == expected


def test_a_player_out_for_40_days_is_not_expected_in_a_box_score_that_is_missing() -> None:
    league, back = _season(6), player_of(1, 0)
    last, others = league.games[-1].date, [player_of(1, seat) for seat in range(1, ROSTER)]
    for step in range(1, 21):
        league.play(last + dt.timedelta(2 * step), 1, 2, rosters={1: others}, has_box=step != 20)
    tonight = league.play(last + dt.timedelta(42), 1, 2)
    row, other = _row(league, tonight, back), _row(league, tonight, others[0])
    assert (row["missing_game_ids"], other["missing_game_ids"]) == ("", league.games[-2].game_id)


def _read_for(league: League, game: Game) -> Known:
    """Return what the features stage reads for a game."""
    known, start = league.known(), lookback_start(game.date)
    history: pl.DataFrame = player_history(nw.from_native(known.player_games.lazy()), start).to_native().collect()
    team_games = known.team_games.filter(pl.col("game_date") >= start)
    return replace(known, team_games=team_games, player_games=PLAYER_GAMES.conform(history))


@pytest.mark.parametrize(("team", "missed"), [(1, 0.9), (3, 0.0)])
def test_a_player_back_after_two_seasons_has_missed_the_games_of_the_team_he_had_joined(
    team: int, missed: float
) -> None:
    league, back = League(), player_of(1, 0)
    league.play(dt.date(2022, 4, 10), 1, 2)
    others = [player_of(team, seat) for seat in range(1, ROSTER)]
    for step in range(15):
        league.play(_day(3 * step), team, 2, rosters={team: others})
    league.play(_day(45), team, 2, rosters={team: [*others, back]})
    tonight = league.play(_day(47), team, 2)
    row = features_of(_read_for(league, tonight), [tonight.date]).row(
        by_predicate=pl.col("player_id") == back, named=True
    )
    assert (row["team_id"], row["dnp_rate"], row["games_used_l10"]) == (team, missed, 1)


def test_games_older_than_a_year_are_not_form() -> None:
    league, back = _season(6), player_of(1, 0)
    year_on = START + dt.timedelta(400)
    others = [player_of(1, seat) for seat in range(1, ROSTER)]
    league.play(year_on, 1, 2, rosters={1: others})
    tonight = league.play(year_on + dt.timedelta(2), 1, 2)
    league.quoted[tonight.game_id, back] = [("fanduel", None, 12.5)]
    row = _row(league, tonight, back)
    assert (row["games_used_l10"], row["points_avg_last_10_origin"]) == (0, "early")


def test_the_all_star_game_enters_no_window_and_its_break_is_no_advantage() -> None:
    league = _season(6)
    before = _row(league, league.play(_day(25), 1, 3), player_of(1, 0))
    league.games.pop()
    league.play(_day(20), 1, 2, kind="003")
    league.play(_day(17), 3, 4)
    after = _row(league, league.play(_day(25), 1, 3), player_of(1, 0))
    for name in ("points_avg_last_5", "points_avg_season", "games_in_last_7_days", "team_pace"):
        assert after[name] == before[name]
    assert after["rest_advantage"] == 0, "9 and 7 days off rest a team no more than 4"


def test_the_cup_final_enters_no_window_and_adds_fatigue() -> None:
    league = _season(6)
    plain = _row(league, league.play(_day(20), 1, 2), player_of(1, 0))
    league.games.pop()
    league.play(_day(19), 1, 2, kind="006")
    row = _row(league, league.play(_day(20), 1, 2), player_of(1, 0))
    assert (plain["back_to_back"], row["back_to_back"]) == (0, 1)
    assert (row["points_avg_last_5"], row["team_win_pct"]) == (plain["points_avg_last_5"], plain["team_win_pct"])


def test_the_cup_final_reduces_the_freshness_of_its_players() -> None:
    league, star, bench = _season(5), player_of(1, 0), player_of(1, 1)
    for step in (14, 16, 18):
        league.play(_day(step), 1, 2)
    league.play(_day(19), 1, 2, kind="006", rosters={1: [player_of(1, seat) for seat in range(ROSTER) if seat != 1]})
    tonight = league.play(_day(20), 1, 2)
    row, rested = _row(league, tonight, star), _row(league, tonight, bench)
    assert row["fatigue_score"] in {70, 62}, (
        "−15 for yesterday, −10 for 4 games in 7 days, −5 for a pair, −8 by minutes"
    )
    assert rested["fatigue_score"] in {100, 92}
    assert (row["games_used_l10"], row["games_in_last_7_days"]) == (rested["games_used_l10"], 3) == (8, 3)


def test_a_cup_final_without_a_box_score_makes_fatigue_partial_and_no_other_window() -> None:
    league = _season(6)
    for step in (14, 16):
        league.play(_day(step), 1, 2)
    league.play(_day(18), 1, 2, kind="006", has_box=False)
    row = _row(league, league.play(_day(20), 1, 2), player_of(1, 0))
    assert (row["fatigue_score_origin"], row["missing_game_ids"]) == ("partial", "")
    assert (row["points_avg_last_10_origin"], row["completeness_l10"]) == ("computed", 100)


def test_a_season_opener_uses_last_season_s_record_and_means() -> None:
    league = _season(8)
    opener = league.play(dt.date(2025, 10, 22), 1, 2)
    row = _row(league, opener, player_of(1, 0))
    names = ("points_avg_season", "minutes_change", "team_win_pct")
    assert {row[f"{name}_origin"] for name in names} == {"fallback"}
    assert (row["rest_advantage"], row["points_avg_last_5_origin"]) == (0, "computed")


@pytest.mark.parametrize(
    ("gaps", "origin", "completeness"),
    [(1, "partial", 100 * 10 / 11), (4, "partial", 100 * 10 / 14), (5, "missing", None)],
)
def test_missing_box_scores_make_a_window_partial_and_then_missing(
    gaps: int, origin: str, completeness: float | None
) -> None:
    league = _season(18)
    for game in [game for game in league.games if game.home == 1][-gaps - 2 : -2]:
        game.has_box = False
    tonight = league.play(_day(54), 1, 2)
    row = _row(league, tonight, player_of(1, 0))
    assert {row[f"{name}_origin"] for name in ("points_avg_last_10", "team_pace")} == {origin}
    assert (row["team_pace"] is None) == (origin == "missing")
    assert completeness is None or row["completeness_l10"] == completeness
    assert len(row["missing_game_ids"].split(",")) == gaps
    other = _row(league, league.play(_day(54), 3, 4), player_of(3, 0))
    assert other["completeness_l10"] == 100


def test_an_absent_shot_chart_is_missing_only_where_the_source_covers_it() -> None:
    league = _season(12)
    home = [game for game in league.games if game.home == 1]
    tonight = league.play(_day(36), 1, 2)
    for game in home[-4:]:
        game.has_chart = False
    row = _row(league, tonight, player_of(1, 0))
    assert {row[f"{name}_origin"] for name in ("pct_paint", "shot_zone_mismatch_score")} == {"missing"}
    assert row["pct_three_origin"] == "fallback"
    for game in league.games:
        game.has_chart = False
    row = _row(league, tonight, player_of(1, 0))
    assert {row[f"{name}_origin"] for name in ("pct_paint", "shot_zone_mismatch_score")} == {"unavailable"}
    assert (row["pct_three_origin"], row["required_default_count"]) == ("fallback", 0)


def test_market_features_use_no_line_after_tip_off() -> None:
    league, star, bench = _season(6), player_of(1, 0), player_of(1, 1)
    tonight, unquoted = league.play(_day(20), 1, 2), league.play(_day(20), 3, 4)
    early, late = (dt.datetime.combine(tonight.date, dt.time(hour)) for hour in (14, 22))
    after = dt.datetime.combine(tonight.date, dt.time(23, 45))
    league.quoted[tonight.game_id, star] = [
        *(("fanduel", early, 20.5), ("fanduel", late, 22.5), ("fanduel", after, 40.5)),
        *(("betmgm", early, 21.5), ("caesars", None, 30.5)),
    ]
    row = _row(league, tonight, star)
    assert (row["vegas_points_line"], row["vegas_opening_line"], row["vegas_line_move"]) == (22.5, 21.0, 1.5)
    assert row["has_vegas_line"] == 1
    no_line, without_lines = _row(league, tonight, bench), _row(league, unquoted, player_of(3, 0))
    assert (no_line["has_vegas_line"], no_line["has_vegas_line_origin"]) == (0, "computed")
    assert (without_lines["has_vegas_line"], without_lines["has_vegas_line_origin"]) == (None, "missing")


def test_a_book_with_one_snapshot_has_no_line_move() -> None:
    league, star = _season(6), player_of(1, 0)
    tonight = league.play(_day(20), 1, 2)
    early, late = (dt.datetime.combine(tonight.date, dt.time(hour)) for hour in (14, 22))
    league.quoted[tonight.game_id, star] = [("fanduel", early, 20.5), ("betmgm", late, 24.5)]
    row = _row(league, tonight, star)
    assert (row["vegas_points_line"], row["vegas_opening_line"], row["vegas_line_move"]) == (22.5, 22.5, None)


@pytest.mark.parametrize(("old", "new"), [(1, 2), (2, 1)])
def test_a_player_against_his_former_team_has_a_row_for_his_present_team(old: int, new: int) -> None:
    league, moved = _season(6), player_of(old, 0)
    with_him = [*(player_of(new, seat) for seat in range(ROSTER)), moved]
    league.play(_day(19), new, 3, rosters={new: with_him})
    tonight = league.play(_day(22), old, new)
    row = _row(league, tonight, moved)
    assert (row["team_id"], row["opponent_team_id"]) == (new, old)


def test_lines_for_two_teams_on_one_day_give_a_player_one_row_for_the_team_he_last_played_for() -> None:
    league, star = _season(6), player_of(1, 0)
    tonight, elsewhere = league.play(_day(22), 1, 2), league.play(_day(22), 3, 4)
    for game in (tonight, elsewhere):
        league.quoted[game.game_id, star] = [("fanduel", None, 12.5)]
    league.team_of_line[elsewhere.game_id, star] = 4
    rows = features_of(league.known(), [tonight.date]).filter(player_id=star)
    assert rows["game_id"].to_list() == [tonight.game_id]
