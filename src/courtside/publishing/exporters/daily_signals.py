"""`signals/{date}.json`: the signal of a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Literal

import polars as pl
from pydantic import Field

from courtside.picks.signal import PublicWord, public_word
from courtside.publishing.codenames import public_code
from courtside.publishing.contracts import Built, Document, FileType, Shape, UtcInstant
from courtside.publishing.exporters.rows import utc
from courtside.publishing.world import World


class SignalMetrics(Shape):
    """The balance of OVER and UNDER among the day's predictions, null without a signal, and the number of picks."""

    conditions: Literal["under_heavy", "balanced", "over_heavy"] | None
    picks: int = Field(ge=0)


class DailySignal(Document):
    """The signal of a day; null where fewer than ten predictions had a line."""

    date: dt.date
    generated_at: UtcInstant
    model: str | None
    signal: PublicWord | None
    metrics: SignalMetrics

    @property
    def is_empty(self) -> bool:
        """Whether the day has neither a signal nor a pick."""
        return self.signal is None and self.metrics.picks == 0


DAILY_SIGNALS = FileType("daily-signals", "signals/{date}.json", 300, DailySignal)


def files(world: World) -> Iterator[Built]:
    """Yield `signals/{date}.json` for each of the dates that has a publication."""
    players = dict(world.counted.group_by("game_date").agg(pl.col("player_id").n_unique()).iter_rows())
    for day in world.days.filter(world.is_exported).iter_rows(named=True):
        date = day["game_date"]
        document = DailySignal(
            date=date,
            generated_at=utc(world.now),
            model=public_code(day["model_code"]) if day["model_code"] else None,
            signal=public_word(day["signal"]),
            metrics=SignalMetrics(conditions=day["skew"], picks=players.get(date, 0)),
        )
        nothing = day["picks"] == 0 and day["signal"] is None
        yield Built.of(DAILY_SIGNALS, DAILY_SIGNALS.path(date=date), document, nothing)
