"""`prices/season.json` and `prices/seasons/{season}.json`: closing-line value by subset, LIVE and BACKTEST apart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import polars as pl
from pydantic import Field

from courtside.picks.price_tables import CLOSING_VALUES
from courtside.predictions.measures import mean_of
from courtside.publishing.contracts import Built, Document, FileType, Kind, Shape, UtcInstant
from courtside.publishing.exporters.rows import utc
from courtside.publishing.world import World

DIGITS = 2


class MeanMove(Shape):
    """A mean movement toward the pick, with its 95 % interval; the picks of one date count as one draw."""

    n: int = Field(ge=0)
    mean: float | None
    low: float | None
    high: float | None


class ClosingValue(Shape):
    """The closing-line value of one kind: the consensus line in points, the no-vig probability in %.

    LIVE picks are measured from their publication. BACKTEST picks are those that the same rules select with the first
    line that was shown. Picks whose line was not seen again before tip-off are left out.
    """

    kind: Kind
    line: MeanMove
    probability: MeanMove


class GroupClosing(Shape):
    """The closing-line value of one subset."""

    id: str
    name: str
    values: tuple[ClosingValue, ...]


class SeasonPrices(Document):
    """The closing-line value of a season's picks by subset and kind."""

    generated_at: UtcInstant
    season: str
    through: dt.date | None
    groups: tuple[GroupClosing, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no pick is measured."""
        return not any(group.values for group in self.groups)


SEASON_PRICES = FileType("season-prices", "prices/season.json", 3600, SeasonPrices)
SEASON_PRICES_ARCHIVE = FileType("season-prices", "prices/seasons/{season}.json", 3600, SeasonPrices)


def files(world: World) -> Iterator[Built]:
    """Yield the file of each season of the dates; the newest season's is also `prices/season.json`."""
    for season in world.seasons_touched:
        document = season_prices_of(world, season)
        yield Built.of(SEASON_PRICES_ARCHIVE, SEASON_PRICES_ARCHIVE.path(season=season), document, document.is_empty)
        if season == world.newest_season:
            yield Built.of(SEASON_PRICES, SEASON_PRICES.path(), document, document.is_empty)


def season_prices_of(world: World, season: str) -> SeasonPrices:
    """Return the closing-line values of one season."""
    first, following = world.span_of(season)
    rows = world.warehouse.collect(world.warehouse.scan(CLOSING_VALUES, start=first, end=following))
    own = rows.filter(pl.col("game_date") < following)
    through = own["game_date"].max()
    return SeasonPrices(
        generated_at=utc(world.now),
        season=season,
        through=through if isinstance(through, dt.date) else None,
        groups=tuple(
            GroupClosing(
                id=str(subset.id),
                name=subset.name,
                values=_by_kind(own.filter(pl.col("subset_key") == subset.key)),
            )
            for subset in world.definitions.subsets
        ),
    )


def _by_kind(rows: pl.DataFrame) -> tuple[ClosingValue, ...]:
    kinds: tuple[Kind, Kind] = ("LIVE", "BACKTEST")
    parts = ((kind, rows.filter(pl.col("kind") == kind)) for kind in kinds)
    return tuple(
        ClosingValue(
            kind=kind,
            line=_move(part, pl.col("line_value")),
            probability=_move(part, 100 * pl.col("probability_value")),
        )
        for kind, part in parts
        if part.height
    )


def _move(rows: pl.DataFrame, value: pl.Expr) -> MeanMove:
    figures: dict[str, Any] = mean_of(rows, value)
    return MeanMove(
        **{name: figure if figure is None or name == "n" else round(figure, DIGITS) for name, figure in figures.items()}
    )
