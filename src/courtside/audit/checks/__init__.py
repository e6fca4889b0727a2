"""The declared checks of stored data and of published files.

`DAILY_CHECKS` judge the flow of a day, and `SPOT_CHECKS` judge the stored features of a window.
"""

from courtside.audit.checks.daily import DAILY_CHECKS
from courtside.audit.checks.spot import SPOT_CHECKS

__all__ = ["DAILY_CHECKS", "SPOT_CHECKS"]
