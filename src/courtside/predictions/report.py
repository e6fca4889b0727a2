"""The evaluation as one self-contained HTML page: errors, a calibration plot, and sides by edge."""

from __future__ import annotations

from courtside.predictions.evaluation import Evaluation
from courtside.predictions.figures import verdict
from courtside.predictions.measures import BREAK_EVEN_PCT
from courtside.reports import render

TIMINGS = {"pre_tip": "shown before tip-off", "untimed": "no time noted"}


def html(found: Evaluation) -> str:
    """Return the evaluation as an HTML page that loads no other file."""
    champion = found.systems[found.champion]
    return render(
        "evaluation.html",
        found=found,
        champion=champion,
        timings={TIMINGS[name]: part for name, part in champion["timings"].items()},
        verdicts=[verdict(item) for item in found.targets],
        break_even_pct=BREAK_EVEN_PCT,
    )
