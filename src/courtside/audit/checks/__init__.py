"""The declared checks: of a day, and of the stored features."""

from courtside.audit.checks.daily import DAILY_CHECKS
from courtside.audit.checks.spot import SPOT_CHECKS

__all__ = ["DAILY_CHECKS", "SPOT_CHECKS"]
