"""The columns of every frame that `Home` returns: type, unit and a sentence, from the table objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

import polars as pl

from courtside.analytics.tables import PLAYER_GAMES, PLAYER_LINES
from courtside.api.frames import KEYS, LINE, MOVEMENT, NAMES, ORIGINS, TARGET
from courtside.errors import ConfigError
from courtside.features.recent_form import RECENT_FORM_COLUMNS
from courtside.features.tables import PLAYER_FEATURES
from courtside.picks.records import WINDOWS
from courtside.picks.tables import GRADED_PICKS, PUBLISHED_PICKS
from courtside.predictions.inputs import MODEL_INPUTS
from courtside.predictions.tables import PREDICTIONS
from courtside.warehouse.schema import Column, boolean, date, integer, real, text, timestamp

ODDS = "American odds"
OWN: tuple[Column, ...] = (
    text("player", "The player's newest name.", nullable=True),
    text("team", "Tricode of the player's team.", nullable=True),
    text("opponent", "Tricode of the other team.", nullable=True),
    timestamp("tip_at", "Tip-off, where it is known.", nullable=True),
    boolean("gate_passed", "Whether the row may be predicted from."),
    text("gate_reason", "Why it may not; NULL where it may.", nullable=True),
    text("left_out", "Why the row is no training row; NULL where it is one.", nullable=True),
    real("line", "The line of a book that is nearest to the consensus.", unit="points", nullable=True),
    real("consensus_line", "Median of the books' last main lines before tip-off.", unit="points", nullable=True),
    text("book", "The book of `line`.", nullable=True),
    real("over_price", "Price of over at `line`.", unit=ODDS, nullable=True),
    real("under_price", "Price of under at `line`.", unit=ODDS, nullable=True),
    integer("books", "Books with a line.", unit="count", nullable=True),
    timestamp("line_seen_at", "When `line` was shown; NULL where its source states no time.", nullable=True),
    text("line_timing", "`pre_tip`, or `untimed` where the source states no time.", nullable=True),
    real("opening_line", "Median of the books' first main lines with a time.", unit="points", nullable=True),
    integer("snapshots", "Most snapshots of one book before tip-off.", unit="count", nullable=True),
)
RECORD: tuple[Column, ...] = (
    date("game_date", "Last date of the record, included."),
    text("subset_key", "The subset."),
    text("window", "The span that ends with `game_date`.", allowed=WINDOWS),
    date("start_date", "First date of the span; NULL before any season.", nullable=True),
    *(integer(name, f"Number of {name}.", unit="picks") for name in ("wins", "losses", "pushes", "voids")),
    real("pct", "100 · wins / (wins + losses).", unit="%", nullable=True),
    integer("n", "Wins and losses.", unit="picks"),
    real("pct_low", "Lower end of the 95 % interval (Wilson).", unit="%", nullable=True),
    real("pct_high", "Upper end of that interval.", unit="%", nullable=True),
)


def _chosen(names: Iterable[str], *sources: Iterable[Column]) -> tuple[Column, ...]:
    known = {column.name: column for source in reversed(sources) for column in source}
    return tuple(known[name] for name in names)


@cache
def frames() -> Mapping[str, tuple[Column, ...]]:
    """Return the columns of each frame by the name of the method that returns it."""
    row = (PLAYER_FEATURES.columns, RECENT_FORM_COLUMNS, OWN, PLAYER_GAMES.columns)
    picks = [name for name in PUBLISHED_PICKS.column_names if name not in ("game_date", "subset_key", "player_id")]
    graded = ("actual", "result", "units")
    return {
        "training_set": _chosen((*KEYS, *MODEL_INPUTS, TARGET, *LINE, *MOVEMENT, *ORIGINS, "left_out"), *row),
        "slate": _chosen((*KEYS, *NAMES, "tip_at", "gate_passed", "gate_reason", *MODEL_INPUTS, *LINE), *row),
        "features": PLAYER_FEATURES.columns,
        "lines": PLAYER_LINES.columns,
        "predictions": PREDICTIONS.columns,
        "picks": _chosen(
            ("game_date", "subset_key", "player_id", *NAMES, *picks, *graded),
            PUBLISHED_PICKS.columns,
            GRADED_PICKS.columns,
            OWN,
        ),
        "record": RECORD,
        "player": _chosen(
            ("game_date", "game_id", "player_id", *NAMES, "is_home", "minutes", "points", "line", "book"),
            PLAYER_GAMES.columns,
            OWN,
        ),
    }


def columns_of(frame: str) -> pl.DataFrame:
    """Return column, type, unit, nullable and sentence of each column of a frame.

    Raises:
        ConfigError: where no frame has this name; the message names the frames that exist.
    """
    if frame not in frames():
        raise ConfigError(f"no frame {frame!r}; there are {', '.join(frames())}")
    found = [(item.name, str(item.type), item.unit, item.nullable, item.sentence) for item in frames()[frame]]
    return pl.DataFrame(found, schema=["column", "type", "unit", "nullable", "sentence"], orient="row")
