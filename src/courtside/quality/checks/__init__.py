"""The declared checks: of a day, and of the stored features."""

from courtside.quality.checks.daily import DAILY_CHECKS
from courtside.quality.checks.spot import SPOT_CHECKS

__all__ = ["DAILY_CHECKS", "SPOT_CHECKS"]
