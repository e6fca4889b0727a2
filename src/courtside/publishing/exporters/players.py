"""`players/index.json` and `players/{player}.json`: the accuracy of the predictions of each player and game."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from statistics import fmean
from typing import Any, Literal

import polars as pl
from pydantic import Field

from courtside.publishing.contracts import (
    Built,
    Document,
    FileType,
    Kind,
    OneDecimal,
    PlayerId,
    Result,
    Shape,
    Tricode,
    UtcInstant,
    documents,
    one_decimal,
)
from courtside.publishing.exporters.rows import (
    KindTally,
    by_kind,
    filled_list,
    named,
    one_decimal_expr,
    partitioned,
    utc,
    utc_expr,
)
from courtside.publishing.exporters.slate import picks_of
from courtside.publishing.world import PLAYER_GAME, World


class Accuracy(Shape):
    """Mean absolute error and bias (prediction − points) over the `n` games that the player played.

    `mae_beside_line` and the line's own error, `line_mae`, are over the same `n_with_line` games.
    """

    n: int = Field(ge=0)
    mae: OneDecimal | None
    bias: OneDecimal | None
    n_with_line: int = Field(ge=0)
    mae_beside_line: OneDecimal | None
    line_mae: OneDecimal | None


class IndexedPlayer(Shape):
    """A player with the accuracy of his predictions and his picks; his file is `players/{id}.json`."""

    id: PlayerId
    player: str = Field(min_length=1)
    team: Tricode
    accuracy: Accuracy
    picks: tuple[KindTally, ...]


class PlayersIndex(Document):
    """The players predicted this season, by name."""

    generated_at: UtcInstant
    season: str | None
    players: tuple[IndexedPlayer, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no player is listed."""
        return not self.players


class LoggedGame(Shape):
    """A game of the log; `actual` is null before the game is graded and where the player did not play.

    `result`, `kind` and `groups` are those of the published pick, if there was one.
    """

    date: dt.date
    opponent: Tricode
    prediction: OneDecimal
    line: OneDecimal | None
    direction: Literal["OVER", "UNDER", "PASS"] | None
    held: str | None
    actual: int | None
    result: Result | None
    kind: Kind | None
    groups: tuple[str, ...]


class Player(Document):
    """A player's season: accuracy, picks by kind, and the log, newest game first."""

    id: PlayerId
    generated_at: UtcInstant
    player: str = Field(min_length=1)
    team: Tricode
    season: str
    accuracy: Accuracy
    picks: tuple[KindTally, ...]
    log: tuple[LoggedGame, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the log is empty."""
        return not self.log


PLAYERS_INDEX = FileType("players-index", "players/index.json", 3600, PlayersIndex)
PICKED = ("prediction", "line", "direction", "result", "kind", "groups", "units")
"""The fields of a pick that the log and the tallies use."""
PLAYER = FileType("players", "players/{player}.json", 3600, Player)


def files(world: World) -> Iterator[Built]:
    """Yield the index and a file per player with predictions in the newest season, where it is among the dates'
    seasons."""
    season = world.newest_season
    if season is None or season not in world.seasons_touched:
        return
    start = world.starts[season]
    picks = picks_of(world, pl.col("game_date") >= start).select(
        "game_id", player_id="id", **{f"pick_{name}": name for name in PICKED}
    )
    rows = (
        named(world.season_predictions, world.players)
        .sort(["player_id", "game_date", "game_id"], descending=[False, True, True])
        .join(picks, on=PLAYER_GAME, how="left", validate="m:1", maintain_order="left")
    )
    columns = ("player_id", "player", "team", "prediction", "line", "actual")
    tallied = {name: f"pick_{name}" for name in ("kind", "result", "units")}
    players = [_indexed(games) for games in partitioned(rows.select(*columns, **tallied), "player_id").values()]
    listed = sorted(players, key=lambda player: (player.player, player.id))
    index = PlayersIndex(generated_at=utc(world.now), season=season, players=tuple(listed))
    yield Built.of(PLAYERS_INDEX, PLAYERS_INDEX.path(), index, not world.predicted_rows_since(start))
    if players:
        header = pl.DataFrame([player.model_dump() for player in players], infer_schema_length=None)
        shown = header.join(_logs(rows), on="id", validate="1:1", maintain_order="left").with_columns(
            generated_at=utc_expr(pl.lit(world.now)), season=pl.lit(season)
        )
        for player, content in documents(Player, shown.select(*Player.model_fields)):
            yield Built(PLAYER, PLAYER.path(player=player.id), content, player.is_empty)


def _indexed(games: list[dict[str, Any]]) -> IndexedPlayer:
    newest = games[0]
    return IndexedPlayer(
        id=newest["player_id"],
        player=newest["player"],
        team=newest["team"],
        accuracy=accuracy_of(games),
        picks=by_kind(game for game in games if game["result"]),
    )


def _logs(rows: pl.DataFrame) -> pl.DataFrame:
    """Return id and log of each player of `rows`: the fields of a `LoggedGame` per row, in order."""
    is_pick = pl.col("pick_prediction").is_not_null()

    def shown(name: str, other: pl.Expr) -> pl.Expr:
        return pl.when(is_pick).then(f"pick_{name}").otherwise(other).alias(name)

    logged = pl.struct(
        pl.col("game_date").alias("date"),
        "opponent",
        *(shown(name, one_decimal_expr(pl.col(name))) for name in ("prediction", "line")),
        shown("direction", pl.col("direction")),
        pl.when(~pl.col("gate_passed")).then("gate_reason").alias("held"),
        "actual",
        pl.col("pick_result").alias("result"),
        pl.col("pick_kind").alias("kind"),
        filled_list("pick_groups", rows.schema["pick_groups"]).alias("groups"),
    )
    return rows.group_by(pl.col("player_id").alias("id"), maintain_order=True).agg(log=logged)


def accuracy_of(rows: Iterable[Mapping[str, Any]]) -> Accuracy:
    """Return the accuracy over rows with prediction, line and actual; rows without actual are left out."""
    played = [row for row in rows if row["actual"] is not None]
    with_line = [row for row in played if row["line"] is not None]
    return Accuracy(
        n=len(played),
        mae=_mean(abs(row["prediction"] - row["actual"]) for row in played),
        bias=_mean(row["prediction"] - row["actual"] for row in played),
        n_with_line=len(with_line),
        mae_beside_line=_mean(abs(row["prediction"] - row["actual"]) for row in with_line),
        line_mae=_mean(abs(row["line"] - row["actual"]) for row in with_line),
    )


def _mean(values: Iterable[float]) -> float | None:
    listed = list(values)
    return one_decimal(fmean(listed)) if listed else None
