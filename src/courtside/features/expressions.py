"""Small expressions that feature families share."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw

from courtside.quality.origins import VALUE_ORIGINS, Origin, worst


def where(condition: nw.Expr, value: nw.Expr) -> nw.Expr:
    """Return `value` where `condition` holds, 0 elsewhere."""
    return nw.when(condition).then(value).otherwise(nw.lit(0))


def ratio(numerator: nw.Expr, denominator: nw.Expr) -> nw.Expr:
    """Return one division of two integers, NULL where the denominator is 0."""
    return nw.when(denominator > 0).then(numerator.cast(nw.Float64) / denominator.cast(nw.Float64))


def origin(kind: Origin) -> nw.Expr:
    """Return `kind` for every row."""
    return nw.lit(str(kind))


def has_value(of: nw.Expr) -> nw.Expr:
    """Tell whether an origin comes with a value."""
    return of.is_in([str(kind) for kind in VALUE_ORIGINS])


def is_early(of: nw.Expr) -> nw.Expr:
    """Tell whether an origin is `early`."""
    return of == str(Origin.EARLY)


def early_where(condition: nw.Expr, of: nw.Expr) -> nw.Expr:
    """Return `early` where an origin comes with a value that `condition` says cannot be told yet."""
    return nw.when(condition.fill_null(False) & has_value(of)).then(origin(Origin.EARLY)).otherwise(of)


def fallen_back(primary: nw.Expr, second: nw.Expr) -> nw.Expr:
    """Return the origin of a value that the second definition gives where the first has none."""
    return (
        nw.when(has_value(primary))
        .then(primary)
        .otherwise(nw.when(has_value(second)).then(worst(origin(Origin.FALLBACK), second)).otherwise(second))
    )


def summed(window: str, columns: Sequence[str], inside: nw.Expr) -> list[nw.Expr]:
    """Return `COLUMN_WINDOW` for each of `columns`: its value inside the window, 0 outside, to be summed."""
    return [where(inside, nw.col(name)).alias(f"{name}_{window}") for name in columns]


def stepped(steps: Sequence[tuple[nw.Expr, int]]) -> nw.Expr:
    """Return the number beside the first condition that holds, 0 where none does."""
    return nw.coalesce(*(nw.when(condition).then(nw.lit(step)) for condition, step in steps), nw.lit(0))
