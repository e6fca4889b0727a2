"""Shot charts become field goals by zone; the coverage of the source is derived from earlier days only."""

from __future__ import annotations

import narwhals as nw
import polars as pl

from courtside.analytics.shots import ZONES, player_shots
from courtside.analytics.tables import PLAYER_SHOTS
from courtside.features.charts import charts
from tests.features.league import START, League, player_of, round_robin


def _shots(league: League, *zones: tuple[str, bool]) -> pl.DataFrame:
    game = league.games[0]
    return pl.DataFrame(
        [
            {"game_id": game.game_id, "player_id": player_of(1, 0), "team_id": 1, "zone": zone, "is_made": is_made}
            for zone, is_made in zones
        ]
    )


def test_every_zone_of_the_league_is_counted_once() -> None:
    league = League()
    league.play(START, 1, 2)
    names = [name for group in ZONES.values() for name in group]
    shots = _shots(league, *((name, index % 2 == 0) for index, name in enumerate(names)))
    teams = nw.from_native(league.known().team_games.lazy())
    row = PLAYER_SHOTS.conform(player_shots(nw.from_native(shots.lazy()), teams).to_native().collect()).to_dicts()[0]
    assert (row["paint_fga"], row["mid_range_fga"], row["three_fga"]) == (2, 1, 4)
    assert row["paint_fgm"] + row["mid_range_fgm"] + row["three_fgm"] == 4
    assert (row["team_id"], row["opponent_team_id"]) == (1, 2)


def test_a_source_covers_a_season_from_its_first_chart() -> None:
    league = round_robin(20)
    first, late = league.games[3], league.games[-1]
    for game in league.games:
        game.has_chart = game.date >= first.date and game is not late
    known = league.known()
    found = charts(known.team_games, known.player_games, known.player_shots)
    state = {
        game: next(name for name in ("charted", "uncharted", "uncovered") if flags[name])
        for game, *_ in found.select("game_id").unique().rows()
        for flags in [found.filter(game_id=game).to_dicts()[0]]
    }
    for game in league.games:
        expected = "uncovered" if game.date < first.date else "uncharted" if game is late else "charted"
        assert state[game.game_id] == expected


def test_an_incomplete_chart_is_not_used() -> None:
    league = round_robin(10)
    known, broken = league.known(), league.games[-1].game_id
    halved = known.player_shots.with_columns(
        pl.when(pl.col("game_id") == broken).then(pl.col("paint_fga") // 2).otherwise("paint_fga").alias("paint_fga")
    )
    found = charts(known.team_games, known.player_games, halved).filter(game_id=broken)
    assert found["uncharted"].to_list() == [1, 1]
    assert found["paint_fga"].sum() == 0
