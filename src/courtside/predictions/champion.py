"""The predictions that picks are made from: the champion's, or the fallback's where the champion has none."""

from __future__ import annotations

import narwhals as nw
import polars as pl

from courtside.predictions.systems import FORMULAS
from courtside.predictions.tables import PREDICTIONS
from courtside.warehouse.base import Reader

FALLBACK = FORMULAS[0].name
"""Fallback for dates the champion did not predict. Those picks carry the fallback's code name."""


def predictions_for_picks(predictions: pl.DataFrame, champion: str) -> pl.DataFrame:
    """Return the champion's rows of `PREDICTIONS`, and the fallback's rows on dates without a champion row."""
    own = predictions.filter(pl.col("system") == champion)
    others = predictions.filter(pl.col("system") == FALLBACK).join(own.select("game_date"), on="game_date", how="anti")
    return own if champion == FALLBACK else pl.concat([own, others]).sort("game_date", "game_id", "player_id")


def of_published_champion(predictions: pl.DataFrame, champion: str, publications: pl.DataFrame) -> pl.DataFrame:
    """Return the predictions that picks are made from; a published date keeps the champion it was published with.

    `publications` holds game_date, version and model_code. A date that was published without predictions has no
    champion yet.
    """
    kept = (
        publications.sort("version")
        .unique("game_date", keep="last", maintain_order=True)
        .filter(pl.col("model_code").is_not_null())
        .select("game_date", "model_code")
    )
    own = predictions.join(kept, on=["game_date", "model_code"], how="semi")
    rest = predictions_for_picks(predictions.join(kept, on="game_date", how="anti"), champion)
    return pl.concat([own, rest]).sort("game_date", "game_id", "player_id")


def system_in_use(reader: Reader, champion: str) -> str:
    """Return `champion` where it has any stored prediction, otherwise the fallback."""
    own = reader.scan(PREDICTIONS).filter(nw.col("system") == champion).select(nw.col("game_date").max())
    return champion if reader.collect(own)["game_date"][0] is not None else FALLBACK
