"""Prices on the real seasons: the methods that remove a book's margin, by log loss on every two-sided price."""

from __future__ import annotations

import numpy as np
import polars as pl

from benchmarks import homes
from courtside.analytics.lines import PLAYER_GAME, pre_tip
from courtside.analytics.tables import PLAYER_GAMES, PLAYER_LINES
from courtside.clock import season_of
from courtside.league.markets import POINTS, of_market
from courtside.league.no_vig import METHODS
from courtside.league.odds import implied_probability_expr, with_real_prices
from courtside.predictions.measures import mean_of

CHOICE = "2021-22"
"""The season on which the method is chosen; the other seasons only confirm it."""


def main() -> None:
    """Print the log loss of each method, for main and alternate lines of each season."""
    home, *_ = homes.prepared()
    with homes.opened(home) as context:
        points = of_market(context.warehouse, POINTS)
        lines, games = (points.collect(points.scan(table)) for table in (PLAYER_LINES, PLAYER_GAMES))
    priced = settled(lines, games)
    base = next(iter(METHODS))
    for (season, is_main), part in sorted(priced.partition_by("season", "is_main", as_dict=True).items()):
        kind = "main" if is_main else "alternate"
        loss = mean_of(part, log_loss(base))
        print(f"{season} {kind} lines, n {loss['n']:,}: {base} {loss['mean']:.4f}")
        for name in list(METHODS)[1:]:
            gap = mean_of(part, log_loss(name) - log_loss(base))
            print(f"  {name} - {base} {gap['mean']:+.4f} ({gap['low']:+.4f} to {gap['high']:+.4f})")


def settled(lines: pl.DataFrame, games: pl.DataFrame) -> pl.DataFrame:
    """Return the two-sided prices before tip-off of players who played, without pushes, with each method's figure."""
    played = games.filter(pl.col("did_play") & (pl.col("box_status") == "complete")).select(*PLAYER_GAME, "points")
    usable = pl.concat([pre_tip(lines), lines.filter(~pl.col("is_main") & (pl.col("timing") == "pre_tip"))])
    rows = (
        with_real_prices(usable)
        .drop_nulls(["over_price", "under_price"])
        .join(played, on=PLAYER_GAME)
        .filter(pl.col("points") != pl.col("line"))
        .with_columns(
            is_over=(pl.col("points") > pl.col("line")).cast(pl.Float64),
            season=pl.col("game_id").map_elements(season_of, return_dtype=pl.String),
        )
    )
    both = rows.select(implied_probability_expr(name).alias(name) for name in ("over_price", "under_price")).to_numpy()
    over, under = np.ascontiguousarray(both[:, 0]), np.ascontiguousarray(both[:, 1])
    return rows.with_columns(pl.Series(name, method(over, under)) for name, method in METHODS.items())


def log_loss(name: str) -> pl.Expr:
    """Return the log loss of a column of probabilities of over."""
    chance = pl.when(pl.col("is_over") > 0).then(pl.col(name)).otherwise(1 - pl.col(name))
    return -chance.log()
