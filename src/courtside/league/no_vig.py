"""Removal of a book's margin from two-sided prices: the proportional method in use, and two that were compared with it.

Each function takes the implied probabilities of over and under (arrays, 0 to 1, margin included) and returns the no-vig
probability of over. `odds.no_vig_over` is the method in use; decision 160 records the comparison.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_LEAST, _HIGHEST_POWER, _HALVINGS = 1e-6, 64.0, 60


def proportional(over: Floats, under: Floats) -> Floats:
    """Divide both sides by their sum."""
    return over / (over + under)


def shin(over: Floats, under: Floats) -> Floats:
    """Assume that a share of the stakes comes from bettors who know the result (H. S. Shin, 1993).

    With two sides, Shin's probabilities are those of subtracting half of the margin from each side.

    >>> [round(float(chance), 4) for chance in shin(np.array([0.55, 0.30]), np.array([0.50, 0.75]))]
    [0.525, 0.275]
    """
    return np.clip(over - (over + under - 1) / 2, _LEAST, 1 - _LEAST)


def power(over: Floats, under: Floats) -> Floats:
    """Raise both sides to the one power at which they sum to 1.

    >>> [round(float(chance), 4) for chance in power(np.array([0.55, 0.30]), np.array([0.55, 0.75]))]
    [0.5, 0.2692]
    """
    low, high = np.full(over.shape, 1 / _HIGHEST_POWER), np.full(over.shape, _HIGHEST_POWER)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        is_above = over**middle + under**middle > 1
        low, high = np.where(is_above, middle, low), np.where(is_above, high, middle)
    return np.asarray(over**low)


METHODS: Mapping[str, Callable[[Floats, Floats], Floats]] = {
    "proportional": proportional,
    "shin": shin,
    "power": power,
}
"""The methods by name; the first is in use."""
