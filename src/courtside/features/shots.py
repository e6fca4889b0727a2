"""Shot charts: where a player shoots from, and what the opponent allows there (features 6 and 18–20)."""

from __future__ import annotations

import narwhals as nw

from courtside.features.charts import MAKES, TRIES, ZONES, charted_origin
from courtside.features.expressions import early_where, fallen_back, has_value, ratio
from courtside.features.inputs import Inputs
from courtside.features.player_windows import origin_of
from courtside.features.registry import registered
from courtside.features.team_windows import NEEDS
from courtside.quality.origins import worst
from courtside.warehouse.base import Lazy

KEY = ("game_id", "player_id")
PLAYER_NEEDS = 3


def shots(inputs: Inputs) -> Lazy:
    """Return one row per (game_id, player_id) with features 6 and 18–20 and their origins.

    A window counts the games whose chart is whole. Games that the source does not cover are no fault of it: up to 30 %
    of them make a value `partial`, more make it `unavailable`.
    """
    rows = (
        inputs.rows.select(*KEY, "team_id")
        .join(inputs.player_windows, on=list(KEY), how="left")
        .join(inputs.warehouse.materialise(_allowed(inputs)), on=["game_id", "team_id"], how="left")
        .with_columns(
            tries=nw.col("paint_fga_l10") + nw.col("mid_range_fga_l10") + nw.col("three_fga_l10"),
            chart_gaps=nw.col("missing_l10") - nw.col("missing_l10_uncovered") + nw.col("uncharted_l10"),
            beyond_source=nw.col("missing_l10_uncovered") + nw.col("uncovered_l10"),
            box_origin=origin_of("l10", PLAYER_NEEDS, "three_games"),
        )
        .with_columns(own_origin=charted_origin("charted_l10", "chart_gaps", "beyond_source", PLAYER_NEEDS))
        .with_columns(
            share_origin=early_where(nw.col("tries") == 0, nw.col("own_origin")),
            three_origin=early_where(nw.col("fga_l10") == 0, nw.col("box_origin")),
            **_first_zone(),
        )
    )
    share, tries = nw.col("share_origin"), nw.col("tries")
    of_box = ratio(nw.col("fg3a_l10"), nw.col("fga_l10"))
    three = nw.when(has_value(share)).then(ratio(nw.col("three_fga_l10"), tries)).otherwise(of_box)
    return registered(
        rows,
        KEY,
        {
            "shot_zone_mismatch_score": (_mismatch(), worst(share, nw.col("allowed_origin"))),
            "pct_paint": (ratio(nw.col("paint_fga_l10"), tries), share),
            "pct_mid_range": (ratio(nw.col("mid_range_fga_l10"), tries), share),
            "pct_three": (three, fallen_back(share, nw.col("three_origin"))),
        },
    )


def _first_zone() -> dict[str, nw.Expr]:
    """Return attempts from the player's zone of most attempts, and what the opponent allows beyond the league there."""
    paint, mid_range, three = (nw.col(f"{zone}_fga_l10") for zone in ZONES)
    is_paint, is_mid_range = (paint >= mid_range) & (paint >= three), mid_range >= three

    def of_zone(pattern: str) -> nw.Expr:
        first, second, third = (nw.col(pattern.format(zone)) for zone in ZONES)
        return nw.when(is_paint).then(first).otherwise(nw.when(is_mid_range).then(second).otherwise(third))

    return {"zone_tries": of_zone("{}_fga_l10"), "beyond_league": of_zone("{}_beyond_league")}


def _mismatch() -> nw.Expr:
    score = nw.col("beyond_league") * ratio(2 * nw.col("zone_tries"), nw.col("tries")).clip(0.0, 1.0)
    raised = nw.when((score > 5) | (score < -5)).then(score * 1.2).otherwise(score)
    return raised.clip(-10.0, 10.0)


def _allowed(inputs: Inputs) -> Lazy:
    """Return, per side, the FG% its opponent allowed by zone beyond the league's on the same days, in points."""
    sides = inputs.sides.select(
        "game_id",
        "team_id",
        "game_day",
        since=nw.col("opponent_first_day_l15"),
        charted=nw.col("opponent_charted_l15"),
        chart_gaps=nw.col("opponent_missing_l15")
        - nw.col("opponent_missing_l15_uncovered")
        + nw.col("opponent_uncharted_l15"),
        uncovered=nw.col("opponent_missing_l15_uncovered") + nw.col("opponent_uncovered_l15"),
        **{name: nw.col(f"opponent_{name}_l15") for name in (*TRIES, *MAKES)},
    )
    beyond = {f"{zone}_beyond_league": _beyond(zone) for zone in ZONES}
    is_empty = beyond["paint_beyond_league"].is_null()
    for zone in ZONES:
        is_empty = is_empty | beyond[f"{zone}_beyond_league"].is_null()
    opponent = charted_origin("charted", "chart_gaps", "uncovered", NEEDS)
    return sides.join(_league(inputs, sides), on=["game_id", "team_id"], how="left").select(
        "game_id", "team_id", allowed_origin=early_where(is_empty, opponent), **beyond
    )


def _beyond(zone: str) -> nw.Expr:
    made, tried = nw.col(f"{zone}_fgm"), nw.col(f"{zone}_fga")
    league_made, league_tried = nw.col(f"{zone}_fgm_league"), nw.col(f"{zone}_fga_league")
    return ratio(100 * (made * league_tried - league_made * tried), tried * league_tried)


def _league(inputs: Inputs, sides: Lazy) -> Lazy:
    """Return, per side, the league's field goals by zone from the oldest game of the window to the day before."""
    names = (*TRIES, *MAKES)
    daily = inputs.shots.group_by("game_day").agg(nw.col(name).sum().alias(f"{name}_league") for name in names)
    dated = daily.select(*(f"{name}_league" for name in names), shot_day=nw.col("game_day"))
    return (
        sides.select("game_id", "team_id", "game_day", "since")
        .join(inputs.warehouse.materialise(dated), how="cross")
        .filter((nw.col("shot_day") >= nw.col("since")) & (nw.col("shot_day") < nw.col("game_day")))
        .group_by("game_id", "team_id")
        .agg(nw.col(f"{name}_league").sum() for name in names)
    )
