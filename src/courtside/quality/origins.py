"""Origins: how a value was obtained, or why it is missing, and the rule that gives the origin of a window."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import polars as pl
from numpy.typing import NDArray

Codes = NDArray[np.int64]
"""Origins as integers, one per row; a larger code is a worse origin. `Origin.code` gives them."""


class Origin(StrEnum):
    """How a value was obtained, or why it is missing."""

    COMPUTED = "computed"
    PARTIAL = "partial"
    FALLBACK = "fallback"
    EARLY = "early"
    MISSING = "missing"
    UNAVAILABLE = "unavailable"

    @property
    def code(self) -> int:
        """Position in `WORST_LAST`."""
        return WORST_LAST.index(self)


WEIGHTS: dict[Origin, int | None] = {
    Origin.COMPUTED: 100,
    Origin.FALLBACK: 87,
    Origin.PARTIAL: 80,
    Origin.EARLY: 0,
    Origin.MISSING: 0,
    Origin.UNAVAILABLE: None,
}
"""Weight of an origin in the quality score; None is not counted."""

DEFAULT_ORIGINS = (Origin.EARLY, Origin.MISSING)
"""Origins of a missing value that counts as a default."""

VALUE_ORIGINS = (Origin.COMPUTED, Origin.PARTIAL, Origin.FALLBACK)
"""Origins that have a value; all others have none."""

WORST_LAST = (
    Origin.COMPUTED,
    Origin.FALLBACK,
    Origin.PARTIAL,
    Origin.EARLY,
    Origin.MISSING,
    Origin.UNAVAILABLE,
)
"""Origins from best to worst; a derived feature has the worst origin of its inputs."""

ORIGIN_OF_CODE = pl.Series(map(str, WORST_LAST), dtype=pl.Enum(map(str, WORST_LAST)))
"""The origins as a column; the position of each is its code."""

SKIP_BELOW_PCT = 70
"""A window with less than this share, in %, of the games it should hold gives no value."""


def has_value(origin: Codes) -> NDArray[np.bool_]:
    """Return whether each origin has a value."""
    return origin <= Origin.PARTIAL.code


def window_origin(used: Codes, missing: Codes, needs: int) -> Codes:
    """Return the origin of a value over `used` games where `missing` more are lacking and `needs` are needed."""
    return np.select(
        [used + missing < needs, (used < needs) | (100 * used < SKIP_BELOW_PCT * (used + missing)), missing > 0],
        [Origin.EARLY.code, Origin.MISSING.code, Origin.PARTIAL.code],
        Origin.COMPUTED.code,
    )
