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
    """One condition of promotion: what was measured, the values that pass, and whether it holds."""

    title: str
    measured: float | None
    wanted: str
    passed: bool

    def __str__(self) -> str:
        found = "not measured" if self.measured is None else f"{self.measured:g}"
        return f"{self.title}: {found} ({self.wanted}): {'passed' if self.passed else 'failed'}"


def gates_of(row: dict[str, Any]) -> list[Gate]:
    """Return the gates of a model of expected results from its row of `MODELS`; bounds are scaled to its market."""
    market = market_named(row["market"])
    most_above, bias, shift = map(market.from_points, (FARTHEST_ABOVE_LINE, FARTHEST_BIAS, FARTHEST_SHIFT))
    measured: dict[str, Any] = json.loads(row["metrics"])
    with_line, mae, line = (measured.get(name) for name in ("n_with_line", "mae_with_line", "line_mae"))
    above = None if mae is None or line is None else round(mae - line, 4)
    is_enough = (with_line or 0) >= FEWEST_MEASURED
    is_near_line = above is not None and above <= most_above
    return [
        Gate("player games with a line measured", with_line, f"at least {FEWEST_MEASURED}", is_enough),
        Gate("mean absolute error above the line's", above, f"at most {most_above:g}", is_near_line),
        _within("bias", measured.get("bias"), bias),
        _within("mean distance from the line", measured.get("mean_shift"), shift),
    ]


def is_measured(row: dict[str, Any]) -> bool:
    """Return whether a model was measured on enough player games with a line for its gates to be decided."""
    return gates_of(row)[0].passed


def failures(row: dict[str, Any]) -> list[Gate]:
    """Return the gates for which a model is retired without a person's decision.

    The list is empty where too few player games were measured; a gate without a measured figure does not fail here. It
    is also empty where the model was measured on dates that it predicts: a past date must not be predicted by a model
    that was selected by the result of that date.
    """
    if json.loads(row["metrics"]).get("last_date", "") >= str(row["as_of"]):
        return []
    enough, *gates = gates_of(row)
    return [gate for gate in gates if enough.passed and gate.measured is not None and not gate.passed]


def failure_reason(failed: Sequence[Gate]) -> str:
    """Return the status reason of a model that was retired because of failed gates."""
    return "failed " + "; ".join(map(str, failed))


def require_promotable(row: dict[str, Any]) -> list[Gate]:
    """Return the gates of a model that may be promoted.

    Raises:
        GateFailedError: naming what was found, the values that pass, and the next command.
    """
    name = row["model_id"]
    if row["kind"] != "points" or row["status"] == "retired":
        raise GateFailedError(
            f"{name} is {row['status']} of kind {row['kind']}; "
            "only a points model that is not retired can be promoted. `courtside models list` shows them"
        )
    gates = gates_of(row)
    failed = "; ".join(str(gate) for gate in gates if not gate.passed)
    if not is_measured(row):
        raise GateFailedError(
            f"{name} is not promoted. {gates[0]}. `courtside models measure {name}` measures it on the dates after its "
            "training"
        )
    if failed:
        raise GateFailedError(
            f"{name} is not promoted. {failed}. `courtside train` trains a model on newer dates, and "
            f"`courtside models retire {name}` stops this one from predicting"
        )
    return gates


def _within(title: str, measured: float | None, bound: float) -> Gate:
    return Gate(title, measured, f"within ±{bound:g}", measured is not None and abs(measured) <= bound)
