"""Verification of published data: the ledger and grades against hashes, counts and outcomes."""

from __future__ import annotations

import polars as pl

from courtside.league.odds import real_price_expr
from courtside.picks.grading import grade_picks
from courtside.picks.integrity import LedgerBrokenError, restore_hint, verify_ledger
from courtside.picks.ledger import counted
from courtside.picks.tables import GRADED_PICKS

PICK = ("game_date", "subset_key", "player_id", "game_id", "version", "line", "price", "direction", "kind")


def verify_published(
    publications: pl.DataFrame, picks: pl.DataFrame, graded: pl.DataFrame, outcomes: pl.DataFrame, cells: pl.DataFrame
) -> None:
    """Refuse a ledger or grades that differ from what was stored when they were written.

    `cells` holds game_date and rows of the stage `picks`: the number of publications and picks of each date.

    Raises:
        LedgerBrokenError: naming the first date and the command to use.
        GrainError: where a row exists twice.
    """
    _verify_counts(publications, picks, cells)
    tables = (publications, picks, graded, outcomes)
    for market in pl.concat([frame["market"] for frame in tables]).unique().sort():
        own = [frame.filter(pl.col("market") == market) for frame in tables]
        verify_ledger(own[0], own[1])
        _verify_grades(counted(own[0], own[1]), own[2], own[3])


def _verify_counts(publications: pl.DataFrame, picks: pl.DataFrame, cells: pl.DataFrame) -> None:
    stored = pl.concat([publications.select("game_date"), picks.select("game_date")])
    stored = stored.group_by("game_date").agg(pl.len().cast(pl.Int64).alias("stored"))
    both = cells.select("game_date", "rows").join(stored, on="game_date", how="full", coalesce=True)
    wrong = both.filter(pl.col("rows").fill_null(0) != pl.col("stored").fill_null(0)).sort("game_date")
    if wrong.height:
        date, rows, held = wrong.row(0)
        raise LedgerBrokenError(
            f"publications and published picks of {date}: {held or 0} rows are stored, {rows or 0} were written. "
            f"{restore_hint(date)}"
        )


def _verify_grades(picks: pl.DataFrame, graded: pl.DataFrame, outcomes: pl.DataFrame) -> None:
    """Refuse grades without a pick, grades that differ from their outcome, and picks whose grade is missing.

    A grade may hold its pick's price as published, or the price that `real_price_expr` accepts: an older version of
    Courtside graded with the constant numbers of fantasy books.
    """
    priced = pl.concat([picks, picks.with_columns(price=real_price_expr("price", book="book"))])
    grade = [*GRADED_PICKS.key, "actual", "result"]
    expected = grade_picks(picks, outcomes)
    played_on = outcomes.select("game_id", "player_id", played_on="game_date").unique()
    due = expected.join(played_on, on=["game_id", "player_id"]).filter(pl.col("played_on") == pl.col("game_date"))
    wrong = pl.concat(
        [
            frame.select("game_date")
            for frame in (
                graded.join(priced, on=list(PICK), how="anti", nulls_equal=True),
                due.join(graded, on=grade, how="anti", nulls_equal=True),
                graded.filter(pl.col("result") != "void").join(expected, on=grade, how="anti", nulls_equal=True),
            )
        ]
    ).sort("game_date")
    if wrong.height:
        date = wrong["game_date"][0]
        raise LedgerBrokenError(
            f"graded picks of {date}: {wrong.height} differ from the grades that picks and outcomes give. "
            f"Run `courtside run --start-date {date} --end-date {date} --no-resume` to grade the date again."
        )
