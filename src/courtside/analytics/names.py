"""Resolution of names in lines and injury reports, with a count of the names that could not be resolved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from courtside.analytics.injuries import SOURCE, mentions, placed_reports
from courtside.analytics.lines import placed_lines
from courtside.analytics.tables import UNRESOLVED_NAMES
from courtside.league.resolver import MENTION_COLUMNS, Resolution, resolve, stints_of
from courtside.league.seasons import dates_of
from courtside.outcomes import Outcome

NOT_SEEN = "not_yet_appeared"
NO_GAME = "no_game"


@dataclass(frozen=True)
class Placed:
    """Lines and injury reports with player and game, and the lines whose name was not resolved."""

    lines: pl.DataFrame
    reports: pl.DataFrame
    unresolved: pl.DataFrame


def place_names(
    quotes: pl.DataFrame,
    reports: pl.DataFrame,
    people: pl.DataFrame,
    appearances: pl.DataFrame,
    games: pl.DataFrame,
) -> Placed:
    """Resolve the names of lines and injury reports, and assign both to games.

    Args:
        quotes: current rows of `RAW_LINES`.
        reports: current rows of `RAW_INJURIES`.
        people: player_id and player_name, every spelling of a player.
        appearances: player_id, team_id, game_day and game_id of every box-score row.
        games: rows of `GAMES` on the dates of the lines.
    """
    names = pl.concat([quotes.select(MENTION_COLUMNS), mentions(reports)]).unique()
    slate = games.filter(pl.col("is_counted") & (pl.col("status") != "postponed"))
    played = appearances.join(slate, on="game_id", how="semi")
    resolution = resolve(names, people, stints_of(appearances), slate, played=played)
    known, unknown = known_before(resolution, appearances)
    name = list(MENTION_COLUMNS)
    matched = quotes.join(known, on=name, how="inner", nulls_equal=True)
    held = quotes.join(unknown, on=name, how="inner", nulls_equal=True)
    injuries = placed_reports(reports, known.filter(pl.col("source") == SOURCE), games)
    return Placed(placed_lines(matched, games), injuries, _counted(held))


def known_before(resolution: Resolution, appearances: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the resolved names, and the names that are not used, with the reason.

    A resolved name is not used where the player's first box score is of the same day or later, because it was not known
    before the game, or where the player has no game on the date.
    """
    seen = appearances.group_by("player_id").agg(first_day=pl.col("game_day").min())
    resolved = resolution.resolved.join(seen, on="player_id", how="left").with_columns(
        reason=pl.when(pl.col("first_day").is_null() | (pl.col("first_day") >= _day_number()))
        .then(pl.lit(NOT_SEEN))
        .when(pl.col("game_id").is_null())
        .then(pl.lit(NO_GAME))
    )
    held = resolved.filter(pl.col("reason").is_not_null()).select(
        *MENTION_COLUMNS, "reason", suggestions=pl.lit(None, pl.String)
    )
    refused = pl.concat([resolution.unresolved.select(*MENTION_COLUMNS, "reason", "suggestions"), held])
    return resolved.filter(pl.col("reason").is_null()).drop("reason", "first_day"), refused


def line_outcomes(
    dates: Sequence[dt.date], quotes: pl.DataFrame, games: pl.DataFrame, unresolved: pl.DataFrame
) -> dict[dt.date, Outcome]:
    """Return the outcome of each date, with the number of lines whose name was not resolved."""
    rows = dict(quotes.group_by("game_date").len().rows())
    held = dict(unresolved.group_by("game_date").agg(pl.col("rows").sum()).rows())
    playing = dates_of(games.filter(pl.col("is_counted")))
    outcomes = {}
    for day in dates:
        if rows.get(day):
            why = f"{held[day]} of {rows[day]} lines held: see unresolved_names" if day in held else None
            outcomes[day] = Outcome("complete", why)
        else:
            outcomes[day] = Outcome("empty", "no lines were ingested" if day in playing else "no games scheduled")
    return outcomes


def _day_number() -> pl.Expr:
    return pl.col("game_date").cast(pl.Int32).cast(pl.Int64)


def _counted(held: pl.DataFrame) -> pl.DataFrame:
    return UNRESOLVED_NAMES.conform(
        held.group_by(UNRESOLVED_NAMES.key)
        .agg(suggestions=pl.col("suggestions").min(), rows=pl.len())
        .sort(UNRESOLVED_NAMES.key)
    )
