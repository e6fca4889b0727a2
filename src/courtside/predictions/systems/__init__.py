"""The prediction systems, by name."""

from __future__ import annotations

from courtside.errors import ConfigError
from courtside.predictions.systems.base import System
from courtside.predictions.systems.form import ExponentialMean, MovingAverage

SYSTEMS: tuple[System, ...] = (MovingAverage(), ExponentialMean())


def system_named(name: str) -> System:
    """Return the system called `name`.

    Raises:
        ConfigError: naming the systems there are.
    """
    for system in SYSTEMS:
        if system.name == name:
            return system
    known = ", ".join(system.name for system in SYSTEMS)
    raise ConfigError(f"champion {name!r} is no prediction system; choose one of {known}")


__all__ = ["SYSTEMS", "System", "system_named"]
