"""Shot charts of team games: which games have a complete chart, and field goals by zone."""

from __future__ import annotations

import numpy as np
import polars as pl

from courtside.features.windows import Flags, Ints, Sample
from courtside.quality.origins import SKIP_BELOW_PCT, Codes, Origin, window_origin

ZONES = ("paint", "mid_range", "three")
ATTEMPTS = tuple(f"{zone}_fga" for zone in ZONES)
MAKES = tuple(f"{zone}_fgm" for zone in ZONES)
CHARTED = ("charted", "uncharted", "uncovered")
COMPLETE_CHART_PCT = 95
"""A chart is complete when it holds this share, in %, of the attempts in the box score."""


def charts(team_played: pl.DataFrame, player_games: pl.DataFrame, shots: pl.DataFrame) -> pl.DataFrame:
    """Return one row per team game with its field goals by zone and one of charted, uncharted and uncovered set to 1.

    A source covers a season and type of game from the first day on which it has a shot; an earlier game is `uncovered`.
    A covered game whose chart is not complete is `uncharted`. Field goals are 0 where the chart is not complete.
    """
    season, side = ["season", "game_type"], ["game_id", "team_id"]
    covered = shots.group_by(season).agg(first_day=pl.col("game_day").min())
    shot = shots.group_by(side).agg(pl.col(*ATTEMPTS, *MAKES).sum())
    attempts = player_games.group_by(side).agg(box_fga=pl.col("fga").sum())
    is_complete = 100 * pl.sum_horizontal(ATTEMPTS) >= COMPLETE_CHART_PCT * pl.col("box_fga")
    return (
        team_played.select(*side, "opponent_team_id", *season, "game_day")
        .join(attempts, on=side, how="left")
        .join(covered, on=season, how="left")
        .join(shot, on=side, how="left")
        .with_columns(
            is_covered=(pl.col("first_day") <= pl.col("game_day")).fill_null(False),
            is_complete=(is_complete & pl.col(ATTEMPTS[0]).is_not_null()).fill_null(False),
        )
        .select(
            *side,
            "opponent_team_id",
            charted=(pl.col("is_covered") & pl.col("is_complete")).cast(pl.Int64),
            uncharted=(pl.col("is_covered") & ~pl.col("is_complete")).cast(pl.Int64),
            uncovered=(~pl.col("is_covered")).cast(pl.Int64),
            **{
                name: pl.when(pl.col("is_covered") & pl.col("is_complete")).then(name).otherwise(0)
                for name in (*ATTEMPTS, *MAKES)
            },
        )
    )


def charted_origin(sample: Sample, needs: int) -> Codes:
    """Return the origin of values over a window, some of whose games the shot source may not cover.

    Up to 30 % of such games make the origin `partial`. With more, the origin is `unavailable` where the uncovered games
    alone leave too few, and `missing` where charts of covered games are also needed.
    """
    games = sample.sum("charted")
    others = sample.sum("uncovered") + sample.lacking.sum("uncovered")
    gaps = sample.sum("uncharted") + sample.lacking.count - sample.lacking.sum("uncovered")
    is_short = _is_short(games, gaps + others, needs)
    mixed = np.where(is_short, Origin.MISSING.code, Origin.PARTIAL.code)
    mixed = np.where(_is_short(games + gaps, others, needs), Origin.UNAVAILABLE.code, mixed)
    return np.where(others == 0, window_origin(games, gaps, needs), mixed)


def _is_short(games: Ints, lacking: Ints, needs: int) -> Flags:
    return (games < needs) | (100 * games < SKIP_BELOW_PCT * (games + lacking))
