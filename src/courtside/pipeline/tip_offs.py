"""The games that have begun, and the dates for which the clock contradicts stored data.

Nothing is published for such a date. It is held with the reason until a run whose clock agrees with the stored data.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import narwhals as nw
import polars as pl

from courtside.analytics.tables import GAMES
from courtside.clock import SystemClock
from courtside.errors import PROBLEM, CourtsideError
from courtside.picks.ledger import starts_at
from courtside.picks.tables import OUTCOMES, PUBLICATIONS
from courtside.pipeline.context import Context
from courtside.pipeline.inputs import span
from courtside.pipeline.reads import Dates, Read
from courtside.pipeline.tables import RUN_EVENTS
from courtside.raw.tables import PAYLOAD_LOG, RAW_INJURIES, RAW_LINES, RAW_SCHEDULE, RAW_TEAM_BOX
from courtside.sources.payload import SIMULATED
from courtside.warehouse.base import Lazy, Reader

BEGUN = ("in_progress", "final")
MOST_AHEAD = dt.timedelta(days=30)
"""Stored run and fetch times later than this after the clock are ignored, because a wrong clock wrote them."""
TOLERANCE = dt.timedelta(minutes=1)


class ClockError(CourtsideError):
    """The clock is fixed ahead of the machine's clock."""

    exit_code = PROBLEM


@dataclass(frozen=True)
class TipOffs:
    """The games of some dates, and the problem with the clock per date.

    `games` holds game_id, game_date, tip_at, starts_at and has_begun of each counted game that was not postponed.
    """

    games: pl.DataFrame
    problems: dict[dt.date, str]

    @property
    def begun(self) -> frozenset[str]:
        """The ids of the games that have begun."""
        return frozenset(self.games.filter("has_begun")["game_id"])


CLOCK_READS = (
    Read(OUTCOMES, Dates.ALL, is_tracked=False, is_lazy=True),
    Read(PAYLOAD_LOG, Dates.ALL, is_tracked=False, is_lazy=True),
    *(
        Read(table, Dates.ALL, is_tracked=False, is_lazy=True, every_version=True)
        for table in (RAW_SCHEDULE, RAW_TEAM_BOX, RAW_LINES, RAW_INJURIES)
    ),
)
"""The tables that `tip_offs` reads besides the games, the publications and the run events."""


def clock_changes(reader: Reader, dates: Sequence[dt.date], now: dt.datetime) -> dict[dt.date, str]:
    """Return, per date, the clock while it contradicts what is stored, so that each run tries the date again."""
    return dict.fromkeys(tip_offs(reader, dates, now).problems, now.isoformat())


def require_trusted_clock(context: Context) -> None:
    """Refuse a fixed clock that is ahead of the machine's, except in the home of a simulated league.

    Raises:
        ClockError: where it is ahead; the message names both times.
    """
    fixed, machine = context.settings.now, SystemClock().now()
    if fixed is None or fixed <= machine + TOLERANCE:
        return
    log = context.warehouse.scan(PAYLOAD_LOG).filter(nw.col("source") == SIMULATED).select("seq").head(1)
    if context.warehouse.collect(log).is_empty():
        raise ClockError(
            f"COURTSIDE_NOW is {_shown(fixed)}, later than the machine's clock, {_shown(machine)}. Nothing was run. "
            "Unset COURTSIDE_NOW and run again."
        )


def tip_offs(reader: Reader, dates: Sequence[dt.date], now: dt.datetime) -> TipOffs:
    """Return which games of `dates` have begun, and the dates for which the clock cannot be right.

    A game has begun where it has an outcome or a box score, where the schedule shows it in progress or final, or where
    it starts at or before the clock or the newest time that a provider gave. On a published date, stored run and fetch
    times count as well.

    The clock is wrong for a date in three cases: a game that has begun starts after the clock; the last version was
    published after the clock; or nothing is published yet, and no stored data confirms that a game began although the
    clock is past its start.
    """
    games, seen_begun, provider, stored, published = _seen(reader, *span(dates), now)
    games = (
        games.filter(pl.col("game_date").is_in(pl.Series(dates, dtype=pl.Date).implode()))
        .with_columns(starts_at=starts_at())
        .join(published, on="game_date", how="left")
        .with_columns(is_proved=pl.col("game_id").is_in(seen_begun.implode()) | (pl.col("starts_at") <= provider))
        .with_columns(
            has_begun=pl.col("is_proved")
            | (pl.col("starts_at") <= now)
            | (pl.col("published_at").is_not_null() & (pl.col("starts_at") <= stored))
        )
    )
    problems = _problems(games, now)
    is_late = pl.col("game_date").is_in(pl.Series(list(problems), dtype=pl.Date).implode())
    games = games.with_columns(
        has_begun=pl.col("has_begun") | (is_late & (pl.col("published_at").is_not_null() | pl.col("is_proved")))
    )
    return TipOffs(games.select("game_id", "game_date", "tip_at", "starts_at", "has_begun"), problems)


def _problems(games: pl.DataFrame, now: dt.datetime) -> dict[dt.date, str]:
    contradicted = pl.col("has_begun") & (pl.col("starts_at") > now)
    found = games.group_by("game_date").agg(
        pl.col("published_at").first(),
        pl.col("starts_at").min().alias("first_tip"),
        pl.col("starts_at").filter(contradicted).min().alias("begun_at"),
        pl.col("is_proved").any(),
    )
    problems = {}
    for row in found.sort("game_date").iter_rows(named=True):
        if row["published_at"] and now < row["published_at"]:
            why = f"before the last version was published at {_shown(row['published_at'])}"
        elif row["begun_at"]:
            why = f"before the tip-off at {_shown(row['begun_at'])} of a game that has begun according to stored data"
        elif row["published_at"] is None and row["first_tip"] <= now and not row["is_proved"]:
            why = (
                f"after the first tip-off at {_shown(row['first_tip'])}, and no result, box score, line or injury "
                "report shows that a game began"
            )
        else:
            continue
        problems[row["game_date"]] = (
            f"the clock shows {_shown(now)}, {why}; nothing was published. Set the clock right and run again."
        )
    return problems


def _seen(
    reader: Reader, first: dt.date, last: dt.date, now: dt.datetime
) -> tuple[pl.DataFrame, pl.Series, dt.datetime, dt.datetime, pl.DataFrame]:
    """Return games, games seen begun, the newest provider time, the newest stored time and the publications."""
    scan = reader.scan
    has_begun = nw.col("status").is_in(BEGUN)
    limit = now + MOST_AHEAD
    frames: list[Lazy] = [
        scan(GAMES, start=first, end=last)
        .filter(nw.col("is_counted") & (nw.col("status") != "postponed"))
        .select("game_id", "game_date", "tip_at"),
        *(
            rows.group_by("game_id").agg(nw.len())
            for rows in (
                scan(OUTCOMES, start=first, end=last),
                scan(RAW_TEAM_BOX, start=first, end=last),
                scan(RAW_SCHEDULE, start=first, end=last).filter(has_begun),
            )
        ),
        scan(PUBLICATIONS, start=first, end=last).group_by("game_date").agg(nw.col("published_at").max()),
        _newest(scan(RAW_SCHEDULE).filter(has_begun), "tip_at"),
        _newest(scan(RAW_LINES), "snapshot_at"),
        _newest(scan(RAW_INJURIES), "report_at"),
        scan(RUN_EVENTS).filter(nw.col("at") <= limit).select(newest=nw.col("at").max()),
        scan(PAYLOAD_LOG).filter(nw.col("fetched_at") <= limit).select(newest=nw.col("fetched_at").max()),
    ]
    games, graded, boxes, finals, published, *times = reader.collect_all(frames)
    newest = [frame["newest"][0] or dt.datetime.min for frame in times]
    seen_begun = pl.concat([frame["game_id"] for frame in (graded, boxes, finals)])
    return games, seen_begun, max(newest[:3]), max(now, *newest), published


def _newest(rows: Lazy, time: str) -> Lazy:
    """Return the newest time that a provider gave; each time counts at most up to the fetch of its payload."""
    bounded = nw.when(nw.col(time) > nw.col("known_at")).then(nw.col("known_at")).otherwise(nw.col(time))
    return rows.select(newest=bounded.max())


def _shown(time: dt.datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"
