"""`courtside evaluate`: compare the systems' predictions of past dates with the line."""

from __future__ import annotations

import datetime as dt
import json
import time
from pathlib import Path
from typing import Annotated

import narwhals as nw
import polars as pl
import typer
from rich.table import Table

from courtside.analytics.tables import PLAYER_GAMES
from courtside.cli.common import PROBLEM, Home, MarketOption, complaints, console, reading, settings_of, styled
from courtside.cli.ingest import parse_date_option
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
    json_file: Annotated[Path | None, typer.Option("--json", help="Write every figure to this file.")] = None,
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
    champion, of, begun = require_system(system), market_named(market), time.perf_counter()
    with reading(settings_of(home)) as context:
        rows, live = _read(context, start, end, of)
    found = evaluate(rows, start, end, champion, of, live=live, progress=_show_progress)
    if json_file:
        json_file.write_text(json.dumps(found.as_dict(), indent=1), encoding="utf-8")
    if html_file:
        html_file.write_text(as_html(found), encoding="utf-8")
    show(found)
    console.print(f"{found.models} models trained, {time.perf_counter() - begun:.0f} s")
    if found.suspicions:
        raise typer.Exit(PROBLEM)


def show(found: Evaluation) -> None:
    """Print the figures of an evaluation as tables."""
    console.print(f"{found.kind} {found.start} to {found.end}, {found.rows['measured']:,} player games with a line")
    console.print("; ".join([*(f"{n:,} {why}" for why, n in found.rows.items() if n), *found.holes]), soft_wrap=True)
    console.print(_errors(found))
    console.print(_second_stage(found))
    bands = Table(f"{found.champion} by edge", "sides", "hit %", "95 % interval", "needs %", box=None, pad_edge=False)
    for band in found.systems[found.champion]["all"]["edge_bands"]:
        last = " or more" if band["to"] is None else f" to {band['to']:g}"
        between = f"{number(band['low_pct'], 1)} to {number(band['high_pct'], 1)}"
        bands.add_row(f"{band['from']:g}{last}", f"{band['n']:,}", number(band["hit_pct"], 1), between, "52.4")
    console.print(bands)
    if found.distribution:
        console.print(_distribution(found))
    console.print(_timings(found))
    for name, figures in found.live.items():
        error = figures["errors"]
        console.print(f"LIVE {name}: n {error['n']:,}, MAE {interval(error['mae'])}, line {number(error['line_mae'])}")
    for item in found.targets:
        console.print(
            f"{item['season']} {item['target']}: {number(item['measured'], 4)} ({item['words']} {item['bound']:g}, "
            f"n {item['n']:,}): {verdict(item)}",
            soft_wrap=True,
        )
    for leak in found.suspicions:
        complaints.print(styled("presumed leak:", "bold red"), leak, soft_wrap=True)


def _errors(found: Evaluation) -> Table:
    seasons = list(found.line["seasons"])
    table = Table(f"MAE, {market_named(found.market).label}", *seasons, "all", box=None, pad_edge=False)

    def add(name: str, parts: list[Figures]) -> None:
        table.add_row(name, *(number(part["mean"]) for part in parts))

    for name, figures in found.systems.items():
        spans = [*(figures["seasons"].get(season) for season in seasons), figures["all"]]
        add(name, [span["errors"]["mae"] for span in spans])
    for name in ("line", "oracle"):
        add(name, [*(part[name] for part in found.line["seasons"].values()), found.line["all"][name]])
    counts = [found.line["seasons"][season]["line"]["n"] for season in seasons]
    table.add_row("n", *(f"{n:,}" for n in counts), f"{found.line['all']['line']['n']:,}")
    return table


def _timings(found: Evaluation) -> Table:
    """Return the champion's figures for lines that were provably shown before tip-off, and for other lines."""
    heads = ("n", "MAE", "line's", "above line", "hit %", "95 % interval", "ECE")
    table = Table(f"{found.champion} by line", *heads, box=None, pad_edge=False)
    for name, part in found.systems[found.champion]["timings"].items():
        error, sides = part["errors"], part["sides"]
        table.add_row(
            TIMINGS[name],
            f"{error['n']:,}",
            number(error["mae"]["mean"]),
            number(error["line_mae"]),
            interval(error["above_line"]),
            number(sides["hit_pct"], 1),
            f"{number(sides['low_pct'], 1)} to {number(sides['high_pct'], 1)}",
            number(part["probability"].get("ece"), 4),
        )
    return table


def _distribution(found: Evaluation) -> Table:
    """Return the champion's distribution of results beside a normal distribution; below 0 it is better."""
    table = Table("distribution", "rows", "n", "CRPS", "above normal's", "log loss, above normal's", box=None)
    for row in found.distribution:
        table.add_row(
            row["season"],
            row["rows"],
            f"{row['n']:,}",
            number(row["crps"]),
            interval(row["crps_above_normal"]),
            interval(row["log_loss_above_normal"]),
        )
    return table


def _second_stage(found: Evaluation) -> Table:
    heads = ("above line, MAE", "with the line, MAE above it", "ECE", "log loss", "market's, n priced")
    table = Table("system", *heads, box=None, pad_edge=False)
    for name, figures in found.systems.items():
        part, chance = figures["all"], figures["all"]["probability"]
        beside = chance.get("beside_market", {"n": 0})
        market = (
            "-"
            if not beside["n"]
            else (f"{beside['ours']['log_loss']:.4f} against {beside['market']['log_loss']:.4f}, {beside['n']:,}")
        )
        table.add_row(
            name,
            interval(part["errors"]["above_line"]),
            interval(part["errors_with_line"]["above_line"]),
            number(chance.get("ece"), 4),
            number(chance.get("log_loss"), 4),
            market,
        )
    return table


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
    complaints.print(f"\rtraining for {day} on {rows:,} rows", end="" if complaints.is_terminal else "\n")
