"""`courtside today`: a date's games, picks, prices, and what is still missing."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Annotated, Any

import typer

from courtside.cli.common import (
    AsJson,
    Home,
    MarketOption,
    console,
    print_json,
    reading,
    settings_of,
    show_data,
    styled,
)
from courtside.cli.ingest import parse_date_option
from courtside.cli.output import show_table
from courtside.clock import EASTERN
from courtside.league.markets import POINTS, market_named
from courtside.operations.today import Today, today_of


def today_command(
    date: Annotated[str, typer.Argument(help="Game date, as 2026-02-07; today where not given.")] = "",
    market: MarketOption = POINTS,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Show tonight on one screen: games, published picks with their best prices, and what is missing."""
    settings, chosen = settings_of(home), market_named(market)
    with reading(settings) as context:
        day = parse_date_option(date, "DATE") if date else context.clock.today()
        found = today_of(context.warehouse, day, chosen.name)
    if as_json:
        print_json(dataclasses.asdict(found))
        return
    show_data(found.data, settings.clock.now())
    show_today(found, chosen.label)


def show_today(found: Today, label: str) -> None:
    """Print the games of a date with their picks, and what is missing."""
    heading = f"{found.date:%A, %b} {found.date.day}, {found.date.year}"
    console.print(styled(f"{heading}: {len(found.games)} games, {len(found.picks)} picks of {label}", "bold"))
    for game in found.games:
        own = [pick for pick in found.picks if pick["game_id"] == game["game_id"]]
        console.print(f"\n{game['away']} @ {game['home']}  {_state(game)}")
        if own:
            _show_picks(own)
        else:
            console.print("  no picks")
    if not found.picks:
        console.print("No picks are published for this date. `courtside daily` publishes them.")
    states = dict.fromkeys(found.stages.values())
    parts = [f"{state}: {', '.join(name for name in found.stages if found.stages[name] == state)}" for state in states]
    if parts:
        console.print(styled(f"\nStages {'; '.join(parts)}", "dim"))
    for cell in found.open:
        console.print(styled(f"{cell['stage']} is {cell['state']}: {cell['reason']}", "yellow"))


def _show_picks(picks: list[dict[str, Any]]) -> None:
    rows = []
    for pick in picks:
        price = "-" if pick["price"] is None else f"{pick['price']:+.0f} {pick['book']}"
        value = "-" if pick["ev"] is None else f"{100 * pick['ev']:+.1f}"
        style = None if pick["ev"] is None else "red" if pick["ev"] < 0 else "green"
        side = f"{pick['side']} {pick['line']:g}"
        rows.append((pick["player"], side, f"{pick['prediction']:.1f}", price, styled(value, style)))
    show_table(("player", "pick", "model", "best price", "EV %"), rows, drop=("model",), indent=2)


def _state(game: dict[str, Any]) -> str:
    if game["status"] == "final":
        return f"final {game['away_points']}-{game['home_points']}"
    if game["status"] != "scheduled" or game["tip_at"] is None:
        return str(game["status"]).replace("_", " ")
    tip = game["tip_at"].replace(tzinfo=dt.UTC).astimezone(EASTERN)
    return f"{tip.hour % 12 or 12}:{tip:%M %p} ET"
