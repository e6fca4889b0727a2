"""`prices/{date}.json`: every book's line and prices for each predicted player, and the value of each side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Literal

import polars as pl
from pydantic import Field

from courtside.picks.price_tables import BOOK_PRICES, SIDE_VALUES
from courtside.picks.side_values import FLAT_STAKES
from courtside.publishing.contracts import (
    Built,
    Document,
    FileType,
    Kind,
    OneDecimal,
    Percent,
    PlayerId,
    ProbabilitySource,
    Shape,
    Side,
    Tricode,
    UtcInstant,
    documents,
)
from courtside.publishing.exporters.games import SlateGame, slates_with
from courtside.publishing.exporters.pick_values import OFFER_COLUMNS, VALUE_COLUMNS, Verdict
from courtside.publishing.exporters.rows import (
    filled_list,
    named,
    one_decimal_expr,
    price_expr,
    share_expr,
    utc_expr,
)
from courtside.publishing.world import PLAYER_GAME, World

State = Literal["current", "untimed", "stale", "repeats", "one_sided", "no_price"]


class BookPrice(Shape):
    """A book's last main line before publication. `state` says whether its prices count.

    `current` and `untimed` (the source gives no time) count. `stale`: the other books moved and this one did not.
    `repeats`: the book shows the lines and prices of the book in `repeats`. `one_sided` and `no_price`: a side, or both
    sides, have no price.
    """

    book: str
    line: OneDecimal
    over_price: int | None
    under_price: int | None
    seen_at: UtcInstant | None
    state: State
    repeats: str | None


class SideValue(Shape):
    """One side of the player's line: the best price at the line, the best line, and what one unit is worth.

    `probability` is calibrated, in %, given no push; without one `ev` is null. `ev` is the expected profit in % of the
    stake at `price`, and `ev_low` to `ev_high` its interval from the calibration error. `verdict` is `negative`,
    `uncertain` (0 or more, with 0 inside the interval) or `positive`. `quarter_kelly` is in % of the bank, at most 2.
    """

    side: Side
    is_taken: bool
    price: int | None
    book: str | None
    best_line: OneDecimal | None
    best_line_price: int | None
    best_line_book: str | None
    probability: Percent | None
    ev: OneDecimal | None
    ev_low: OneDecimal | None
    ev_high: OneDecimal | None
    verdict: Verdict | None
    quarter_kelly: Percent | None


class PricedPlayer(Shape):
    """A predicted player with a line; `priced_at` is the publication, null where prices are the last before tip-off."""

    id: PlayerId
    player: str = Field(min_length=1)
    team: Tricode
    opponent: Tricode
    line: OneDecimal
    kind: Kind
    priced_at: UtcInstant | None
    probability_source: ProbabilitySource
    calibration_error: Percent | None
    stale_books: int = Field(ge=0)
    sides: tuple[SideValue, ...]
    books: tuple[BookPrice, ...]


class PricedGame(SlateGame):
    """A game of the slate and its players by name."""

    players: tuple[PricedPlayer, ...]


class Prices(Document):
    """The prices of a slate by game; `note` belongs to `quarter_kelly`."""

    date: dt.date
    generated_at: UtcInstant
    model: str | None
    note: str
    games: tuple[PricedGame, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no player has a line."""
        return not any(game.players for game in self.games)


PRICES = FileType("prices", "prices/{date}.json", 3600, Prices)


SIDE_COLUMNS: tuple[pl.Expr, ...] = (
    pl.col("side"),
    pl.col("is_taken"),
    price_expr("price").alias("price"),
    pl.col("book"),
    *OFFER_COLUMNS,
    share_expr("probability").alias("probability"),
    *VALUE_COLUMNS,
    share_expr("quarter_kelly").alias("quarter_kelly"),
)
"""The fields of `SideValue` as expressions of `side_values`."""
BOOK_COLUMNS: tuple[pl.Expr, ...] = (
    pl.col("book"),
    one_decimal_expr(pl.col("line")).alias("line"),
    price_expr("over_price").alias("over_price"),
    price_expr("under_price").alias("under_price"),
    utc_expr(pl.col("seen_at")).alias("seen_at"),
    pl.col("state"),
    pl.col("repeats"),
)
"""The fields of `BookPrice` as expressions of `book_prices`."""
PLAYER_COLUMNS: tuple[pl.Expr, ...] = (
    pl.col("player_id").alias("id"),
    *(pl.col(name) for name in ("player", "team", "opponent")),
    one_decimal_expr(pl.col("line")).alias("line"),
    pl.col("kind"),
    utc_expr(pl.col("priced_at")).alias("priced_at"),
    pl.col("probability_source"),
    share_expr("calibration_error").alias("calibration_error"),
    pl.col("stale_books"),
)
"""The fields of `PricedPlayer` before `sides` as expressions of `side_values` with public names."""


def files(world: World) -> Iterator[Built]:
    """Yield the file of each date on which a predicted player has a line."""
    if not world.dates:
        return
    span = {"start": world.dates[0], "end": world.dates[-1]}
    scan = world.warehouse.scan
    values, books = world.warehouse.collect_all([scan(SIDE_VALUES, **span), scan(BOOK_PRICES, **span)])
    who = world.predictions.select("game_id", "player_id", "team_id", "opponent_team_id")
    rows = named(values.join(who, on=PLAYER_GAME, validate="m:1"), world.names).sort("player", "player_id", "side")
    slates = slates_with(world, _players(rows, books.sort("book")))
    shown = slates.filter("has_players").select(
        "date", "model", "games", generated_at=utc_expr(pl.lit(world.now)), note=pl.lit(FLAT_STAKES)
    )
    for document, content in documents(Prices, shown.select(*Prices.model_fields)):
        yield Built(PRICES, PRICES.path(date=document.date), content, document.is_empty)


def _players(rows: pl.DataFrame, books: pl.DataFrame) -> pl.DataFrame:
    """Return game_id and the struct `player` of each player, in order of the rows of his sides."""
    shown = books.group_by(PLAYER_GAME, maintain_order=True).agg(books=pl.struct(*BOOK_COLUMNS))
    players = (
        rows.group_by(PLAYER_GAME, maintain_order=True)
        .agg(*(column.first() for column in PLAYER_COLUMNS), sides=pl.struct(*SIDE_COLUMNS))
        .join(shown, on=PLAYER_GAME, how="left", validate="1:1", maintain_order="left")
        .with_columns(filled_list("books", shown["books"].dtype))
    )
    return players.select("game_id", player=pl.struct(*PricedPlayer.model_fields))
