"""Where a value comes from, or why there is none; and the rule from games used and missing to that origin."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import narwhals as nw


class Origin(StrEnum):
    """Where a value comes from, or why there is none."""

    COMPUTED = "computed"
    PARTIAL = "partial"
    FALLBACK = "fallback"
    EARLY = "early"
    MISSING = "missing"
    UNAVAILABLE = "unavailable"


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

SKIP_BELOW_PCT = 70
"""A window that holds less than this share of the games it should hold is not computed from."""


def window_origin(used: nw.Expr, missing: nw.Expr, needs: int) -> nw.Expr:
    """Return the origin of a value over a window of `used` games that lacks `missing` more and needs `needs`."""
    can_be_early = used + missing < needs
    return (
        nw.when(used < needs)
        .then(nw.when(can_be_early).then(_is(Origin.EARLY)).otherwise(_is(Origin.MISSING)))
        .otherwise(
            nw.when(100 * used < SKIP_BELOW_PCT * (used + missing))
            .then(_is(Origin.MISSING))
            .otherwise(nw.when(missing > 0).then(_is(Origin.PARTIAL)).otherwise(_is(Origin.COMPUTED)))
        )
    )


def worst(*origins: nw.Expr) -> nw.Expr:
    """Return the worst of several origins: what a derived feature inherits."""
    return nw.coalesce(
        *(
            nw.when(_any(origin == str(candidate) for origin in origins)).then(_is(candidate))
            for candidate in reversed(WORST_LAST)
        )
    )


def where_valued(value: nw.Expr, origin: nw.Expr) -> nw.Expr:
    """Return `value` where its origin comes with one, NULL elsewhere."""
    return nw.when(origin.is_in([str(kind) for kind in VALUE_ORIGINS])).then(value)


def completeness_pct(used: nw.Expr, missing: nw.Expr) -> nw.Expr:
    """Return 100·used/(used + missing), NULL where the window should hold no game at all."""
    return nw.when(used + missing > 0).then(100 * used.cast(nw.Float64) / (used + missing))


def _is(origin: Origin) -> nw.Expr:
    return nw.lit(str(origin))


def _any(conditions: Iterable[nw.Expr]) -> nw.Expr:
    first, *rest = conditions
    for condition in rest:
        first = first | condition
    return first
