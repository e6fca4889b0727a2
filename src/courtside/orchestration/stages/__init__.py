"""The stages in the order of the flow."""

from __future__ import annotations

from courtside.orchestration.context import Stage
from courtside.orchestration.stages.analytics import AnalyticsStage
from courtside.orchestration.stages.features import FeaturesStage
from courtside.orchestration.stages.grading import GradingStage
from courtside.orchestration.stages.lines import LinesStage
from courtside.orchestration.stages.picks import PicksStage
from courtside.orchestration.stages.predictions import PredictionsStage
from courtside.orchestration.stages.publishing import PublishingStage

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
