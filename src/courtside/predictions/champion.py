"""Who a date's picks are made from: the champion, or the formula that stands in where it has no model yet."""

from __future__ import annotations

import narwhals as nw
import polars as pl

from courtside.predictions.systems import FORMULAS
from courtside.predictions.tables import PREDICTIONS
from courtside.warehouse.base import Reader

STAND_IN = FORMULAS[0].name
"""Speaks on dates of which the champion says nothing; its own code name stands on them."""


def speaking(predictions: pl.DataFrame, champion: str) -> pl.DataFrame:
    """Return, of rows of `PREDICTIONS`, those of the champion, and the stand-in's on dates without any of them."""
    own = predictions.filter(pl.col("system") == champion)
    others = predictions.filter(pl.col("system") == STAND_IN).join(own.select("game_date"), on="game_date", how="anti")
    return own if champion == STAND_IN else pl.concat([own, others]).sort("game_date", "game_id", "player_id")


def of_published_champion(predictions: pl.DataFrame, champion: str, publications: pl.DataFrame) -> pl.DataFrame:
    """Return the predictions that picks are made from: a published date keeps the champion it was published with.

    `publications` holds game_date, version and model_code; a date published without predictions has no champion yet.
    """
    kept = (
        publications.sort("version")
        .unique("game_date", keep="last", maintain_order=True)
        .filter(pl.col("model_code").is_not_null())
        .select("game_date", "model_code")
    )
    own = predictions.join(kept, on=["game_date", "model_code"], how="semi")
    rest = speaking(predictions.join(kept, on="game_date", how="anti"), champion)
    return pl.concat([own, rest]).sort("game_date", "game_id", "player_id")


def leading_system(reader: Reader, champion: str) -> str:
    """Return `champion` where any stored prediction is its own, else the fallback."""
    own = reader.scan(PREDICTIONS).filter(nw.col("system") == champion).select(nw.col("game_date").max())
    return champion if reader.collect(own)["game_date"][0] is not None else STAND_IN
