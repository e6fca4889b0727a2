"""`courtside demo`: a simulated league from payloads to published picks."""

from __future__ import annotations

import datetime as dt
import sys
import time
from pathlib import Path
from typing import Annotated

import polars as pl
import typer
from rich.table import Table

from courtside.analytics.freshness import freshness
from courtside.analytics.tables import GAMES
from courtside.cli.common import console, settings_of, show_data, styled
from courtside.cli.ingest import simulate_into
from courtside.cli.run import run_shown
from courtside.features.tables import PLAYER_FEATURES
from courtside.league.markets import POINTS, of_market
from courtside.operations.day import THROUGH_FEATURES
from courtside.operations.example import fix_clock
from courtside.operations.learning import learn
from courtside.operations.status import season_start
from courtside.picks.records import hit_rate, wilson_interval
from courtside.picks.tables import GRADED_PICKS, PUBLISHED_PICKS
from courtside.pipeline.context import Context, opened
from courtside.pipeline.stages import STAGES
from courtside.predictions.walk_forward import retraining_days
from courtside.sources.simulated import Faults
from courtside.sources.store import PayloadStore
from courtside.warehouse.schema import Table as WarehouseTable

LAST_PLAYED = dt.date(2026, 2, 7)
NOW = dt.datetime(2026, 2, 8, 17, 0)
OTHER_MARKETS_FROM = LAST_PLAYED - dt.timedelta(days=29)
"""First date with lines of other markets than points; thirty dates show each market's record and pages as well."""

EVERY_ROUND_FROM = dt.date(2025, 10, 1)
"""First date with lines of every round; a date of the past season has its first and its last round."""

IN_PAST_SEASON = dt.date(2025, 1, 1)
"""A date of the past season, which has features for the training and no predictions."""

FIRST_MODEL, MODELS_EVERY_DAYS = dt.date(2025, 10, 22), 56


def demo_command(
    home: Annotated[Path, typer.Option("--home", help="Folder for the demonstration.")] = Path(".courtside/demo"),
    seed: Annotated[int, typer.Option(help="Seed of the simulated league.")] = 7,
) -> None:
    """Simulate a past season and the current one up to 2026-02-07, train models, and publish the current one.

    The past season has features for the training, and no predictions.
    """
    begun = time.perf_counter()
    settings = settings_of(home, now=NOW)
    fix_clock(home, NOW)
    with opened(settings) as context:
        console.print("simulating two seasons and ingesting their payloads …")
        simulate_into(
            context.warehouse,
            PayloadStore(settings.raw_folder),
            seasons=2,
            seed=seed,
            until=LAST_PLAYED,
            faults=Faults(),
            other_markets_from=OTHER_MARKETS_FROM,
            every_round_from=EVERY_ROUND_FROM,
        )
        first, start = (season_start(context.warehouse, day) or day for day in (IN_PAST_SEASON, LAST_PLAYED))
        today = context.clock.today()
        prepared = run_shown(context, first, today, stages=THROUGH_FEATURES)
        console.print("training models …")
        learn(context.models, retraining_days(FIRST_MODEL, LAST_PLAYED, MODELS_EVERY_DAYS), context.clock.now())
        published = run_shown(context, start, today, stages=STAGES[len(THROUGH_FEATURES) :])
        _show(context, time.perf_counter() - begun)
    if not (prepared.is_whole and published.is_whole):
        raise typer.Exit(1)


def _show(context: Context, seconds: float) -> None:
    points = of_market(context.warehouse, POINTS)

    def read(table: WarehouseTable) -> pl.DataFrame:
        return context.warehouse.collect(points.scan(table))

    show_data(freshness(context.warehouse), context.clock.now())
    picks, graded = read(PUBLISHED_PICKS), read(GRADED_PICKS)
    season = graded.filter((pl.col("subset_key") == "all_picks") & (pl.col("game_date") >= dt.date(2025, 10, 1)))
    wins, losses = (season.filter(pl.col("result") == word).height for word in ("hit", "miss"))
    interval = wilson_interval(wins, losses)
    folder = context.settings.public_folder
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_row("games", f"{read(GAMES).height:,}")
    table.add_row("feature rows", f"{read(PLAYER_FEATURES).height:,}")
    table.add_row("picks", f"{picks.height:,} published, {graded.height:,} graded")
    if interval:
        table.add_row(
            "season record",
            f"All Picks {wins}–{losses}, {hit_rate(wins, losses)} % (n = {wins + losses}, 95 % interval "
            f"{interval[0]:.1f}–{interval[1]:.1f} %; BACKTEST on a simulated league)",
        )
    table.add_row("files", f"{sum(1 for path in folder.rglob('*.json')):,} in {folder}/v1")
    table.add_row("time", f"{seconds:.1f} s")
    console.print(table)
    console.print("Next, at the demonstration's fixed time (`courtside.toml` in its home sets it):")
    for what, command in next_steps(context.settings.home):
        console.print(f"  {what}:", styled(command, "bold"), soft_wrap=True)


def next_steps(home: Path) -> list[tuple[str, str]]:
    """Return the next things to do with the demonstration, each with its command."""
    program = sys.argv[0] if Path(sys.argv[0]).name == "courtside" else "courtside"
    return [
        ("open the site", f"{program} serve --home {home}"),
        ("run the day", f"{program} daily --home {home}"),
        ("show the grid", f"{program} status --home {home}"),
        ("start Dagster", f"make dagster COURTSIDE_HOME={home}"),
    ]
