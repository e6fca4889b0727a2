"""Removal of the margin: every method gives a probability, and the methods agree where they must."""

from __future__ import annotations

import numpy as np
import pytest

from courtside.league.no_vig import METHODS, power, proportional, shin
from courtside.league.odds import no_vig_over

OVER = np.array([0.52, 0.30, 0.85, 0.055])
UNDER = np.array([0.53, 0.76, 0.20, 0.99])


@pytest.mark.parametrize("name", METHODS)
def test_over_and_under_sum_to_one(name):
    method = METHODS[name]
    assert method(OVER, UNDER) + method(UNDER, OVER) == pytest.approx(1.0, abs=1e-9)
    assert method(np.array([0.55]), np.array([0.55])) == pytest.approx(0.5)


def test_the_method_in_use_is_that_of_no_vig_over():
    assert next(iter(METHODS)) == "proportional"
    assert no_vig_over(-120, 104) == pytest.approx(proportional(np.array([120 / 220]), np.array([100 / 204]))[0])


def test_shin_and_power_take_more_of_the_margin_from_the_unlikely_side():
    unlikely = np.array([1])
    assert power(OVER, UNDER)[unlikely][0] < shin(OVER, UNDER)[unlikely][0] < proportional(OVER, UNDER)[unlikely][0]


def test_shin_solves_shin_s_equation():
    """Shin's z for two sides makes both probabilities satisfy p = (√(z² + 4(1−z)π²/Σπ) − z) / (2(1−z))."""
    over, under = OVER[0], UNDER[0]
    total, gap = over + under, over - under
    z = (total - 1) * (gap**2 - total) / (total * (gap**2 - 1))
    expected = (np.sqrt(z**2 + 4 * (1 - z) * over**2 / total) - z) / (2 * (1 - z))
    assert shin(OVER, UNDER)[0] == pytest.approx(expected, abs=1e-12)
