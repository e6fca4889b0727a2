"""The input of the feature functions: the rows of a slate, and the windows of earlier games of each row."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from courtside.clock import GameType
from courtside.features.charts import ATTEMPTS, MAKES, charts
from courtside.features.entities import EXPECTED_DAYS, entities
from courtside.features.player_windows import PlayerWindows, played_games, usable
from courtside.features.registry import FUNCTIONS
from courtside.features.team_windows import TeamGames, TeamWindows
from courtside.features.values import Values
from courtside.features.windows import Before, Games, Ints


@dataclass(frozen=True)
class Slate:
    """The rows of one or more slates and their windows; `slate[NAME]` returns the values of a registered feature.

    Args:
        rows: one per (game_id, player_id), as `entities` returns them.
        player: windows over the player's games.
        own: windows over his team's games.
        opponent: windows over the other team's games.
        team_games: final games of his team; is_complete is 0 where the box score is unusable, otherwise 1.
        gaps: games that should have a box score of the player, which is not known.
        league_shots: the league's field goals by zone and day.
        market: `MARKET` columns of the slate's players.
        reports: rows of each team's last injury report before tip-off, `INJURY_REPORTS` columns.
    """

    rows: pl.DataFrame
    player: PlayerWindows
    own: TeamWindows
    opponent: TeamWindows
    team_games: Before
    gaps: Before
    league_shots: Before
    market: pl.DataFrame
    reports: pl.DataFrame
    _computed: dict[str, Values] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Values:
        if name not in self._computed:
            self._computed[name] = FUNCTIONS[name](self).valued()
        return self._computed[name]

    @property
    def days(self) -> Ints:
        """The game day of each row."""
        return self.gaps.days

    def joined(self, frame: pl.DataFrame, *on: str) -> pl.DataFrame:
        """Return the columns of `frame`, which has one row per value of `on`, for each row of the slate."""
        return self.rows.select(on).join(frame, on=on, how="left", maintain_order="left")


def prepare(
    slate: pl.DataFrame,
    team_games: pl.DataFrame,
    player_games: pl.DataFrame,
    named: pl.DataFrame,
    shots: pl.DataFrame,
    market: pl.DataFrame,
    reports: pl.DataFrame,
) -> Slate:
    """Return the `Slate` of the team games of `slate`.

    Args:
        slate: the team games that get rows, `TEAM_GAMES` columns.
        team_games: all team games that windows may use, `TEAM_GAMES` columns.
        player_games: all player games that windows may use, `PLAYER_GAMES` columns.
        named: game_id, player_id, team_id of players whom a line or an injury report names before tip-off.
        shots: attempts by zone that windows may use, `PLAYER_SHOTS` columns.
        market: `MARKET` columns of the slate's players.
        reports: each team's last injury report before tip-off, `INJURY_REPORTS` columns.
    """
    slate, team_games, player_games = (
        frame.with_columns(season_year=pl.col("season").str.head(4).cast(pl.Int64))
        for frame in (slate, team_games, player_games)
    )
    counted = team_games.filter("is_counted")
    final = counted.filter("is_final").with_columns(is_complete=pl.col("box_status") == "complete")
    charted = charts(final, player_games, shots)
    player_games = _of_players(player_games, slate, named)
    played, by_team = played_games(player_games, counted, charted, shots), Games(counted, "team_id")
    rows = entities(slate, by_team, played, named)
    is_cup_final = pl.col("game_type") == str(GameType.CUP_FINAL)
    fatiguing = team_games.filter(pl.col("is_final") & (pl.col("is_counted") | is_cup_final))
    unusable = fatiguing.filter(pl.col("box_status").is_in(["missing", "partial"]))
    gaps = (
        entities(unusable, by_team, played, recent_days=EXPECTED_DAYS)
        .join(charted.select("game_id", "uncovered").unique(), on="game_id", how="left")
        .join(fatiguing.select("game_id", "is_counted").unique(), on="game_id")
    )
    load = Games(usable(player_games).join(fatiguing, on="game_id", how="semi"), "player_id")
    load.add("is_back_to_back", load.back_to_backs())
    teams = TeamGames.of(fatiguing, charted)
    league = shots.group_by("game_day").agg(pl.col(*ATTEMPTS, *MAKES).sum()).with_columns(game_id=pl.lit(""), league=0)
    return Slate(
        rows,
        PlayerWindows.of(rows, played, gaps, load),
        TeamWindows.of(rows, teams),
        TeamWindows.of(rows.with_columns(team_id="opponent_team_id"), teams),
        Games(final, "team_id").before(rows),
        Games(gaps.filter("is_counted"), "player_id").before(rows),
        Games(league, "league").before(rows.with_columns(league=0)),
        market,
        reports,
    )


def _of_players(player_games: pl.DataFrame, slate: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """Return the games of the players who may get a row: who ever played for a team of the slate, or are named.

    The windows of a row hold no games of other players.
    """
    of_teams = player_games.join(slate, on="team_id", how="semi")
    players = pl.concat([of_teams["player_id"], named["player_id"]]).unique()
    return player_games.filter(pl.col("player_id").is_in(players.implode()))
