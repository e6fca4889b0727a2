"""The stages in the order of the flow."""

from __future__ import annotations

from courtside.pipeline.context import Stage
from courtside.pipeline.stages.analytics import AnalyticsStage
from courtside.pipeline.stages.features import FeaturesStage
from courtside.pipeline.stages.grading import GradingStage
from courtside.pipeline.stages.lines import LinesStage
from courtside.pipeline.stages.picks import PicksStage
from courtside.pipeline.stages.predictions import PredictionsStage
from courtside.pipeline.stages.publishing import PublishingStage

STAGES: tuple[Stage, ...] = (
    AnalyticsStage(),
    LinesStage(),
    FeaturesStage(),
    PredictionsStage(),
    PicksStage(),
    GradingStage(),
    PublishingStage(),
)

__all__ = ["STAGES"]
