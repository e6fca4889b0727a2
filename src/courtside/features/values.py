"""Values of a feature with their origins, and helpers that the feature modules share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from courtside.features.windows import Flags, Floats, Ints
from courtside.quality.origins import Codes, Origin, has_value


class Values(NamedTuple):
    """One value and one origin per row; a value is used only where its origin has a value."""

    value: NDArray[Any]
    origin: Codes

    def valued(self) -> Values:
        """Return the values as floats, NaN where the origin has no value."""
        return Values(np.where(has_value(self.origin), self.value, np.nan), self.origin)


def computed(value: NDArray[Any]) -> Values:
    """Return values with the origin `computed` on every row."""
    return Values(value, np.full(len(value), Origin.COMPUTED.code))


def early_where(condition: Flags, origin: Codes) -> Codes:
    """Return the origins, with `early` where an origin has a value and `condition` holds."""
    return np.where(condition & has_value(origin), Origin.EARLY.code, origin)


def fallen_back(first: Codes, second: Codes) -> Codes:
    """Return the origins of values that use the second definition where the first gives no value."""
    from_second = np.where(has_value(second), np.maximum(second, Origin.FALLBACK.code), second)
    return np.where(has_value(first), first, from_second)


def stepped(steps: Sequence[tuple[Flags, int]]) -> Ints:
    """Return the number of the first condition that holds, 0 where none does."""
    conditions, numbers = zip(*steps, strict=True)
    return np.select(conditions, numbers, default=0)


def flag(condition: Flags) -> Floats:
    """Return 1.0 where `condition` holds, otherwise 0.0."""
    return condition.astype(np.float64)


def floats(series: pl.Series) -> Floats:
    """Return a column as floats, NaN where it is NULL."""
    return series.cast(pl.Float64).fill_null(float("nan")).to_numpy()
