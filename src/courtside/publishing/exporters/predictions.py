"""`predictions/{date}.json` and `predictions/today.json`: the champion's prediction of every player of a slate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import Field

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
    one_decimal,
)
from courtside.publishing.exporters.games import SlateGame, slate_game
from courtside.publishing.exporters.rows import (
    NO_GAMES,
    Badge,
    badge_of,
    named,
    partitioned,
    price_of,
    rounded,
    stated_probability,
    utc,
    utc_or_none,
)
from courtside.publishing.world import World

USED = (
    *("game_id", "player_id", "player", "team", "opponent", "prediction", "line", "edge", "direction"),
    *("probability_over", "probability_source", "book", "over_price", "under_price", "line_seen_at"),
    *("feature_quality_score", "gate_passed", "gate_reason"),
)
"""The columns that a published prediction is built from."""


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


def files(world: World) -> Iterator[Built]:
    """Yield the file of each date that has games, and `today` where the last date is today."""
    rows = named(world.predictions, world.names).sort(["prediction", "player_id"], descending=[True, False])
    players = partitioned(rows.select(USED), "game_id")
    for day in world.dates:
        is_today = day == world.today and day == world.dates[-1]
        slate = world.games_by_date.get(day, [])
        if not slate and not is_today:
            continue
        built = tuple(_game(world, game, players.get(game["game_id"], [])) for game in slate)
        is_predicted = any(game.players for game in built)
        document = Predictions(
            date=day,
            generated_at=utc(world.now),
            model=world.champion_of(day) if is_predicted else None,
            reason=None if is_predicted else _reason_without_predictions(slate),
            games=built,
        )
        nothing = not world.predicted_rows(day)
        if slate:
            yield Built(PREDICTIONS, PREDICTIONS.path(date=day), document, nothing)
        if is_today:
            yield Built(TODAYS_PREDICTIONS, TODAYS_PREDICTIONS.path(), document, nothing)


def _reason_without_predictions(slate: list[dict[str, Any]]) -> str:
    return "No player has a prediction for this slate." if slate else NO_GAMES


def _game(world: World, game: Mapping[str, Any], rows: list[dict[str, Any]]) -> PredictedGame:
    return PredictedGame(**slate_game(world, game), players=tuple(predicted(row) for row in rows))


def predicted(row: Mapping[str, Any]) -> PredictedPlayer:
    """Return a prediction (columns of `predictions`, with public names) in the shape of the file."""
    return PredictedPlayer(
        id=row["player_id"],
        player=row["player"],
        team=row["team"],
        opponent=row["opponent"],
        points=one_decimal(row["prediction"]),
        line=rounded(row["line"]),
        edge=rounded(row["edge"]),
        direction=row["direction"],
        **stated_probability(row, "probability_over"),
        book=row["book"],
        over_price=price_of(row["over_price"], row["under_price"], row["book"]),
        under_price=price_of(row["under_price"], row["over_price"], row["book"]),
        seen_at=utc_or_none(row["line_seen_at"]),
        quality=badge_of(row["feature_quality_score"]),
        held=None if row["gate_passed"] else row["gate_reason"],
    )
