"""The prices of one date: the value of each side of a prediction's line, and every book behind it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import polars as pl

from courtside.errors import AnswerError
from courtside.league.names import normalise
from courtside.operations.players import player_names
from courtside.picks.price_tables import BOOK_PRICES, CLOSING_VALUES, SIDE_VALUES
from courtside.picks.side_values import verdict_of
from courtside.predictions.tables import CALIBRATED
from courtside.warehouse.base import Warehouse

PLAYER_GAME = ["game_id", "player_id", "market"]


class NoPricesError(AnswerError):
    """No prices are stored for the date, or for the player on it."""


@dataclass(frozen=True)
class PricedLine:
    """A prediction's line of one player.

    `sides` holds the rows of `SIDE_VALUES`, each with `verdict` and `reason` (why it has no expected value), `books`
    the rows of `BOOK_PRICES`, and `closing` the rows of `CLOSING_VALUES`.
    """

    player: str
    market: str
    sides: list[dict[str, Any]]
    books: list[dict[str, Any]]
    closing: list[dict[str, Any]]


def prices_of(warehouse: Warehouse, day: dt.date, player: str | None = None) -> list[PricedLine]:
    """Return the priced lines of a date in order of name, or those of one player (a name or a part of it).

    Raises:
        NoPricesError: where there are none; the message names the next command.
    """
    values, books, closing = (
        warehouse.collect(warehouse.scan(table, start=day, end=day)).sort(table.key)
        for table in (SIDE_VALUES, BOOK_PRICES, CLOSING_VALUES)
    )
    names = dict(player_names(warehouse).iter_rows())
    found = [
        PricedLine(
            names.get(player_id, str(player_id)),
            market,
            [_with_value(row) for row in part.to_dicts()],
            _rows(books, game_id, player_id, market),
            _rows(closing, game_id, player_id, market),
        )
        for (game_id, player_id, market), part in values.partition_by(
            *PLAYER_GAME, as_dict=True, maintain_order=True
        ).items()
    ]
    wanted = normalise(player) if player else ""
    chosen = [line for line in found if wanted in normalise(line.player)]
    if not chosen:
        who = f" of a player called {player!r}" if found else ""
        raise NoPricesError(f"No prices{who} are stored for {day}. Run `courtside run` over the date first.")
    return sorted(chosen, key=lambda line: (line.player, line.market))


def why_no_value(row: dict[str, Any]) -> str | None:
    """Return why a row of `SIDE_VALUES` has no expected value; None where it has one."""
    if row["ev"] is not None:
        return None
    if row["probability_source"] != CALIBRATED:
        return "no calibrated probability"
    if row["calibration_error"] is None:
        return "the calibrator has no measured error; `courtside train` fits a new one"
    return "no two-sided price at this line"


def _with_value(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"verdict": verdict_of(row["ev"], row["ev_low"]), "reason": why_no_value(row)}


def _rows(frame: pl.DataFrame, game_id: str, player_id: int, market: str) -> list[dict[str, Any]]:
    is_own = (pl.col("game_id") == game_id) & (pl.col("player_id") == player_id) & (pl.col("market") == market)
    return frame.filter(is_own).to_dicts()
