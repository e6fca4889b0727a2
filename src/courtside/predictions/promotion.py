"""Promotion: the gates that a model must pass on dates after its training before it becomes champion."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from courtside.errors import AnswerError
from courtside.league.markets import market_named

FEWEST_MEASURED = 200
FARTHEST_ABOVE_LINE = 0.3
"""Most points by which the mean absolute error may exceed the line's; two weeks of games allow no finer bound."""

FARTHEST_SHIFT, FARTHEST_BIAS = 1.5, 0.5


class GateFailedError(AnswerError):
    """The model fails a promotion gate."""


@dataclass(frozen=True)
class Gate:
    """One condition of promotion: what was measured, the bound, and whether it holds."""

    title: str
    measured: float | None
    bound: float
    passed: bool

    def __str__(self) -> str:
        shown = "not measured" if self.measured is None else f"{self.measured:g}"
        return f"{self.title}: {shown} (bound {self.bound:g}): {'passed' if self.passed else 'failed'}"


def gates_of(row: dict[str, Any]) -> list[Gate]:
    """Return the gates of a model of expected results from its row of `MODELS`; bounds are scaled to its market."""
    market = market_named(row["market"])
    largest_above, bias, shift = map(market.from_points, (FARTHEST_ABOVE_LINE, FARTHEST_BIAS, FARTHEST_SHIFT))
    measured: dict[str, float] = json.loads(row["metrics"])
    with_line, mae, line = (measured.get(name) for name in ("n_with_line", "mae_with_line", "line_mae"))
    above = None if mae is None or line is None else round(mae - line, 4)
    return [
        Gate("player games with a line measured", with_line, FEWEST_MEASURED, (with_line or 0) >= FEWEST_MEASURED),
        _within("mean absolute error above the line's", above, largest_above, is_signed=True),
        _within("bias", measured.get("bias"), bias),
        _within("mean distance from the line", measured.get("mean_shift"), shift),
    ]


def failures(row: dict[str, Any]) -> list[Gate]:
    """Return the gates that a model fails.

    The list is empty where too few player games were measured; a gate without a measured figure does not fail here.
    """
    enough, *gates = gates_of(row)
    return [gate for gate in gates if enough.passed and gate.measured is not None and not gate.passed]


def failure_reason(failed: Sequence[Gate]) -> str:
    """Return the status reason of a model that was retired because of failed gates."""
    return "failed " + "; ".join(map(str, failed))


def _within(title: str, measured: float | None, bound: float, *, is_signed: bool = False) -> Gate:
    if measured is None:
        return Gate(title, None, bound, False)
    return Gate(title, measured, bound, (measured if is_signed else abs(measured)) <= bound)
