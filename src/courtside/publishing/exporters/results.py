"""`results/{date}.json` and `results/latest.json`: the graded picks of a day, one per player."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

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
    Side,
    Tricode,
    UtcInstant,
)
from courtside.publishing.exporters.pick_values import PickValue, with_values
from courtside.publishing.exporters.rows import KindTally, by_kind, partitioned, utc
from courtside.publishing.exporters.slate import current_picks
from courtside.publishing.world import World


class ResultPick(Shape):
    """A published pick whose game is over; `groups` are its subsets, and `value` holds its best offers and values."""

    id: PlayerId
    player: str = Field(min_length=1)
    team: Tricode
    opponent: Tricode
    prediction: OneDecimal
    line: OneDecimal
    price: int | None
    direction: Side
    actual: int | None
    result: Result
    units: float
    kind: Kind
    groups: tuple[str, ...]
    value: PickValue | None


class GroupResult(Shape):
    """The picks of one subset that day, by kind."""

    id: str
    name: str
    tallies: tuple[KindTally, ...]


class SideResult(Shape):
    """The picks of one side that day, by kind."""

    direction: Side
    tallies: tuple[KindTally, ...]


class Results(Document):
    """The graded picks of a day: `summary` counts each player once, `groups` by subset and `sides` by side."""

    date: dt.date
    generated_at: UtcInstant
    ungraded: int = Field(ge=0, description="Published picks whose game has no grade yet.")
    summary: tuple[KindTally, ...]
    groups: tuple[GroupResult, ...]
    sides: tuple[SideResult, ...]
    picks: tuple[ResultPick, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is graded."""
        return not self.picks


RESULTS = FileType("results", "results/{date}.json", 86400, Results)
LATEST_RESULTS = FileType("results", "results/latest.json", 300, Results)


def files(world: World) -> Iterator[Built]:
    """Yield the file of each date whose games are over, and `latest` where the newest graded date is among them."""
    picks = partitioned(
        with_values(world, current_picks(world)).select("game_date", *ResultPick.model_fields), "game_date"
    )
    newest = world.graded["game_date"].max()
    for day in world.dates:
        rows = picks.get(day, [])
        if not rows or (day >= world.today and not any(row["result"] for row in rows)):
            continue
        document = _results(world, day, rows)
        yield Built.of(RESULTS, RESULTS.path(date=day), document)
        if day == newest:
            yield Built.of(LATEST_RESULTS, LATEST_RESULTS.path(), document)


def _results(world: World, day: dt.date, rows: list[dict[str, Any]]) -> Results:
    """Return the results of one date from its current picks, one row per player."""
    graded = [row for row in rows if row["result"]]
    return Results(
        date=day,
        generated_at=utc(world.now),
        ungraded=len(rows) - len(graded),
        summary=by_kind(graded),
        groups=tuple(
            GroupResult(
                id=str(subset.id),
                name=subset.name,
                tallies=by_kind(row for row in graded if str(subset.id) in row["groups"]),
            )
            for subset in world.definitions.subsets
        ),
        sides=tuple(
            SideResult(direction=side, tallies=by_kind(row for row in graded if row["direction"] == side))
            for side in ("OVER", "UNDER")
        ),
        picks=tuple(ResultPick(**_fields(row)) for row in graded),
    )


def _fields(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ResultPick.model_fields} | {"units": round(row["units"], 3)}
