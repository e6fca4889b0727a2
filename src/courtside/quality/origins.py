"""Where a value comes from, or why there is none; and the rule from games used and missing to that origin."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import polars as pl
from numpy.typing import NDArray

Codes = NDArray[np.int64]
"""Origins as integers, one per row: the worse, the larger; `Origin.code` gives them."""


class Origin(StrEnum):
    """Where a value comes from, or why there is none."""

    COMPUTED = "computed"
    PARTIAL = "partial"
    FALLBACK = "fallback"
    EARLY = "early"
    MISSING = "missing"
    UNAVAILABLE = "unavailable"

    @property
    def code(self) -> int:
        """Place in `WORST_LAST`."""
        return WORST_LAST.index(self)


WEIGHTS: dict[Origin, int | None] = {
    Origin.COMPUTED: 100,
    Origin.FALLBACK: 87,
    Origin.PARTIAL: 80,
    Origin.EARLY: 0,
    Origin.MISSING: 0,
    Origin.UNAVAILABLE: None,
}
"""What an origin is worth in the quality score; None is not counted."""

DEFAULT_ORIGINS = (Origin.EARLY, Origin.MISSING)
"""Origins of a feature that has no value of its own."""

VALUE_ORIGINS = (Origin.COMPUTED, Origin.PARTIAL, Origin.FALLBACK)
"""Origins that come with a value, and the only ones that do."""

WORST_LAST = (
    Origin.COMPUTED,
    Origin.FALLBACK,
    Origin.PARTIAL,
    Origin.EARLY,
    Origin.MISSING,
    Origin.UNAVAILABLE,
)
"""Origins by what they are worth; a derived feature has the worst of its inputs' origins."""

ORIGIN_OF_CODE = pl.Series(map(str, WORST_LAST), dtype=pl.Enum(map(str, WORST_LAST)))
"""Origins as a column, each at its code."""

SKIP_BELOW_PCT = 70
"""A window that holds less than this share of the games it should hold is not computed from."""


def has_value(origin: Codes) -> NDArray[np.bool_]:
    """Return where an origin comes with a value."""
    return origin <= Origin.PARTIAL.code


def window_origin(used: Codes, missing: Codes, needs: int) -> Codes:
    """Return the origin of a value over a window of `used` games that lacks `missing` more and needs `needs`."""
    return np.select(
        [used + missing < needs, (used < needs) | (100 * used < SKIP_BELOW_PCT * (used + missing)), missing > 0],
        [Origin.EARLY.code, Origin.MISSING.code, Origin.PARTIAL.code],
        Origin.COMPUTED.code,
    )
