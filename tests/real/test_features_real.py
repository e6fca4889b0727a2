"""All features on four real seasons: compared with a reference implementation and with the league's own numbers."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from dataclasses import replace

import narwhals as nw
import polars as pl
import pytest

from courtside.analytics.tables import GAMES, PLAYER_GAMES, PLAYER_LINES, PLAYER_SHOTS, TEAM_GAMES
from courtside.audit.leakage import correlation, recomputation
from courtside.features.known import Known, features_of, player_history
from courtside.features.registry import FEATURES
from courtside.features.tables import PLAYER_FEATURES
from courtside.league.seasons import lookback_start
from courtside.pipeline.context import Context
from courtside.raw.tables import RAW_PLAYER_BOX, RAW_SHOTS, RAW_TEAM_BOX
from courtside.warehouse.schema import Table
from tests.features.oracle import Oracle
from tests.features.test_pinned_rows import pin
from tests.real_data import DATA, needs_real_data

pytestmark = [pytest.mark.slow, pytest.mark.real, needs_real_data]

KEY = ["game_id", "player_id"]
SAMPLED, TOLERANCE = 300, 1e-9
PINNED = {
    "2021-22": (43639, "a1be69036da44380"),
    "2022-23": (42650, "565015a232a04d45"),
    "2023-24": (44430, "e5941a93677d3c4b"),
    "2024-25": (44531, "24a8dcd317e92fa7"),
}
"""Rows of each season and a hash of their values; a change that is meant to change values replaces them."""

SETTLED_SEASONS = dt.date(2022, 9, 1)


def _rows(context: Context, table: Table) -> pl.DataFrame:
    return context.warehouse.collect(context.warehouse.scan(table))


@pytest.fixture
def known(real_context: Context) -> Known:
    """The analytics tables of four seasons."""
    return Known(
        *(_rows(real_context, table) for table in (GAMES, TEAM_GAMES, PLAYER_GAMES, PLAYER_SHOTS, PLAYER_LINES))
    )


@pytest.fixture
def stored(real_context: Context) -> pl.DataFrame:
    """The stored feature rows of four seasons."""
    return _rows(real_context, PLAYER_FEATURES)


def _since(known: Known, day: dt.date) -> Known:
    """Cut `known` to what the stage reads for a date."""
    start = lookback_start(day)
    frames = {
        name: getattr(known, name).filter(pl.col("game_date") >= start) for name in ("team_games", "player_shots")
    }
    history: pl.DataFrame = player_history(nw.from_native(known.player_games.lazy()), start).to_native().collect()
    return replace(known, **frames, player_games=history)


def _again(known: Known, day: dt.date) -> pl.DataFrame:
    return features_of(_since(known, day).before_games_of(day), [day])


def _sampled_dates(stored: pl.DataFrame, a_month: int) -> list[dt.date]:
    draw = random.Random(5)
    months: dict[tuple[int, int], list[dt.date]] = {}
    for day in sorted(set(stored["game_date"])):
        months.setdefault((day.year, day.month), []).append(day)
    return [day for days in months.values() for day in draw.sample(days, min(a_month, len(days)))]


def test_stored_rows_equal_the_rows_computed_from_earlier_data(known: Known, stored: pl.DataFrame) -> None:
    dates = _sampled_dates(stored, 2)
    verdict = recomputation(stored, dates, lambda day: _again(known, day))
    assert verdict.passed, verdict
    assert verdict.rows >= 2_000
    assert {day.month for day in dates} == {1, 2, 3, 4, 5, 6, 10, 11, 12}


def test_form_does_not_contain_the_game(known: Known, stored: pl.DataFrame) -> None:
    played = stored.join(known.player_games.filter("did_play").select(*KEY, "points"), on=KEY)
    verdict = correlation(played)
    assert verdict.passed, verdict
    assert verdict.observed == pytest.approx(0.7, abs=0.1)


def test_the_reference_implementation_gives_the_same_values(
    real_context: Context, known: Known, stored: pl.DataFrame
) -> None:
    raw = (
        real_context.warehouse.collect(real_context.raw(table)) for table in (RAW_PLAYER_BOX, RAW_TEAM_BOX, RAW_SHOTS)
    )
    oracle = Oracle.over(known.games, *raw)
    compared: Counter[str] = Counter()
    for row in stored.sample(SAMPLED, seed=17).to_dicts():
        for name, value in oracle.values(row).items():
            is_first = name != "fatigue_score" or row["fatigue_score_origin"] in {"computed", "partial"}
            if (
                row[name] is not None
                and is_first
                and row[f"{name}_origin"] != "fallback" * (name == "games_in_last_7_days")
            ):
                compared[name] += 1
                assert row[name] == pytest.approx(value, abs=TOLERANCE, rel=TOLERANCE), (name, row["game_id"])
    assert len(compared) >= 22
    assert min(compared.values()) >= 100, compared


def test_possessions_and_ratings_equal_the_playoff_files(known: Known) -> None:
    assert DATA is not None
    files = [
        pl.read_csv(path, infer_schema_length=None, schema_overrides={"GAME_ID": pl.String})
        for path in sorted(DATA.glob("boxscores/playoffs_*.csv"))
    ]
    names = ["TEAM_PACE", "TEAM_OFF_RATING", "TEAM_MIN"]
    theirs = pl.concat([frame.select("GAME_ID", "TEAM_ID", *names).unique() for frame in files])
    players_tov = known.player_games.group_by("game_id", "team_id").agg(pl.col("tov", "fga", "fta", "oreb").sum())
    ours = known.team_games.join(players_tov, on=["game_id", "team_id"]).select(
        "minutes",
        "points",
        GAME_ID="game_id",
        TEAM_ID="team_id",
        possessions=pl.col("possessions_x100") / 100,
        of_players=pl.col("fga") + 0.44 * pl.col("fta") + pl.col("tov") - pl.col("oreb"),
    )
    both = theirs.join(ours, on=["GAME_ID", "TEAM_ID"], how="inner")
    assert both.height == theirs.height == 674
    assert (both["minutes"] == both["TEAM_MIN"]).all()
    assert (both["of_players"] - both["TEAM_PACE"]).abs().max() < 0.005
    assert (100 * both["points"] / both["of_players"] - both["TEAM_OFF_RATING"]).abs().max() < 1e-6
    team_turnovers = both["possessions"] - both["TEAM_PACE"]
    assert (team_turnovers - team_turnovers.round()).abs().max() < 0.005, "they differ by turnovers of the team alone"
    assert 0 <= team_turnovers.min() < team_turnovers.mean() < 1


def test_few_rows_of_players_who_played_lack_a_required_feature(known: Known, stored: pl.DataFrame) -> None:
    played = known.player_games.filter("did_play").select(*KEY)
    rows = stored.filter(pl.col("game_date") >= SETTLED_SEASONS).join(played, on=KEY, how="semi")
    rows = rows.with_columns(lacks=pl.col("required_default_count") > 0)
    by_month = rows.group_by(pl.col("game_date").dt.strftime("%Y-%m").alias("month")).agg(pl.col("lacks").mean())
    assert rows["lacks"].mean() <= 0.03
    for month, share in by_month.sort("month").rows():
        assert share <= (0.13 if month.endswith("-10") else 0.05), month


def test_a_value_exists_exactly_where_its_origin_has_one(stored: pl.DataFrame) -> None:
    for feature in FEATURES:
        valued = stored[feature.origin_column].is_in(["computed", "partial", "fallback"])
        assert (stored[feature.name].is_not_null() == valued).all(), feature.name


@pytest.mark.parametrize("day", [dt.date(2022, 10, 20), dt.date(2023, 4, 16), dt.date(2024, 3, 6), dt.date(2025, 6, 5)])
def test_one_slate_gives_the_stored_bytes(known: Known, stored: pl.DataFrame, day: dt.date) -> None:
    assert features_of(_since(known, day), [day]).sort(KEY).equals(stored.filter(game_date=day).sort(KEY))


def test_the_rows_of_each_season_keep_their_bytes(stored: pl.DataFrame) -> None:
    assert {season: pin(rows) for (season,), rows in stored.group_by("season")} == PINNED


@pytest.mark.parametrize("dropped", [1, 3, 10])
def test_dropped_box_scores_change_exactly_the_windows_that_include_them(
    known: Known, stored: pl.DataFrame, dropped: int
) -> None:
    first, last = dt.date(2023, 10, 24), dt.date(2024, 4, 14)
    season = known.team_games.filter(pl.col("game_date").is_between(first, last) & pl.col("is_counted"))
    ids = season["game_id"].unique().sort().sample(dropped, seed=dropped)
    is_gone = pl.col("game_id").is_in(ids.implode())
    gone = ("minutes", "possessions_x100", "opponent_possessions_x100", "usage_x100")
    since = _since(known, first)
    holed = replace(
        since,
        player_games=since.player_games.filter(~is_gone),
        team_games=since.team_games.with_columns(
            *(pl.when(is_gone).then(None).otherwise(name).alias(name) for name in gone),
            box_status=pl.when(is_gone).then(pl.lit("missing")).otherwise("box_status"),
        ),
    )
    dates = sorted(set(season["game_date"]))
    before, after = stored.filter(pl.col("game_date").is_in(dates)), features_of(holed, dates)
    both = before.join(after, on=KEY, how="inner", suffix="_after")
    played = known.player_games.filter("did_play", "is_counted").select("player_id", "game_id", "game_date")
    dropped = stored.filter(is_gone).select(*KEY)
    held = _rows_whose_last_10_held(both.select(*KEY, "game_date"), played, {tuple(row) for row in dropped.rows()})
    lost = {tuple(row) for row in both.filter(_lost("completeness_l10")).select(KEY).rows()}
    assert held <= lost, "a window with a dropped box score is still marked complete"
    may_lose = set(dropped["player_id"]) | set(known.player_games.filter(is_gone)["player_id"])
    assert {player for _, player in lost} <= may_lose, "a window of another player has changed"
    named = {(game, player): text for game, player, text in both.select(*KEY, "missing_game_ids_after").rows()}
    assert all(set(named[row].split(",")) & set(ids) for row in held)
    partial = both.filter(_lost("completeness_l10")).select("completeness_l10_after", "points_avg_last_10_origin_after")
    for share, origin in partial.rows():
        assert origin == ("partial" if share >= 70 else "missing") or origin == "early"
    teams = season.filter(is_gone)["team_id"]
    is_near = pl.col("team_id").is_in(teams.implode()) | pl.col("opponent_team_id").is_in(teams.implode())
    untouched = both.filter(~is_near & ~pl.col("player_id").is_in(list(may_lose)))
    assert untouched.height > 1_000
    for name in [name for name in before.columns if name not in KEY]:
        assert untouched[name].equals(untouched[f"{name}_after"]), name


def _lost(column: str) -> pl.Expr:
    return pl.col(f"{column}_after").fill_null(0) < pl.col(column).fill_null(0)


def _rows_whose_last_10_held(
    rows: pl.DataFrame, played: pl.DataFrame, dropped: set[tuple[str, int]]
) -> set[tuple[str, int]]:
    """Return the rows whose last 10 games include one of `dropped`, the (game, player) whose box score was dropped."""
    by_player: dict[int, list[tuple[dt.date, str]]] = {}
    for player, game, day in played.sort("game_date", "game_id").rows():
        by_player.setdefault(player, []).append((day, game))
    found = set()
    for game_id, player, day in rows.filter(pl.col("player_id").is_in([player for _, player in dropped])).rows():
        past = [game for date, game in by_player[player] if date < day and (day - date).days <= 365]
        if any((game, player) in dropped for game in past[-10:]):
            found.add((game_id, player))
    return found
