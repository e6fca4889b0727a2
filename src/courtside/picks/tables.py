"""The tables of picks, and the check for duplicate keys."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from courtside.errors import CourtsideError
from courtside.league.markets import MARKET_COLUMN
from courtside.predictions.tables import PROBABILITY_SOURCES
from courtside.warehouse.schema import Column, Table, date, integer, real, text, timestamp

LIVE = "LIVE"
BACKTEST = "BACKTEST"
KINDS = (LIVE, BACKTEST)
SIDES = ("OVER", "UNDER")
RESULTS = ("hit", "miss", "push", "void")


class GrainError(CourtsideError):
    """Rows with duplicate keys; a join on them would multiply rows."""


def require_grain(frame: pl.DataFrame, key: Sequence[str], what: str) -> None:
    """Refuse a `frame` with duplicate keys.

    Raises:
        GrainError: naming `what` and the first duplicate key.
    """
    twice = frame.filter(frame.select(key).is_duplicated()).select(key).unique().sort(key)
    if twice.height:
        first = ", ".join(f"{name} {value}" for name, value in twice.row(0, named=True).items())
        raise GrainError(
            f"{what}: {twice.height} keys have more than one row, first {first}; expected one row per "
            f"({', '.join(key)})"
        )


def _line_columns() -> tuple[Column, ...]:
    return (
        real("line", "The points line of the pick.", unit="points"),
        real("price", "Price of the side picked; NULL where the book shows none.", unit="American odds", nullable=True),
    )


PUBLICATIONS = Table(
    "publications",
    "picks",
    "Append-only: one row per published version of a date's picks, also where it has no picks.",
    (
        date("game_date", "Game date."),
        integer("version", "Number of the publication within the date, from 1.", minimum=1),
        timestamp("published_at", "When it was published."),
        text("kind", "LIVE where the date's first version preceded its first tip-off.", allowed=KINDS),
        text("reason", "Why this version was published."),
        text("model_code", "Champion the predictions came from; NULL without predictions.", nullable=True),
        text("signal", "Signal of the day.", nullable=True, allowed=("GREEN", "YELLOW", "RED")),
        text(
            "skew",
            "Balance of OVER and UNDER among the day's predictions.",
            nullable=True,
            allowed=("under_heavy", "balanced", "over_heavy"),
        ),
        real("pct_over", "Share of OVER among predictions with a line.", unit="%", nullable=True),
        integer("high_edge", "Predictions whose edge is 5 points or more.", unit="count", minimum=0),
        integer("predictions_with_line", "Predictions that had a line.", unit="count", minimum=0),
        integer("picks", "Rows of `published_picks` in this version.", unit="count", minimum=0),
        text("content_hash", "SHA-256 of this row and its picks; verified before every export.", nullable=True),
        MARKET_COLUMN,
    ),
    key=("game_date", "version", "market"),
)

PUBLISHED_PICKS = Table(
    "published_picks",
    "picks",
    "Append-only ledger: a pick of a subset in one version of its date's publication.",
    (
        date("game_date", "Game date."),
        text("subset_key", "Subset the pick belongs to."),
        integer("player_id", "The league's player id."),
        integer("version", "Version of the publication.", minimum=1),
        text("game_id", "The league's ten-digit game id."),
        integer("team_id", "The player's team."),
        integer("opponent_team_id", "The team he plays against."),
        real("prediction", "Predicted points.", unit="points"),
        *_line_columns(),
        text("book", "Book, or consensus, the line is from.", nullable=True),
        timestamp("line_seen_at", "When the line was shown.", nullable=True),
        text("direction", "Side picked.", allowed=SIDES),
        real("edge", "|prediction − line|.", unit="points", minimum=0),
        real(
            "confidence",
            "Probability of the side picked, given no push; NULL where it is not known.",
            nullable=True,
            minimum=0,
            maximum=1,
        ),
        text(
            "probability_source",
            "Source of the confidence; NULL in rows of versions that stored raw model probabilities.",
            nullable=True,
            allowed=PROBABILITY_SOURCES,
        ),
        real("composite", "10·edge + 0.5·confidence in percent; a NULL confidence counts as 50 %."),
        integer("rank", "Rank in the subset when the pick was selected.", minimum=1),
        real("feature_quality_score", "Quality score of the feature row.", minimum=0, maximum=100),
        timestamp("tip_at", "Tip-off as known at publication.", nullable=True),
        timestamp("published_at", "When the pick was first published; later versions keep this time."),
        text("kind", "LIVE where pick and line preceded the game's tip-off.", allowed=KINDS),
        text("model_code", "Champion the prediction came from."),
        MARKET_COLUMN,
    ),
    key=("game_date", "subset_key", "player_id", "version", "market"),
)

OUTCOMES = Table(
    "outcomes",
    "picks",
    "Append-only: what a player did in a final game; a stat correction adds a revision.",
    (
        text("game_id", "The league's ten-digit game id."),
        integer("player_id", "The league's player id."),
        integer("revision", "Number of the revision of this player game, from 1; the highest is used.", minimum=1),
        date("game_date", "Game date."),
        integer("actual_points", "Points scored; NULL where he did not play.", unit="points", nullable=True),
        text("outcome", "Whether the player played.", allowed=("played", "did_not_play")),
        timestamp("graded_at", "When this revision was first used."),
        MARKET_COLUMN,
    ),
    key=("game_id", "player_id", "revision", "market"),
)

GRADED_PICKS = Table(
    "graded_picks",
    "picks",
    "The grade of each published pick that counts, by the line and price that the pick was published with.",
    (
        date("game_date", "Game date."),
        text("subset_key", "Subset the pick belongs to."),
        integer("player_id", "The league's player id."),
        text("game_id", "The league's ten-digit game id."),
        integer("version", "Version of the publication that counts.", minimum=1),
        *_line_columns(),
        text("direction", "Side picked.", allowed=SIDES),
        integer("actual", "Points scored; NULL where he did not play.", unit="points", nullable=True),
        text("result", "The grade.", allowed=RESULTS),
        real("units", "Won or lost for one unit, at the pick's price, else −110.", unit="units"),
        integer("revision", "Revision of the outcome that was used.", minimum=1),
        timestamp("graded_at", "When that revision was first used."),
        text("kind", "LIVE or BACKTEST, as published.", allowed=KINDS),
        MARKET_COLUMN,
    ),
    key=("game_date", "subset_key", "player_id", "market"),
)

GRADED_PREDICTIONS = Table(
    "graded_predictions",
    "picks",
    "The grade and the error of each prediction, and the error of the line in the same row.",
    (
        text("game_id", "The league's ten-digit game id."),
        integer("player_id", "The league's player id."),
        text("system", "System that predicted."),
        date("game_date", "Game date."),
        real("prediction", "Predicted points.", unit="points"),
        real("line", "The points line, where there was one.", unit="points", nullable=True),
        real("price", "Price of the side.", unit="American odds", nullable=True),
        text("book", "Book, or consensus, the line is from.", nullable=True),
        text("direction", "Side, or PASS; NULL without a line.", nullable=True, allowed=(*SIDES, "PASS")),
        integer("actual", "Points scored; NULL where he did not play.", unit="points", nullable=True),
        text("result", "Grade of the side; NULL for PASS.", nullable=True, allowed=RESULTS),
        real("absolute_error", "|prediction − actual|.", unit="points", nullable=True, minimum=0),
        real("line_absolute_error", "|line − actual|.", unit="points", nullable=True, minimum=0),
        integer("revision", "Revision of the outcome that was used.", minimum=1),
        timestamp("graded_at", "When that revision was first used."),
        text("model_code", "Model the prediction came from."),
        MARKET_COLUMN,
    ),
    key=("game_id", "player_id", "system", "market"),
)

PICKS_TABLES: tuple[Table, ...] = (
    PUBLICATIONS,
    PUBLISHED_PICKS,
    OUTCOMES,
    GRADED_PICKS,
    GRADED_PREDICTIONS,
)
"""The tables of picks."""
