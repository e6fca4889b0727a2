"""Confidence intervals around a figure."""

from __future__ import annotations

import math

Z_95 = 1.959963984540054
"""The 97.5 % quantile of the normal distribution, for two-sided 95 % intervals."""


def wilson_interval(wins: float, losses: float, z: float = Z_95) -> tuple[float, float] | None:
    """Return the Wilson score interval of the hit rate in %, not rounded; None where wins and losses sum to 0.

    Source: E. B. Wilson (1927), Probable inference, the law of succession, and statistical inference.

    >>> [round(end, 1) for end in wilson_interval(55, 45)]
    [45.2, 64.4]
    >>> wilson_interval(0, 0) is None
    True
    """
    played = wins + losses
    if played == 0:
        return None
    share, spread = wins / played, z * z / played
    centre = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / played + spread / (4 * played)) / (1 + spread)
    return 100 * max(0.0, centre - half), 100 * min(1.0, centre + half)
