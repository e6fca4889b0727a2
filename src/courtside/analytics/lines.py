"""Lines: assigned to players and games, classified by tip-off, with one relation for lines before tip-off."""

from __future__ import annotations

import polars as pl

from courtside.analytics.tables import PLAYER_LINES
from courtside.clock import EARLIEST_TIP_OFF
from courtside.league.odds import no_vig_over_expr, with_real_prices

BOOKS = {"mgm": "betmgm", "pointsbetus": "pointsbet"}
"""Other keys of a book, mapped to the key that is stored."""

USABLE = ("pre_tip", "untimed")
"""Timings that count: shown before tip-off, or a source's own pre-game consensus without a time."""

PLAYER_GAME = ("game_id", "player_id")

MARKET: dict[str, pl.DataType] = {
    "game_id": pl.String(),
    "player_id": pl.Int64(),
    "closing_line": pl.Float64(),
    "opening_line": pl.Float64(),
    "snapshots": pl.Int64(),
}
"""Columns of `market`: one row per (game_id, player_id)."""


def placed_lines(resolved: pl.DataFrame, games: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of `PLAYER_LINES` for lines resolved to a player and a game.

    Args:
        resolved: raw line columns with game_id, player_id and team_id.
        games: game_id, game_date, game_day, tip_at of their games.
    """
    bound = last_moment_before()
    seen = pl.coalesce("snapshot_at", pl.when(pl.col("known_at") < bound).then("known_at"))
    placed = (
        resolved.drop("game_date")
        .join(games.select("game_id", "game_date", "game_day", "tip_at"), on="game_id", how="inner")
        .with_columns(
            book=pl.col("book").replace(BOOKS),
            seen_at=seen,
            timing=pl.when(seen.is_null())
            .then(pl.lit("untimed"))
            .when(seen < bound)
            .then(pl.lit("pre_tip"))
            .when(pl.col("tip_at").is_null())
            .then(pl.lit("unproven"))
            .otherwise(pl.lit("in_game")),
        )
        .unique(PLAYER_LINES.key, keep="last", maintain_order=True)
    )
    return PLAYER_LINES.conform(_with_main_line(placed)).sort(PLAYER_LINES.key)


def last_moment_before() -> pl.Expr:
    """Return the tip-off of a row (game_date, tip_at), or noon Eastern where it is not known."""
    noon = (
        pl.col("game_date")
        .dt.combine(EARLIEST_TIP_OFF)
        .dt.replace_time_zone("America/New_York")
        .dt.convert_time_zone("UTC")
        .dt.replace_time_zone(None)
    )
    return pl.coalesce("tip_at", noon)


def _with_main_line(lines: pl.DataFrame) -> pl.DataFrame:
    """Mark the main line of each market, book and snapshot: the line whose no-vig probability is nearest to 50 %."""
    from_even = (no_vig_over_expr(pl.col("over_price"), pl.col("under_price")) - 0.5).abs()
    snapshot = [*PLAYER_GAME, "market", "source", "book", "seen_at"]
    main = (
        lines.with_columns(from_even=from_even)
        .sort([*snapshot, "from_even", "line"], nulls_last=True)
        .unique(snapshot, keep="first", maintain_order=True)
        .select(*snapshot, "line", is_main=pl.lit(True))
    )
    return lines.join(main, on=[*snapshot, "line"], how="left", nulls_equal=True).with_columns(
        pl.col("is_main").fill_null(False)
    )


def pre_tip(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the main lines that count before tip-off; every reader of lines uses this relation."""
    return lines.filter(pl.col("is_main") & pl.col("timing").is_in(USABLE))


def closing(lines: pl.DataFrame) -> pl.DataFrame:
    """Return each book's last pre-tip main line, one row per (game_id, player_id, book)."""
    return (
        pre_tip(lines)
        .sort([*PLAYER_GAME, "book", "seen_at", "source", "line"], nulls_last=False)
        .unique([*PLAYER_GAME, "book"], keep="last", maintain_order=True)
    )


def consensus(lines: pl.DataFrame) -> pl.DataFrame:
    """Return one row per (game_id, player_id): the consensus, and the book's line nearest to it.

    `consensus_line` is the median of the books' last pre-tip main lines and may lie between two of them. A pick is
    therefore compared with `line`, which a book offered: the nearest one, with two-sided prices first, then by book
    key. Columns: consensus_line, line, book, over_price, under_price, line_seen_at, line_timing, books. A line of a
    fantasy book has no price (see `league.odds`).
    """
    last = with_real_prices(closing(lines))
    median = last.group_by(PLAYER_GAME).agg(consensus_line=pl.col("line").median(), books=pl.len().cast(pl.Int64))
    is_one_sided = pl.col("over_price").is_null() | pl.col("under_price").is_null()
    return (
        last.join(median, on=PLAYER_GAME)
        .with_columns(distance=(pl.col("line") - pl.col("consensus_line")).abs(), is_one_sided=is_one_sided)
        .sort([*PLAYER_GAME, "distance", "is_one_sided", "book"])
        .unique(PLAYER_GAME, keep="first", maintain_order=True)
        .select(
            *PLAYER_GAME,
            "consensus_line",
            "line",
            "book",
            "over_price",
            "under_price",
            "books",
            line_seen_at="seen_at",
            line_timing="timing",
        )
    )


def market(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the closing and opening line of each player with a line, `MARKET` columns, one row per player game.

    `opening_line` is the median of each book's first pre-tip main line with a known time, NULL where there is none;
    `snapshots` is the largest number of such lines of one book.
    """
    timed = pre_tip(lines).filter(pl.col("seen_at").is_not_null())
    first = timed.sort([*PLAYER_GAME, "book", "seen_at", "source", "line"]).unique(
        [*PLAYER_GAME, "book"], keep="first", maintain_order=True
    )
    opening = first.group_by(PLAYER_GAME).agg(opening_line=pl.col("line").median())
    seen = (
        timed.group_by(*PLAYER_GAME, "book")
        .agg(snapshots=pl.col("seen_at").n_unique())
        .group_by(PLAYER_GAME)
        .agg(pl.col("snapshots").max())
    )
    return (
        consensus(lines)
        .join(opening, on=PLAYER_GAME, how="left")
        .join(seen, on=PLAYER_GAME, how="left")
        .rename({"consensus_line": "closing_line"})
        .select(pl.col(name).cast(dtype) for name, dtype in MARKET.items())
    )
