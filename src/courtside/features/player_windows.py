"""The games of players, and the windows of each feature row over them."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from courtside.features.charts import ATTEMPTS, CHARTED
from courtside.features.windows import Games, Past, Sample, Window


@dataclass(frozen=True)
class PlayerWindows:
    """Windows over the games of each row's player before its date.

    A window also holds the lacking games: games that should have a box score of the player, which is not known.
    `meetings` are games against the row's opponent within the horizon. `career` holds all games. `load` holds the games
    that count for fatigue; unlike the other windows, it includes the Cup final.
    """

    recent: Past
    season: Sample
    season_before: Sample
    meetings: Sample
    career: Window
    load: Past

    @classmethod
    def of(cls, rows: pl.DataFrame, played: Games, gaps: pl.DataFrame, fatiguing: Games) -> PlayerWindows:
        """Return the windows of `rows`.

        Args:
            rows: one per (game_id, player_id), as `entities` returns them.
            played: the games of `played_games`.
            gaps: games that should have a box score of the player, which is not known.
            fatiguing: games with minutes, including the Cup final, by player.
        """
        lacking = Games(gaps.filter("is_counted"), "player_id")
        seasons = tuple(games.grouped("player_id", "season_year") for games in (played, lacking))
        opponents = tuple(games.grouped("player_id", "opponent_team_id") for games in (played, lacking))
        return cls(
            Past(rows, played, lacking),
            Past(rows, *seasons).all(),
            Past(rows.with_columns(pl.col("season_year") - 1), *seasons).all(),
            Past(rows, *opponents).year(),
            played.before(rows).all(),
            Past(rows, fatiguing, Games(gaps, "player_id")),
        )


def usable(player_games: pl.DataFrame) -> pl.DataFrame:
    """Return the games that a player played and whose box score is complete; unknown minutes count as 0."""
    return player_games.filter(pl.col("did_play") & (pl.col("box_status") == "complete")).with_columns(
        pl.col("minutes").fill_null(0)
    )


def played_games(
    player_games: pl.DataFrame, team_games: pl.DataFrame, charted: pl.DataFrame, shots: pl.DataFrame
) -> Games:
    """Return the games of each player, with further columns that windows sum.

    `usage_games`, `throw_games` and `three_games` are 1 where the box score has the columns that the related sums need.
    Other games do not enter those sums.
    """
    side, player = ["game_id", "team_id"], ["game_id", "player_id"]
    games = (
        usable(player_games.filter("is_counted"))
        .join(team_games.select(*side, team_minutes="minutes", team_usage_x100="usage_x100"), on=side, how="left")
        .join(charted.select(*side, *CHARTED), on=side, how="left")
        .join(shots.select(*player, *ATTEMPTS), on=player, how="left")
        .with_columns(usage_x100=100 * pl.col("fga") + 44 * pl.col("fta") + 100 * pl.col("tov"))
    )
    has_usage = pl.all_horizontal(pl.col("usage_x100", "team_minutes", "team_usage_x100").is_not_null())
    has_throws = pl.col("ftm").is_not_null()
    has_threes = pl.all_horizontal(pl.col("fga", "fg3a").is_not_null())
    is_charted = pl.col("charted") == 1
    played = Games(
        games.with_columns(
            usage_games=has_usage,
            usage_minutes=pl.when(has_usage).then("minutes"),
            throw_games=has_throws,
            throw_points=pl.when(has_throws).then("points"),
            three_games=has_threes,
            box_fga=pl.when(has_threes).then("fga"),
            points_squared=pl.col("points") ** 2,
            **{name: pl.when(has_usage).then(name) for name in ("usage_x100", "team_minutes", "team_usage_x100")},
            box_fg3a=pl.when(has_threes).then("fg3a"),
            **{name: pl.when(is_charted).then(name) for name in ATTEMPTS},
        ),
        "player_id",
    )
    played.add("is_back_to_back", played.back_to_backs())
    played.add("joined_day", played.spell_starts("team_id"))
    return played
