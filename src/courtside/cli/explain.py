"""`courtside explain`: show a feature row with the origin of its values."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from courtside.cli.common import AsJson, Home, MarketOption, api_of, console, styled
from courtside.cli.ingest import parse_date_option
from courtside.cli.output import show_table
from courtside.league.markets import POINTS
from courtside.league.teams import TRICODE_OF_ID
from courtside.operations.explain import Explained
from courtside.predictions.tables import CALIBRATED, MARKET

STYLES = {"computed": "", "fallback": "cyan", "partial": "yellow", "early": "magenta", "missing": "red"}


def explain_command(
    player: Annotated[str, typer.Argument(help="Name of the player, or the league's id.")],
    date: Annotated[str, typer.Argument(help="Game date, as 2026-02-07.")],
    market: MarketOption = POINTS,
    as_json: AsJson = False,
    home: Home = None,
) -> None:
    """Show a player's feature row: each value with its origin, the games of its window, lines and predictions."""
    with api_of(home) as opened:
        found = opened.explain(player, parse_date_option(date, "DATE"), market)
    if as_json:
        typer.echo(found.to_json())
    else:
        _show(found.found)


def _show(found: Explained) -> None:
    row = found.row
    where = "vs" if row["is_home"] else "at"
    console.print(
        styled(found.player, "bold"),
        f"({TRICODE_OF_ID[row['team_id']]}) {where} {TRICODE_OF_ID[row['opponent_team_id']]}, "
        f"{row['game_date']}, game {row['game_id']}",
    )
    console.print(
        f"quality {row['feature_quality_score']:.1f} ({row['quality_tier']}, {row['quality_alert_level']}), "
        f"{row['required_default_count']} required features without a value"
    )
    rows = [
        (
            item["number"],
            item["name"],
            _value(item["value"]),
            styled(item["origin"], STYLES.get(item["origin"], "dim")),
            item["source"],
        )
        for item in found.features
    ]
    show_table(("#", "feature", "value", "origin", "source"), rows, drop=("source",))
    _show_games(found)
    for line in found.lines:
        seen = f"seen {line['seen_at']:%Y-%m-%d %H:%M} UTC" if line["seen_at"] else "time unknown"
        console.print(f"line {line['line']:g} at {line['book']} ({_prices(line)}), {seen}, {line['timing']}")
    for item in found.predictions:
        against = f", {item['direction']} {item['line']:g} at {item['book']}" if item["line"] is not None else ""
        held = f"; held: {item['gate_reason']}" if item["gate_reason"] else ""
        console.print(f"{item['system']}: {item['prediction']:.1f}{against}{_chance(item)}{held}")


def _prices(line: dict[str, Any]) -> str:
    if line["over_price"] is None and line["under_price"] is None:
        return "no price"
    return f"over {_value(line['over_price'])}, under {_value(line['under_price'])}"


def _chance(prediction: dict[str, Any]) -> str:
    if prediction["probability_source"] not in (CALIBRATED, MARKET):
        return ""
    return f", over {100 * prediction['probability_over']:.1f} % ({prediction['probability_source']})"


def _show_games(found: Explained) -> None:
    console.print(f"last-10 window: {len(found.window)} games, {_value(found.row['completeness_l10'])} % complete")
    rows = [
        (
            game["game_date"],
            game["game_id"],
            f"{'vs' if game['is_home'] else 'at'} {game['opponent']}",
            game["minutes"],
            game["points"],
        )
        for game in found.window
    ]
    show_table(("date", "game", "opponent", "minutes", "points"), rows)
    for game in found.missing:
        console.print(styled("missing", "red"), f"{game['game_date']} {game['teams']} ({game['game_id']})")


def _value(value: Any) -> str:
    return "-" if value is None else f"{value:,.3f}".rstrip("0").rstrip(".")
