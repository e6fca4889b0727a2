"""Small slates with the columns of the stored tables, for the tests of picks and publishing."""

import datetime as dt

import polars as pl

from courtside.picks.subsets import load_definitions
from courtside.picks.tables import GRADED_PICKS, OUTCOMES, PUBLICATIONS, PUBLISHED_PICKS

DATE = dt.date(2026, 2, 7)
MORNING = dt.datetime(2026, 2, 7, 15, 0)
"""Ten in the morning Eastern, UTC without a zone."""
TIP = dt.datetime(2026, 2, 8, 0, 30)
DAY_AFTER = dt.datetime(2026, 2, 8, 15, 0)
LAL, BOS = 1610612747, 1610612738
DEFINITIONS = load_definitions()

PREDICTION_SCHEMA = {
    "game_date": pl.Date,
    "game_id": pl.String,
    "player_id": pl.Int64,
    "system": pl.String,
    "team_id": pl.Int64,
    "opponent_team_id": pl.Int64,
    "prediction": pl.Float64,
    "line": pl.Float64,
    "book": pl.String,
    "over_price": pl.Float64,
    "under_price": pl.Float64,
    "line_seen_at": pl.Datetime("us"),
    "line_timing": pl.String,
    "edge": pl.Float64,
    "direction": pl.String,
    "confidence": pl.Float64,
    "probability_source": pl.String,
    "feature_quality_score": pl.Float64,
    "gate_passed": pl.Boolean,
    "gate_reason": pl.String,
    "tip_at": pl.Datetime("us"),
    "made_at": pl.Datetime("us"),
    "model_code": pl.String,
    "market": pl.String,
}
_DEFAULTS = {
    "game_date": DATE,
    "game_id": "0022500001",
    "system": "moving_average",
    "team_id": LAL,
    "opponent_team_id": BOS,
    "prediction": 30.5,
    "line": 24.5,
    "book": "consensus",
    "over_price": -110.0,
    "under_price": -120.0,
    "line_seen_at": MORNING,
    "line_timing": "pre_tip",
    "confidence": 0.6,
    "probability_source": "calibrated",
    "feature_quality_score": 95.0,
    "gate_passed": True,
    "gate_reason": None,
    "tip_at": TIP,
    "made_at": MORNING,
    "model_code": "moving_average",
    "market": "points",
}


def predictions(*rows):
    """Predictions of the champion; each row overrides defaults, and edge and direction follow from the line."""
    full = []
    for number, row in enumerate(rows):
        merged = {"player_id": 100 + number, **_DEFAULTS, **row}
        if merged["line"] is not None:
            merged.setdefault("edge", merged["prediction"] - merged["line"])
            side = "OVER" if merged["edge"] > 0 else "UNDER"
            merged.setdefault("direction", side if abs(merged["edge"]) >= 1 else "PASS")
        full.append(merged)
    return pl.DataFrame(full, schema=PREDICTION_SCHEMA)


def fillers(over=4, under=3, passing=5, start=900, **common):
    """Predictions with a line that make a signal (12 of them, YELLOW) and qualify for no subset."""
    predicted = [26.5] * over + [22.5] * under + [24.6] * passing
    return [{"player_id": start + number, "prediction": value, **common} for number, value in enumerate(predicted)]


def tips(*games, date=DATE):
    """Tip-offs of games, given as (game_id, tip_at)."""
    rows = [{"game_date": date, "game_id": game, "tip_at": tip} for game, tip in games]
    return pl.DataFrame(rows, schema={"game_date": pl.Date, "game_id": pl.String, "tip_at": pl.Datetime("us")})


def outcomes(*rows):
    """First revisions of outcomes; rows are (game_id, player_id, points or None)."""
    return OUTCOMES.conform(
        pl.DataFrame(
            [
                {
                    "game_id": game,
                    "player_id": player,
                    "revision": 1,
                    "game_date": DATE,
                    "actual_points": points,
                    "outcome": "did_not_play" if points is None else "played",
                    "graded_at": DAY_AFTER,
                }
                for game, player, points in rows
            ],
            schema=OUTCOMES.polars_schema,
        )
    )


def graded_rows(*rows):
    """Graded picks; rows are (game_date, subset_key, player_id, result)."""
    return pl.DataFrame(
        [
            {
                "game_date": date,
                "subset_key": key,
                "player_id": player,
                "game_id": "0022500001",
                "version": 1,
                "line": 24.5,
                "price": None,
                "direction": "OVER",
                "actual": None if result == "void" else 25,
                "result": result,
                "units": {"hit": 100 / 110, "miss": -1.0}.get(result, 0.0),
                "revision": 1,
                "graded_at": DAY_AFTER,
                "kind": "LIVE",
            }
            for date, key, player, result in rows
        ],
        schema=GRADED_PICKS.polars_schema,
    )


def empty_ledger():
    """A ledger in which nothing has been published: publications and picks."""
    return PUBLICATIONS.empty(), PUBLISHED_PICKS.empty()
