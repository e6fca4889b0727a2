"""Closing-line value: movement toward and against a pick, before the game begins, from books that were seen twice."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from courtside.analytics.tables import PLAYER_LINES
from courtside.league.markets import market_named
from courtside.picks.closing_values import closing_values, publication_times
from courtside.picks.price_tables import CLOSING_VALUES
from courtside.picks.tables import BACKTEST, LIVE, PUBLICATIONS, PUBLISHED_PICKS
from tests.picks.slates import DATE, DEFINITIONS, MORNING, TIP, predictions

GAME, PLAYER = "0022500001", 100
POINTS = market_named("points")
HOUR = dt.timedelta(hours=1)


def line(at: dt.datetime | None, value: float, **other: Any) -> dict[str, Any]:
    """A line of a book, with two real prices unless the row has others."""
    return {"seen_at": at, "line": value} | other


def lines(*rows: dict[str, Any]) -> pl.DataFrame:
    common = {
        **{"game_id": GAME, "game_date": DATE, "game_day": 0, "player_id": PLAYER, "team_id": None, "source": "test"},
        **{"book": "draftkings", "over_price": -110.0, "under_price": -110.0, "is_main": True, "tip_at": TIP},
        **{"timing": "pre_tip", "known_at": MORNING, "market": "points"},
    }
    return pl.DataFrame([common | row for row in rows], schema=PLAYER_LINES.polars_schema)


def measured(*rows: dict[str, Any], prediction: float = 30.5, **other: Any) -> pl.DataFrame:
    """The rows of All Picks, of a date that was not published before tip-off."""
    slate = predictions({"player_id": PLAYER, "prediction": prediction})
    nothing = {"publications": PUBLICATIONS.empty(), "picks": PUBLISHED_PICKS.empty()} | other
    times = publication_times(nothing["publications"], slate)
    found = closing_values(lines(*rows), slate, nothing["publications"], nothing["picks"], times, DEFINITIONS, POINTS)
    CLOSING_VALUES.conform(found.with_columns(market=pl.lit("points")))
    return found.filter(pl.col("subset_key") == "all_picks")


@pytest.mark.parametrize(
    ("prediction", "close", "side", "value"),
    [(30.5, 25.5, "OVER", 1.0), (30.5, 23.5, "OVER", -1.0), (18.5, 23.5, "UNDER", 1.0), (18.5, 25.5, "UNDER", -1.0)],
    ids=["over, toward", "over, against", "under, toward", "under, against"],
)
def test_movement_toward_the_pick_is_positive(prediction: float, close: float, side: str, value: float) -> None:
    row = measured(line(MORNING, 24.5), line(MORNING + HOUR, close), prediction=prediction).row(0, named=True)
    assert (row["side"], row["line"], row["closing_line"], row["line_value"]) == (side, 24.5, close, value)
    assert row["kind"] == BACKTEST
    assert row["probability"] == pytest.approx(0.5)
    assert (row["probability_value"] > 0) == (value > 0), "the close is compared at the line of the start"


def test_prices_alone_move_the_probability_of_the_side() -> None:
    moved = line(MORNING + HOUR, 24.5, over_price=-150.0, under_price=130.0)
    over = measured(line(MORNING, 24.5), moved).row(0, named=True)
    under = measured(line(MORNING, 24.5), moved, prediction=18.5).row(0, named=True)
    assert over["line_value"] == under["line_value"] == 0
    assert over["closing_probability"] == pytest.approx(0.6 / (0.6 + 100 / 230))
    assert over["probability_value"] == pytest.approx(-under["probability_value"])
    assert over["probability_value"] > 0


def test_a_line_after_tip_off_an_alternate_line_and_a_line_without_a_time_are_not_the_close() -> None:
    found = measured(
        line(MORNING, 24.5),
        line(MORNING + HOUR, 25.0),
        line(TIP + HOUR, 31.5, timing="in_game"),
        line(MORNING + 2 * HOUR, 34.5, is_main=False),
        line(None, 27.5, timing="untimed"),
    )
    assert found["closing_line"].to_list() == [25.0]


@pytest.mark.parametrize(
    "rows",
    [
        [line(MORNING, 24.5)],
        [line(MORNING, 24.5), line(TIP + HOUR, 26.5, timing="in_game")],
        [line(MORNING, 24.5), line(MORNING + HOUR, 26.5, book="fanduel")],
        [],
    ],
    ids=["seen once", "seen again after tip-off", "two books seen once", "no line"],
)
def test_a_pick_without_a_close_has_no_row(rows: list[dict[str, Any]]) -> None:
    assert measured(*rows).is_empty()


def test_only_books_that_were_seen_twice_count() -> None:
    twice = [
        line(at, value, book=book)
        for book, first, last in (("draftkings", 24.5, 25.5), ("fanduel", 23.5, 25.5))
        for at, value in ((MORNING, first), (MORNING + HOUR, last))
    ]
    row = measured(*twice, line(MORNING, 20.5, book="betmgm")).row(0, named=True)
    assert (row["line"], row["closing_line"], row["line_value"]) == (24.0, 25.5, 1.5)


def test_without_two_real_prices_the_movement_has_no_probability() -> None:
    row = measured(line(MORNING, 24.5), line(MORNING + HOUR, 25.5, over_price=-137.0, under_price=-137.0)).row(
        0, named=True
    )
    assert row["line_value"] == 1.0
    assert row["probability"] is row["closing_probability"] is row["probability_value"] is None


def published(at: dt.datetime) -> dict[str, pl.DataFrame]:
    """A date of which one version with one pick, OVER 25.5, was published at `at`, before tip-off."""
    publication = {"game_date": DATE, "version": 1, "published_at": at, "kind": LIVE, "market": "points"}
    pick = publication | {
        **{"game_id": GAME, "player_id": PLAYER, "subset_key": "all_picks", "direction": "OVER"},
        **{"line": 25.5, "tip_at": TIP},
    }
    return {
        "publications": pl.DataFrame([publication], schema=PUBLICATIONS.polars_schema),
        "picks": pl.DataFrame([pick], schema=PUBLISHED_PICKS.polars_schema),
    }


def test_a_live_pick_is_measured_from_its_publication() -> None:
    shown = [line(MORNING + hours * HOUR, value) for hours, value in ((0, 24.5), (1, 25.5), (3, 27.0))]
    row = measured(*shown, **published(MORNING + 2 * HOUR)).row(0, named=True)
    assert (row["kind"], row["line"], row["closing_line"], row["line_value"]) == (LIVE, 25.5, 27.0, 1.5)


def test_a_live_pick_whose_line_was_not_shown_again_has_no_row_and_is_not_selected_again() -> None:
    shown = [line(MORNING + hours * HOUR, value) for hours, value in ((0, 24.5), (1, 25.5))]
    assert measured(*shown, **published(MORNING + 2 * HOUR)).is_empty()
    assert measured(*shown).height == 1, "the same lines measure a date that was not published in time"


def test_the_number_of_measured_picks_is_that_of_the_picks_with_a_close() -> None:
    slate = predictions(*({"player_id": player, "prediction": 30.5} for player in (1, 2, 3)))
    shown = [
        line(at, value, player_id=player)
        for player, times in ((1, (MORNING, MORNING + HOUR)), (2, (MORNING, MORNING + HOUR)), (3, (MORNING,)))
        for at, value in zip(times, (24.5, 25.0), strict=False)
    ]
    nothing = (PUBLICATIONS.empty(), PUBLISHED_PICKS.empty())
    times = publication_times(nothing[0], slate)
    found = closing_values(lines(*shown), slate, *nothing, times, DEFINITIONS, POINTS)
    every = found.filter(pl.col("subset_key") == "all_picks")
    assert every["player_id"].to_list() == [1, 2]
    assert every["line_value"].mean() == 0.5
