"""Courtside: an NBA player-props platform that records the origin of every value.

`import courtside` loads nothing else; `courtside.open` and the other names are loaded when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from courtside.version import __version__

if TYPE_CHECKING:
    from courtside.api import (
        MODEL_INPUTS,
        Backtest,
        EstimatorError,
        Explanation,
        Home,
        ReadDuringWriteWarning,
        RowsLeftOutWarning,
        TrainingQuality,
        evaluating,
        example,
        open,
    )

__all__ = [
    "MODEL_INPUTS",
    "Backtest",
    "EstimatorError",
    "Explanation",
    "Home",
    "ReadDuringWriteWarning",
    "RowsLeftOutWarning",
    "TrainingQuality",
    "__version__",
    "evaluating",
    "example",
    "open",
]


def __getattr__(name: str) -> object:
    """Load a public name from `courtside.api` when it is first used."""
    if name not in __all__:
        raise AttributeError(f"module 'courtside' has no attribute {name!r}")
    from courtside import api

    return getattr(api, name)


def __dir__() -> list[str]:
    """Return the public names."""
    return __all__
