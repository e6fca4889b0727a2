"""The tables of prices: each book's line and prices, the value of each side, and closing-line values."""

from __future__ import annotations

from courtside.league.markets import MARKET_COLUMN
from courtside.picks.tables import KINDS, SIDES
from courtside.predictions.tables import PROBABILITY_SOURCES
from courtside.warehouse.schema import Table, boolean, date, integer, real, text, timestamp

CURRENT, UNTIMED, STALE, REPEATS, ONE_SIDED, NO_PRICE = BOOK_STATES = (
    "current",
    "untimed",
    "stale",
    "repeats",
    "one_sided",
    "no_price",
)
"""State of a book's prices. Only `current` and `untimed` prices can be a best price."""

_PLAYER_GAME = (
    text("game_id", "The game."),
    date("game_date", "Game date."),
    integer("player_id", "The player."),
)

BOOK_PRICES = Table(
    "book_prices",
    "picks",
    "Each book's last main line and its prices before publication, or before tip-off where a date is BACKTEST.",
    (
        *_PLAYER_GAME,
        text("book", "Key of the sportsbook."),
        real("line", "The line.", minimum=0),
        real("over_price", "Price of over; NULL where it is no real price.", unit="American odds", nullable=True),
        real("under_price", "Price of under; NULL where it is no real price.", unit="American odds", nullable=True),
        timestamp("seen_at", "When the book showed them; NULL where the source gives no time.", nullable=True),
        text(
            "state",
            "`current`; `untimed`: the source gives no time; `stale`: the other books moved and this one did not; "
            "`repeats`: it shows another book's lines; `one_sided`: one side has no price; `no_price`: neither has.",
            allowed=BOOK_STATES,
        ),
        text("repeats", "The book whose lines and prices it shows on this date.", nullable=True),
        MARKET_COLUMN,
    ),
    key=("game_id", "player_id", "book", "market"),
)

SIDE_VALUES = Table(
    "side_values",
    "picks",
    "Each side of a prediction's line: the best price, the best line, and the expected value of one unit.",
    (
        *_PLAYER_GAME,
        text("side", "The side.", allowed=SIDES),
        boolean("is_taken", "Whether the prediction takes this side."),
        text("kind", "LIVE where the prices were shown before a publication before tip-off.", allowed=KINDS),
        timestamp("priced_at", "The publication; NULL where prices are the last before tip-off.", nullable=True),
        real("line", "The line of the prediction."),
        integer("books", "Books that show a line, without those that repeat another.", unit="count", minimum=0),
        integer("stale_books", "Books of which the prices are stale.", unit="count", minimum=0),
        text("book", "The book with the best price at this line.", nullable=True),
        real("price", "The best price at this line.", unit="American odds", nullable=True),
        real("best_line", "The line that is best for the side.", nullable=True),
        text("best_line_book", "The book with the best price at the best line.", nullable=True),
        real("best_line_price", "The best price at the best line.", unit="American odds", nullable=True),
        real("probability", "Calibrated probability of the side, given no push.", nullable=True, minimum=0, maximum=1),
        text("probability_source", "Source of the prediction's probability.", allowed=PROBABILITY_SOURCES),
        real(
            "calibration_error",
            "Expected calibration error of the calibrator on dates after those it was fitted on.",
            nullable=True,
            minimum=0,
            maximum=1,
        ),
        real("ev", "Expected profit of one unit at the best price, given no push.", unit="units", nullable=True),
        real("ev_low", "The same with a probability lower by the calibration error.", unit="units", nullable=True),
        real("ev_high", "The same with a probability higher by the calibration error.", unit="units", nullable=True),
        real(
            "quarter_kelly",
            "A quarter of the Kelly fraction, at most 0.02 of the bank; 0 without a positive expected value.",
            nullable=True,
            minimum=0,
            maximum=0.02,
        ),
        MARKET_COLUMN,
    ),
    key=("game_id", "player_id", "side", "market"),
)

CLOSING_VALUES = Table(
    "closing_values",
    "picks",
    "How the consensus moved from a pick to the close: LIVE picks from publication, others from the first snapshot.",
    (
        *_PLAYER_GAME,
        text("subset_key", "Subset of the pick."),
        text("kind", "LIVE: a published pick; BACKTEST: selected with the first line shown.", allowed=KINDS),
        text("side", "Side of the pick.", allowed=SIDES),
        real("line", "Consensus line at the start."),
        real("closing_line", "Consensus of the last lines before tip-off."),
        real("line_value", "Movement of the consensus toward the pick.", unit="points"),
        real("probability", "No-vig probability of the side at the start.", nullable=True, minimum=0, maximum=1),
        real(
            "closing_probability",
            "No-vig probability of the side at the close, at the line of the start.",
            nullable=True,
            minimum=0,
            maximum=1,
        ),
        real("probability_value", "Closing minus starting probability.", nullable=True, minimum=-1, maximum=1),
        MARKET_COLUMN,
    ),
    key=("game_date", "subset_key", "player_id", "market"),
)

PRICE_TABLES: tuple[Table, ...] = (BOOK_PRICES, SIDE_VALUES, CLOSING_VALUES)
"""The tables of prices."""
