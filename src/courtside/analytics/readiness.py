"""The outcome of the box scores of each date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from courtside.league.seasons import dates_of
from courtside.outcomes import Outcome

SHOWN_GAMES = 4


def box_score_outcomes(teams: pl.DataFrame, dates: Sequence[dt.date]) -> dict[dt.date, Outcome]:
    """Return the outcome of each date from rows of `TEAM_GAMES`.

    A date is held where a final game has no box score that reconciles, expected while games are not final, and empty
    without a counted game.
    """
    counted = teams.filter(pl.col("is_counted"))
    by_day = {day: rows for (day,), rows in counted.group_by("game_date")}
    playing = dates_of(teams)
    return {day: _outcome(by_day.get(day), day in playing) for day in dates}


def _outcome(rows: pl.DataFrame | None, has_games: bool) -> Outcome:
    if rows is None:
        return Outcome("empty", "only games that no window counts" if has_games else "no games scheduled")
    broken = rows.filter(pl.col("box_status").is_in(["missing", "partial"])).sort("game_id", "team_id")
    if broken.height:
        games = broken.select("game_id", "box_status").unique(maintain_order=True).rows()
        shown = ", ".join(f"{game} {status}" for game, status in games[:SHOWN_GAMES])
        more = f" and {len(games) - SHOWN_GAMES} more" if len(games) > SHOWN_GAMES else ""
        return Outcome("held", f"box scores do not reconcile: {shown}{more}")
    waiting = rows.filter(pl.col("box_status") == "not_final")["game_id"].n_unique()
    return Outcome("expected", f"{waiting} games are not final") if waiting else Outcome()
