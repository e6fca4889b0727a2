"""A few published and graded dates, for the tests of the public files."""

import datetime as dt

import polars as pl

from courtside.picks.grading import grade_picks
from courtside.picks.ledger import counted, plan_publications
from courtside.picks.signal import daily_signals
from courtside.picks.subsets import qualified
from courtside.picks.tables import OUTCOMES
from tests.picks.slates import DATE, DEFINITIONS, LAL, TIP, empty_ledger, fillers, predictions, tips

GAME = "0022500001"
STARTS = {"2024-25": dt.date(2024, 10, 22), "2025-26": dt.date(2025, 10, 21)}
GENERATED = dt.datetime(2026, 2, 9, 12, 0)
PLAYERS = pl.DataFrame(
    {"player_id": list(range(1, 40)), "player_name": [f"Luka Dončić {number}" for number in range(1, 40)]},
    schema={"player_id": pl.Int64, "player_name": pl.String},
)


def date_at(days_ago):
    return DATE - dt.timedelta(days=days_ago)


def published(*picks_by_date, now=None):
    """A ledger of dates from the newest back; each argument is one date's list of (player_id, prediction)."""
    rows, games = [], []
    for days_ago, picks in enumerate(picks_by_date):
        shared = {
            "game_date": date_at(days_ago),
            "game_id": f"002250{days_ago:04d}",
            "tip_at": TIP - dt.timedelta(days=days_ago),
            "team_id": LAL,
        }
        games.append(tips((shared["game_id"], shared["tip_at"]), date=shared["game_date"]))
        rows += [*fillers(**shared), *({"player_id": p, "prediction": value, **shared} for p, value in picks)]
    frame = predictions(*rows)
    signals = daily_signals(frame)
    candidates = qualified(frame, signals, DEFINITIONS)
    dates = signals["game_date"].to_list()
    return plan_publications(candidates, signals, dates, *empty_ledger(), now=now or GENERATED, tips=pl.concat(games))


def graded_season(*picks_by_date, points=25, ungraded=0):
    """Publications, counted picks and grades of such dates; the newest `ungraded` dates have no outcome."""
    publications, picks = published(*picks_by_date)
    standing = counted(publications, picks)
    final = standing.filter(pl.col("game_date") <= date_at(ungraded))
    outcomes = (
        final.select("game_id", "player_id", "game_date")
        .unique()
        .with_columns(
            revision=pl.lit(1),
            actual_points=pl.lit(points),
            outcome=pl.lit("played"),
            graded_at=pl.lit(GENERATED),
        )
    )
    return publications, standing, grade_picks(standing, OUTCOMES.conform(outcomes))
