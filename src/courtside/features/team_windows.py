"""Sums over a team's recent games, and when it last played: for both teams of each game of the slate."""

from __future__ import annotations

import narwhals as nw

from courtside.analytics.calendar import season_order
from courtside.features import windows
from courtside.features.charts import CHARTED, MAKES, TRIES
from courtside.features.engine import Engine
from courtside.features.expressions import summed, where
from courtside.quality.origins import window_origin
from courtside.warehouse.base import Lazy

KEY = ("game_id", "team_id")
BOX = ("points", "opponent_points", "minutes", "possessions_x100", "opponent_possessions_x100")
ALLOWED = (*CHARTED, *TRIES, *MAKES)
SUMMED: dict[str, tuple[str, ...]] = {"l10": ("games", *BOX), "l15": ("games", *BOX, *ALLOWED)}
LATEST = {"l10": 10, "l15": 15}
NEEDS = 5
"""Games that a team's window needs."""

SCHEDULE = ("games_week", "back_to_backs_fortnight")
RECORD = ("wins", "results", "results_missing", "wins_before", "results_before")


def team_windows(slate: Lazy, real_games: Lazy, charted: Lazy, warehouse: Engine) -> Lazy:
    """Return one row per (game_id, team_id) of `slate` with sums over the team's last 10 and 15 known games.

    Columns: COLUMN_W as `SUMMED` lists them and missing_W for the windows l10 and l15, first_day_l15;
    missing_l15_uncovered, those that no shot source covers either; `RECORD`, this season's and the last one's;
    `SCHEDULE`, games in 7 days and pairs on consecutive days in 14; last_day, the day of its newest game, known or not.
    Field goals are those it allowed.

    Args:
        slate: game_id, team_id, game_day, season.
        real_games: final games that a team played, `TEAM_GAMES` columns; those that do not count rest nobody either.
        charted: what `charts` returns.
        warehouse: the engine the frames live in.
    """
    allowed = charted.select("game_id", *ALLOWED, team_id=nw.col("opponent_team_id"))
    games = warehouse.materialise(
        windows.back_to_backs(windows.number(real_games, "team_id"), "team_id")
        .drop("nth")
        .with_columns(games=where(_is_known(), nw.lit(1)))
        .join(allowed, on=list(KEY), how="left")
    )
    known = windows.number(games.filter(nw.col("games") == 1), "team_id").select(
        *KEY, "game_day", "nth", "games", *BOX, *(nw.col(name).fill_null(0) for name in ALLOWED)
    )
    known = warehouse.materialise(known)
    lines = windows.last(windows.place(slate, known, "team_id"), known, LATEST["l15"], "team_id", warehouse)
    sums = warehouse.materialise(_sums(slate, lines))
    past = _past(sums, games, warehouse)
    counts = [*RECORD, *SCHEDULE, *(f"missing_{label}" for label in LATEST), "missing_l15_uncovered"]
    return sums.join(past, on=list(KEY), how="left").with_columns(nw.col(name).fill_null(0) for name in counts)


def origin_of(window: str, prefix: str = "") -> nw.Expr:
    """Return the origin of a value over a team's `window`; `prefix` stands before its columns."""
    return window_origin(nw.col(f"{prefix}games_{window}"), nw.col(f"{prefix}missing_{window}"), NEEDS)


def pace(window: str, prefix: str = "") -> nw.Expr:
    """Return the team's own possessions per 48 minutes over `window`; overtime counts by its length."""
    possessions, minutes = nw.col(f"{prefix}possessions_x100_{window}"), nw.col(f"{prefix}minutes_{window}")
    return nw.when(minutes > 0).then((240 * possessions).cast(nw.Float64) / (100 * minutes))


def _is_known() -> nw.Expr:
    told = nw.col("is_counted") & (nw.col("box_status") == "complete")
    for name in BOX:
        told = told & ~nw.col(name).is_null()
    return told


def _sums(slate: Lazy, lines: Lazy) -> Lazy:
    """Return the slate with the sums of both windows, 0 where a team has not played."""
    inside = {label: nw.col("recency") <= n for label, n in LATEST.items()}
    sums = [f"{name}_{label}" for label, names in SUMMED.items() for name in names]
    first_days = {f"first_day_{label}": nw.when(inside[label]).then(nw.col("event_day")) for label in LATEST}
    totals = (
        lines.select(
            *KEY,
            *(expr for label, names in SUMMED.items() for expr in summed(label, names, inside[label])),
            **first_days,
        )
        .group_by(*KEY)
        .agg(*(nw.col(name).sum() for name in sums), *(nw.col(name).min() for name in first_days))
    )
    return slate.join(totals, on=list(KEY), how="left").with_columns(nw.col(name).fill_null(0) for name in sums)


def _past(sums: Lazy, games: Lazy, warehouse: Engine) -> Lazy:
    """Return what all earlier games of a team tell: its record, its newest game, and the games windows lack."""
    earlier = games.select(
        "team_id",
        "is_counted",
        "is_back_to_back",
        "uncovered",
        is_known=nw.col("games"),
        event_day=nw.col("game_day"),
        event_season=nw.col("season"),
        scored=nw.col("points"),
        allowed=nw.col("opponent_points"),
    )
    bounds = sums.select(
        *KEY, "game_day", "season", *(f"{kind}_{label}" for label in LATEST for kind in ("games", "first_day"))
    )
    day = nw.col("event_day")
    is_told = ~(nw.col("scored").is_null() | nw.col("allowed").is_null())
    has_won = (nw.col("scored") > nw.col("allowed")).fill_null(False)
    is_season = nw.col("is_counted") & (nw.col("event_season") == nw.col("season"))
    is_last = nw.col("is_counted") & (nw.col("event_season") == nw.col("season_before"))
    is_lacking = nw.col("is_counted") & (nw.col("is_known") == 0) & (day >= nw.col("game_day") - windows.HORIZON_DAYS)
    one = nw.lit(1)
    missing = {
        f"missing_{label}": where(
            is_lacking & ((nw.col(f"games_{label}") < n) | (day >= nw.col(f"first_day_{label}"))), one
        )
        for label, n in LATEST.items()
    }
    missing["missing_l15_uncovered"] = where(
        is_lacking
        & (nw.col("uncovered") == 1)
        & ((nw.col("games_l15") < LATEST["l15"]) | (day >= nw.col("first_day_l15"))),
        one,
    )
    age = nw.col("game_day") - day
    return (
        bounds.join(warehouse.lazy(season_order()), on="season", how="left")
        .join(earlier, on="team_id", how="inner")
        .filter(day < nw.col("game_day"))
        .select(
            *KEY,
            "event_day",
            wins=where(is_season & has_won, one),
            results=where(is_season & is_told, one),
            results_missing=where(is_season & ~is_told, one),
            wins_before=where(is_last & has_won, one),
            results_before=where(is_last & is_told, one),
            **missing,
            games_week=where(age <= 7, one),
            back_to_backs_fortnight=where(age <= 14, nw.col("is_back_to_back")),
        )
        .group_by(*KEY)
        .agg(
            *(nw.col(name).sum() for name in (*RECORD, *missing, *SCHEDULE)),
            last_day=nw.col("event_day").max(),
        )
    )
