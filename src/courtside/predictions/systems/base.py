"""The interface of a prediction system: a name, and expected points for a whole slate in one call."""

from __future__ import annotations

from typing import Protocol

import polars as pl

LOWEST, HIGHEST = 0.0, 150.0
"""Bounds of an expected result in any market."""


class System(Protocol):
    """A prediction system."""

    @property
    def name(self) -> str:
        """Internal name; public files use the code name."""
        ...

    def expected_points(self, features: pl.DataFrame) -> pl.Series:
        """Return expected points for each model row, NULL where the row lacks a needed value.

        A model row has the columns of `PLAYER_FEATURES` and of `RECENT_FORM`.
        """
        ...

    def model_ids(self, features: pl.DataFrame) -> pl.Series:
        """Return the id of the stored model that predicts each row; NULL for a formula."""
        ...


class Formula:
    """A system that needs no stored model."""

    def model_ids(self, features: pl.DataFrame) -> pl.Series:
        """Return NULL for each row."""
        return pl.Series("model_id", [None] * features.height, dtype=pl.String)


def clamped(points: pl.Expr) -> pl.Expr:
    """Return expected points limited to the range 0 to 150."""
    return points.clip(LOWEST, HIGHEST)
