"""The prediction systems, by name.

The package offers the formulas, which need no stored model, the trained systems and their ensemble.
"""

from __future__ import annotations

from courtside.errors import ConfigError
from courtside.predictions.systems.base import System
from courtside.predictions.systems.form import ExponentialMean, MovingAverage, Similarity
from courtside.predictions.systems.trained import DatedModel, Ensemble, TrainedSystem

FORMULAS: tuple[System, ...] = (MovingAverage(), ExponentialMean(), Similarity())
"""Systems that need no stored model."""

TRAINED = ("catboost_v9", "lightgbm")
"""Systems that need a stored model."""

SYSTEM_NAMES: tuple[str, ...] = (*(system.name for system in FORMULAS), *TRAINED, "ensemble")


def require_system(name: str) -> str:
    """Return `name` where it is a prediction system.

    Raises:
        ConfigError: naming the systems that exist.
    """
    if name not in SYSTEM_NAMES:
        raise ConfigError(f"champion {name!r} is not a prediction system; choose one of {', '.join(SYSTEM_NAMES)}")
    return name


def trained_members(system: str) -> tuple[str, ...]:
    """Return the trained systems that predict for `system`: the members of the ensemble, the system, or none."""
    return TRAINED if system == "ensemble" else tuple(name for name in TRAINED if name == system)


__all__ = [
    "FORMULAS",
    "SYSTEM_NAMES",
    "TRAINED",
    "DatedModel",
    "Ensemble",
    "System",
    "TrainedSystem",
    "require_system",
    "trained_members",
]
