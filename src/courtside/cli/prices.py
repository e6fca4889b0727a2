"""`courtside prices`: every book's price of a date, the best one, and what a unit on it is worth."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Annotated, Any

import typer

from courtside.cli.common import AsJson, Home, console, print_json, reading, settings_of, styled
from courtside.cli.ingest import parse_date_option
from courtside.cli.output import show_table
from courtside.operations.prices import PricedLine, prices_of
from courtside.picks.side_values import FLAT_STAKES

STYLES = {"negative": "red", "uncertain": "yellow", "positive": "green"}


def prices_command(
    date: Annotated[str, typer.Argument(help="Game date, as 2026-02-07.")],
    player: Annotated[str | None, typer.Option(help="Name of a player, or a part of it: show every book.")] = None,
    all_sides: Annotated[bool, typer.Option("--all", help="Show both sides, also where no side is taken.")] = False,
    kelly: Annotated[bool, typer.Option("--kelly", help="Add a quarter of the Kelly stake, at most 2 %.")] = False,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Show the best price of each side that a prediction takes, and its expected value with an interval."""
    with reading(settings_of(home)) as context:
        lines = prices_of(context.warehouse, parse_date_option(date, "DATE"), player)
    if as_json:
        print_json([dataclasses.asdict(line) for line in lines])
        return
    _show_values(lines, all_sides or player is not None, kelly)
    if kelly:
        console.print(FLAT_STAKES)
    if player:
        for line in lines:
            _show_books(line)
            _show_closing(line)


def _show_values(lines: list[PricedLine], all_sides: bool, kelly: bool) -> None:
    shown = [(line, row) for line in lines for row in line.sides if all_sides or row["is_taken"]]
    heads = ["player", "market", "side", "best price", "EV %", "low to high", *(["kelly %"] if kelly else []), "value"]
    rows = [
        (*_cells(line, row), *([_percent(row["quarter_kelly"])] if kelly else []), _verdict(row)) for line, row in shown
    ]
    show_table(heads, rows, drop=("low to high", "value", "market"))
    for reason, count in Counter(row["reason"] for _, row in shown if row["reason"]).items():
        console.print(f"{count:,} without an expected value: {reason}")


def _cells(line: PricedLine, row: dict[str, Any]) -> tuple[Any, ...]:
    span = "-" if row["ev"] is None else f"{_percent(row['ev_low'])} to {_percent(row['ev_high'])}"
    style = STYLES[row["verdict"]] if row["verdict"] else None
    price = f"{_price(row['price'])} {row['book'] or ''}"
    side = f"{row['side']} {row['line']:g}"
    return line.player, line.market, side, price, styled(_percent(row["ev"]), style), span


def _verdict(row: dict[str, Any]) -> Any:
    return styled(row["verdict"], STYLES[row["verdict"]]) if row["verdict"] else "-"


def _show_books(line: PricedLine) -> None:
    rows = []
    for row in line.books:
        seen = f"{row['seen_at']:%H:%M}" if row["seen_at"] else "-"
        state = f"repeats {row['repeats']}" if row["repeats"] else row["state"].replace("_", " ")
        prices = (_price(row["over_price"]), _price(row["under_price"]))
        rows.append((row["book"], f"{row['line']:g}", *prices, seen, state))
    console.print(f"\n{line.player}, {line.market}")
    show_table(("book", "line", "over", "under", "seen, UTC", "state"), rows, sentence="state")


def _show_closing(line: PricedLine) -> None:
    shown = {(row["side"], row["kind"]): row for row in line.closing}
    for (side, kind), row in shown.items():
        chance = row["probability_value"]
        moved = "" if chance is None else f", no-vig probability {100 * chance:+.1f} %"
        console.print(
            f"{kind} {side}: line {row['line']:g} to {row['closing_line']:g} at the close, "
            f"{row['line_value']:+g} toward the pick{moved}"
        )


def _price(value: float | None) -> str:
    return "-" if value is None else f"{value:+.0f}"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:+.1f}"
