"""`courtside prices`: every book's price of a date, the best one, and what a unit on it is worth."""

from __future__ import annotations

import dataclasses
import json
from typing import Annotated, Any

import typer
from rich.table import Table

from courtside.cli.common import Home, console, reading, settings_of, styled
from courtside.cli.ingest import parse_date_option
from courtside.operations.prices import PricedLine, prices_of
from courtside.picks.side_values import FLAT_STAKES

STYLES = {"negative": "red", "uncertain": "yellow", "positive": "green"}


def prices_command(
    date: Annotated[str, typer.Argument(help="Game date, as 2026-02-07.")],
    player: Annotated[str | None, typer.Option(help="Name of a player, or a part of it: show every book.")] = None,
    all_sides: Annotated[bool, typer.Option("--all", help="Show both sides, also where no side is taken.")] = False,
    kelly: Annotated[bool, typer.Option("--kelly", help="Add a quarter of the Kelly stake, at most 2 %.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    home: Home = None,
) -> None:
    """Show the best price of each side that a prediction takes, and its expected value with an interval."""
    with reading(settings_of(home)) as context:
        lines = prices_of(context.warehouse, parse_date_option(date, "DATE"), player)
    if as_json:
        content = [dataclasses.asdict(line) for line in lines]
        typer.echo(json.dumps(content, default=str, ensure_ascii=False, indent=1))
        return
    console.print(_values(lines, all_sides or player is not None, kelly))
    if kelly:
        console.print(FLAT_STAKES)
    if player:
        for line in lines:
            console.print(_books(line))
            _show_closing(line)


def _values(lines: list[PricedLine], all_sides: bool, kelly: bool) -> Table:
    heads = ["player", "side", "price", "book", "EV %", "low to high", "value"]
    table = Table(*heads, *(["kelly %"] if kelly else []), box=None, pad_edge=False)
    for line in lines:
        for row in line.sides:
            if all_sides or row["is_taken"]:
                table.add_row(*_cells(line.player, row), *([_percent(row["quarter_kelly"])] if kelly else []))
    return table


def _cells(player: str, row: dict[str, Any]) -> list[Any]:
    value = row["verdict"]
    span = "-" if row["ev"] is None else f"{_percent(row['ev_low'])} to {_percent(row['ev_high'])}"
    return [
        player,
        f"{row['side']} {row['line']:g}",
        _price(row["price"]),
        row["book"] or "-",
        _percent(row["ev"]),
        span,
        styled(value, STYLES[value]) if value else row["reason"],
    ]


def _books(line: PricedLine) -> Table:
    table = Table(f"{line.player}, {line.market}", "line", "over", "under", "seen, UTC", "", box=None, pad_edge=False)
    for row in line.books:
        seen = f"{row['seen_at']:%H:%M}" if row["seen_at"] else "-"
        state = f"repeats {row['repeats']}" if row["repeats"] else row["state"].replace("_", " ")
        table.add_row(
            row["book"], f"{row['line']:g}", _price(row["over_price"]), _price(row["under_price"]), seen, state
        )
    return table


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
