"""Array types of the simulated league, and its random streams."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def stream(seed: int, season: int, purpose: int) -> np.random.Generator:
    """Return the random stream of one purpose in one season; the streams are independent of each other."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, season, purpose))))


def around_one(rng: np.random.Generator, sigma: Floats | float, shape: tuple[int, ...]) -> Floats:
    """Return log-normal factors of the given `shape` with mean one and standard deviation `sigma` of the logarithm."""
    return np.exp(sigma * rng.standard_normal(shape) - 0.5 * np.square(sigma))


def to_whole(parts: Floats, totals: Ints) -> Ints:
    """Return `parts` as integers whose sums over the last axis are `totals`; the largest remainders are rounded up.

    Each sum of `parts` must differ from its total by less than the number of its non-zero parts.
    """
    floor = np.floor(parts).astype(np.int64)
    short = totals - floor.sum(axis=-1)
    remainder = np.where(parts > 0, parts - floor, -1.0)
    rank = np.argsort(np.argsort(-remainder, axis=-1, kind="stable"), axis=-1, kind="stable")
    return np.asarray(floor + (rank < short[..., None]))
