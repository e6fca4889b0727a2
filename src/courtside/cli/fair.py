"""`courtside fair`: probabilities and fair odds of one player at any line."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer

from courtside.cli.common import AsJson, Home, console, print_json, reading, settings_of
from courtside.cli.ingest import parse_date_option
from courtside.cli.output import show_table
from courtside.league.markets import POINTS
from courtside.operations.fair import Fair, fair_odds


def fair_command(
    player: Annotated[str, typer.Argument(help="Name of the player, or the league's id.")],
    date: Annotated[str, typer.Argument(help="Game date, as 2026-02-07.")],
    line: Annotated[list[float] | None, typer.Option(help="A line, as 27.5; may be repeated.")] = None,
    market: Annotated[str, typer.Option(help="The market.")] = POINTS,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Show the probability of over, push and under and the fair odds of a player at any line."""
    with reading(settings_of(home)) as context:
        found = fair_odds(context, player, parse_date_option(date, "DATE"), line or (), market)
    if as_json:
        print_json(dataclasses.asdict(found))
    else:
        _show(found)


def _show(found: Fair) -> None:
    console.print(
        f"{found.player}, {found.market}: {found.system} predicts {found.prediction:.1f}; quoted {found.quoted:g}, "
        f"where the {found.source} probability holds"
    )
    reached = ", ".join(f"{100 * level:.0f} % at {value}" for level, value in found.quantiles.items())
    console.print(f"results: {reached}")
    rows = []
    for row in found.lines:
        chances = (f"{100 * value:.1f}" for value in (row.over, row.push, row.under))
        prices = ("-" if price is None else f"{price:+.0f}" for price in (row.over_price, row.under_price))
        rows.append((f"{row.line:g}", *chances, *prices))
    show_table(("line", "over %", "push %", "under %", "fair over", "fair under"), rows)
