"""`prices/{date}.json`: every book's line and prices for each predicted player, and the value of each side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Literal

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
    one_decimal,
)
from courtside.publishing.exporters.games import SlateGame, slate_game
from courtside.publishing.exporters.pick_values import Verdict, value_fields
from courtside.publishing.exporters.rows import named, partitioned, price_of, rounded_share, utc, utc_or_none
from courtside.publishing.world import World

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
    `uncertain` (the interval holds 0) or `positive`. `quarter_kelly` is in % of the
    bank, at most 2.
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


def files(world: World) -> Iterator[Built]:
    """Yield the file of each date on which a predicted player has a line."""
    if not world.dates:
        return
    span = {"start": world.dates[0], "end": world.dates[-1]}
    scan = world.warehouse.scan
    values, books = world.warehouse.collect_all([scan(SIDE_VALUES, **span), scan(BOOK_PRICES, **span)])
    who = world.predictions.select("game_id", "player_id", "game_date", "team_id", "opponent_team_id")
    rows = named(values.join(who.drop("game_date"), on=["game_id", "player_id"], validate="m:1"), world.names)
    sides = partitioned(rows.sort("player", "player_id", "side"), "game_id", "player_id")
    shown = partitioned(books.sort("book"), "game_id", "player_id")
    players: dict[str, list[PricedPlayer]] = {}
    for key, pair in sides.items():
        players.setdefault(key[0], []).append(_player(pair, shown.get(key, [])))
    for day in world.dates:
        games = tuple(
            PricedGame(**slate_game(world, game), players=tuple(players.get(game["game_id"], ())))
            for game in world.games_by_date.get(day, [])
        )
        document = Prices(
            date=day, generated_at=utc(world.now), model=world.champion_of(day), note=FLAT_STAKES, games=games
        )
        if not document.is_empty:
            yield Built(PRICES, PRICES.path(date=day), document)


def _player(pair: list[dict[str, Any]], books: list[dict[str, Any]]) -> PricedPlayer:
    row = pair[0]
    return PricedPlayer(
        id=row["player_id"],
        player=row["player"],
        team=row["team"],
        opponent=row["opponent"],
        line=one_decimal(row["line"]),
        kind=row["kind"],
        priced_at=utc_or_none(row["priced_at"]),
        probability_source=row["probability_source"],
        calibration_error=rounded_share(row["calibration_error"]),
        stale_books=row["stale_books"],
        sides=tuple(_side(side) for side in pair),
        books=tuple(_book(book) for book in books),
    )


def _side(row: Mapping[str, Any]) -> SideValue:
    return SideValue(
        side=row["side"],
        is_taken=row["is_taken"],
        price=price_of(row["price"]),
        book=row["book"],
        **value_fields(row),
        probability=rounded_share(row["probability"]),
        quarter_kelly=rounded_share(row["quarter_kelly"]),
    )


def _book(row: Mapping[str, Any]) -> BookPrice:
    return BookPrice(
        book=row["book"],
        line=one_decimal(row["line"]),
        over_price=price_of(row["over_price"]),
        under_price=price_of(row["under_price"]),
        seen_at=utc_or_none(row["seen_at"]),
        state=row["state"],
        repeats=row["repeats"],
    )
