"""Faults of simulated deliveries: each is planned, counted and recorded in the truth."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from courtside.errors import ConfigError

LATEST_DELIVERY = 60
"""Largest delay of a late payload, in days; all deliveries of a season come before the next season begins."""


@dataclass(frozen=True)
class Faults:
    """Frequency of each fault. Shares are of a season's games or payloads; counts are per season.

    - `missing_box_share`: games whose box score is never delivered.
    - `delayed_box_share`: games whose box score comes `late_days` after the morning it was due.
    - `truncated_box_share`: games whose box score first lacks some players of one team, and is complete
      `late_days` later.
    - `repeated_payload_share`: payloads delivered a second time, byte for byte.
    - `correction_share`: games corrected two days later: a basket moves from one player to a teammate, so the
      team's score does not change.
    - `renamed_players`: players whose spelling in the line payloads does not resolve to a player.
    - `missing_line_days`: game dates without any line payload.

    Raises:
        ConfigError: naming the setting that cannot be used.
    """

    missing_box_share: float = 0.0
    delayed_box_share: float = 0.0
    late_days: int = 3
    truncated_box_share: float = 0.0
    repeated_payload_share: float = 0.0
    correction_share: float = 0.0
    renamed_players: int = 0
    missing_line_days: int = 0

    def __post_init__(self) -> None:
        for field in fields(self):
            _check(field.name, getattr(self, field.name))
        struck = self.missing_box_share + self.delayed_box_share + self.truncated_box_share
        if struck > 1:
            raise ConfigError(
                f"missing, delayed and truncated box scores add up to {struck:g} of all games; the most is 1"
            )

    @classmethod
    def parse(cls, text: str) -> Faults:
        """Return the faults that `missing_box_share=0.02,missing_line_days=3` describes.

        Raises:
            ConfigError: naming the entry that cannot be parsed, and the keys that exist.
        """
        values: dict[str, float | int] = {}
        for entry in filter(None, (part.strip() for part in text.split(","))):
            key, equals, value = (piece.strip() for piece in entry.partition("="))
            if key not in _KINDS:
                raise ConfigError(f"{key!r} is not a fault; the faults are {', '.join(_KINDS)}")
            if not equals:
                raise ConfigError(f"fault {entry!r} has no value; write it as {key}={_EXAMPLES[_KINDS[key]]}")
            if key in values:
                raise ConfigError(f"fault {key!r} is given twice in {text!r}; give it once")
            values[key] = _number(key, value)
        return cls(**values)  # type: ignore[arg-type]


_KINDS = {field.name: str(field.type) for field in fields(Faults)}
_EXAMPLES = {"float": "0.02", "int": "3"}


def _number(key: str, value: str) -> float | int:
    try:
        return int(value) if _KINDS[key] == "int" else float(value)
    except ValueError:
        kind = "a whole number" if _KINDS[key] == "int" else "a number"
        raise ConfigError(
            f"fault {key!r} takes {kind}, as {key}={_EXAMPLES[_KINDS[key]]}; it was given {value!r}"
        ) from None


def _check(name: str, value: float | int) -> None:
    if _KINDS[name] == "int" and (isinstance(value, bool) or not isinstance(value, int)):
        raise ConfigError(f"fault {name!r} takes a whole number; it was given {value!r}")
    low, high = {
        "late_days": (1, LATEST_DELIVERY),
        "renamed_players": (0, 200),
        "missing_line_days": (0, 150),
    }.get(name, (0, 1))
    if not (math.isfinite(value) and low <= value <= high):
        raise ConfigError(f"fault {name!r} lies between {low} and {high}; it was given {value!r}")
