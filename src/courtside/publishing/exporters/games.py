"""Games in several files: the games of a slate with their scores, and the last games of a player."""

from __future__ import annotations

import datetime as dt

import narwhals as nw
import polars as pl
from pydantic import Field

from courtside.analytics.tables import PLAYER_GAMES
from courtside.features.market_form import results_of
from courtside.publishing.contracts import Shape, Tricode, UtcInstant
from courtside.publishing.exporters.rows import filled_list, tricode_expr, utc_expr
from courtside.publishing.world import World

GAME_COLUMNS = (*("game_id", "player_id", "game_date", "opponent_team_id", "is_home", "minutes", "points", "did_play"),)
FORM_GAMES = 10
LOOKBACK_DAYS = 365


class SlateGame(Shape):
    """A game of a slate; the scores are null until it is final."""

    home: Tricode
    away: Tricode
    tip_at: UtcInstant | None
    home_score: int | None = Field(ge=0)
    away_score: int | None = Field(ge=0)


class RecentGame(Shape):
    """A game that the player played before the date."""

    date: dt.date
    opponent: Tricode
    is_home: bool
    minutes: int | None = Field(ge=0)
    points: int = Field(ge=0)


RECENT_GAME = pl.struct(
    date="game_date",
    opponent=tricode_expr("opponent_team_id"),
    is_home="is_home",
    minutes="minutes",
    points="points",
)
"""A `RecentGame` as an expression of `played_games`."""


def slate_games(world: World) -> pl.DataFrame:
    """Return game_id, game_date and the fields of a `SlateGame` of the games from the first exported date on."""
    first = world.dates[0] if world.dates else dt.date.max
    games = world.games.filter(pl.col("game_date") >= first).join(
        world.scores, on="game_id", how="left", validate="m:1", maintain_order="left"
    )
    return games.select(
        "game_id",
        "game_date",
        home=tricode_expr("home_team_id"),
        away=tricode_expr("away_team_id"),
        tip_at=utc_expr(pl.col("tip_at")),
        home_score="home_score",
        away_score="away_score",
    )


def slates(world: World) -> pl.DataFrame:
    """Return game_date and `games`, a list of `SlateGame`, of each date."""
    games = pl.struct(*SlateGame.model_fields)
    return world.share("slates", lambda: slate_games(world).group_by("game_date", maintain_order=True).agg(games=games))


def slates_with(world: World, players: pl.DataFrame) -> pl.DataFrame:
    """Return a row for each of the exported dates, in order: date, model (the champion), games and has_players.

    `games` is NULL on a date without a game.

    Args:
        world: the data of the export.
        players: rows in the order of the file, with the column game_id, and a struct `player` with the public fields.
    """
    by_game = players.group_by("game_id", maintain_order=True).agg(players="player")
    games = (
        slate_games(world)
        .join(by_game, on="game_id", how="left", validate="m:1", maintain_order="left")
        .with_columns(filled_list("players", by_game["players"].dtype))
    )
    by_date = games.group_by("game_date", maintain_order=True).agg(
        games=pl.struct(*SlateGame.model_fields, "players"), has_players=(pl.col("players").list.len() > 0).any()
    )
    models = [world.champion_of(day) for day in world.dates]
    dates = pl.DataFrame({"date": world.dates, "model": models}, schema={"date": pl.Date, "model": pl.String})
    return dates.join(by_date, left_on="date", right_on="game_date", how="left", maintain_order="left").with_columns(
        pl.col("has_players").fill_null(False)
    )


def played_games(world: World, start: dt.date, end: dt.date, players: pl.Series) -> pl.DataFrame:
    """Return the counted games from `start` to `end` that the `players` played, oldest first.

    `points` holds the results of the world's market.
    """
    rows = world.warehouse.collect(
        world.warehouse.scan(PLAYER_GAMES, start=start, end=end)
        .filter(nw.col("is_counted") & nw.col("did_play") & nw.col("player_id").is_in(players.unique().to_list()))
        .select(*GAME_COLUMNS, *(name for name in world.market.counts if name not in GAME_COLUMNS))
    )
    return results_of(rows, world.market).filter("did_play").select(GAME_COLUMNS).sort("game_date", "game_id")


def last_games(world: World, picks: pl.DataFrame) -> pl.DataFrame:
    """Return game_date, id and `last_10` of each of the `picks` that has earlier games.

    `last_10` lists at most ten games of the 365 days before the date, as `RecentGame`, newest first.
    """
    start = world.span["start"] - dt.timedelta(days=LOOKBACK_DAYS)
    played = played_games(world, start, world.span["end"], picks["id"]).select(
        id="player_id",
        number=pl.int_range(pl.len()).over("player_id"),
        played_on="game_date",
        game=RECENT_GAME,
    )
    newest = (
        picks.select("game_date", "id")
        .sort("game_date")
        .join_asof(
            played.select("id", "number", "played_on"),
            left_on="game_date",
            right_on="played_on",
            by="id",
            allow_exact_matches=False,
            check_sortedness=False,
        )
    )
    return (
        newest.with_columns(number=pl.int_ranges("number", pl.col("number") - FORM_GAMES, -1))
        .explode("number")
        .drop("played_on")
        .join(played, on=["id", "number"], validate="m:1", maintain_order="left")
        .filter(pl.col("played_on") >= pl.col("game_date") - dt.timedelta(days=LOOKBACK_DAYS))
        .group_by("game_date", "id", maintain_order=True)
        .agg(last_10="game")
    )
