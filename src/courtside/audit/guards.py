"""The guards of the quality and audit rooms that are not numbered checks, by name; tests plant a violation for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from courtside.audit.monitor import monitor
from courtside.quality.gate import blocks, gated, readiness
from courtside.quality.post_write import alert_text, constant_features, validate_stored

GUARDS: dict[str, Callable[..., Any]] = {
    "quality gate": gated,
    "quality gate, players without a row": blocks,
    "readiness gate": readiness,
    "post-write validation": validate_stored,
    "post-write alert": alert_text,
    "spread of a slate": constant_features,
    "training-data monitor": monitor,
}
"""The gates, the validation after a write and the monitor."""
