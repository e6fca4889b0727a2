"""The stages of the flow, each a function with its declared tables.

`STAGES` lists them in the order in which a run processes them, and `STAGE_NAMES` lists their names.
"""

from __future__ import annotations

from courtside.pipeline.stage import Stage
from courtside.pipeline.stages.analytics import ANALYTICS
from courtside.pipeline.stages.features import FEATURES
from courtside.pipeline.stages.grading import GRADING
from courtside.pipeline.stages.lines import LINES
from courtside.pipeline.stages.picks import PICKS
from courtside.pipeline.stages.predictions import PREDICTIONS_STAGE
from courtside.pipeline.stages.prices import PRICES
from courtside.pipeline.stages.publishing import PUBLISHING

STAGES: tuple[Stage, ...] = (ANALYTICS, LINES, FEATURES, PREDICTIONS_STAGE, PICKS, PRICES, GRADING, PUBLISHING)
STAGE_NAMES = tuple(stage.name for stage in STAGES)

__all__ = ["STAGES", "STAGE_NAMES"]
