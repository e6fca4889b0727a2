"""Stage `analytics`: the games, team games, player games and shots of a date, reconciled with the final score."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import narwhals as nw

from courtside.analytics.box_scores import player_games, team_games
from courtside.analytics.calendar import calendar, season_codes
from courtside.analytics.games import games
from courtside.analytics.readiness import box_score_outcomes
from courtside.analytics.shots import player_shots
from courtside.analytics.tables import GAMES, PLAYER_GAMES, PLAYER_SHOTS, TEAM_GAMES
from courtside.analytics.tips import quoted_tips
from courtside.pipeline.inputs import Inputs, is_range, span
from courtside.pipeline.reads import Dates, Read
from courtside.pipeline.resume import rows_by_date
from courtside.pipeline.stage import Due, Result, Stage, Surroundings, Verified
from courtside.raw.current import current
from courtside.raw.tables import RAW_LINES, RAW_PLAYER_BOX, RAW_SCHEDULE, RAW_SHOTS, RAW_TEAM_BOX
from courtside.warehouse.base import Change, Lazy, Reader

WRITES = (GAMES, TEAM_GAMES, PLAYER_GAMES, PLAYER_SHOTS)


def _quoted_tips(reader: Reader, dates: Sequence[dt.date], now: dt.datetime) -> Mapping[dt.date, str]:
    """Return, per date, the tip-offs that sportsbooks quote."""
    return rows_by_date(quoted_tips(reader, *span(dates)))


def process(inputs: Inputs, dates: Sequence[dt.date], at: Surroundings) -> Result:
    """Return the rows of `dates` as lazy frames; `verify` computes the outcomes from the stored rows."""
    schedule, team_box, player_box = (
        inputs.materialise(inputs.scan(table)) for table in (RAW_SCHEDULE, RAW_TEAM_BOX, RAW_PLAYER_BOX)
    )
    tips, marks, codes = (
        inputs.lazy(frame) for frame in (quoted_tips(inputs, *span(dates)), calendar(), season_codes())
    )
    chosen = _of_dates(inputs.materialise(games(schedule, tips, marks, codes)), dates)
    teams = inputs.materialise(team_games(chosen, team_box, player_box, schedule))
    players = inputs.materialise(player_games(teams, player_box))
    versions = inputs.scan(RAW_SHOTS).join(chosen.select("game_id"), on="game_id", how="inner")
    shots = player_shots(inputs.materialise(current(versions, RAW_SHOTS)), teams)
    frames = zip(WRITES, (chosen, teams, players, shots), strict=True)

    def verify(stored: Reader) -> Verified:
        return Verified(box_score_outcomes(stored.collect(stored.scan(TEAM_GAMES)), dates))

    return Result(changes=[Change(table, frame) for table, frame in frames], verify=verify)


def _of_dates(rows: Lazy, dates: Sequence[dt.date]) -> Lazy:
    first, last = span(dates)
    kept = rows.filter((nw.col("game_date") >= first) & (nw.col("game_date") <= last))
    return kept if is_range(dates) else kept.filter(nw.col("game_date").is_in(dates))


ANALYTICS = Stage(
    name="analytics",
    sentence="Games, team games, player games and their shots, reconciled with the final score.",
    process=process,
    reads=(
        *(
            Read(table, Dates.ALL, changes=Dates.THESE, is_lazy=True)
            for table in (RAW_SCHEDULE, RAW_TEAM_BOX, RAW_PLAYER_BOX)
        ),
        Read(RAW_SHOTS, Dates.ALL, changes=Dates.THESE, is_lazy=True, every_version=True),
        Read(RAW_LINES, Dates.ALL, changes=_quoted_tips, is_lazy=True),
    ),
    replaces=WRITES,
    due=Due.RESULTS,
    runs_in_warehouse=True,
)
