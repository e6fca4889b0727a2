"""Model inputs: the registered features that do not contain a line, and recent form."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from courtside.features.recent_form import RECENT_FORM
from courtside.features.registry import BY_NAME, FEATURES, Category
from courtside.predictions.errors import LeakageError

Floats = NDArray[np.float64]

LINE_FREE_FEATURES: tuple[str, ...] = tuple(item.name for item in FEATURES if item.category is not Category.VEGAS)
"""Registered features other than those of the market: expected points are predicted without the line."""

MODEL_INPUTS: tuple[str, ...] = (*LINE_FREE_FEATURES, "points_ewma", *RECENT_FORM)
"""Inputs of every trained system, in the order of its columns."""

ORDER = ("game_date", "game_id", "player_id")
"""The sort order of the rows that models, calibrators and distributions are fitted on."""

HASHED_AT_ONCE = 4096
"""Rows whose inputs are a matrix at the same time, so that the memory for hashes does not grow with the rows."""

KNOWN_AFTERWARDS = ("points", "minutes", "did_play", "actual", "actual_points")


def require_line_free(names: Iterable[str]) -> None:
    """Refuse inputs that contain a line or that are known only after the game.

    Raises:
        LeakageError: naming these inputs.
    """
    lines = [name for name in names if name in BY_NAME and BY_NAME[name].category is Category.VEGAS]
    lines += [name for name in names if name in {"line", "consensus_line", "over_price", "under_price"}]
    if lines:
        raise LeakageError(f"inputs {', '.join(lines)} contain the line; expected points are predicted without it")
    if late := [name for name in names if name in KNOWN_AFTERWARDS]:
        raise LeakageError(f"inputs {', '.join(late)} are known only after the game; remove them from the model")


def matrix(rows: pl.DataFrame, names: Sequence[str] = MODEL_INPUTS) -> Floats:
    """Return the inputs as a matrix: a row per feature row, a column per name, NaN for a missing value."""
    columns = [pl.col(name).cast(pl.Float64).fill_null(float("nan")) for name in names]
    return np.ascontiguousarray(rows.select(columns).to_numpy(), dtype=np.float64)


def features_hashes(rows: pl.DataFrame, names: Sequence[str] = MODEL_INPUTS) -> pl.Series:
    """Return a hash of the inputs of each row: the same values give the same hash on every machine."""
    digests = [digest for part in rows.iter_slices(HASHED_AT_ONCE) for digest in _digests(matrix(part, names))]
    return pl.Series("features_hash", digests, dtype=pl.String)


def _digests(values: Floats) -> list[str]:
    known = np.nan_to_num(values, copy=False, nan=-1e300)
    known += 0.0  # −0.0 becomes 0.0.
    return [hashlib.blake2b(row, digest_size=8).hexdigest() for row in np.ascontiguousarray(known, dtype="<f8")]
