"""Checks that compute feature rows again: a sample of dates, and some without the results of the day and later."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Sequence

import polars as pl

from courtside.audit.checks.base import Catalogue
from courtside.audit.leakage import differing, some
from courtside.features.tables import PLAYER_FEATURES
from courtside.league.seasons import dates_of
from courtside.warehouse.base import Lazy

HIDDEN_DATES = 3
"""Dates computed again without their results and later ones; each takes as long as a week of the sample."""


def recomputed_differs(catalogue: Catalogue) -> Lazy:
    """Count the sampled feature rows with a value, origin or count that differs from what today's code computes."""
    dates = sampled_dates(catalogue)
    return _compared(catalogue, dates, catalogue.stored.recomputed(dates))


def differs_without_the_day(catalogue: Catalogue) -> Lazy:
    """Count the rows that differ from those computed without the results of their day and later days."""
    sampled = sampled_dates(catalogue)
    draw = random.Random(f"{catalogue.day} hidden")  # noqa: S311 - a sample, not a secret
    dates = sorted([*sampled[-1:], *draw.sample(sampled[:-1], min(HIDDEN_DATES, len(sampled)) - 1)]) if sampled else []
    again = [catalogue.stored.recomputed_before(day) for day in dates]
    return _compared(catalogue, dates, pl.concat(again) if again else PLAYER_FEATURES.empty())


def sampled_dates(catalogue: Catalogue) -> list[dt.date]:
    """Return the dates whose rows are compared, so many that they hold at least `sample` rows.

    They include a date of each month, the first and the last date of each season, a date of each quality tier, and a
    date of a traded player in each season. The choice changes from day to day, so that in the course of a season all
    its dates are compared.
    """
    settled = pl.DataFrame({"game_date": catalogue.stored.settled}, schema={"game_date": pl.Date()})
    names = ("game_date", "season", "player_id", "team_id", "quality_tier")
    stored = catalogue.warehouse.collect(catalogue.scan("player_features").select(*names))
    rows = stored.join(settled, on="game_date").sort("game_date")
    by_player = rows.sort("player_id", "game_date").with_columns(position=pl.int_range(pl.len()))
    earlier = by_player.select("player_id", pl.col("position") + 1, earlier_team="team_id")
    moved = by_player.join(earlier, on=["player_id", "position"]).filter(pl.col("team_id") != pl.col("earlier_team"))
    draw = random.Random(str(catalogue.day))  # noqa: S311 - a sample, not a secret
    chosen = {
        *_one_of_each(settled.with_columns(month=pl.col("game_date").dt.strftime("%Y-%m")), "month", draw),
        *_one_of_each(rows, "quality_tier", draw),
        *_one_of_each(moved, "season", draw),
    }
    for ends in (pl.first("game_date"), pl.last("game_date")):
        chosen |= dates_of(rows.group_by("season").agg(ends))
    count = dict(rows.group_by("game_date").len().iter_rows())
    rest = sorted(dates_of(settled) - chosen)
    draw.shuffle(rest)
    while rest and sum(count.get(day, 0) for day in chosen) < catalogue.sample:
        chosen.add(rest.pop())
    return sorted(chosen)


def _one_of_each(rows: pl.DataFrame, by: str, draw: random.Random) -> Iterable[dt.date]:
    """Return one date of each group."""
    dates = rows.select(by, "game_date").unique().sort(by, "game_date")
    return [draw.choice(own["game_date"].to_list()) for _, own in dates.group_by(by, maintain_order=True)]


def _compared(catalogue: Catalogue, dates: Sequence[dt.date], again: pl.DataFrame) -> Lazy:
    stored = PLAYER_FEATURES.empty()
    if dates:
        within = catalogue.warehouse.collect(catalogue.scan("player_features", dates[0], dates[-1]))
        stored = within.filter(pl.col("game_date").is_in(pl.Series(dates).implode()))
    rows, columns = differing(stored, again.select(stored.columns))
    detail = None
    if rows.height:
        days = sorted(dates_of(rows))
        game, player, _ = rows.sort("game_date", "game_id", "player_id").row(0)
        detail = f"{some(columns)}: {len(days)} dates from {days[0]} to {days[-1]}; first game {game} player {player}"
    found = {"observed": [float(rows.height)], "n": [stored.height], "detail": [detail]}
    return catalogue.warehouse.lazy(pl.DataFrame(found, schema_overrides={"detail": pl.String}))
