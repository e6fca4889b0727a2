"""The public code name of each prediction system; internal names are never published."""

from __future__ import annotations

from courtside.errors import ConfigError

CODE_OF_SYSTEM: dict[str, str] = {
    "moving_average": "210M",
    "ewma": "318E",
    "similarity": "447S",
    "catboost_v9": "926A",
    "lightgbm": "835C",
    "ensemble": "650X",
}
"""Code names by system. A published code name is never given to another system."""


def public_code(name: str) -> str:
    """Return the code name of a system; a code name is returned unchanged.

    Raises:
        ConfigError: where the system has no code name; the message names the system.
    """
    if name in CODE_OF_SYSTEM.values():
        return name
    if name not in CODE_OF_SYSTEM:
        raise ConfigError(f"model {name!r} has no public code name; add one to publishing/codenames.py")
    return CODE_OF_SYSTEM[name]
