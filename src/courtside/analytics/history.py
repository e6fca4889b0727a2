"""The dates that must have feature rows and the dates after missing box scores, derived from box scores only."""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from courtside.league.seasons import dates_of

NO_BOX_SCORES = "no box scores since"
RECENT_DAYS, RECENT_GAMES = 60, 10


@dataclass(frozen=True)
class History:
    """Dates of a slate by the earlier box scores of the teams that play.

    `known` are the dates on which a team with an earlier complete box score plays. `recent` are those on which a team
    with a recent one plays; they must have feature rows. `gaps` holds a reason for each date of `known` where games
    without a complete box score were played since the last complete one.
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
    complete = games.filter(pl.col("box_status") == "complete")
    boxes = complete.select("team_id", "game_date", box_date="game_date", box_nth="nth")
    known = (
        slate.select("team_id", "game_date")
        .join(games.select("team_id", "game_date", "nth"), on=["team_id", "game_date"], how="left")
        .sort("game_date")
        .join_asof(boxes, on="game_date", by="team_id", allow_exact_matches=False, check_sortedness=False)
        .filter(pl.col("box_date").is_not_null())
    )
    days = (pl.col("game_date") - pl.col("box_date")).dt.total_days()
    recent = known.filter((days <= RECENT_DAYS) | (pl.col("nth") - pl.col("box_nth") <= RECENT_GAMES))
    dates = dates_of(known)
    return History(dates, dates_of(recent), _gaps(dates, games, complete))


def is_gap(reason: str | None) -> bool:
    """Return whether the reason of a cell is a gap in the box scores."""
    return (reason or "").startswith(NO_BOX_SCORES)


def kind_of(reason: str) -> str:
    """Return a reason without counts and examples, so that dates that are held for the same cause compare equal."""
    return re.sub(r"\(\d+ games\)|^\d+ of \d+ ", "", reason).partition(": ")[0]


def _gaps(dates: frozenset[dt.date], games: pl.DataFrame, complete: pl.DataFrame) -> dict[dt.date, str]:
    """Return a reason for each date before which games were played after the last complete box score."""
    played = sorted(games.unique("game_id")["game_date"])
    ends = sorted(dates_of(complete))
    reasons = {}
    for day in dates:
        since = ends[bisect_left(ends, day) - 1]
        missing = bisect_left(played, day) - bisect_right(played, since)
        if missing:
            reasons[day] = f"{NO_BOX_SCORES} {since} ({missing} games): `courtside repair --fetch`"
    return reasons
