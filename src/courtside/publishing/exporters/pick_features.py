"""`features/{date}.json`: the features of each published pick of a market other than points."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import polars as pl

from courtside.features.market_form import OWN_FEATURES
from courtside.features.registry import FEATURES
from courtside.league.markets import Market
from courtside.league.seasons import dates_of
from courtside.publishing.contracts import Built, Document, FileType, Shape, UtcInstant, documents
from courtside.publishing.exporters.quality import PickedPlayer, picked_players
from courtside.publishing.exporters.rows import filled_list, utc_expr
from courtside.publishing.world import World


class PickFeature(Shape):
    """A feature; in another market than points, a feature of a player's own results is about that market."""

    name: str
    sentence: str
    is_required: bool


class PickFeatures(Document):
    """The features of the picks of a date, for a market other than points; `quality/{date}.json` has those of points.

    Every pick has a value and an origin for each of `features`, in their order.
    """

    date: dt.date
    generated_at: UtcInstant
    features: tuple[PickFeature, ...]
    picks: tuple[PickedPlayer, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no pick was published."""
        return not self.picks


PICK_FEATURES = FileType("pick-features", "features/{date}.json", 3600, PickFeatures)


def files(world: World) -> Iterator[Built]:
    """Yield the file of each published date of a market other than points."""
    if world.points is None or world.days.is_empty():
        return
    picks, features = picked_players(world), [feature.model_dump() for feature in features_of(world.market)]
    shown = (
        pl.DataFrame({"date": sorted(dates_of(world.days).intersection(world.dates))}, schema={"date": pl.Date})
        .join(picks, left_on="date", right_on="game_date", how="left", validate="1:1", maintain_order="left")
        .select(
            "date",
            generated_at=utc_expr(pl.lit(world.now)),
            features=pl.lit(pl.Series([features])).first(),
            picks=filled_list("picks", picks.schema["picks"]),
        )
    )
    for document, content in documents(PickFeatures, shown):
        yield Built(
            PICK_FEATURES, PICK_FEATURES.path(date=document.date), content, document.is_empty, document.is_empty
        )


def features_of(market: Market) -> tuple[PickFeature, ...]:
    """Return every feature as it is computed for a market.

    >>> from courtside.league.markets import market_named
    >>> features_of(market_named("assists"))[0].sentence
    'Mean assists over the last 5 games; needs 3.'
    """
    return tuple(
        PickFeature(
            name=feature.name,
            sentence=_about(market, feature.sentence) if feature.name in OWN_FEATURES else feature.sentence,
            is_required=feature.is_required,
        )
        for feature in FEATURES
    )


def _about(market: Market, sentence: str) -> str:
    named = re.sub(r"\bpoints\b", market.label, sentence)
    return re.sub(r"\bPoints\b", market.label.capitalize(), named)
