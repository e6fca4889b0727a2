"""Dates that must have feature rows, and dates after missing box scores, derived from box scores alone."""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

NO_BOX_SCORES = "no box scores since"
RECENT_DAYS, RECENT_GAMES = 60, 10


@dataclass(frozen=True)
class History:
    """Dates on which a team plays that has an earlier complete box score (`known`) or a recent one (`recent`).

    A date of `recent` must have a feature row. `gaps` has a reason for each date of `known` before which games were
    played after the last complete box score.
    """

    known: frozenset[dt.date] = frozenset()
    recent: frozenset[dt.date] = frozenset()
    gaps: Mapping[dt.date, str] = field(default_factory=dict)


def history_of(team_games: pl.DataFrame, slate: pl.DataFrame) -> History:
    """Return the history of the dates of `slate` (game_date, team_id) from earlier rows of `TEAM_GAMES`."""
    if slate.is_empty():
        return History()
    games = team_games.filter("is_counted").select("team_id", "game_id", "game_date", "box_status")
    games = games.sort("game_date", "game_id")
    games = games.with_columns(nth=pl.int_range(pl.len()).over("team_id"))
    whole = games.filter(pl.col("box_status") == "complete")
    boxes = whole.select("team_id", "game_date", box_date="game_date", box_nth="nth")
    known = (
        slate.select("team_id", "game_date")
        .join(games.select("team_id", "game_date", "nth"), on=["team_id", "game_date"], how="left")
        .sort("game_date")
        .join_asof(boxes, on="game_date", by="team_id", allow_exact_matches=False, check_sortedness=False)
        .filter(pl.col("box_date").is_not_null())
    )
    days = (pl.col("game_date") - pl.col("box_date")).dt.total_days()
    recent = known.filter((days <= RECENT_DAYS) | (pl.col("nth") - pl.col("box_nth") <= RECENT_GAMES))
    dates = frozenset(known["game_date"])
    return History(dates, frozenset(recent["game_date"]), _gaps(dates, games, whole))


def is_gap(reason: str | None) -> bool:
    """Return whether a cell's reason is a gap in box scores."""
    return (reason or "").startswith(NO_BOX_SCORES)


def kind_of(reason: str) -> str:
    """Return a reason without its games, so that dates held for the same cause compare equal."""
    return re.sub(r"\(\d+ games\)|^\d+ of \d+ ", "", reason).partition(": ")[0]


def _gaps(dates: frozenset[dt.date], games: pl.DataFrame, whole: pl.DataFrame) -> dict[dt.date, str]:
    """Return a reason for each date before which games were played after the last complete box score."""
    played = sorted(games.unique("game_id")["game_date"])
    ends = sorted(set(whole["game_date"]))
    reasons = {}
    for day in dates:
        since = ends[bisect_left(ends, day) - 1]
        missing = bisect_left(played, day) - bisect_right(played, since)
        if missing:
            reasons[day] = f"{NO_BOX_SCORES} {since} ({missing} games): `courtside repair --fetch`"
    return reasons
