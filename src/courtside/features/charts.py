"""Shot charts of team games: which are whole, which should be there, and what was shot where."""

from __future__ import annotations

import narwhals as nw

from courtside.features.expressions import where
from courtside.quality.origins import SKIP_BELOW_PCT, Origin, window_origin
from courtside.warehouse.base import Lazy

ZONES = ("paint", "mid_range", "three")
TRIES = tuple(f"{zone}_fga" for zone in ZONES)
MAKES = tuple(f"{zone}_fgm" for zone in ZONES)
CHARTED = ("charted", "uncharted", "uncovered")
WHOLE_CHART_PCT = 95
"""A chart is whole when it holds this share of the attempts in the box score."""


def charts(team_played: Lazy, player_games: Lazy, shots: Lazy) -> Lazy:
    """Return one row per team game: one of charted, uncharted and uncovered as 1, and its field goals by zone.

    A source covers a season and type of game from the first day that it has a shot of; a game before is `uncovered`.
    A covered game whose chart is not whole is `uncharted`. Field goals are 0 where the chart is not whole.
    """
    covered = shots.group_by("season", "game_type").agg(first_day=nw.col("game_day").min())
    shot = shots.group_by("game_id", "team_id").agg(nw.col(name).sum() for name in (*TRIES, *MAKES))
    attempts = player_games.group_by("game_id", "team_id").agg(box_fga=nw.col("fga").sum())
    tries = nw.col(TRIES[0]) + nw.col(TRIES[1]) + nw.col(TRIES[2])
    return (
        team_played.select("game_id", "team_id", "opponent_team_id", "season", "game_type", "game_day")
        .join(attempts, on=["game_id", "team_id"], how="left")
        .join(covered, on=["season", "game_type"], how="left")
        .join(shot, on=["game_id", "team_id"], how="left")
        .with_columns(
            is_covered=(nw.col("first_day") <= nw.col("game_day")).fill_null(False),
            is_whole=(100 * tries >= WHOLE_CHART_PCT * nw.col("box_fga")).fill_null(False),
        )
        .select(
            "game_id",
            "team_id",
            "opponent_team_id",
            charted=where(nw.col("is_covered") & nw.col("is_whole"), nw.lit(1)),
            uncharted=where(nw.col("is_covered") & ~nw.col("is_whole"), nw.lit(1)),
            uncovered=where(~nw.col("is_covered"), nw.lit(1)),
            **{name: where(nw.col("is_covered") & nw.col("is_whole"), nw.col(name)) for name in (*TRIES, *MAKES)},
        )
    )


def charted_origin(used: str, missing: str, uncovered: str, needs: int) -> nw.Expr:
    """Return the origin of a window of which the source does not cover some games.

    Up to 30 % of them make it `partial`. More make it `unavailable`, as it would be were no game missing: that is no
    fault of the source.
    """
    games, gaps, others = nw.col(used), nw.col(missing), nw.col(uncovered)
    total, at_best = games + gaps + others, games + gaps
    is_beyond = (at_best < needs) | (100 * at_best < SKIP_BELOW_PCT * total)
    is_short = (games < needs) | (100 * games < SKIP_BELOW_PCT * total)
    mixed = (
        nw.when(is_beyond)
        .then(nw.lit(str(Origin.UNAVAILABLE)))
        .otherwise(nw.when(is_short).then(nw.lit(str(Origin.MISSING))).otherwise(nw.lit(str(Origin.PARTIAL))))
    )
    return nw.when(others == 0).then(window_origin(games, gaps, needs)).otherwise(mixed)
