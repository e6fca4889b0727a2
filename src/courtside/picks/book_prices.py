"""Each book's line and prices at one moment, and their state: current, stale, repeated or without a price."""

from __future__ import annotations

import polars as pl

from courtside.analytics.lines import PLAYER_GAME, closing, pre_tip
from courtside.league.markets import Market
from courtside.league.odds import FEWEST_CONSTANT, no_vig_over_expr, with_real_prices
from courtside.picks.price_tables import CURRENT, NO_PRICE, ONE_SIDED, REPEATS, STALE, UNTIMED

MOVED = 0.08
"""Movement that counts, in units of the market's spread: half a point for points."""

FEWEST_OTHERS = 2
"""Books that must have moved before another book can be stale."""

REPEATED = 0.95
"""Share of its lines that a book must share with another, prices included, to count as a repetition of it."""

POINTS_PER_PROBABILITY = 2.5066
"""Points, in units of the market's spread, that a probability of 1 is worth near 50 %: √(2π) of a normal."""

TWO_SIDED = pl.col("over_price").is_not_null() & pl.col("under_price").is_not_null()


def shown_before(lines: pl.DataFrame, priced_at: pl.DataFrame) -> pl.DataFrame:
    """Return the main lines that were shown before tip-off and before their game's publication, with real prices only.

    `priced_at` has game_id and priced_at; without a publication before tip-off the bound is the tip-off. A line without
    a time does not count where there is a publication.
    """
    bounded = with_real_prices(pre_tip(lines)).join(priced_at, on="game_id", how="left", validate="m:1")
    bound = pl.col("priced_at")
    return bounded.filter(bound.is_null() | (pl.col("seen_at") <= bound).fill_null(False))


def book_states(shown: pl.DataFrame, market: Market) -> pl.DataFrame:
    """Return each book's last line in `shown`, with `state` and `repeats`: one row per (game_id, player_id, book)."""
    last = closing(shown).join(_repetitions(closing(shown)), on=["game_date", "book"], how="left", validate="m:1")
    originals = shown.join(last.filter(pl.col("repeats").is_null()), on=[*PLAYER_GAME, "book"], how="semi")
    stale = _stale(originals, market).with_columns(is_stale=pl.lit(True))
    marked = last.join(stale, on=[*PLAYER_GAME, "book"], how="left", validate="1:1")
    has_price = pl.col("over_price").is_not_null() | pl.col("under_price").is_not_null()
    state = (
        pl.when(~has_price)
        .then(pl.lit(NO_PRICE))
        .when(~TWO_SIDED)
        .then(pl.lit(ONE_SIDED))
        .when(pl.col("repeats").is_not_null())
        .then(pl.lit(REPEATS))
        .when(pl.col("is_stale").fill_null(False))
        .then(pl.lit(STALE))
        .when(pl.col("seen_at").is_null())
        .then(pl.lit(UNTIMED))
        .otherwise(pl.lit(CURRENT))
    )
    return marked.with_columns(state=state).drop("is_stale")


def _repetitions(last: pl.DataFrame) -> pl.DataFrame:
    """Return game_date, book and repeats for each book that shows the lines and prices of an earlier-named book.

    They share at least ten player games of the date, and agree on 95 % of them or more.
    """
    offers = last.filter(TWO_SIDED).select(*PLAYER_GAME, "game_date", "book", "line", "over_price", "under_price")
    pairs = offers.join(offers, on=[*PLAYER_GAME, "game_date"], suffix="_other").filter(
        pl.col("book_other") < pl.col("book")
    )
    same = pl.all_horizontal(pl.col(name) == pl.col(f"{name}_other") for name in ("line", "over_price", "under_price"))
    return (
        pairs.group_by("game_date", "book", "book_other")
        .agg(shared=pl.len(), same=same.sum())
        .filter((pl.col("shared") >= FEWEST_CONSTANT) & (pl.col("same") >= REPEATED * pl.col("shared")))
        .group_by("game_date", "book")
        .agg(repeats=pl.col("book_other").min())
    )


def _stale(shown: pl.DataFrame, market: Market) -> pl.DataFrame:
    """Return game_id, player_id and book of stale prices.

    A book is stale where, since it first showed its last line and prices, the median of two or more other books moved
    by half a point or more (in the market's units), and its own position is still that far behind theirs.
    """
    even = no_vig_over_expr("over_price", "under_price") - 0.5
    position = pl.col("line") + POINTS_PER_PROBABILITY * market.spread * even
    timed = (
        shown.filter(TWO_SIDED & pl.col("seen_at").is_not_null())
        .select(*PLAYER_GAME, "book", "seen_at", "source", position=position)
        .sort(*PLAYER_GAME, "book", "seen_at", "source")
    )
    book = [*PLAYER_GAME, "book"]
    now = timed.unique(book, keep="last", maintain_order=True)
    since = (
        timed.join(now.select(*book, last="position"), on=book, validate="m:1")
        .with_columns(changed_at=pl.col("seen_at").filter(pl.col("position") != pl.col("last")).max().over(book))
        .filter(pl.col("changed_at").is_null() | (pl.col("seen_at") > pl.col("changed_at")))
        .group_by(book)
        .agg(since=pl.col("seen_at").min(), own=pl.col("last").first())
    )
    others = timed.select(*PLAYER_GAME, other="book", then_at="seen_at", then="position")
    before = (
        since.join(others, on=list(PLAYER_GAME))
        .filter((pl.col("other") != pl.col("book")) & (pl.col("then_at") <= pl.col("since")))
        .sort(*book, "other", "then_at", maintain_order=True)
        .unique([*book, "other"], keep="last", maintain_order=True)
    )
    latest = now.select(*PLAYER_GAME, other="book", now="position")
    moves = (
        before.join(latest, on=[*PLAYER_GAME, "other"], validate="m:1")
        .group_by(book)
        .agg(
            others=pl.len(),
            moved=(pl.col("now") - pl.col("then")).median(),
            behind=(pl.col("now") - pl.col("own")).median(),
        )
    )
    least = MOVED * market.spread
    has_moved = (pl.col("moved").abs() >= least) & (pl.col("behind") * pl.col("moved").sign() >= least)
    return moves.filter((pl.col("others") >= FEWEST_OTHERS) & has_moved).select(book)
