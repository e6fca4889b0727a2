"""`courtside evaluate`: compare the systems' predictions of past dates with the line."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import Annotated

import narwhals as nw
import polars as pl
import typer
from rich.control import Control

from courtside.analytics.tables import PLAYER_GAMES
from courtside.cli.common import (
    PROBLEM,
    AsJson,
    Home,
    MarketOption,
    as_json_text,
    complaints,
    console,
    print_json,
    reading,
    settings_of,
    styled,
)
from courtside.cli.ingest import parse_date_option
from courtside.cli.output import show_table
from courtside.errors import ConfigError
from courtside.features.market_form import results_of
from courtside.league.markets import POINTS, Market, market_named, of_market
from courtside.pipeline.context import Context
from courtside.predictions.evaluation import Evaluation, evaluate, live_figures
from courtside.predictions.figures import verdict
from courtside.predictions.measures import Figures
from courtside.predictions.report import TIMINGS
from courtside.predictions.report import html as as_html
from courtside.predictions.rows import model_rows, with_outcomes
from courtside.predictions.systems import TRAINED, require_system
from courtside.predictions.tables import PREDICTIONS
from courtside.reports import interval, number

TRAINING_DAYS = 5 * 365
"""Days before the first measured date from which rows are read for training."""


def evaluate_command(
    start_date: Annotated[str, typer.Option(help="First date measured, as 2024-10-22.")],
    end_date: Annotated[str, typer.Option(help="Last date measured, included.")],
    json_file: Annotated[
        Path | None, typer.Argument(help="With --json: the file to write; tables are printed.")
    ] = None,
    as_json: AsJson = False,
    html_file: Annotated[Path | None, typer.Option("--html", help="Write the report to this file.")] = None,
    system: Annotated[str, typer.Option(help="System whose figures are compared with the targets.")] = TRAINED[0],
    market: MarketOption = POINTS,
    home: Home = None,
) -> None:
    """Evaluate the systems walk-forward on past dates: train weekly on earlier dates only, and compare with the line.

    Reads stored features, box scores and lines, and stores nothing. Exits with 1 where a figure indicates a leak.
    """
    start, end = parse_date_option(start_date, "--start-date"), parse_date_option(end_date, "--end-date")
    if start > end:
        raise ConfigError(f"--start-date {start} is after --end-date {end}")
    if json_file and not as_json:
        raise ConfigError(f"{json_file} is a file for JSON; add --json before it")
    champion, of, begun = require_system(system), market_named(market), time.perf_counter()
    with reading(settings_of(home)) as context:
        rows, live = _read(context, start, end, of)
    found = evaluate(rows, start, end, champion, of, live=live, progress=_show_progress)
    if html_file:
        html_file.write_text(as_html(found), encoding="utf-8")
    if json_file:
        json_file.write_text(as_json_text(found.as_dict()), encoding="utf-8")
    if as_json and not json_file:
        print_json(found.as_dict())
    else:
        show(found)
        console.print(f"{found.models} models trained, {time.perf_counter() - begun:.0f} s")
    if found.suspicions:
        raise typer.Exit(PROBLEM)


def show(found: Evaluation) -> None:
    """Print the figures of an evaluation as tables."""
    console.print(f"{found.kind} {found.start} to {found.end}, {found.rows['measured']:,} player games with a line")
    console.print("; ".join([*(f"{n:,} {why}" for why, n in found.rows.items() if n), *found.holes]))
    _show_errors(found)
    _show_systems(found)
    bands = []
    for band in found.systems[found.champion]["all"]["edge_bands"]:
        last = " or more" if band["to"] is None else f" to {band['to']:g}"
        between = _between(band)
        bands.append((f"{band['from']:g}{last}", f"{band['n']:,}", number(band["hit_pct"], 1), between, "52.4"))
    console.print()
    show_table((f"{found.champion} by edge", "sides", "hit %", "95 % interval", "needs %"), bands)
    if found.distribution:
        _show_distribution(found)
    _show_timings(found)
    console.print()
    for name, figures in found.live.items():
        error = figures["errors"]
        console.print(f"LIVE {name}: n {error['n']:,}, MAE {interval(error['mae'])}, line {number(error['line_mae'])}")
    for item in found.targets:
        console.print(
            f"{item['season']} {item['target']}: {number(item['measured'], 4)} ({item['words']} {item['bound']:g}, "
            f"n {item['n']:,}): {verdict(item)}"
        )
    for leak in found.suspicions:
        complaints.print(styled("presumed leak:", "bold red"), leak, soft_wrap=True)


def _between(sides: Figures) -> str:
    return "-" if sides["low_pct"] is None else f"{sides['low_pct']:.1f} to {sides['high_pct']:.1f}"


def _show_errors(found: Evaluation) -> None:
    seasons = list(found.line["seasons"])
    rows: list[tuple[str, ...]] = []

    def add(name: str, parts: list[Figures]) -> None:
        rows.append((name, *(number(part["mean"]) for part in parts)))

    for name, figures in found.systems.items():
        spans = [*(figures["seasons"].get(season) for season in seasons), figures["all"]]
        add(name, [span["errors"]["mae"] for span in spans])
    for name in ("line", "oracle"):
        add(name, [*(part[name] for part in found.line["seasons"].values()), found.line["all"][name]])
    counts = [found.line["seasons"][season]["line"]["n"] for season in seasons]
    rows.append(("n", *(f"{n:,}" for n in counts), f"{found.line['all']['line']['n']:,}"))
    console.print()
    show_table((f"MAE, {market_named(found.market).label}", *seasons, "all"), rows, drop=seasons)


def _show_systems(found: Evaluation) -> None:
    """Print each system's error above the line's, and its probabilities beside the market's."""
    errors, chances = [], []
    for name, figures in found.systems.items():
        part, chance = figures["all"], figures["all"]["probability"]
        above = (interval(part[key]["above_line"]) for key in ("errors", "errors_with_line"))
        errors.append((name, *above))
        beside = chance.get("beside_market", {"n": 0})
        both = [number(beside[who]["log_loss"], 4) if beside["n"] else "-" for who in ("ours", "market")]
        n = f"{beside['n']:,}" if beside["n"] else "-"
        chances.append((name, number(chance.get("ece"), 4), number(chance.get("log_loss"), 4), n, *both))
    console.print()
    show_table(("MAE above the line's", "without the line", "with the line"), errors)
    console.print()
    heads = ("probabilities", "ECE", "log loss", "n priced", "ours, priced", "market's")
    show_table(heads, chances, drop=("log loss",))


def _show_timings(found: Evaluation) -> None:
    """Print the champion's figures for lines that were provably shown before tip-off, and for other lines."""
    rows = []
    for name, part in found.systems[found.champion]["timings"].items():
        error, sides = part["errors"], part["sides"]
        rows.append(
            (
                TIMINGS[name],
                f"{error['n']:,}",
                number(error["mae"]["mean"]),
                number(error["line_mae"]),
                interval(error["above_line"]),
                number(sides["hit_pct"], 1),
                _between(sides),
                number(part["probability"].get("ece"), 4),
            )
        )
    heads = ("n", "MAE", "line's", "above line", "hit %", "95 % interval", "ECE")
    console.print()
    show_table((f"{found.champion} by line", *heads), rows, drop=("ECE", "MAE", "line's", "95 % interval"))


def _show_distribution(found: Evaluation) -> None:
    """Print the champion's distribution of results beside a normal distribution; below 0 it is better."""
    rows = [
        (
            row["season"],
            row["rows"],
            f"{row['n']:,}",
            number(row["crps"]),
            interval(row["crps_above_normal"]),
            interval(row["log_loss_above_normal"]),
        )
        for row in found.distribution
    ]
    console.print("\nDistribution of results; below 0 it is better than a normal distribution")
    heads = ("season", "rows", "n", "CRPS", "CRPS above normal's", "log loss above normal's")
    show_table(heads, rows, drop=("n", "CRPS"))


def _read(context: Context, start: dt.date, end: dt.date, market: Market) -> tuple[pl.DataFrame, dict[str, Figures]]:
    """Return model rows with outcomes, and the figures of the stored live predictions."""
    warehouse = context.warehouse
    rows = model_rows(warehouse, start - dt.timedelta(days=TRAINING_DAYS), end, market)
    rows = with_outcomes(rows, warehouse, market)
    if rows.is_empty():
        raise ConfigError(f"No feature rows are stored up to {end}. Run `courtside run` first.")
    played = warehouse.scan(PLAYER_GAMES, start=start, end=end).filter(
        nw.col("did_play") & (nw.col("box_status") == "complete")
    )
    outcomes = results_of(warehouse.collect(played), market).select("game_id", "player_id", "points")
    stored = of_market(warehouse, market.name).scan(PREDICTIONS, start=start, end=end)
    return rows, live_figures(warehouse.collect(stored), outcomes)


def _show_progress(day: dt.date, rows: int) -> None:
    """Print one line, which the next one replaces on a terminal."""
    if complaints.is_terminal:
        complaints.control(Control.move_to_column(0))
    text = f"training for {day} on {rows:,} rows"
    complaints.print(text, end="" if complaints.is_terminal else "\n")
