"""A check that computes stored means again from box scores, by other code than the feature store's."""

from __future__ import annotations

import narwhals as nw
import polars as pl

from courtside.audit.checks.base import Catalogue
from courtside.audit.checks.rows import is_valued
from courtside.warehouse.base import Lazy

TOLERANCE = 0.01
HORIZON_DAYS = 365
GAMES = 5


def last_5_differs(catalogue: Catalogue) -> Lazy:
    """Count the sampled rows whose stored last-5 mean differs from that of the box scores before their date."""
    rows = catalogue.warehouse.collect(_sampled(catalogue))
    games = catalogue.warehouse.collect(_earlier_games(catalogue, rows))
    again = (
        rows.join(games, on="player_id", how="left")
        .filter(pl.col("played_day").is_between(pl.col("game_day") - HORIZON_DAYS, pl.col("game_day") - 1))
        .sort("played_day", "played_id", descending=True)
        .group_by("game_id", "player_id", maintain_order=True)
        .head(GAMES)
        .group_by("game_id", "player_id")
        .agg(again=pl.col("points").mean())
    )
    compared = rows.join(again, on=["game_id", "player_id"], how="left")
    differs = ((pl.col("stored") - pl.col("again")).abs() > TOLERANCE).fill_null(True)
    wrong = compared.filter(differs)
    found = {"observed": [float(wrong.height)], "n": [rows.height], "detail": [_example(wrong)]}
    return catalogue.warehouse.lazy(pl.DataFrame(found, schema_overrides={"detail": pl.String}))


def _example(wrong: pl.DataFrame) -> str | None:
    if wrong.is_empty():
        return None
    row = wrong.row(0, named=True)
    return f"game {row['game_id']} player {row['player_id']}: {row['stored']} stored, {row['again']} computed again"


def _sampled(catalogue: Catalogue) -> Lazy:
    """Return rows of the window in an order that scatters players and dates and is the same each time."""
    scatter = (nw.col("player_id") * 7919 + nw.col("game_day") * 104729) % 1000003
    return (
        catalogue.window("player_features")
        .filter(is_valued(nw.col("points_avg_last_5_origin")))
        .select("game_id", "player_id", "game_day", stored="points_avg_last_5", scatter=scatter)
        .sort("scatter", "game_id", "player_id")
        .head(catalogue.sample)
    )


def _earlier_games(catalogue: Catalogue, rows: pl.DataFrame) -> Lazy:
    people = catalogue.warehouse.lazy(rows.select("player_id").unique())
    return (
        catalogue.scan("player_games")
        .filter(nw.col("is_counted") & nw.col("did_play") & (nw.col("box_status") == "complete"))
        .join(people, on="player_id", how="inner")
        .select("player_id", "points", played_day="game_day", played_id="game_id")
    )
