"""`predictions/{date}.json` and `predictions/today.json`: the champion's prediction of every player of a slate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Literal

import polars as pl
from pydantic import Field

from courtside.predictions.tables import NO_SOURCE
from courtside.publishing.contracts import (
    Built,
    Document,
    FileType,
    OneDecimal,
    Percent,
    PlayerId,
    ProbabilitySource,
    Shape,
    Tricode,
    UtcInstant,
    documents,
)
from courtside.publishing.exporters.games import SlateGame, slates_with
from courtside.publishing.exporters.rows import (
    NO_GAMES,
    Badge,
    badge_expr,
    filled_list,
    named,
    one_decimal_expr,
    price_expr,
    stated_probability_expr,
    utc_expr,
)
from courtside.publishing.world import World


class PredictedPlayer(Shape):
    """The expected points of a player, and the line they are compared with.

    `edge` is prediction − line. `probability_over` is in %, given that the points do not equal the line.
    `probability_source` is `calibrated` (fitted on earlier dates), `market` (from the market's two prices) or `none`.
    `held` says why the quality gate blocked the player; it is null where he passed.
    """

    id: PlayerId
    player: str = Field(min_length=1)
    team: Tricode
    opponent: Tricode
    points: OneDecimal
    line: OneDecimal | None
    edge: OneDecimal | None
    direction: Literal["OVER", "UNDER", "PASS"] | None
    probability_over: Percent | None
    probability_source: ProbabilitySource
    book: str | None
    over_price: int | None
    under_price: int | None
    seen_at: UtcInstant | None
    quality: Badge
    held: str | None


class PredictedGame(SlateGame):
    """A game of the slate and its players, most expected points first; the scores are null until it is final."""

    players: tuple[PredictedPlayer, ...]


class Predictions(Document):
    """The predictions of a slate by game; `reason` says why there are none."""

    date: dt.date
    generated_at: UtcInstant
    model: str | None
    reason: str | None
    games: tuple[PredictedGame, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no player is predicted."""
        return not any(game.players for game in self.games)


PREDICTIONS = FileType("predictions", "predictions/{date}.json", 3600, Predictions)
TODAYS_PREDICTIONS = FileType("predictions", "predictions/today.json", 300, Predictions)
NO_PREDICTION = "No player has a prediction for this slate."

PLAYER_COLUMNS: tuple[pl.Expr, ...] = (
    pl.col("player_id").alias("id"),
    *(pl.col(name) for name in ("player", "team", "opponent", "direction", "book")),
    one_decimal_expr(pl.col("prediction")).alias("points"),
    *(one_decimal_expr(pl.col(name)).alias(name) for name in ("line", "edge")),
    stated_probability_expr("probability_over").alias("probability_over"),
    pl.col("probability_source").fill_null(NO_SOURCE),
    price_expr("over_price", "under_price", "book").alias("over_price"),
    price_expr("under_price", "over_price", "book").alias("under_price"),
    utc_expr(pl.col("line_seen_at")).alias("seen_at"),
    badge_expr("feature_quality_score").alias("quality"),
    pl.when(~pl.col("gate_passed")).then(pl.col("gate_reason")).alias("held"),
)
"""The fields of `PredictedPlayer` as expressions of `predictions` with public names."""


def files(world: World) -> Iterator[Built]:
    """Yield the file of each date that has games, and `today` where the last date is today."""
    rows = named(world.predictions, world.names).sort(["prediction", "player_id"], descending=[True, False])
    players = rows.select("game_id", *PLAYER_COLUMNS).select("game_id", player=pl.struct(*PredictedPlayer.model_fields))
    slates = slates_with(world, players)
    today = {world.today}.intersection(world.dates[-1:])
    has_slate, has_players = pl.col("games").is_not_null(), pl.col("has_players")
    shown = slates.filter(has_slate | pl.col("date").is_in(list(today))).select(
        "date",
        generated_at=utc_expr(pl.lit(world.now)),
        model=pl.when(has_players).then("model"),
        reason=pl.when(~has_slate).then(pl.lit(NO_GAMES)).when(~has_players).then(pl.lit(NO_PREDICTION)),
        games=filled_list("games", slates["games"].dtype),
    )
    for document, content in documents(Predictions, shown):
        day = document.date
        nothing = not world.predicted_rows(day)
        if document.games:
            yield Built(PREDICTIONS, PREDICTIONS.path(date=day), content, document.is_empty, nothing)
        if day in today:
            yield Built(TODAYS_PREDICTIONS, TODAYS_PREDICTIONS.path(), content, document.is_empty, nothing)
