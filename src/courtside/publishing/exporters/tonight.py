"""`tonight/all-players.json`: every player of the next slate with his form, rest, line and prediction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import polars as pl
from pydantic import Field

from courtside.analytics.injuries import last_reports
from courtside.analytics.tables import INJURY_REPORTS
from courtside.clock import game_day
from courtside.publishing.contracts import Built, Document, FileType, OneDecimal, Shape, UtcInstant
from courtside.publishing.exporters.games import (
    FORM_GAMES,
    LOOKBACK_DAYS,
    RECENT_GAME,
    RecentGame,
    SlateGame,
    played_games,
    slates,
)
from courtside.publishing.exporters.predictions import PLAYER_COLUMNS, PredictedPlayer
from courtside.publishing.exporters.rows import NO_GAMES, named, partitioned, rounded, utc
from courtside.publishing.world import World


class FormGame(RecentGame):
    """An earlier game of the player and the line of that day; `line` and `side` are null where there was no line."""

    line: OneDecimal | None
    side: Literal["over", "under", "push"] | None


class Injury(Shape):
    """The player's status in the last injury report before tip-off."""

    status: str
    reason: str | None


class TonightPlayer(PredictedPlayer):
    """A player of the slate: his prediction, last ten games newest first, days of rest and injury.

    `injury` is null where no report names the player, and always where no injury reports are collected.
    """

    is_home: bool
    rest_days: int | None = Field(ge=0)
    injury: Injury | None
    form: tuple[FormGame, ...]


class Tonight(Document):
    """The slate of `date`: today's, otherwise the next scheduled one; `reason` says why there is none."""

    date: dt.date
    generated_at: UtcInstant
    model: str
    has_injury_reports: bool
    reason: str | None
    games: tuple[SlateGame, ...]
    players: tuple[TonightPlayer, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no player is listed."""
        return not self.players


TONIGHT = FileType("tonight", "tonight/all-players.json", 300, Tonight)


def files(world: World) -> Iterator[Built]:
    """Yield `tonight/all-players.json` where today, or the slate's date, is among the dates."""
    ahead = world.games.filter(pl.col("game_date") >= world.today)["game_date"].min()
    day = ahead if isinstance(ahead, dt.date) else world.today
    if not {day, world.today} & set(world.dates):
        return
    slate = slates(world).filter(game_date=day)["games"].explode(empty_as_null=False).to_list()
    home = [game["home"] for game in slate]
    rows = named(world.predictions_between(day, day), world.players).sort(
        ["prediction", "player_id"], descending=[True, False]
    )
    past = _past(world, day, rows["player_id"])
    reports = last_reports(world.warehouse.collect(world.warehouse.scan(INJURY_REPORTS, start=day, end=day)))
    injuries = _injuries(reports)
    document = Tonight(
        date=day,
        generated_at=utc(world.now),
        model=world.champion_of(day),
        has_injury_reports=not reports.is_empty(),
        reason=None if slate else NO_GAMES,
        games=tuple(SlateGame(**game) for game in slate),
        players=tuple(
            _player(row, past.get(row["id"], []), injuries, day)
            for row in rows.select(*PLAYER_COLUMNS, is_home=pl.col("team").is_in(home)).iter_rows(named=True)
        ),
    )
    yield Built.of(TONIGHT, TONIGHT.path(), document, not world.predicted_rows(day))


def _past(world: World, day: dt.date, players: pl.Series) -> dict[int, list[dict[str, Any]]]:
    """Return the players' games of the last year before `day`, newest first, each with the line of its day."""
    start, end = day - dt.timedelta(days=LOOKBACK_DAYS), day - dt.timedelta(days=1)
    played = played_games(world, start, end, players)
    lines = world.predictions_between(start, end).select("game_id", "player_id", "line")
    rows = played.with_columns(recent=RECENT_GAME).join(lines, on=["game_id", "player_id"], how="left", validate="1:1")
    return partitioned(rows.sort(["player_id", "game_date"], descending=[False, True]), "player_id")


def _injuries(reports: pl.DataFrame) -> dict[int, Injury]:
    listed = reports.filter((pl.col("state") == "listed") & pl.col("player_id").is_not_null())
    return {row["player_id"]: Injury(status=row["status"], reason=row["reason"]) for row in listed.to_dicts()}


def _player(
    row: Mapping[str, Any],
    past: list[dict[str, Any]],
    injuries: Mapping[int, Injury],
    day: dt.date,
) -> TonightPlayer:
    rest = game_day(day) - game_day(past[0]["game_date"]) - 1 if past else None
    return TonightPlayer(
        **row,
        rest_days=rest,
        injury=injuries.get(row["id"]),
        form=tuple(_form(game) for game in past[:FORM_GAMES]),
    )


def _form(game: Mapping[str, Any]) -> FormGame:
    line = game["line"]
    return FormGame(**game["recent"], line=rounded(line), side=_side(game["points"], line))


def _side(points: int, line: float | None) -> Literal["over", "under", "push"] | None:
    if line is None:
        return None
    return "push" if points == line else "over" if points > line else "under"
