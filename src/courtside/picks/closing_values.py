"""Closing-line value: how the consensus moved from the moment of a pick to the close, toward the pick or against it."""

from __future__ import annotations

import polars as pl

from courtside.analytics.lines import PLAYER_GAME, pre_tip
from courtside.league.markets import Market
from courtside.league.odds import no_vig_over_expr, with_real_prices
from courtside.picks.ledger import counted, starts_at
from courtside.picks.signal import daily_signals
from courtside.picks.subsets import Definitions, select
from courtside.picks.tables import BACKTEST, LIVE
from courtside.predictions.coordinator import LEAST_EDGE, edge_and_side

LOGIT_PER_SPREAD = 1.702
"""Change of the log-odds when the line moves by one spread; the logistic curve is then nearest to the normal."""


def publication_times(publications: pl.DataFrame, predictions: pl.DataFrame) -> pl.DataFrame:
    """Return game_id and priced_at: the last publication of a LIVE date before the game's tip-off, otherwise NULL."""
    games = predictions.group_by("game_date", "game_id").agg(starts_at=starts_at().min())
    first = publications.filter(pl.col("version") == 1).select("game_date", date_kind="kind")
    times = publications.select("game_date", "published_at").join(first, on="game_date", validate="m:1")
    in_time = (pl.col("published_at") < pl.col("starts_at")) & (pl.col("date_kind") == LIVE)
    return (
        games.join(times, on="game_date", how="left")
        .group_by("game_id")
        .agg(priced_at=pl.col("published_at").filter(in_time).max())
        .sort("game_id")
    )


def closing_values(
    lines: pl.DataFrame,
    predictions: pl.DataFrame,
    publications: pl.DataFrame,
    picks: pl.DataFrame,
    priced_at: pl.DataFrame,
    definitions: Definitions,
    market: Market,
) -> pl.DataFrame:
    """Return the rows of `CLOSING_VALUES` for whole dates, without the column market.

    A LIVE pick is the published one, from its publication. The picks of a BACKTEST date were published with the line of
    the close, which leaves nothing to measure. Their rows are therefore the picks that the same rules select with the
    first line that each book showed. A pick is measured where a book shows a line at the start and a later one before
    tip-off; only such books count.
    """
    timed = with_real_prices(pre_tip(lines)).filter(pl.col("seen_at").is_not_null())
    timed = timed.join(priced_at, on="game_id", how="left", validate="m:1")
    moves = _moves(timed, market)
    live = counted(publications, picks).filter(pl.col("kind") == LIVE)
    live_dates = publications.filter((pl.col("version") == 1) & (pl.col("kind") == LIVE))["game_date"]
    past = predictions.filter(~pl.col("game_date").is_in(live_dates.implode()))
    columns = ["game_date", "subset_key", *PLAYER_GAME, "direction", "kind"]
    reselected = _selected_at_start(past, moves, definitions, market).with_columns(kind=pl.lit(BACKTEST))
    chosen = pl.concat([live.select(columns), reselected.select(columns)])
    toward = pl.when(pl.col("direction") == "OVER").then(1.0).otherwise(-1.0)

    def of_side(over: str) -> pl.Expr:
        return pl.when(pl.col("direction") == "OVER").then(pl.col(over)).otherwise(1 - pl.col(over))

    return (
        chosen.join(moves, on=PLAYER_GAME, validate="m:1")
        .with_columns(
            side="direction",
            line_value=(pl.col("closing_line") - pl.col("line")) * toward,
            probability=of_side("over"),
            closing_probability=of_side("closing_over"),
        )
        .with_columns(probability_value=pl.col("closing_probability") - pl.col("probability"))
        .sort("game_date", "subset_key", "player_id")
    )


def _moves(timed: pl.DataFrame, market: Market) -> pl.DataFrame:
    """Return line, closing_line, over and closing_over of each player game whose line was seen again before tip-off."""
    book = [*PLAYER_GAME, "book"]
    ordered = timed.sort(*book, "seen_at", "source", "line")
    is_start = pl.col("priced_at").is_null() | (pl.col("seen_at") <= pl.col("priced_at"))
    before = ordered.filter(is_start)
    first = before.filter(pl.col("priced_at").is_null()).unique(book, keep="first", maintain_order=True)
    published = before.filter(pl.col("priced_at").is_not_null()).unique(book, keep="last", maintain_order=True)
    last = ordered.unique(book, keep="last", maintain_order=True)
    shown = [*book, "seen_at", "line", "over_price", "under_price"]
    both = (
        pl.concat([first.select(shown), published.select(shown)])
        .join(last.select(shown), on=book, suffix="_last", validate="1:1")
        .filter(pl.col("seen_at_last") > pl.col("seen_at"))
    )
    start = pl.col("line").median().over(PLAYER_GAME)
    return (
        both.with_columns(over_=_over_at(start, "", market), closing_over_=_over_at(start, "_last", market))
        .group_by(PLAYER_GAME)
        .agg(
            line=pl.col("line").median(),
            closing_line=pl.col("line_last").median(),
            over=pl.col("over_").filter(pl.col("closing_over_").is_not_null()).median(),
            closing_over=pl.col("closing_over_").filter(pl.col("over_").is_not_null()).median(),
        )
    )


def _over_at(line: pl.Expr, suffix: str, market: Market) -> pl.Expr:
    """Return a book's no-vig probability of over at another line, NULL without two real prices."""
    chance = no_vig_over_expr(f"over_price{suffix}", f"under_price{suffix}")
    shift = LOGIT_PER_SPREAD * (pl.col(f"line{suffix}") - line) / market.spread
    return 1 / (1 + (-((chance / (1 - chance)).log() + shift)).exp())


def _selected_at_start(
    predictions: pl.DataFrame, moves: pl.DataFrame, definitions: Definitions, market: Market
) -> pl.DataFrame:
    """Return the picks that every subset selects when predictions are compared with the line at the start."""
    at_start = (
        predictions.filter("gate_passed")
        .drop("line")
        .join(moves.select(*PLAYER_GAME, "line"), on=PLAYER_GAME, how="inner")
        .with_columns(**edge_and_side(market.from_points(LEAST_EDGE)), confidence=pl.lit(None, pl.Float64))
    )
    return select(at_start, daily_signals(at_start, market), definitions)
